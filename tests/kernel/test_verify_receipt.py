"""A bidder's receipt against the bundle: what was acknowledged is there, unchanged, or it shows."""

from dataclasses import replace

import pytest

from jishi.kernel.evidence.receipt import make_receipt, verify_receipt
from jishi.kernel.evidence.signature import public_key, sign
from tests.kernel.sold_lot import KEY, sell

FORGER = b"f" * 32
HONEST = sell().bundle()


def failed(report):
    return {check.name: check.code for check in report.checks if not check.ok}


def receipt_for(entry, key=KEY):
    return make_receipt(entry, key=public_key(key), sign=lambda message: sign(key, message))


def test_a_receipt_finds_its_entry():
    for entry in sell().entries:
        assert verify_receipt(receipt_for(entry), HONEST).ok


@pytest.mark.parametrize(
    ("change", "name", "code"),
    [
        ({"seq": 99}, "receipt_entry", "evidence.receipt.absent"),
        ({"effective_at": 1}, "receipt_entry", "evidence.receipt.rewritten"),
        ({"data": {}}, "receipt_entry", "evidence.receipt.rewritten"),
        ({"stream": "offering/2"}, "receipt_entry", "evidence.receipt.stream"),
    ],
)
def test_a_receipt_shows_what_was_dropped_or_rewritten(change, name, code):
    acknowledged = replace(sell().entries[20], **change)
    assert failed(verify_receipt(receipt_for(acknowledged), HONEST)) == {name: code}


def test_a_receipt_is_as_good_as_its_signature():
    entry = sell().entries[20]
    good = receipt_for(entry)
    assert failed(verify_receipt({**good, "at": 1}, HONEST)) == {
        "receipt_signature": "evidence.receipt.signature"
    }
    assert failed(verify_receipt(receipt_for(entry, FORGER), HONEST)) == {
        "receipt_signer": "evidence.receipt.other_key"
    }
    for broken in (None, {}, {**good, "more": 1}, {**good, "signature": None}, {**good, "seq": 1.5}):
        assert "receipt_signature" in failed(verify_receipt(broken, HONEST))
    assert failed(verify_receipt(good, b"{")) == {"canonical": "evidence.canonical.read"}
