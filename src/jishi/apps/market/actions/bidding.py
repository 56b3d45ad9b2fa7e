"""The way of a bid: lock, run due ticks, fold, write entries and the next due instant in one transaction, answer."""

from collections.abc import Sequence

from django.db import transaction

from jishi.apps.market.actions.clearing import clear_locked
from jishi.apps.market.actions.fold import Answer, Command, Locked, answer_all
from jishi.apps.market.actions.locking import lock_offering, lock_row
from jishi.apps.market.actions.notice import add_notice
from jishi.apps.market.actions.record import require_state
from jishi.apps.market.models import DRAFT, NOTICED, Offering, Registration
from jishi.apps.market.reads import get_bidder
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.frame import SCHEDULED
from jishi.platform import command
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.models import CommandRecord
from jishi.platform.turn import turn

LONGEST_KEY = 80
OF_BIDDERS = ("bid", "continue", "seal", "order", "cancel", "buy", "offer", "exercise", "decline")
"""The inputs a bidder gives."""
Slot = str | int
"""What an answer is kept under: the command's key, or its place where it has none."""


def take_part(ctx: Context, registration_id: str, given: inputs.Input, key: str) -> Answer:
    """Give a bidder's input for a registration the actor represents; a retry with the same key gets the same answer.

    Faults: `market.bid.not_yours` for what no bidder gives, `market.bid.other_alias`. Out of its phase the input
    is refused in the answer.
    """
    registration = _own_registration(ctx, registration_id)
    name = inputs.name_of(given)
    if name not in OF_BIDDERS:
        raise Fault("market.bid.not_yours", input=name, known=", ".join(OF_BIDDERS))
    if getattr(given, "alias", "") != registration.alias:
        raise Fault("market.bid.other_alias", alias=registration.alias)
    return _give(ctx, registration, given, key)


def place_bid(ctx: Context, registration_id: str, price_fen: int, key: str) -> Answer:
    """Place a quote (报价) for a registration the actor represents; a retry with the same key gets the same answer."""
    registration = _own_registration(ctx, registration_id)
    return _give(ctx, registration, inputs.Bid(registration.alias, price_fen), key)


def continue_bidding(ctx: Context, registration_id: str, key: str) -> Answer:
    """Say in the question period (询问期) that one goes on bidding."""
    registration = _own_registration(ctx, registration_id)
    return _give(ctx, registration, inputs.Continue(registration.alias), key)


def _give(ctx: Context, registration: Registration, given: inputs.Input, key: str) -> Answer:
    return submit(ctx, registration.offering_id, [Command(given, key)])[0]


def _own_registration(ctx: Context, registration_id: str) -> Registration:
    registration = get_bidder(registration_id)
    number, division = registration.offering.number, registration.offering.division
    require(ctx, "bid.place", Target(registration.offering_id, division, registration.party))
    if registration.state == Registration.QUALIFIED:
        raise Fault("market.bid.no_deposit", number=number)
    if registration.state != Registration.ADMITTED:
        raise Fault("market.bid.not_admitted", number=number, state=registration.state)
    return registration


def submit(ctx: Context, offering_id: str, commands: Sequence[Command]) -> list[Answer]:
    """Fold commands in order in one transaction; refusals change nothing but are remembered by key.

    A key answered before gets that answer again, also after the lot closed; with another command it is
    Fault `command.key_reused`.
    """
    slots: list[Slot] = [sent.key or place for place, sent in enumerate(commands)]
    sent_in = _first_in_each(slots, commands)
    with turn(), transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        if offering.state == DRAFT:
            require_state(offering, NOTICED)
        answers = _answered(offering, sent_in)
        fresh = {slot: sent for slot, sent in sent_in.items() if slot not in answers}
        answers |= zip(fresh, _answer(ctx, (offering, head), list(fresh.values())), strict=True)
        _remember(ctx, offering, {slot: answers[slot] for slot in fresh}, fresh)
    return [answers[slot] for slot in slots]


