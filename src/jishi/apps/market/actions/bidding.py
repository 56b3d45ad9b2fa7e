"""The way of a bid: lock, run due ticks, fold, write entries and the next due instant in one transaction, answer."""

from collections.abc import Sequence

from django.db import transaction

from jishi.apps.market.actions.fold import Answer, Command, Fold
from jishi.apps.market.actions.locking import lock_offering, lock_row
from jishi.apps.market.actions.record import guard
from jishi.apps.market.models import NOTICED, Offering, Registration
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs
from jishi.platform import command, deadline
from jishi.platform.context import Context
from jishi.platform.models import CommandRecord

TIMED = ("question", "rounds")


def place_bid(ctx: Context, registration_id: str, price_fen: int, key: str) -> Answer:
    """Place a quote (报价) for a registration the actor represents; a retry with the same key gets the same answer."""
    registration = _own_registration(ctx, registration_id)
    given = inputs.Bid(registration.alias, price_fen)
    return submit(ctx, registration.offering_id, [Command(given, key)])[0]


def continue_bidding(ctx: Context, registration_id: str, key: str) -> Answer:
    """Say in the question period (询问期) that one goes on bidding."""
    registration = _own_registration(ctx, registration_id)
    return submit(ctx, registration.offering_id, [Command(inputs.Continue(registration.alias), key)])[0]


def _own_registration(ctx: Context, registration_id: str) -> Registration:
    registration = Registration.objects.select_related("offering").filter(pk=registration_id).first()
    if registration is None:
        raise Fault("market.registration.unknown", registration=registration_id)
    guard(ctx, "bid.place", registration.offering_id, registration.party)
    if registration.state != Registration.ADMITTED:
        code = (
            "market.bid.no_deposit"
            if registration.state == Registration.QUALIFIED
            else "market.bid.not_admitted"
        )
        raise Fault(code, number=registration.offering.number, state=registration.state)
    return registration


def submit(ctx: Context, offering_id: str, commands: Sequence[Command]) -> list[Answer]:
    """Fold commands in order in one transaction; refusals change nothing but are remembered by key."""
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        _require_open(offering)
        fold = Fold(ctx, offering, head)
        known = command.find_answers(offering.stream, [c.key for c in commands if c.key])
        answers = [_answer(fold, c, known) for c in commands]
        fold.finish()
    return answers


def advance_offering(ctx: Context, offering_id: str) -> None:
    """Run the ticks due by now; done already, it does nothing."""
    with transaction.atomic():
        offering, _ = lock_offering(ctx, offering_id)
        if offering.state != NOTICED:
            deadline.set_deadline("offering", offering.id, None)


def recover_outage(ctx: Context, last_alive_ms: int, grace_ms: int = 5_000) -> int:
    """Give running rounds back the time the server was down; return how many lots were given time.

    The clock of a lot in its question period or rounds stops at the last sign of life and starts again now.
    """
    if ctx.now_ms() - last_alive_ms < grace_ms:
        return 0
    rows = Offering.objects.filter(state=NOTICED, phase__in=TIMED, suspended=False, due_ms__gt=last_alive_ms)
    ids = list(rows.values_list("id", flat=True))
    for offering_id in ids:
        with transaction.atomic():
            offering, head = lock_row(offering_id)
            fold = Fold(ctx, offering, head)
            fold.take(Command(inputs.Suspend("outage"), at_ms=max(last_alive_ms, head.at_ms)))
            fold.take(Command(inputs.Resume()))
            fold.finish()
    return len(ids)


def _require_open(offering: Offering) -> None:
    if offering.state != NOTICED:
        raise Fault("market.offering.closed", number=offering.number, state=offering.state)


def _answer(fold: "Fold", sent: Command, known: dict[str, CommandRecord]) -> Answer:
    if not sent.key:
        return fold.take(sent)
    digest = command.digest(inputs.to_json(sent.given))
    if sent.key in known:
        command.check_same(known[sent.key], digest)
        return Answer(**known[sent.key].answer)
    answer = fold.take(sent)
    record = CommandRecord(scope=fold.offering.stream, key=sent.key, digest=digest, at_ms=fold.now_ms)
    fold.records.append((record, answer))
    known[sent.key] = record
    record.answer = answer.to_json()
    return answer
