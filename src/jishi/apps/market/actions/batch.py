"""Many commands for many offerings as one transaction: locked in one order, folded in the order they came, answered.

This is the one way inputs are taken: a single bid of the portal is a batch of one. A refusal changes nothing and is
remembered under its key like an acceptance. A fault concerns its command alone and is not remembered. A lot that
something else holds, perhaps a process that is cut off, is waited for briefly and then does not hold up the others.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.db import Error, InterfaceError, OperationalError, connection, transaction

from jishi.apps.market.actions.advancing import find_free
from jishi.apps.market.actions.fold import Answer, Command, Fold, Hashes, Locked, finish_all, with_hash
from jishi.apps.market.actions.locking import lock_offerings
from jishi.apps.market.models import DRAFT, NOTICED, Offering, Registration
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.door import check_texts
from jishi.platform import command, metric
from jishi.platform.batch import insert_values, select_values
from jishi.platform.context import Context
from jishi.platform.models import CommandRecord
from jishi.platform.patience import is_ended, is_held, wait_at_most
from jishi.platform.turn import turn

LONGEST_KEY = 80
WAIT_MS, SHORT_MS = 1_000, 250
"""So long a batch waits for a lock, where processes that live hold one for milliseconds; and for one found held."""
log = logging.getLogger("jishi.market")
Outcome = Answer | Fault
"""What became of a command: an answer, which its key keeps, or why there is none."""
_held: set[str] = set()
"""Offerings that were waited for in vain, until one of them is had again: they are settled after the others."""
_RECORD = ("scope", "key", "digest", "answer", "at_ms")


class Claim(NamedTuple):
    """By what a command is sent without a session: a registration, its alias, and the series of the ticket."""

    registration: str
    alias: str
    series: int


class Sent(NamedTuple):
    """A command for an offering; with a claim it is held against the registration once the offering is locked."""

    offering_id: str
    command: Command
    claim: Claim | None = None


Draw = Callable[[Collection[str]], Sequence[Sent]]
"""Give what else came for the offerings of these ids, which are locked now, in the order it came."""


def settle(ctx: Context, sent: Sequence[Sent]) -> list[Outcome]:
    """Fold commands in order inside the running transaction; the outcome of each in its place.

    A key answered before gets that answer again, also after the lot closed. Faults: `market.offering.unknown`,
    `market.offering.state` of a draft, `market.key_long`, `market.key_text`, `command.key_reused`,
    `mechanism.input.*`, `live.ticket.revoked`.
    """
    return _settle(ctx, list(sent), None)


def _settle(ctx: Context, sent: list[Sent], draw: Draw | None) -> list[Outcome]:
    """Settle what is sent and what is drawn, which is added to it."""
    batch = _Batch(ctx, lock_offerings(ctx, {each.offering_id for each in sent}))
    if draw is not None:
        sent += draw(batch.locked.keys())
    batch.read(sent)
    outcomes = [batch.answer(each) for each in sent]
    return batch.finish(sent, outcomes)


def settle_each(ctx: Context, sent: Sequence[Sent], draw: Draw | None = None) -> list[Outcome]:
    """Settle commands in one transaction of its own; what fails is settled apart, so that it fails alone.

    `draw` is asked once the locks are held, so that who waited for them long takes the more; the outcomes of what it
    gives come after the others.
    Fault `live.held` for a command whose offering something else holds, `live.failed` for one that fails by itself:
    nothing of it was taken. Raise `OperationalError` when the database is not there: then nobody knows, and the key
    tells later.
    """
    sent = list(sent)
    late = [place for place, each in enumerate(sent) if each.offering_id in _held]
    if not late:
        return _settle_whole(ctx, sent, WAIT_MS, draw)
    rest = [place for place, each in enumerate(sent) if each.offering_id not in _held]
    first = _settle_parts(sent, [rest] if rest else [], lambda part: _settle_whole(ctx, part, WAIT_MS))
    return _in_order(first | _settle_parts(sent, [late], lambda part: _settle_late(ctx, part)))


def _settle_late(ctx: Context, sent: list[Sent]) -> list[Outcome]:
    """Settle what was left until the others were stored: however it fails, they are answered as they are."""
    try:
        return _settle_whole(ctx, sent, SHORT_MS)
    except (InterfaceError, OperationalError):
        log.exception("%d commands for offerings held by another failed", len(sent))
    metric.refused("live.failed", len(sent))
    return [Fault("live.failed") for _ in sent]


def _settle_whole(ctx: Context, sent: list[Sent], wait_ms: int, draw: Draw | None = None) -> list[Outcome]:
    """Settle commands together, waiting so long for a lock; where that fails, apart."""
    try:
        return _settle_twice(ctx, sent, wait_ms, draw)
    except (InterfaceError, OperationalError):
        raise
    except Exception:
        log.exception("a batch of %d failed; it is taken apart", len(sent))
    parts = _apart(sent)
    if len(parts) == 1:
        metric.refused("live.failed", len(sent))
        return [Fault("live.failed") for _ in sent]
    return _in_order(_settle_parts(sent, parts, lambda part: settle_each(ctx, part)))


def _settle_twice(ctx: Context, sent: list[Sent], wait_ms: int, draw: Draw | None) -> list[Outcome]:
    """Settle commands, once more after a lost line, a deadlock or a silence: what was stored is found by its key."""
    try:
        return _settle_bounded(ctx, sent, wait_ms, draw)
    except Error as error:
        if is_held(error):
            return _settle_free(ctx, sent, "live.held")
        if not isinstance(error, InterfaceError | OperationalError) and not is_ended(error):
            raise
        connection.close()
    try:
        return _settle_bounded(ctx, sent, wait_ms, None)
    except OperationalError as error:
        if is_held(error):  # by the line that was lost, perhaps, which may yet store it
            return _settle_free(ctx, sent, "live.failed")
        raise


def _settle_bounded(ctx: Context, sent: list[Sent], wait_ms: int, draw: Draw | None) -> list[Outcome]:
    wait_at_most(wait_ms)
    outcomes = _settle_once(ctx, sent, draw)
    if _held:
        _held.difference_update(each.offering_id for each in sent)
    return outcomes


def _settle_free(ctx: Context, sent: Sequence[Sent], code: str) -> list[Outcome]:
    """Settle the commands of those offerings that nothing else holds now; the others get a Fault of this code."""
    asked = {each.offering_id for each in sent}
    with turn(), transaction.atomic():
        free = set(find_free(list(asked)))
        _held.difference_update(free)
        _held.update(asked - free)
        places = [place for place, each in enumerate(sent) if each.offering_id in free]
        done = dict(zip(places, _settle(ctx, [sent[place] for place in places], None), strict=True))
    log.warning("%d of %d offerings of a batch are held by another", len(asked - free), len(asked))
    if len(done) < len(sent):
        metric.refused(code, len(sent) - len(done))
    return [done.get(place) or Fault(code) for place in range(len(sent))]


def _settle_parts(
    sent: Sequence[Sent], parts: Iterable[list[int]], settle_part: Callable[[list[Sent]], list[Outcome]]
) -> dict[int, Outcome]:
    """Settle parts of places one after another; return the outcome of each place."""
    outcomes: dict[int, Outcome] = {}
    for part in parts:
        outcomes |= zip(part, settle_part([sent[place] for place in part]), strict=True)
    return outcomes


def _in_order(outcomes: dict[int, Outcome]) -> list[Outcome]:
    return [outcomes[place] for place in range(len(outcomes))]


def _settle_once(ctx: Context, sent: list[Sent], draw: Draw | None = None) -> list[Outcome]:
    with turn(), transaction.atomic():
        return _settle(ctx, sent, draw)


def _apart(sent: Sequence[Sent]) -> list[list[int]]:
    """Part places by offering; those of one offering one by one, in their order."""
    by_offering: dict[str, list[int]] = {}
    for place, each in enumerate(sent):
        by_offering.setdefault(each.offering_id, []).append(place)
    parts = list(by_offering.values())
    return parts if len(parts) > 1 else [[place] for place in parts[0]]


def refusal_of(state: str, number: str) -> Fault | None:
    """Say why a registration in a state may not bid, None when it may."""
    if state == Registration.ADMITTED:
        return None
    if state == Registration.QUALIFIED:
        return Fault("market.bid.no_deposit", number=number)
    return Fault("market.bid.not_admitted", number=number, state=state)


class _Claimed(NamedTuple):
    """What a registration is once its offering is locked."""

    offering: str
    alias: str
    series: int
    state: str


class _Batch:
    """One settling: what was known of keys and registrations under the locks, and a fold for each offering."""

    def __init__(self, ctx: Context, locked: dict[str, Locked]) -> None:
        self.ctx, self.locked = ctx, locked
        self.folds: dict[str, Fold] = {}
        self.known: dict[tuple[str, str], command.Given] = {}
        self.claimed: dict[str, _Claimed] = {}
        self.first: dict[tuple[str, str], tuple[Sent, Answer]] = {}
        self.again: list[Outcome] = []

    def read(self, sent: Sequence[Sent]) -> None:
        """Read the answers given before and the registrations that are claimed: a query each."""
        keys = {each.command.key for each in sent if each.command.key.isprintable()} - {""}
        if keys:
            scopes = [locked[0].stream for locked in self.locked.values()]
            self.known = command.find_answers(scopes, keys)
        ids = {each.claim.registration for each in sent if each.claim}
        if ids:
            names = ("id", "offering", "alias", "ticket_series", "state")
            rows = select_values(Registration, names, ("id", ids))
            self.claimed = {key: _Claimed(*rest) for key, *rest in rows}

    def answer(self, sent: Sent) -> Outcome:
        """Answer one command, with the answer its key got before if it did."""
        locked = self.locked.get(sent.offering_id)
        if locked is None:
            return Fault("market.offering.unknown", offering=sent.offering_id)
        key = sent.command.key
        if not key:
            return self._answer(locked, sent)
        if len(key) > LONGEST_KEY:
            return Fault("market.key_long", length=len(key), most=LONGEST_KEY)
        if not key.isprintable():
            return Fault("market.key_text")
        place = (locked[0].stream, key)
        earlier = self.first.get(place)
        if earlier is not None:
            same = earlier[0].command.given == sent.command.given
            return self._repeat(earlier[1]) if same else Fault("command.key_reused", key=key)
        outcome = self._again(self.known[place], sent) if place in self.known else self._answer(locked, sent)
        if isinstance(outcome, Answer):
            self.first[place] = (sent, outcome)
        return outcome

    def finish(self, sent: Sequence[Sent], outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Write everything at once; return the outcomes with the leaf hashes of what was accepted."""
        done: list[Outcome] = []

        def remember(hashes: Hashes) -> None:
            done.extend(
                with_hash(outcome, hashes[each.offering_id])
                if isinstance(outcome, Answer) and outcome.accepted and not outcome.leaf_hash
                else outcome
                for each, outcome in zip(sent, outcomes, strict=True)
            )
            self._remember(zip(sent, done, strict=True))

        finish_all(self.ctx, list(self.folds.values()), remember)
        transaction.on_commit(partial(_count, done, self.again), robust=True)
        return done

    def _again(self, known: command.Given, sent: Sent) -> Outcome:
        try:
            command.check_same(known, sent.command.key, _digest(sent.command.given))
        except Fault as fault:
            return fault
        return self._doubt(sent) or self._repeat(Answer(**known.answer))

    def _repeat(self, answer: Answer) -> Answer:
        self.again.append(answer)
        return answer

    def _answer(self, locked: Locked, sent: Sent) -> Outcome:
        offering, head = locked
        if doubt := self._doubt(sent):
            return doubt
        if offering.state == DRAFT:
            return Fault("market.offering.state", number=offering.number, state=DRAFT, needed=NOTICED)
        if sent.claim is not None:
            state = self.claimed[sent.claim.registration].state
            if refused := refusal_of(state, offering.number):
                return Answer(False, refused.code, refused.params, at_ms=head.at_ms)
        if offering.state != NOTICED:
            params = {"number": offering.number, "state": offering.state}
            return Answer(False, "market.offering.closed", params, at_ms=head.at_ms)
        return self._take(offering, sent.command)

    def _take(self, offering: Offering, sent: Command) -> Outcome:
        fold = self.folds.get(offering.id)
        if fold is None:
            fold = self.folds[offering.id] = Fold(self.ctx, *self.locked[offering.id])
        try:
            check_texts(sent.given)  # what one database cannot hold must not undo the batch of all
            return fold.take(sent)
        except Fault as fault:
            return fault

    def _doubt(self, sent: Sent) -> Fault | None:
        """Doubt a claim whose ticket was revoked, or that is not of this offering or alias."""
        if sent.claim is None:
            return None
        found = self.claimed.get(sent.claim.registration)
        if found is None or found[:3] != (sent.offering_id, sent.claim.alias, sent.claim.series):
            return Fault("live.ticket.revoked")
        return None

    def _remember(self, done: Iterable[tuple[Sent, Outcome]]) -> None:
        at_ms = self.ctx.now_ms()
        fresh: dict[tuple[str, str], tuple[Any, ...]] = {}
        for sent, outcome in done:
            if not sent.command.key or isinstance(outcome, Fault):
                continue
            place = (f"offering/{sent.offering_id}", sent.command.key)
            if place not in fresh and place not in self.known:
                fresh[place] = (*place, _digest(sent.command.given), outcome.to_text(), at_ms)
        insert_values(CommandRecord, _RECORD, list(fresh.values()))


def _count(done: Sequence[Outcome], again: Sequence[Outcome]) -> None:
    """Count what became of commands, once they are stored: by every way, and each key once."""
    found = Counter(map(_reason_of, done))
    found.subtract(map(_reason_of, again))
    metric.accepted(found.pop("", 0))
    metric.repeated(len(again))
    for code, count in found.items():
        if count:
            metric.refused(code, count)


def _reason_of(outcome: Outcome) -> str:
    return "" if isinstance(outcome, Answer) and outcome.accepted else outcome.code


def _digest(given: inputs.Input) -> str:
    return command.digest(inputs.to_json(given))
