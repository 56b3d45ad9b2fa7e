"""Building and reading bundles: the shape is exact and the same inputs give the same bytes."""

import json
from hashlib import sha256

import pytest

from jishi.kernel.evidence.bundle import build_bundle, read_bundle
from jishi.kernel.evidence.canonical import read_canonical
from jishi.kernel.evidence.entry import Entry, leaf_hash, load_entry
from jishi.kernel.evidence.merkle import merkle_root
from jishi.kernel.evidence.signature import public_key, sign
from jishi.kernel.fault import Fault

KEY = b"k" * 32
ENTRIES = [Entry("offering/1", 1, "OfferingDrafted", 5, 6, {"lot": "吉-1"})]


def build(**changes):
    parts = {
        "subject": "offering/1",
        "pack": {"id": "jilin", "version": "1", "hash": "ab"},
        "entries": ENTRIES,
        "outcome": {"result": "open"},
        "signer": {"key": public_key(KEY), "name": "测试", "simulated": True},
        "sign": lambda message: sign(KEY, message),
    }
    return build_bundle(**{**parts, **changes})


def refusal(call, *args, **more):
    with pytest.raises(Fault) as caught:
        call(*args, **more)
    return caught.value.code, caught.value.params


def test_a_bundle_reads_back():
    bundle = read_bundle(read_canonical(build()))
    assert list(bundle.entries) == ENTRIES
    assert bundle.raw["size"] == 1
    assert bundle.raw["root"] == merkle_root([leaf_hash(ENTRIES[0])]).hex()
    assert build() == build()


def test_the_leaf_is_the_documented_hash():
    text = (
        '{"data":{"lot":"吉-1"},"effective_at":5,"kind":"OfferingDrafted",'
        '"recorded_at":6,"seq":1,"stream":"offering/1"}'
    )
    assert leaf_hash(ENTRIES[0]) == sha256(b"\x00" + text.encode()).digest()


@pytest.mark.parametrize(
    ("field", "change", "field_named"),
    [
        ("pack", {"id": "jilin", "version": "1"}, "pack"),
        ("pack", {"id": "jilin", "version": 1, "hash": "ab"}, "pack.version"),
        ("signer", {"key": "", "name": "x", "simulated": 1}, "signer.simulated"),
    ],
)
def test_a_wrong_part_is_named(field, change, field_named):
    code, params = refusal(build, **{field: change})
    assert code in ("evidence.bundle.fields", "evidence.bundle.type")
    assert params["field"] == field_named


@pytest.mark.parametrize("raw", [None, [], {}, {"format": "jishi.bundle/1"}])
def test_what_is_no_bundle_is_refused(raw):
    assert refusal(read_bundle, raw)[0] == "evidence.bundle.fields"


def test_another_format_or_field_is_refused():
    raw = json.loads(build())
    assert refusal(read_bundle, {**raw, "format": "jishi.bundle/9"})[0] == "evidence.bundle.format"
    assert refusal(read_bundle, {**raw, "size": True})[0] == "evidence.bundle.type"
    assert refusal(read_bundle, {**raw, "note": ""})[0] == "evidence.bundle.fields"


def test_entries_are_exact():
    good = {"seq": 1, "kind": "K", "effective_at": 1, "recorded_at": 1, "data": {}}
    assert load_entry("s", good) == Entry("s", 1, "K", 1, 1, {})
    assert refusal(load_entry, "s", {**good, "seq": True})[0] == "evidence.entry.type"
    assert refusal(load_entry, "s", {**good, "stream": "s"})[0] == "evidence.entry.fields"
    assert refusal(load_entry, "s", [good])[0] == "evidence.entry.fields"
