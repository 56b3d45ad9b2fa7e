"""The platform keeps what it promises: an unbroken log, guarded objects, deadlines, files, secrets, pages."""

import json
import logging
import sys
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.evidence.entry import Entry, leaf_hash
from jishi.kernel.fault import Fault
from jishi.platform import access, command, deadline, evidence, search, secrets, silence, storage
from jishi.platform.access import PERMISSIONS, PUBLIC, Target, covers, may, require
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import ANYONE, Actor, Context, Permit
from jishi.platform.masking import MaskPersonalData, mask_text
from jishi.platform.models import (
    AccessRecord,
    Deadline,
    EvidenceEntry,
    SearchRow,
    StreamHead,
    SubjectKey,
    User,
)
from jishi.platform.words import codes, say

pytestmark = pytest.mark.django_db


# --- evidence


def write(stream: str, *instants: int, recorded_at: int = 0) -> list[EvidenceEntry]:
    with transaction.atomic():
        news = [("Noted", {"at": at}, at) for at in instants]
        return evidence.append(evidence.lock(stream), recorded_at, news)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only one writer at a time makes it sure")
def test_one_writer_gives_an_entry_its_index_with_its_row() -> None:
    write("offering/a", 1)
    evidence.sequence_pending()  # the head of the log is made by the first sequencing
    write("offering/a", 2, 3)
    assert evidence.sequence_pending() == 0
    EvidenceEntry.objects.filter(seq=3).update(index=None)
    write("offering/b", 4)  # what waits for its index goes before
    assert evidence.sequence_pending() == 2
    assert [(each.stream, each.seq) for each in evidence.read_log(1)] == [
        ("offering/a", 3),
        ("offering/b", 1),
    ]


def test_a_stream_is_numbered_without_a_gap() -> None:
    write("offering/a", 1, 2)
    write("offering/b", 1)
    write("offering/a", 3)
    assert [row.seq for row in evidence.read_stream("offering/a")] == [1, 2, 3]
    assert [row.seq for row in evidence.read_stream("offering/b")] == [1]


def test_instants_never_run_backwards() -> None:
    write("offering/a", 500, recorded_at=900)
    write("offering/a", 100, 600, recorded_at=200)  # the clock was set back
    rows = evidence.read_stream("offering/a")
    assert [row.effective_at for row in rows] == [500, 500, 600]
    assert [row.recorded_at for row in rows] == [900, 900, 900]


def test_nothing_is_recorded_before_it_took_effect() -> None:
    (row,) = write("offering/a", 500, recorded_at=400)
    assert row.recorded_at == 500


def test_a_stored_entry_hashes_to_its_leaf() -> None:
    (row,) = write("offering/a", 500, recorded_at=501)
    entry = Entry(row.stream, row.seq, row.kind, row.effective_at, row.recorded_at, json.loads(row.data))
    assert leaf_hash(entry).hex() == row.leaf_hash


def test_a_rolled_back_entry_leaves_no_gap() -> None:
    write("offering/a", 1)
    with pytest.raises(RuntimeError), transaction.atomic():
        evidence.append(evidence.lock("offering/a"), 2, [("Noted", {}, 2)])
        raise RuntimeError
    write("offering/a", 3)
    assert [row.seq for row in evidence.read_stream("offering/a")] == [1, 2]


def test_many_streams_are_written_as_one_is() -> None:
    write("case/b", 10, recorded_at=10)
    news = {f"case/{name}": [("Noted", {"name": name}, 5), ("Noted", {"name": name}, 7)] for name in "abc"}
    with transaction.atomic():
        evidence.append_all(evidence.lock_all(list(news)), 8, news)
    with transaction.atomic():
        evidence.append_all(evidence.lock_all(list(news)), 9, news)
    assert [row.seq for row in evidence.read_stream("case/a")] == [1, 2, 3, 4]
    assert [row.effective_at for row in evidence.read_stream("case/b")] == [10] * 5
    assert StreamHead.objects.get(stream="case/b").seq == 5


