"""Fold inputs over a locked offering, and write entries, snapshot and next due instant at the end."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from jishi.apps.market import events, moved
from jishi.apps.market.actions.record import save_all
from jishi.apps.market.mechanism import Running, mechanism_of, show_dates
from jishi.apps.market.models import ENDED, NOTICED, Offering
from jishi.apps.market.secrecy import WITHHELD
from jishi.apps.market.states import keep_state, load_state
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import contract, inputs
from jishi.platform import deadline, evidence
from jishi.platform.batch import together
from jishi.platform.context import Context
from jishi.platform.entropy import new_salt
from jishi.platform.models import StreamHead

# the fields that hold the mechanism's state, and those written once it ended
FOLDED = (
    "snapshot", "mark", "phase", "suspended", "accepts", "awaits", "price_fen", "leader", "quotes", "registrants",
    "start_price_fen", "increment_fen", "listing_start", "listing_end", "registration_end", "terms", "due_ms",
)  # fmt: skip
ENDING = ("outcome", "closed_ms", "state")
AUTOMATIC = frozenset({"clear"})
"""What a mechanism may await that the platform gives by itself, as soon as it can."""
Locked = tuple[Offering, StreamHead]
"""An offering and its evidence head, both locked in the running transaction."""


class Command(NamedTuple):
    """One input with its idempotency key; `at_ms` is set only in simulated time.

    `read` says that the input was read by `inputs.from_json`, which checks it.
    """

    given: inputs.Input
    key: str = ""
    at_ms: int | None = None
    read: bool = False


class Answer(msgspec.Struct, frozen=True):
    """What became of a command: accepted with sequence, instant and leaf hash, or refused with code and parameters."""

    accepted: bool
    code: str = ""
    params: dict[str, Any] = {}
    seq: int = 0
    at_ms: int = 0
    leaf_hash: str = ""

    def to_text(self) -> str:
        """Return the JSON stored with the idempotency key; `Answer(**form)` takes what is read from it."""
        return _ENCODER.encode(self).decode()


_ENCODER = msgspec.json.Encoder()


def fold_all(ctx: Context, locked: Locked, given: Sequence[inputs.Input]) -> None:
    """Fold inputs of an action that already holds the offering's lock; the first refusal is raised as a Fault."""
    for answer in answer_all(ctx, locked, [Command(one) for one in given]):
        if not answer.accepted:
            raise Fault(answer.code, **answer.params)


def answer_all(ctx: Context, locked: Locked, commands: Sequence[Command]) -> list[Answer]:
    """Fold commands in order under the offering's lock and answer each; a refusal changes nothing."""
    fold = Fold(ctx, *locked)
    answers = [fold.take(command) for command in commands]
    hashes = finish_all(ctx, [fold])[fold.offering.id]
    return [with_hash(answer, hashes) for answer in answers]


def with_hash(answer: Answer, hashes: Mapping[int, str]) -> Answer:
    """Return an answer with the leaf hash of its entry."""
    if not answer.accepted:
        return answer
    return Answer(True, seq=answer.seq, at_ms=answer.at_ms, leaf_hash=hashes[answer.seq])


def store_state(offering: Offering, mechanism: Running, state: Any) -> None:
    """Write the mechanism's state and what pages read of it onto the row, and set the next deadline."""
    view = mechanism.view(state)
    offering.snapshot = mechanism.dump(state)
    keep_state(offering, state)
    offering.phase, offering.suspended = view.phase, view.suspended
    offering.price_fen, offering.leader = view.price_fen, view.leader or ""
    offering.quotes, offering.registrants = view.quotes, view.registrants
    offering.terms = dict(offering.snapshot["terms"])
    show_dates(offering, view)
    before = (offering.due_ms, offering.awaits)
    offering.due_ms, offering.awaits, offering.accepts = view.due_ms, view.awaits, sorted(view.accepts)
    if (offering.due_ms, offering.awaits) != before:
        at_once = view.last_ms if view.awaits in AUTOMATIC else None
        deadline.set_deadline("offering", offering.id, at_once if view.due_ms is None else view.due_ms)


