"""Canonical bytes: one text a value, one value a text, nothing another reader could take otherwise."""

import json
from contextlib import contextmanager
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.evidence.canonical import MAX_DEPTH, canonical_bytes, read_canonical
from jishi.kernel.fault import Fault

TEXT = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


class Colour(IntEnum):
    RED = 1


@contextmanager
def refused(code: str):
    with pytest.raises(Fault) as caught:
        yield
    assert caught.value.code == code


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


@given(VALUES)
def test_a_value_comes_back_as_it_was(value):
    raw = canonical_bytes(value)
    assert canonical_bytes(read_canonical(raw)) == raw
    assert repr(read_canonical(raw)) == repr(json.loads(raw))
    assert json.loads(raw) == value


@given(VALUES, st.integers(0), st.integers(0, 255))
def test_a_changed_byte_is_another_value_or_refused(value, at, byte):
    raw = bytearray(canonical_bytes(value))
    at %= len(raw)
    before, raw[at] = raw[at], byte
    try:
        read = read_canonical(bytes(raw))
    except Fault:
        return
    assert (canonical_bytes(read) == canonical_bytes(value)) == (before == byte)


@given(st.dictionaries(TEXT, st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(value):
    assert canonical_bytes(dict(reversed(value.items()))) == canonical_bytes(value)


def test_the_form_is_the_one_documented():
    value = {"é": "\u2028/\x7f", "b": ['"\\\n\x01', -7, None], "a": {"吉": True}}
    text = '{"a":{"吉":true},"b":["\\"\\\\\\n\\u0001",-7,null],"é":"\u2028/\x7f"}'
    assert canonical_bytes(value) == text.encode()


@pytest.mark.parametrize("value", [1.0, float("nan"), (1,), {1}, b"x", Colour.RED, object()])
def test_refuses_what_json_would_bend(value):
    for held in (value, [value], {"deep": [{"er": value}]}):
        with refused("evidence.canonical.type"):
            canonical_bytes(held)


@pytest.mark.parametrize("key", [1, None, True, 1.5, Colour.RED])
def test_refuses_keys_json_would_turn_into_text(key):
    with refused("evidence.canonical.key"):
        canonical_bytes([{key: 1}])


def test_refuses_half_a_character_and_endless_numbers():
    for value in ("\ud800", {"\udfff": 1}):
        with refused("evidence.canonical.text"):
            canonical_bytes(value)
    with refused("evidence.canonical.number"):
        canonical_bytes(10**5000)


def test_depth_has_one_limit_both_ways():
    assert read_canonical(canonical_bytes(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    with refused("evidence.canonical.depth"):
        canonical_bytes(nested(MAX_DEPTH + 1))
    for depth in (MAX_DEPTH + 1, 10**6):
        with refused("evidence.canonical.depth"):
            read_canonical(b"[" * depth + b"]" * depth)
    loop: list = []
    loop.append(loop)
    with refused("evidence.canonical.depth"):
        canonical_bytes(loop)


@pytest.mark.parametrize(
    ("raw", "position"),
    [
        (b'{"a":1,"a":1}', 6),
        (b'{"b":1,"a":1}', 2),
        (b'{"a": 1}', 5),
        (b"[1]\n", 3),
        (b"-0", 0),
        (b'"\\u0041"', 1),
        (b'"\\/"', 1),
        (b'"\\u00e9"', 1),
    ],
)
def test_refuses_a_second_spelling_and_says_where(raw, position):
    with pytest.raises(Fault) as caught:
        read_canonical(raw)
    assert (caught.value.code, caught.value.params) == ("evidence.canonical.form", {"position": position})


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "read"),
        (b"{", "read"),
        (b'{"a":1}x', "read"),
        (b'"\xff"', "read"),
        (b"\xef\xbb\xbf1", "read"),
        (b'{"a":1}'.decode().encode("utf-16"), "read"),
        (b"01", "read"),
        (b"9" * 5000, "read"),
        (b"NaN", "type"),
        (b"-Infinity", "type"),
        (b"1.0", "type"),
        (b"1e3", "type"),
        (b'"\\ud800"', "text"),
    ],
)
def test_refuses_what_is_no_canonical_json(raw, code):
    with refused(f"evidence.canonical.{code}"):
        read_canonical(raw)