def test_a_fresh_stream_opens_once() -> None:
    evidence.open_streams(1, {"case/a": [("Noted", {}, 1)]})
    assert evidence.read_stream("case/a", ["Noted"])[0].seq == 1
    assert write("case/a", 2)[0].seq == 2


def test_every_committed_entry_gets_one_index() -> None:
    for stream in ("offering/a", "offering/b", "offering/a"):
        write(stream, 1, 2)
        evidence.sequence_pending(limit=1)
    assert [row.index for row in evidence.read_log(-1)] == [0, 1, 2, 3, 4, 5]
    assert evidence.sequence_pending() == 0
    seen = [(row.stream, row.seq) for row in evidence.read_log(-1)]
    assert len(set(seen)) == 6
    assert [seq for stream, seq in seen if stream == "offering/a"] == [1, 2, 3, 4]


def test_a_reader_pages_through_the_log_and_misses_nothing() -> None:
    write("offering/a", 1, 2, 3)
    first = evidence.read_log(-1, limit=2)
    write("offering/b", 4)
    rest = evidence.read_log(first[-1].index or 0, limit=2)
    assert [row.index for row in first + rest] == [0, 1, 2, 3]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_writers_of_one_stream_take_turns() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")

    def run() -> None:
        for at in range(20):
            write("offering/a", at)
            evidence.sequence_pending()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row.seq for row in evidence.read_stream("offering/a")] == list(range(1, 81))
    assert [row.index for row in evidence.read_log(-1)] == list(range(80))


# --- access


def officer(*permits: Permit) -> Actor:
    return Actor(user_id=None, permits=permits)


@pytest.mark.parametrize(
    ("division", "below", "expected"),
    [
        ("220000", "220102", True),
        ("220100", "220102", True),
        ("220102", "220102", True),
        ("220102", "220100", False),
        ("220100", "220202", False),
        ("222400", "222401", True),
        ("222400", "222000", False),
        ("", "220102", False),
        ("220000", "", False),
    ],
)
def test_a_division_covers_what_lies_below(division: str, below: str, expected: bool) -> None:
    assert covers(division, below) is expected


def test_a_grant_reaches_its_division_only() -> None:
    clerk = officer(Permit("clerk", "220100"))
    assert may(clerk, "register.edit", Target("x", "220102"))
    assert not may(clerk, "register.edit", Target("x", "220202"))
    assert not may(clerk, "register.edit", Target("x", ""))
    assert not may(officer(Permit("clerk")), "register.edit", Target("x", "220102"))


