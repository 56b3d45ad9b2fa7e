"""Signed notes: the examples of Go's package and of the specification, and one spelling a note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.evidence.note import (
    ED25519,
    Key,
    Note,
    Signature,
    dump_note,
    log_key,
    open_note,
    read_key,
    read_note,
    sign_text,
)
from jishi.kernel.fault import Fault

# From the documentation of golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
""".encode()
ENOCH_LINE = (
    "— EnochRoot "
    "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
PRIVATE, OTHER = b"k" * 32, b"o" * 32
KEY = log_key("log.example/jilin", PRIVATE)
names = st.text(
    st.characters(codec="utf-8", min_codepoint=33, exclude_categories=("Z", "C"), exclude_characters="+"),
    min_size=1,
    max_size=20,
)
texts = st.text(st.characters(codec="utf-8", min_codepoint=32) | st.just("\n"), max_size=80).map(
    lambda text: text + "\n"
)
privates = st.binary(min_size=32, max_size=32)


def code_of(call, *args):
    with pytest.raises(Fault) as caught:
        call(*args)
    return caught.value.code


def test_the_published_note_opens_and_a_second_signature_changes_nothing():
    key = read_key(PETER)
    assert key.name == "PeterNeumann" and key.kind == ED25519 and key.text == PETER
    note = open_note(PETER_NOTE, [key])
    assert note.text.startswith("If you think") and [each.name for each in note.signatures] == [
        "PeterNeumann"
    ]
    double = PETER_NOTE + ENOCH_LINE.encode()
    assert open_note(double, [KEY, key]) == note
    assert [each.name for each in read_note(double).signatures] == ["PeterNeumann", "EnochRoot"]
    assert dump_note(read_note(double)) == double


@given(texts, names, privates)
def test_what_is_signed_opens_and_any_change_shows(text, name, private):
    key = log_key(name, private)
    assert read_key(key.text) == key
    raw = dump_note(Note(text, (sign_text(text, name, private),)))
    assert open_note(raw, [key]) == read_note(raw)
    changed = dump_note(Note("." + text, read_note(raw).signatures))
    assert code_of(open_note, changed, [key]) == "evidence.note.wrong"
    assert code_of(open_note, raw, []) == "evidence.note.unsigned"
    assert code_of(open_note, raw, [log_key(name + "x", private)]) == "evidence.note.unsigned"
    assert code_of(open_note, raw, [Key(name, 4, key.public)]) == "evidence.note.unsigned"


def test_a_wrong_signature_of_a_known_key_spoils_the_note():
    text = "a\n"
    good, forged = sign_text(text, KEY.name, PRIVATE), sign_text("b\n", KEY.name, PRIVATE)
    other = sign_text(text, "other", OTHER)
    assert code_of(open_note, dump_note(Note(text, (other, forged))), [KEY, log_key("other", OTHER)]) == (
        "evidence.note.wrong"
    )
    unknown = Signature(KEY.name, b"\0\0\0\0", forged.body)
    assert open_note(dump_note(Note(text, (unknown, good))), [KEY]).signatures == (good,)
    assert open_note(dump_note(Note(text, (good, good))), [KEY]).signatures == (good,)


def test_a_blank_line_may_stand_in_the_text():
    text = "one\n\ntwo\n\n"
    raw = dump_note(Note(text, (sign_text(text, KEY.name, PRIVATE),)))
    assert open_note(raw, [KEY]).text == text


LINE = PETER_NOTE.decode().splitlines()[-1]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "text"),
        (b"text\n", "blank"),
        (b"text\n\n", "blank"),
        (b"text\n\n" + LINE.encode(), "text"),
        (f"text\r\n\n{LINE}\n".encode(), "text"),
        (f"te\txt\n\n{LINE}\n".encode(), "text"),
        (b"te\xffxt\n\n" + LINE.encode() + b"\n", "utf8"),
        (f"text\n\n{LINE}\nmore\n".encode(), "line"),
        (f"text\n\n{LINE[2:]}\n".encode(), "line"),
        (f"text\n\n-{LINE[1:]}\n".encode(), "line"),
        (f"text\n\n{LINE} \n".encode(), "line"),
        (f"text\n\n{LINE[:-1]}\n".encode(), "line"),
        (f"text\n\n{LINE.replace('PeterNeumann', 'Peter+Neumann')}\n".encode(), "line"),
        ("text\n\n— name x08goA==\n".encode(), "line"),
        ("text\n\n— name x08go/a=\n".encode(), "line"),
        (f"text\n\n{chr(10).join([LINE] * 101)}\n".encode(), "many"),
        (b"x" * (1 << 20) + b"\n", "size"),
    ],
)
def test_what_is_no_note_is_refused(raw, code):
    assert code_of(read_note, raw) == f"evidence.note.{code}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "key"),
        ("name", "key"),
        ("name+c74f20a3", "key"),
        ("name+c74f20a3+", "key"),
        ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key"),
        (PETER.replace("Peter", "Peter "), "key"),
        (PETER.replace("Peter", "\udcff"), "key"),
        (PETER[:-4], "key"),
        (PETER.replace("+ARpc", "+Ahpc"), "key"),
        (PETER + "\n", "key"),
        (PETER.replace("Peter", "Paul"), "key_id"),
        (PETER.replace("c74f20a3", "C74F20A3"), "key_id"),
        (PETER.replace("c74f20a3", "c74f20a"), "key_id"),
    ],
)
def test_what_is_no_key_is_refused(text, code):
    assert code_of(read_key, text) == f"evidence.note.{code}"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb", "a\x00", "\ud800"])
def test_a_name_no_note_may_hold(name):
    assert code_of(log_key, name, PRIVATE) == "evidence.note.name"
    assert code_of(dump_note, Note("a\n", (Signature(name, bytes(4), bytes(64)),))) == "evidence.note.name"


@pytest.mark.parametrize("text", ["", "no end", "tab\t\n", "\ud800\n"])
def test_a_text_no_note_may_hold(text):
    assert code_of(sign_text, text, KEY.name, PRIVATE) == "evidence.note.text"


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_note_or_a_fault(raw):
    try:
        note = read_note(raw)
    except Fault:
        return
    assert dump_note(note) == raw


@given(st.integers(0, len(PETER_NOTE) - 1), st.integers(1, 255))
def test_any_changed_byte_shows(at, by):
    raw = bytearray(PETER_NOTE)
    raw[at] ^= by
    with pytest.raises(Fault):
        open_note(bytes(raw), [read_key(PETER)])
