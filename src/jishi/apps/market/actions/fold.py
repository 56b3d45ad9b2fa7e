"""Fold inputs over a locked offering, and write entries, snapshot and next due instant at the end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jishi.apps.market import events
from jishi.apps.market.actions.record import save
from jishi.apps.market.models import ENDED, Offering
from jishi.apps.packs import api as packs
from jishi.kernel.mechanism import contract, inputs
from jishi.kernel.mechanism.listing_state import next_valid_bid
from jishi.kernel.mechanism.registry import find
from jishi.platform import deadline, evidence
from jishi.platform.context import Context
from jishi.platform.models import CommandRecord, StreamHead


@dataclass(frozen=True, slots=True)
class Command:
    """One input with its idempotency key; `at_ms` is set only in simulated time."""

    given: inputs.Input
    key: str = ""
    at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command: accepted with sequence, instant and leaf hash, or refused with code and parameters."""

    accepted: bool
    code: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0
    at_ms: int = 0
    leaf_hash: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form stored with the idempotency key."""
        return {name: getattr(self, name) for name in ("accepted", "code", "seq", "at_ms", "leaf_hash")} | {
            "params": dict(self.params)
        }


def mechanism_of(offering: Offering) -> contract.Mechanism[Any, Any]:
    """Return the mechanism the offering's product chose."""
    choice = packs.default_pack().product(offering.product).mechanism
    return find(choice.id, choice.version)


def fold_one(ctx: Context, offering: Offering, head: StreamHead, given: inputs.Input) -> Answer:
    """Fold one input of an action that already holds the offering's lock."""
    return fold_all(ctx, (offering, head), [given])[0]


def fold_all(
    ctx: Context, locked: tuple[Offering, StreamHead], given: Sequence[inputs.Input]
) -> list[Answer]:
    """Fold inputs of an action that already holds the offering's lock."""
    fold = Fold(ctx, *locked)
    answers = [fold.take(Command(one)) for one in given]
    fold.finish()
    return answers


def store_state(offering: Offering, mechanism: contract.Mechanism[Any, Any], state: Any) -> None:
    """Write the mechanism's state and what pages read of it onto the row, and set the next deadline."""
    offering.snapshot = mechanism.dump(state)
    offering.phase, offering.suspended = state.phase, state.suspended
    offering.price_fen, offering.leader = state.price_fen, state.leader or ""
    offering.quotes, offering.registrants = state.quotes, len(state.admitted)
    offering.increment_fen = state.increment_fen
    offering.listing_start, offering.listing_end = state.terms.listing_start, state.terms.listing_end
    offering.registration_end = state.terms.registration_end
    offering.due_ms = mechanism.due(state)
    deadline.set_deadline("offering", offering.id, offering.due_ms)


def next_bid(offering: Offering) -> int | None:
    """Return the lowest valid quote now (fen), or None when none is."""
    if offering.snapshot is None:
        return None
    return next_valid_bid(mechanism_of(offering).load(offering.snapshot))


class Fold:
    """Fold inputs over a locked offering, and write everything at the end."""

    def __init__(self, ctx: Context, offering: Offering, head: StreamHead) -> None:
        self.ctx, self.offering, self.head = ctx, offering, head
        self.mechanism = mechanism_of(offering)
        self.state = self.mechanism.load(offering.snapshot or {})
        self.now_ms = ctx.now_ms()
        self.at_ms = head.at_ms
        self.news: list[evidence.NewEntry] = []
        self.pending: list[tuple[int, Answer]] = []
        self.records: list[tuple[CommandRecord, Answer]] = []

    def run_due(self, at_ms: int) -> None:
        for tick, due_ms, step in contract.advance(self.mechanism, self.state, at_ms):
            self._note(contract.Taken(tick, due_ms, step.events))
            self.state = step.state

    def take(self, sent: Command) -> Answer:
        at_ms = max(self.now_ms if sent.at_ms is None else sent.at_ms, self.at_ms)
        folded = contract.fold(self.mechanism, self.state, sent.given, at_ms)
        self.state = folded.state
        for taken in folded.taken:
            self._note(taken)
        if folded.refusal:
            return Answer(False, folded.refusal.code, dict(folded.refusal.params), at_ms=at_ms)
        answer = Answer(True, seq=self.head.seq + len(self.news), at_ms=at_ms)
        self.pending.append((len(self.news) - 1, answer))
        return answer

    def _note(self, taken: contract.Taken) -> None:
        data = {"input": inputs.to_json(taken.given), "events": list(taken.events)}
        self.at_ms = max(self.at_ms, taken.at_ms)
        self.news.append(("MechanismStepped", data, taken.at_ms))

    def finish(self) -> None:
        rows = evidence.append(self.head, max(self.now_ms, self.at_ms), self.news) if self.news else []
        for place, answer in self.pending:
            object.__setattr__(answer, "leaf_hash", rows[place].leaf_hash)
        for record, answer in self.records:
            record.answer = answer.to_json()
        CommandRecord.objects.bulk_create([record for record, _ in self.records])
        if self.news:
            self._store()

    def _store(self) -> None:
        offering = self.offering
        store_state(offering, self.mechanism, self.state)
        outcome = self.mechanism.outcome(self.state)
        closed = outcome["result"] != "open"
        if closed:
            _end(offering, outcome)
        save(self.ctx, offering)
        if closed:
            closed_ms = offering.closed_ms or self.at_ms
            events.publish(self.ctx, events.OfferingClosed(offering.id, outcome, closed_ms))


def _end(offering: Offering, outcome: dict[str, Any]) -> None:
    offering.outcome, offering.closed_ms = outcome, outcome["closed_at"]
    result = outcome["result"]
    offering.state = ENDED if result == "sold" else result
    deadline.set_deadline("offering", offering.id, None)
