"""A bidder's receipt against the bundle: what was acknowledged is there, unchanged, or it shows."""

from dataclasses import replace
from hashlib import sha256

import pytest

from jishi.kernel.evidence.entry import leaf_hash
from jishi.kernel.evidence.merkle import inclusion_path, inclusion_paths
from jishi.kernel.evidence.receipt import make_receipt, sign_places, verify_receipt
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


# --- many promised at once, under one signature


def promises(entries, key=KEY):
    places = [(each.stream, each.seq, leaf_hash(each).hex(), each.effective_at) for each in entries]
    signed = []

    def sign_once(message):
        signed.append(message)
        return sign(key, message)

    receipts = sign_places(places, key=public_key(key), sign=sign_once)
    assert len(signed) == 1
    return receipts


@pytest.mark.parametrize("count", [2, 3, 7, 8, 20])
def test_each_of_many_finds_its_entry(count):
    entries = sell().entries[:count]
    receipts = promises(entries)
    assert [each["seq"] for each in receipts] == [each.seq for each in entries]
    assert all(verify_receipt(each, HONEST).ok for each in receipts)


def test_a_lone_one_has_the_plain_form():
    entry = sell().entries[4]
    assert promises([entry]) == [receipt_for(entry)]


def test_what_many_promise_shows_what_was_rewritten():
    entries = [sell().entries[20], replace(sell().entries[21], data={})]
    told = [failed(verify_receipt(each, HONEST)) for each in promises(entries)]
    assert told == [{}, {"receipt_entry": "evidence.receipt.rewritten"}]


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 99},
        {"at": 1},
        {"stream": "offering/2"},
        {"leaf_hash": "0" * 64},
        {"index": 1},
        {"index": -1},
        {"index": 5},
        {"index": True},
        {"size": 4},
        {"path": []},
        {"path": None},
        {"path": [5]},
        {"path": ["x"]},
        {"root": "A" * 43 + "="},
    ],
    ids=str,
)
def test_one_of_many_is_as_good_as_its_path(change):
    good, *_ = promises(sell().entries[:5])
    assert failed(verify_receipt({**good, **change}, HONEST)) == {
        "receipt_signature": "evidence.receipt.signature"
    }


def test_a_path_lent_by_another_promise_proves_nothing():
    first, second, *_ = promises(sell().entries[:5])
    lent = {**second, "index": first["index"], "path": first["path"]}
    assert "receipt_signature" in failed(verify_receipt(lent, HONEST))


def test_the_forms_do_not_pass_for_each_other():
    good, *_ = promises(sell().entries[:5])
    plain = receipt_for(sell().entries[0])
    for broken in ({**good, "format": "jishi.receipt/1"}, {**plain, "format": "jishi.receipt/2"}):
        assert failed(verify_receipt(broken, HONEST)) == {"receipt_signature": "evidence.receipt.fields"}
    forged = promises(sell().entries[:5], FORGER)[0]
    assert failed(verify_receipt(forged, HONEST)) == {"receipt_signer": "evidence.receipt.other_key"}


@pytest.mark.parametrize("size", range(1, 20))
def test_all_paths_at_once_are_those_one_by_one(size):
    leaves = [sha256(b"%d" % at).digest() for at in range(size)]
    assert inclusion_paths(leaves) == [inclusion_path(leaves, at) for at in range(size)]
