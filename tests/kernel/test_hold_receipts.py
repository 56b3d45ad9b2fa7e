"""`jishi verify --receipt`: a receipt held against its bundle on the terminal."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from jishi.kernel.evidence.entry import leaf_hash
from jishi.kernel.evidence.receipt import sign_places
from jishi.kernel.evidence.signature import public_key, sign
from jishi.project.verifying import hold_receipts
from tests.kernel.sold_lot import KEY, sell


@pytest.mark.parametrize("count", [1, 5])
def test_receipts_of_both_forms_are_held_against_a_bundle(tmp_path: Path, count: int) -> None:
    sold = sell()
    places = [
        (each.stream, each.seq, leaf_hash(each).hex(), each.effective_at) for each in sold.entries[:count]
    ]
    good, *_ = sign_places(places, key=public_key(KEY), sign=lambda message: sign(KEY, message))
    files = {"bundle": sold.bundle(), "good": json.dumps(good).encode(), "none": b"{"}
    files["bad"] = json.dumps({**good, "seq": 9}).encode()
    for name, raw in files.items():
        (tmp_path / name).write_bytes(raw)
    said = io.StringIO()
    console = Console(file=said, width=400)
    told = {
        name: hold_receipts(console, tmp_path / "bundle", [tmp_path / name], "en")
        for name in ("good", "bad", "none")
    }
    assert told == {"good": True, "bad": False, "none": False}
    assert not hold_receipts(console, tmp_path / "bundle", [tmp_path / "bad", tmp_path / "good"], "en")
    assert "stands in the bundle" in said.getvalue()