def test_threads_that_make_a_key_at_once_agree(tmp_path: Path) -> None:
    threads = 16
    gate, made = threading.Barrier(threads), []

    def make() -> None:
        gate.wait()
        made.append(secrets._key.__wrapped__("operator.key", str(tmp_path)))

    running = [threading.Thread(target=make) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert len(made) == threads and len(set(made)) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["operator.key"]


def test_a_thing_outside_every_division_is_no_office_s() -> None:
    clerk = Actor(1, permits=(Permit(access.CLERK, "220000"),))
    assert may(clerk, "register.edit")
    assert not may(clerk, "register.edit", Target())


def test_a_grant_on_one_object_reaches_no_other() -> None:
    clerk = officer(Permit("clerk", "220000", object_id="x"))
    assert may(clerk, "register.edit", Target("x", "220202"))
    assert not may(clerk, "register.edit", Target("y", "220102"))


def test_a_representative_acts_for_own_parties_only() -> None:
    actor = Actor(user_id=1, parties=("p",))
    assert may(actor, "bid.place", Target("offering", party="p"))
    assert not may(actor, "bid.place", Target("offering", party="q"))
    assert not may(actor, "bid.place", Target("offering", party=""))


def test_an_agent_for_one_offering_acts_nowhere_else() -> None:
    actor = Actor(user_id=1, agencies=(("p", "offering"),))
    assert may(actor, "bid.place", Target("offering", party="p"))
    assert not may(actor, "bid.place", Target("another", party="p"))
    assert may(actor, "question.ask", Target("offering"))


def test_nobody_but_the_system_does_what_the_table_gives_to_nobody() -> None:
    everything = officer(*(Permit(role, "220000") for role in access.STAFF))
    assert not may(everything, "reserve.read", Target("x", "220102"))


def test_a_stranger_may_only_what_is_public() -> None:
    allowed = {action for action in PERMISSIONS if may(ANYONE, action, Target("x", "220102", "p"))}
    assert allowed == {action for action, rule in PERMISSIONS.items() if PUBLIC in rule}


def test_the_access_log_tells_staff_access_and_refusal(clock: SimulatedClock) -> None:
    ctx = Context(officer(Permit("clerk", "220100")), clock)
    require(ctx, "register.edit", Target("x", "220102"))
    with pytest.raises(Fault, match="access.denied"):
        require(ctx, "register.edit", Target("y", "220202"))
    log = AccessRecord.objects.order_by("id").values_list("object_id", "allowed", "at_ms")
    assert list(log) == [("x", True, clock.now_ms()), ("y", False, clock.now_ms())]


def test_an_ended_grant_is_no_longer_in_force() -> None:
    user = User.objects.create_user("clerk@example.com")
    ended = access.grant(user, "clerk", "220100")
    ended.until_ms = 50
    ended.save()
    assert access.permits_of(user, 49) == (Permit("clerk", "220100"),)
    assert access.permits_of(user, 50) == ()
    access.grant(user, "clerk", "220100")  # granting again gives a new one, not the ended one
    assert access.permits_of(user, 50) == (Permit("clerk", "220100"),)


def test_an_unknown_role_is_refused_with_the_valid_ones() -> None:
    with pytest.raises(Fault) as caught:
        access.grant(User.objects.create_user("a@example.com"), "king", "220000")
    assert "clerk" in caught.value.params["valid"]


# --- deadline


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Callable[[deadline.Handler], None]:
    handlers: dict[str, deadline.Handler] = {}
    monkeypatch.setattr(deadline, "_handlers", handlers)
    return lambda handler: handlers.update(test=handler)


def test_deadlines_run_when_due_and_in_order(
    ctx: Context, handle: Callable[[deadline.Handler], None]
) -> None:
    ran = []

    def run(ctx: Context, ref: str) -> None:
        ran.append(ref)
        deadline.set_deadline("test", ref, None)

    handle(run)
    now = ctx.now_ms()
    for ref, due in (("late", now - 1), ("later", now), ("future", now + 1), ("early", now - 9)):
        deadline.set_deadline("test", ref, due)
    assert deadline.run_due(ctx) == 3
    assert ran == ["early", "late", "later"]
    assert deadline.next_due_ms() == now + 1


def test_what_fails_stays_due_and_stops_nothing(
    ctx: Context, clock: SimulatedClock, handle: Callable[[deadline.Handler], None]
) -> None:
    ran = []

    def run(ctx: Context, ref: str) -> None:
        ran.append(ref)
        User.objects.create_user(f"{ref}@example.com")
        if ref == "bad":
            raise RuntimeError
        deadline.set_deadline("test", ref, None)

    handle(run)
    deadline.set_deadline("test", "bad", clock.now_ms() - 5)
    deadline.set_deadline("test", "good", clock.now_ms())
    deadline.run_due(ctx, limit=1)
    deadline.run_due(ctx, limit=1)  # the failed one does not stand in the way
    assert ran == ["bad", "good"]
    assert not User.objects.filter(email="bad@example.com").exists()  # half a handler leaves nothing
    clock.move_to(clock.now_ms() + deadline.RETRY_MS)
    deadline.run_due(ctx)
    assert ran == ["bad", "good", "bad"]
    assert Deadline.objects.get().due_ms < clock.now_ms()


def test_the_heartbeat_is_remembered(ctx: Context) -> None:
    assert silence.last_beat_ms() is None
    silence.beat(ctx)
    assert silence.last_beat_ms() == ctx.now_ms()


# --- storage

PDF = b"%PDF-1.7 content"


def test_a_file_comes_back_as_it_was(ctx: Context) -> None:
    row = storage.store_file(ctx, PDF, "a.pdf", owner="x", media_type="application/pdf", public=False)
    assert storage.read_file(row) == PDF
    assert storage.find_file(row.id) == row


def test_a_changed_or_lost_file_is_withheld(ctx: Context, var: Path) -> None:
    row = storage.store_file(ctx, PDF + b"!", "a.pdf", owner="x", media_type="application/pdf", public=False)
    path = var / "files" / row.sha256[:2] / row.sha256
    path.write_bytes(b"%PDF-1.7 forged")
    with pytest.raises(Fault, match="file.damaged"):
        storage.read_file(row)
    path.unlink()
    with pytest.raises(Fault, match="file.missing"):
        storage.read_file(row)


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "file.empty"), (b"MZ program", "file.type"), (b"<svg>", "file.type")]
)
def test_an_upload_of_another_kind_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Fault, match=code):
        storage.check_upload(content)