class Fold:
    """Fold inputs over a locked offering in memory; `finish_all` writes everything at once."""

    def __init__(self, ctx: Context, offering: Offering, head: StreamHead) -> None:
        self.ctx, self.offering, self.head = ctx, offering, head
        self.mechanism = mechanism_of(offering)
        self.state = load_state(offering)
        self.now_ms = ctx.now_ms()
        self.at_ms = head.at_ms
        self.taken: list[contract.Taken] = []

    def run_due(self, at_ms: int) -> None:
        """Run the ticks due by an instant (ms)."""
        for tick, due_ms, step in contract.advance(self.mechanism, self.state, at_ms):
            self._note(contract.Taken(tick, due_ms, step.events))
            self.state = step.state

    def take(self, sent: Command) -> Answer:
        """Take one input at the later of the clock and the last event; its leaf hash comes from `finish_all`.

        Fault `mechanism.input.*` for what no bundle could hold, such as a number beyond 2^53.
        """
        given = sent.given if sent.read else inputs.from_json(inputs.to_json(sent.given))
        at_ms = max(self.now_ms if sent.at_ms is None else sent.at_ms, self.at_ms)
        folded = contract.fold(self.mechanism, self.state, given, at_ms)
        self.state = folded.state
        for taken in folded.taken:
            self._note(taken)
        if folded.refusal:
            return Answer(False, folded.refusal.code, dict(folded.refusal.params), at_ms=at_ms)
        return Answer(True, seq=self.head.seq + len(self.taken), at_ms=at_ms)

    def list_news(self) -> list[evidence.NewEntry]:
        """Return the entries that say what was taken."""
        return [("MechanismStepped", self._data(taken), taken.at_ms) for taken in self.taken]

    def store(self) -> None:
        """Put the state on the row, in memory, and what became of the offering if it ended."""
        store_state(self.offering, self.mechanism, self.state)
        outcome = self.mechanism.outcome(self.state)
        if outcome["result"] != "open":
            _end(self.offering, outcome)

    def _note(self, taken: contract.Taken) -> None:
        self.at_ms = max(self.at_ms, taken.at_ms)
        self.taken.append(taken)

    def _data(self, taken: contract.Taken) -> dict[str, Any]:
        data: dict[str, Any] = {"input": inputs.to_json(taken.given), "events": list(taken.events)}
        if data["input"]["type"] in WITHHELD:
            data["salt"] = new_salt(self.ctx.entropy)
        return data


Hashes = dict[str, dict[int, str]]
"""The leaf hashes of new entries (hexadecimal), by offering and sequence."""


def finish_all(ctx: Context, folds: Sequence[Fold], also: Callable[[Hashes], None] | None = None) -> Hashes:
    """Write entries, offerings, search rows and due instants; give each offering's new leaf hashes by sequence.

    `also` writes what belongs to them: it is given the hashes, and must not ask what its statements changed.
    """
    hashes: Hashes = {fold.offering.id: {} for fold in folds}
    moving = [fold for fold in folds if fold.taken]
    if not moving and also is None:
        return hashes
    before = {fold.offering.id: fold.offering.phase for fold in moving}
    with together():
        for written in _append(ctx, moving):
            hashes[written.stream.removeprefix("offering/")][written.seq] = written.leaf_hash
        for fold in moving:
            fold.store()
        same = [each.offering for each in moving if _stays(each.offering, before[each.offering.id])]
        save_all(ctx, same, FOLDED, searched=False)
        if also is not None:
            also(hashes)
    plain = {row.id for row in same}
    _save_rest(ctx, [each.offering for each in moving if each.offering.id not in plain])
    if moving and moved.is_heard():
        moved.tell([moved.Moved(fold.offering.id, fold.head.seq) for fold in moving])
    return hashes


def _stays(offering: Offering, phase: str) -> bool:
    return offering.state == NOTICED and offering.phase == phase


def _append(ctx: Context, moving: Sequence[Fold]) -> list[evidence.Written]:
    heads = {fold.head.stream: fold.head for fold in moving}
    news = {fold.head.stream: fold.list_news() for fold in moving}
    return evidence.append_all(heads, ctx.now_ms(), news) if news else []


def _save_rest(ctx: Context, offerings: Sequence[Offering]) -> None:
    """Store what entered another phase or ended, and tell other rooms of what ended."""
    ended = [row for row in offerings if row.state != NOTICED]
    save_all(ctx, [row for row in offerings if row.state == NOTICED], FOLDED)
    save_all(ctx, ended, (*FOLDED, *ENDING))
    for row in ended:
        events.publish(ctx, events.OfferingClosed(row.id, row.outcome or {}, row.closed_ms or ctx.now_ms()))


def _end(offering: Offering, outcome: dict[str, Any]) -> None:
    offering.outcome, offering.closed_ms = outcome, outcome["closed_at"]
    result = outcome["result"]
    offering.state = ENDED if result == "sold" else result