def advance_offering(ctx: Context, offering_id: str) -> None:
    """Run the ticks due by now and clear a book that awaits it; done already, it does nothing."""
    with transaction.atomic():
        clear_locked(ctx, lock_offering(ctx, offering_id))


def recover_outage(ctx: Context, last_alive_ms: int, grace_ms: int = 5_000) -> int:
    """Give bidders back the time the server was down; return how many lots were given time.

    A clock that ran out meanwhile, or one beside the announced close under which bidders act (rounds, questions),
    stops at the last sign of life and starts again now, and a public notice says so. Done already, it does nothing.
    """
    now_ms = ctx.now_ms()
    rows = Offering.objects.filter(state=NOTICED, suspended=False, due_ms__gt=last_alive_ms)
    rows = rows.exclude(phase=SCHEDULED).order_by("pk")
    ids = [row.id for row in rows if (row.due_ms or 0) <= now_ms or _is_short(row)]
    return sum(_give_back(ctx, offering_id, (last_alive_ms, now_ms - grace_ms)) for offering_id in ids)


def _is_short(offering: Offering) -> bool:
    """Tell whether bidders act under a clock that is not the announced close: a round, a question, a stage."""
    announced = offering.terms.get("closes", offering.terms.get("listing_end"))
    return bool(offering.accepts) and offering.due_ms != announced


def _give_back(ctx: Context, offering_id: str, silence: tuple[int, int]) -> bool:
    last_alive_ms, latest_ms = silence
    with transaction.atomic():
        offering, head = lock_row(offering_id)
        stopped_ms = max(last_alive_ms, head.at_ms)
        if stopped_ms > latest_ms or offering.state != NOTICED:
            return False  # the lot has moved since: it was given its time, or lost none
        pause = [Command(inputs.Suspend("outage"), at_ms=stopped_ms), Command(inputs.Resume())]
        if not all(answer.accepted for answer in answer_all(ctx, (offering, head), pause)):
            return False
        said = {"cause": "outage", "stopped_ms": stopped_ms, "resumed_ms": ctx.now_ms()}
        add_notice(ctx, (offering, head), "outage", said)
        return True


def _first_in_each(slots: Sequence[Slot], commands: Sequence[Command]) -> dict[Slot, Command]:
    """Keep the first command of each slot; a second one with the same key must say the same."""
    first: dict[Slot, Command] = {}
    for slot, sent in zip(slots, commands, strict=True):
        if len(sent.key) > LONGEST_KEY:
            raise Fault("market.key_long", length=len(sent.key), most=LONGEST_KEY)
        if first.setdefault(slot, sent).given != sent.given:
            raise Fault("command.key_reused", key=sent.key)
    return first


def _answered(offering: Offering, sent_in: dict[Slot, Command]) -> dict[Slot, Answer]:
    known = command.find_answers(offering.stream, [sent.key for sent in sent_in.values() if sent.key])
    for key, record in known.items():
        command.check_same(record, command.digest(inputs.to_json(sent_in[key].given)))
    return {key: Answer(**record.answer) for key, record in known.items()}


def _answer(ctx: Context, locked: Locked, fresh: Sequence[Command]) -> list[Answer]:
    offering = locked[0]
    if offering.state == NOTICED:
        return answer_all(ctx, locked, fresh)
    params = {"number": offering.number, "state": offering.state}
    return [Answer(False, "market.offering.closed", params, at_ms=locked[1].at_ms) for _ in fresh]


def _remember(
    ctx: Context, offering: Offering, answers: dict[Slot, Answer], fresh: dict[Slot, Command]
) -> None:
    CommandRecord.objects.bulk_create(
        CommandRecord(
            scope=offering.stream,
            key=sent.key,
            digest=command.digest(inputs.to_json(sent.given)),
            answer=answers[slot].to_json(),
            at_ms=ctx.now_ms(),
        )
        for slot, sent in fresh.items()
        if sent.key
    )