def test_an_upload_too_large_is_refused() -> None:
    assert storage.check_upload(PDF.ljust(storage.MAX_UPLOAD)) == "application/pdf"
    with pytest.raises(Fault, match="file.size"):
        storage.check_upload(PDF.ljust(storage.MAX_UPLOAD + 1))


# --- search


def fill(count: int) -> None:
    rows = [
        SearchRow(
            kind="lot", object_id=str(i), title=f"地块 {i}", public=i % 2 == 0, updated_ms=i // 3, due_ms=None
        )
        for i in range(count)
    ]
    search.put_rows(rows)


def test_pages_hold_every_row_once() -> None:
    fill(50)
    seen, cursor = [], None
    while True:
        page = search.find_public("地块", cursor, size=7)
        seen += [row.object_id for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert sorted(seen, key=int) == [str(i) for i in range(0, 50, 2)]
    assert page.total == 25


@pytest.mark.parametrize(
    "cursor", ["", "x", "1", "1.x", "²5.1", "1.1; drop", "9" * 40 + ".1", "1." + "9" * 40]
)
def test_a_broken_cursor_starts_anew(cursor: str) -> None:
    fill(4)
    assert len(search.find_public("", cursor).rows) == 2


def test_a_row_written_again_is_replaced() -> None:
    search.put_row("lot", "a", title="old", updated_ms=1, public=True)
    search.put_rows([SearchRow(kind="lot", object_id="a", title="new", updated_ms=2, public=True)])
    assert [row.title for row in search.find_public("").rows] == ["new"]
    search.drop_row("lot", "a")
    assert search.find_public("").rows == []


def test_the_inbox_is_ordered_by_due_instant_undated_last() -> None:
    for object_id, due, division in (
        ("a", None, "220102"),
        ("b", 9, "220102"),
        ("c", 3, "220102"),
        ("d", 1, "220202"),
    ):
        search.put_row("task", object_id, title="t", updated_ms=1, due_ms=due, division=division)
    search.put_row("task", "e", party="p", title="t", updated_ms=1, due_ms=1, division="220102")
    assert [row.object_id for row in search.find_inbox(["task"], ["2201"])] == ["c", "b", "a"]
    assert search.find_inbox(["task"], []) == []
    assert [row.object_id for row in search.find_mine(["p", ""])] == ["e"]


# --- secrets


def test_personal_data_are_read_back_and_stand_nowhere_in_the_clear() -> None:
    sealed = secrets.encrypt_many({"party/a": {"name": "张三"}, "party/b": "李四"})
    assert secrets.decrypt_personal("party/a", sealed["party/a"]) == {"name": "张三"}
    assert secrets.decrypt_personal("party/b", sealed["party/b"]) == "李四"
    again = secrets.encrypt_personal("party/a", {"name": "张三"})
    assert again != sealed["party/a"]
    assert secrets.decrypt_personal("party/a", again) == {"name": "张三"}


def test_a_secret_opens_under_its_own_subject_only() -> None:
    sealed = secrets.encrypt_many({"party/a": 1, "party/b": 2})
    with pytest.raises(Fault, match="personal.damaged"):
        secrets.decrypt_personal("party/b", sealed["party/a"])
    with pytest.raises(Fault, match="personal.unknown"):
        secrets.decrypt_personal("party/c", sealed["party/a"])
    assert not SubjectKey.objects.filter(subject="party/c").exists()


def test_erasure_is_final(ctx: Context) -> None:
    sealed = secrets.encrypt_personal("party/a", "张三")
    secrets.erase_subject(ctx, "party/a")
    secrets.erase_subject(ctx, "party/never-seen")
    for subject in ("party/a", "party/never-seen"):
        with pytest.raises(Fault, match="personal.erased"):
            secrets.decrypt_personal(subject, sealed)
        with pytest.raises(Fault, match="personal.erased"):
            secrets.encrypt_personal(subject, "again")


def test_keys_are_private_and_stay_the_same(var: Path) -> None:
    assert secrets.operator_key() == secrets.operator_key()
    assert len(secrets.operator_key()) == 32
    path = var / "keys" / "operator.key"
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_bytes() == secrets.operator_key()
    assert not list(path.parent.glob("*.part"))


def test_a_blind_index_finds_equals_and_tells_domains_apart() -> None:
    assert secrets.blind_index("code", "x") == secrets.blind_index("code", "x")
    assert secrets.blind_index("code", "x") != secrets.blind_index("name", "x")


# --- command, masking, words


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(JSON)
def test_digest_is_that_of_the_canonical_form(value: Any) -> None:
    assert command.digest(value) == sha256(canonical_bytes(value)).hexdigest()


def test_digest_refuses_text_that_is_no_text() -> None:
    with pytest.raises(Fault) as refused:
        command.digest({"words": "\ud800"})
    assert refused.value.code == "evidence.canonical.text"


def test_a_key_is_bound_to_its_command() -> None:
    sent = command.digest({"price_fen": 1, "lot": "a"})
    command.CommandRecord.objects.create(scope="bid", key="k", digest=sent, answer={"ok": True}, at_ms=1)
    assert command.find_answers(["bid"], ["k", "other"])["bid", "k"].answer == {"ok": True}
    assert command.find_answers(["question"], ["k"]) == {}
    given = command.find_answers(["bid"], ["k"])["bid", "k"]
    command.check_same(given, "k", command.digest({"lot": "a", "price_fen": 1}))
    with pytest.raises(Fault, match="command.key_reused"):
        command.check_same(given, "k", command.digest({"lot": "a", "price_fen": 2}))


def test_log_lines_hold_no_personal_data() -> None:
    record = logging.LogRecord("x", 20, "f", 1, "%s %s", ("11010519491231002X", "a.b@example.com"), None)
    assert MaskPersonalData().format(record) == "110105********002X a***@example.com"
    assert mask_text("call 13912345678, lot 220113001002GB00015W00000000") == (
        "call 139****5678, lot 220113001002GB00015W00000000"
    )


def test_a_traceback_in_the_log_holds_no_personal_data() -> None:
    try:
        raise ValueError("Key (email)=(a.b@example.com) already exists")
    except ValueError:
        record = logging.LogRecord("x", 40, "f", 1, "failed", (), sys.exc_info())
    line = MaskPersonalData().format(record)
    assert "Traceback" in line
    assert "a.b@" not in line


def test_what_is_written_to_files_is_for_the_service_alone(tmp_path: Path) -> None:
    storage.write_bytes(tmp_path / "sealed" / "a.json", b"{}")
    assert (tmp_path / "sealed").stat().st_mode & 0o077 == 0


def test_a_sentence_with_a_missing_parameter_still_says_something() -> None:
    assert "access.denied" in codes()
    assert "{action}" in say("access.denied", {}, "en")
    assert say("no.such.code", {"a": 1}) == "no.such.code {'a': 1}"
