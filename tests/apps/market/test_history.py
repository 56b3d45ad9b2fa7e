"""Batches of anything in any order: the fold of what was accepted, one by one, is all that anybody ever saw.

A state machine sends batches over two lots with stale prices, repeated and stolen keys, lets time pass and deadlines
run, and looks at rooms in between. Beside it a model folds the same inputs one at a time with the kernel alone.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from jishi.apps.market import actions as market
from jishi.apps.market.actions import Answer, Claim, Command, Sent
from jishi.apps.market.models import Offering, Registration
from jishi.apps.market.publication import to_entry
from jishi.apps.market.reads import get_offering
from jishi.kernel.evidence.entry import Entry
from jishi.kernel.mechanism import contract, inputs
from jishi.kernel.mechanism.registry import find
from jishi.platform.evidence import read_stream
from jishi.project.bench.history import WRONGS, Frame, Op, judge
from jishi.web.live.frame import build_frame
from tests.apps.market.hall import FIVE_MINUTES, MINUTE_MS, START_FEN, STEP_FEN, Hall

NAMES = ("north", "south", "east")
WANTED = st.tuples(
    st.integers(0, 1),
    st.integers(0, len(NAMES) - 1),
    st.one_of(st.none(), st.integers(-2, 3)),
    st.sampled_from(("fresh", "fresh", "fresh", "again", "stolen")),
)


@dataclass
class Model:
    """One lot as the kernel alone has it: every input folded when it came, and the answer each key got."""

    mechanism: Any
    state: Any
    seq: int
    answers: dict[str, tuple[inputs.Input, tuple[Any, ...]]] = field(default_factory=dict)

    def advance(self, at_ms: int) -> None:
        for _, _, step in contract.advance(self.mechanism, self.state, at_ms):
            self.seq, self.state = self.seq + 1, step.state

    def take(self, given: inputs.Input, key: str, at_ms: int) -> tuple[Any, ...]:
        if key in self.answers:
            before, answer = self.answers[key]
            return answer if before == given else ("command.key_reused",)
        self.advance(at_ms)
        if self.mechanism.outcome(self.state)["result"] != "open":
            answer = ("market.offering.closed",)
        else:
            answer = self._fold(given, at_ms)
        self.answers[key] = (given, answer)
        return answer

    def _fold(self, given: inputs.Input, at_ms: int) -> tuple[Any, ...]:
        folded = contract.fold(self.mechanism, self.state, given, at_ms)
        self.state = folded.state
        if folded.refusal:
            return folded.refusal.code, dict(folded.refusal.params)
        self.seq += len(folded.taken)
        return "", self.seq


@dataclass
class Room:
    """A lot that is about to close, its registrations, and what everybody saw of it."""

    offering: Offering
    rows: list[Registration]
    model: Model
    sent: list[tuple[inputs.Input, str]] = field(default_factory=list)
    ops: list[Op] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)


class Rooms(RuleBasedStateMachine):
    """Two rooms, whose every change is undone at the end of an example."""

    hall: Hall
    opened: list[tuple[Offering, list[Registration]]]

    def __init__(self) -> None:
        super().__init__()
        self.started_ms = self.hall.clock.now_ms()
        self.unit = transaction.atomic()
        self.unit.__enter__()
        self.moments, self.keys = itertools.count(1), itertools.count(1)
        self.rooms = [Room(offering, rows, _model(offering)) for offering, rows in self.opened]

    def teardown(self) -> None:
        try:
            for room in self.rooms:
                wrong = judge(_entries(room.offering), room.ops, room.frames)
                assert dict(wrong) == dict.fromkeys(WRONGS, 0)
        finally:
            transaction.set_rollback(True)
            self.unit.__exit__(None, None, None)
            self.hall.clock.instant_ms = self.started_ms

    @rule(wanted=st.lists(WANTED, min_size=1, max_size=12))
    def settle(self, wanted: list[tuple[int, int, int | None, str]]) -> None:
        """Send a batch, and fold it one by one beside."""
        batch = [self._ask(*each) for each in wanted]
        moment, now_ms = float(next(self.moments)), self.hall.clock.now_ms()
        for lot in {lot for lot, _ in batch}:
            self.rooms[lot].model.advance(now_ms)
        outcomes = market.settle_each(self.hall.system, [sent for _, sent in batch])
        told = float(next(self.moments))
        for (lot, sent), outcome in zip(batch, outcomes, strict=True):
            room, key = self.rooms[lot], sent.command.key
            again = key in room.model.answers
            expected = room.model.take(sent.command.given, key, now_ms)
            assert _seen(outcome) == expected[: len(_seen(outcome))], key
            if isinstance(outcome, Answer) and not again:
                room.ops.append(_op(sent.command.given, (moment, told), outcome))

    @rule(ms=st.sampled_from((1, 20_000, MINUTE_MS, FIVE_MINUTES - 1, FIVE_MINUTES, 2 * FIVE_MINUTES)))
    def wait(self, ms: int) -> None:
        """Let time pass; nobody runs the deadlines yet."""
        self.hall.move(self.hall.clock.now_ms() + ms)

    @rule(lot=st.integers(0, 1))
    def tick(self, lot: int) -> None:
        """Run the deadlines of a lot."""
        room = self.rooms[lot]
        market.advance_offering(self.hall.system, room.offering.id)
        room.model.advance(self.hall.clock.now_ms())

    @rule(lot=st.integers(0, 1))
    def look(self, lot: int) -> None:
        """Look at a room as a watcher does."""
        room = self.rooms[lot]
        shown = build_frame(get_offering(room.offering.id))
        room.frames.append(Frame(1, room.model.seq, shown))

    @invariant()
    def stored_is_the_fold(self) -> None:
        """Hold what is stored against the model."""
        for room in self.rooms:
            stored, view = get_offering(room.offering.id), room.model.mechanism.view(room.model.state)
            assert (stored.price_fen, stored.leader or None) == (view.price_fen, view.leader)
            assert (stored.phase, stored.quotes, stored.due_ms) == (view.phase, view.quotes, view.due_ms)

    def _ask(self, lot: int, bidder: int, up: int | None, how: str) -> tuple[int, Sent]:
        room = self.rooms[lot]
        row = room.rows[bidder]
        price_fen = max(
            1, (room.model.mechanism.view(room.model.state).price_fen or START_FEN) + (up or 0) * STEP_FEN
        )
        given = inputs.Continue(row.alias) if up is None else inputs.Bid(row.alias, price_fen)
        key = f"key-{next(self.keys)}"
        own = [each for each in room.sent if each[0].alias == row.alias]  # type: ignore[union-attr]
        if how != "fresh" and own:
            given, key = own[-1] if how == "again" else (given, own[-1][1])
        room.sent.append((given, key))
        return lot, Sent(room.offering.id, Command(given, key, read=True), Claim(row.id, row.alias, 0))


def _model(offering: Offering) -> Model:
    entries = _entries(offering)
    notice = next(each for each in entries if each.kind == "NoticePublished")
    mechanism = find(notice.data["mechanism"]["id"], notice.data["mechanism"]["version"])
    state = mechanism.open(mechanism.read_terms(notice.data["terms"]))
    for entry in entries:
        if entry.kind == "MechanismStepped":
            result = mechanism.step(state, inputs.from_json(entry.data["input"]), entry.effective_at)
            assert not isinstance(result, contract.Refusal)
            state = result.state
    return Model(mechanism, state, entries[-1].seq)


def _entries(offering: Offering) -> list[Entry]:
    return [to_entry(row) for row in read_stream(offering.stream)]


def _seen(outcome: market.Outcome) -> tuple[Any, ...]:
    """Return what a bidder learns: the place of what was accepted, or why it was not."""
    if isinstance(outcome, Answer) and outcome.accepted:
        return "", outcome.seq
    by_mechanism = outcome.code.startswith("listing.")
    return (outcome.code, dict(outcome.params)) if by_mechanism else (outcome.code,)


def _op(given: inputs.Input, moments: tuple[float, float], outcome: Answer) -> Op:
    return Op(inputs.to_json(given), *moments, outcome.seq, outcome.code, outcome.params, outcome.at_ms)


@pytest.fixture
def opened(hall: Hall) -> Iterator[type[Rooms]]:
    """Give two lots whose listing ends in a minute, with three bidders each."""
    lots = hall.offer_two()
    rows = [list(hall.admit(each, *NAMES).values()) for each in lots]
    hall.move((lots[0].listing_end or 0) - MINUTE_MS)
    Rooms.hall, Rooms.opened = hall, list(zip(lots, rows, strict=True))
    yield Rooms
    del Rooms.hall, Rooms.opened


def test_the_fold_of_what_was_accepted_is_all_that_anybody_saw(opened: type[Rooms]) -> None:
    run_state_machine_as_test(opened, settings=settings(max_examples=25, stateful_step_count=25))


def _sold(hall: Hall) -> tuple[list[Entry], list[Op], list[Frame]]:
    """Let two bidders overtake each other while somebody watches."""
    offering = hall.offer()
    rows = list(hall.admit(offering, "north", "south").values())
    ops, frames = [], []
    for step, row in enumerate(rows * 2):
        given = inputs.Bid(row.alias, START_FEN + step * STEP_FEN)
        answer = market.submit(hall.system, offering.id, [Command(given, f"k-{step}")])[0]
        ops.append(_op(given, (2.0 * step, 2.0 * step + 1), answer))
        frames.append(Frame(1, answer.seq, build_frame(get_offering(offering.id))))
    low = inputs.Bid(rows[0].alias, START_FEN)
    answer = market.submit(hall.system, offering.id, [Command(low, "k-low")])[0]
    ops.append(_op(low, (100.0, 101.0), answer))
    return _entries(offering), ops, frames


def test_a_history_that_cannot_have_been_is_found(hall: Hall) -> None:
    entries, ops, frames = _sold(hall)

    def judged(ops: list[Op] = ops, frames: list[Frame] = frames) -> set[str]:
        return {name for name, count in judge(entries, ops, frames).items() if count}

    assert judged() == set()
    assert judged(frames=[frames[0]._replace(shown=frames[1].shown)]) == {"frames", "ladders"}
    short = {**frames[2].shown, "ladder": frames[2].shown["ladder"][1:]}
    assert judged(frames=[frames[2]._replace(shown=short)]) == {"ladders"}
    assert judged(frames=[frames[1], frames[0]]) == {"backwards"}
    assert judged(ops=[ops[0]._replace(seq=ops[1].seq), ops[1]._replace(seq=ops[0].seq)]) == {"order"}
    early = ops[4]._replace(sent_s=-2.0, told_s=-1.0)
    assert judged(ops=[*ops[:4], early]) == {"refusals"}
    assert judged(ops=[*ops[:4], ops[4]._replace(params={**ops[4].params, "price_fen": 1})]) == {"refusals"}
