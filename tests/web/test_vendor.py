"""Vendored files are the ones the manifest names, unchanged and with their licence."""

import hashlib
import json
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
VENDOR = SOURCE / "jishi/web/shell/static/vendor"
ROWS = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
OURS = {"manifest.json", "fonts.css"}


@pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])
def test_file_matches_its_checksum(row: dict[str, str]) -> None:
    content = (SOURCE / row["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == row["sha256"]
    assert (SOURCE / row["licence_file"]).stat().st_size > 100
    assert row["package"] and row["version"] and row["licence"]


def test_every_vendored_file_is_in_the_manifest() -> None:
    named = {SOURCE / row["file"] for row in ROWS} | {SOURCE / row["licence_file"] for row in ROWS}
    present = {path for path in VENDOR.rglob("*") if path.is_file() and path.name not in OURS}
    assert {path for path in present if "licences" not in path.parts} <= named


def test_fonts_of_the_pages_stay_small() -> None:
    assert sum(path.stat().st_size for path in (VENDOR / "fonts").glob("*.woff2")) < 1_500_000
