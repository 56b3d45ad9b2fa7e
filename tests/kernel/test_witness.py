"""Checkpoints, cosignatures and the witness: the specification's bytes, and no log that forgets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.evidence.checkpoint import (
    Checkpoint,
    dump_checkpoint,
    open_checkpoint,
    read_checkpoint,
    sign_checkpoint,
)
from jishi.kernel.evidence.cosignature import add_signature, cosign, cosignatures, witness_key
from jishi.kernel.evidence.merkle import EMPTY_ROOT
from jishi.kernel.evidence.note import Note, dump_note, log_key, read_key, read_note, sign_text
from jishi.kernel.evidence.record import record_hashes
from jishi.kernel.evidence.signature import check_bytes
from jishi.kernel.evidence.tree import Tree
from jishi.kernel.evidence.witness import NOTHING, Seen, check_growth
from jishi.kernel.fault import Fault

LOG, WITNESS, OTHER = b"l" * 32, b"w" * 32, b"o" * 32
ORIGIN = "log.example/jilin"
KEY, WITNESS_KEY = log_key(ORIGIN, LOG), witness_key("witness.example/w1", WITNESS)
TREE = Tree(record_hashes(n.to_bytes(32, "big") for n in range(100)))
AT_S = 1_679_315_147
ROOT_TEXT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
TEXT = f"example.com/behind-the-sofa\n20852163\n{ROOT_TEXT}\n"
sizes = st.integers(1, 100)


def checkpoint(size, tree=TREE):
    return Checkpoint(ORIGIN, size, tree.root(size))


def code_of(call, *args):
    with pytest.raises(Fault) as caught:
        call(*args)
    return caught.value.code


def test_the_checkpoint_of_the_specification():
    read = read_checkpoint(TEXT)
    assert (read.origin, read.size, read.extensions) == ("example.com/behind-the-sofa", 20852163, ())
    assert dump_checkpoint(read) == TEXT
    assert read_checkpoint(TEXT + "more\n").extensions == ("more",)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("20852163", "020852163", "size"),
        ("20852163", "+20852163", "size"),
        ("20852163", "-1", "size"),
        ("20852163", "２", "size"),
        ("20852163", "18446744073709551616", "size"),
        ("20852163", "9" * 5000, "size"),
        ("CsUY", "CsU", "root"),
        ("q2I=", "q2J=", "root"),
        ("jxq2I=", "", "root"),
        (ROOT_TEXT + "\n", "", "lines"),
        ("example.com/behind-the-sofa", "", "lines"),
        ("q2I=\n", "q2I=", "lines"),
        ("q2I=\n", "q2I=\n\n", "lines"),
    ],
)
def test_another_spelling_is_no_checkpoint(old, new, code):
    assert code_of(read_checkpoint, TEXT.replace(old, new, 1)) == f"evidence.checkpoint.{code}"


@pytest.mark.parametrize(
    "wrong",
    [
        Checkpoint("", 1, EMPTY_ROOT),
        Checkpoint("two\nlines", 1, EMPTY_ROOT),
        Checkpoint("log", -1, EMPTY_ROOT),
        Checkpoint("log", 1, b"short"),
        Checkpoint("log", 1, EMPTY_ROOT, ("",)),
        Checkpoint("log", 1, EMPTY_ROOT, ("a\nb",)),
    ],
)
def test_what_cannot_be_said_is_not_signed(wrong):
    assert code_of(sign_checkpoint, wrong, LOG).startswith("evidence.checkpoint.")


@given(sizes)
def test_a_signed_checkpoint_opens_for_its_log_only(size):
    raw = sign_checkpoint(checkpoint(size), LOG)
    assert open_checkpoint(raw, KEY) == checkpoint(size)
    assert code_of(open_checkpoint, raw, KEY, "log.example/other") == "evidence.checkpoint.origin"
    assert code_of(open_checkpoint, raw, log_key(ORIGIN, OTHER)) == "evidence.note.unsigned"
    forged = raw.replace(f"\n{size}\n".encode(), f"\n{size + 1}\n".encode())
    assert code_of(open_checkpoint, forged, KEY) == "evidence.note.wrong"


def test_a_log_may_sign_with_a_key_of_another_name():
    text = dump_checkpoint(checkpoint(3))
    raw = dump_note(Note(text, (sign_text(text, "operator", OTHER),)))
    key = log_key("operator", OTHER)
    assert open_checkpoint(raw, key, ORIGIN) == checkpoint(3)
    assert code_of(open_checkpoint, raw, key) == "evidence.checkpoint.origin"


def test_a_cosignature_covers_the_documented_bytes():
    line = cosign(TEXT, AT_S, WITNESS_KEY.name, WITNESS)
    assert line.key_id == WITNESS_KEY.id and line.body[:8] == AT_S.to_bytes(8, "big")
    message = f"cosignature/v1\ntime {AT_S}\n{TEXT}".encode()
    assert check_bytes(WITNESS_KEY.public, message, line.body[8:])
    assert WITNESS_KEY.id != log_key(WITNESS_KEY.name, WITNESS).id
    assert read_key(WITNESS_KEY.text) == WITNESS_KEY


@given(sizes, st.integers(0, (1 << 63) - 1))
def test_a_cosigned_checkpoint_is_still_the_logs(size, at_s):
    raw = sign_checkpoint(checkpoint(size), LOG)
    text = read_note(raw).text
    signed = add_signature(raw, cosign(text, at_s, WITNESS_KEY.name, WITNESS))
    signed = add_signature(signed, cosign(text, 7, "witness.example/w2", OTHER))
    assert open_checkpoint(signed, KEY) == checkpoint(size)
    other = witness_key("witness.example/w2", OTHER)
    assert cosignatures(read_note(signed), [WITNESS_KEY, KEY]) == {WITNESS_KEY.text: at_s}
    assert cosignatures(read_note(signed), [other, WITNESS_KEY]) == {other.text: 7, WITNESS_KEY.text: at_s}
    assert cosignatures(read_note(raw), [WITNESS_KEY]) == {}


@given(st.integers(0, 71), st.integers(0, 7))
def test_a_changed_cosignature_shows(at, bit):
    line = cosign(TEXT, AT_S, WITNESS_KEY.name, WITNESS)
    body = bytearray(line.body)
    body[at] ^= 1 << bit
    for wrong in (bytes(body), line.body[:-1], line.body + b"\0"):
        note = Note(TEXT, (type(line)(line.name, line.key_id, wrong),))
        assert code_of(cosignatures, note, [WITNESS_KEY]) == "evidence.cosignature.wrong"
    moved = Note(TEXT.replace("20852163", "20852164"), (line,))
    assert code_of(cosignatures, moved, [WITNESS_KEY]) == "evidence.cosignature.wrong"


def test_a_newer_cosignature_takes_the_place_of_the_older():
    raw = sign_checkpoint(checkpoint(5), LOG)
    text = read_note(raw).text
    for at_s in (10, 20):
        raw = add_signature(raw, cosign(text, at_s, WITNESS_KEY.name, WITNESS))
    assert len(read_note(raw).signatures) == 2
    assert cosignatures(read_note(raw), [WITNESS_KEY]) == {WITNESS_KEY.text: 20}
    double = Note(text, tuple(cosign(text, at_s, WITNESS_KEY.name, WITNESS) for at_s in (9, 3)))
    assert cosignatures(double, [WITNESS_KEY]) == {WITNESS_KEY.text: 9}


@pytest.mark.parametrize("at_s", [-1, 1 << 63])
def test_a_time_outside_the_form_is_refused(at_s):
    assert code_of(cosign, TEXT, at_s, WITNESS_KEY.name, WITNESS) == "evidence.cosignature.time"


@given(sizes, sizes)
def test_a_witness_follows_a_log_that_grows(one, other):
    old, size = sorted((one, other))
    first = check_growth(NOTHING, checkpoint(old), [])
    assert first == Seen(old, TREE.root(old))
    proof = TREE.consistency(old, size)
    assert check_growth(first, checkpoint(size), proof) == Seen(size, TREE.root(size))
    assert (
        code_of(check_growth, first, checkpoint(size), [*proof, EMPTY_ROOT]) == "evidence.witness.rewritten"
    )
    if old < size:
        assert code_of(check_growth, first, checkpoint(size), proof[:-1]) == "evidence.witness.rewritten"
        later = Seen(size, TREE.root(size))
        assert code_of(check_growth, later, checkpoint(old), []) == "evidence.witness.smaller"


@given(sizes, sizes, st.data())
def test_a_witness_signs_no_log_that_was_rewritten(one, other, data):
    old, size = sorted((one, other))
    leaves = record_hashes(n.to_bytes(32, "big") for n in range(100))
    leaves[data.draw(st.integers(0, old - 1))] = EMPTY_ROOT
    rewritten = Tree(leaves)
    code = code_of(
        check_growth, Seen(old, TREE.root(old)), checkpoint(size, rewritten), rewritten.consistency(old, size)
    )
    assert code == ("evidence.witness.fork" if old == size else "evidence.witness.rewritten")


def test_an_empty_log_may_be_seen():
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert check_growth(NOTHING, empty, []) == NOTHING
    assert code_of(check_growth, NOTHING, Checkpoint(ORIGIN, 0, bytes(32)), []) == "evidence.witness.fork"
    assert code_of(check_growth, NOTHING, empty, [bytes(32)]) == "evidence.witness.rewritten"
