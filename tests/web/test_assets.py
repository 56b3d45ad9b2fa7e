"""Styles and scripts: from the sources before they are collected, compressed afterwards; pages compressed too."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

STYLE, VENDORED = "/static/shell/jishi.css", "/static/vendor/pico.min.css"
GZIP = {"Accept-Encoding": "gzip"}


def fetch(address: str) -> Any:
    """Get a file to its end; return the answer."""
    answer = Client().get(address, headers=GZIP)
    assert answer.status_code == 200
    assert b"".join(answer)
    return answer


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    """Collect into a place of its own; return it."""
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=["*.map"])
    return tmp_path / "static"


@pytest.mark.filterwarnings("error")
def test_a_clone_serves_its_sources_without_a_warning(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "nothing"
    fetch(STYLE)


def test_collected_files_are_compressed_and_vendored_ones_kept(collected: Path) -> None:
    ours, vendored = fetch(STYLE), fetch(VENDORED)
    assert ours["Content-Encoding"] == vendored["Content-Encoding"] == "gzip"
    assert int(vendored["Content-Length"]) < (collected / "vendor/pico.min.css").stat().st_size / 4
    assert "max-age=3600" in ours["Cache-Control"]
    assert "max-age=604800" in vendored["Cache-Control"]


def test_only_what_changed_is_compressed_again(collected: Path) -> None:
    packed = collected / "shell/jishi.css.gz"
    before = packed.stat().st_mtime_ns
    call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=["*.map"])
    assert packed.stat().st_mtime_ns == before


@pytest.mark.django_db
def test_a_page_is_compressed_for_who_can_read_it() -> None:
    assert Client().get("/law/", headers=GZIP)["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in Client().get("/law/")
