"""The way of a bid: lock, run due ticks, fold, write entries and the next due instant in one transaction, answer."""

import logging
from collections.abc import Sequence

from django.db import transaction

from jishi.apps.market.actions.batch import Claim, Outcome, Sent, refusal_of, settle
from jishi.apps.market.actions.clearing import clear_locked
from jishi.apps.market.actions.fold import Answer, Command
from jishi.apps.market.actions.line import enter
from jishi.apps.market.actions.locking import lock_offering, lock_row
from jishi.apps.market.actions.outage import find_silences, give_back, stopped_ms
from jishi.apps.market.models import NOTICED, Offering, Registration
from jishi.apps.market.reads import get_bidder
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.silence import Silence
from jishi.platform.turn import turn

OF_BIDDERS = ("bid", "continue", "seal", "order", "cancel", "buy", "offer", "exercise", "decline")
"""The inputs a bidder gives."""
log = logging.getLogger("jishi.outage")


def take_part(ctx: Context, registration_id: str, given: inputs.Input, key: str) -> Answer:
    """Give a bidder's input for a registration the actor represents; a retry with the same key gets the same answer.

    Faults: `market.bid.not_yours` for what no bidder gives, `market.bid.other_alias`, those of `line.enter`.
    Out of its phase the input is refused in the answer.
    """
    registration = own_registration(ctx, registration_id)
    name = inputs.name_of(given)
    if name not in OF_BIDDERS:
        raise Fault("market.bid.not_yours", input=name, known=", ".join(OF_BIDDERS))
    if getattr(given, "alias", "") != registration.alias:
        raise Fault("market.bid.other_alias", alias=registration.alias)
    return _give(ctx, registration, given, key)


def place_bid(ctx: Context, registration_id: str, price_fen: int, key: str) -> Answer:
    """Place a quote (报价) for a registration the actor represents; a retry with the same key gets the same answer."""
    registration = own_registration(ctx, registration_id)
    return _give(ctx, registration, inputs.Bid(registration.alias, price_fen), key)


def continue_bidding(ctx: Context, registration_id: str, key: str) -> Answer:
    """Say in the question period (询问期) that one goes on bidding."""
    registration = own_registration(ctx, registration_id)
    return _give(ctx, registration, inputs.Continue(registration.alias), key)


def _give(ctx: Context, registration: Registration, given: inputs.Input, key: str) -> Answer:
    claim = Claim(registration.id, registration.alias, registration.ticket_series)
    return enter(ctx, Sent(registration.offering_id, Command(given, key), claim), registration.party)


def own_registration(ctx: Context, registration_id: str) -> Registration:
    """Return a registration the actor represents and that may bid.

    Faults: `access.denied`, `market.bid.no_deposit`, `market.bid.not_admitted`.
    """
    registration = get_bidder(registration_id)
    number, division = registration.offering.number, registration.offering.division
    require(ctx, "bid.place", Target(registration.offering_id, division, registration.party))
    if refused := refusal_of(registration.state, number):
        raise refused
    return registration


def submit(ctx: Context, offering_id: str, commands: Sequence[Command]) -> list[Answer]:
    """Fold commands in order in one transaction; refusals change nothing but are remembered by key.

    A key answered before gets that answer again, also after the lot closed; with another command it is
    Fault `command.key_reused`. A fault of one command undoes all.
    """
    with turn(), transaction.atomic():
        return [_certain(each) for each in settle(ctx, [Sent(offering_id, sent) for sent in commands])]


def _certain(outcome: Outcome) -> Answer:
    if isinstance(outcome, Fault):
        raise outcome
    return outcome


def advance_offering(ctx: Context, offering_id: str) -> None:
    """Run the ticks due by now and clear a book that awaits it; done already, it does nothing."""
    with transaction.atomic():
        clear_locked(ctx, lock_offering(ctx, offering_id))


def recover_outage(ctx: Context) -> int:
    """Give bidders back the time of the latest silence at once; return how many lots were given time.

    A lot that is not reached, or fails, gets it when it is locked next. Done already, it does nothing.
    """
    silence = next(reversed(find_silences(ctx)), None)
    if silence is None:
        return 0
    rows = Offering.objects.filter(state=NOTICED, suspended=False, due_ms__gt=silence.from_ms).order_by("pk")
    lost = [row.id for row in rows if stopped_ms(row, silence) is not None]
    return sum([_give_back(ctx, offering_id, silence) for offering_id in lost])


def _give_back(ctx: Context, offering_id: str, silence: Silence) -> bool:
    try:
        with turn(), transaction.atomic():
            return give_back(ctx, lock_row(offering_id), [silence])
    except Exception:
        log.exception("lot %s did not get its time back; it does when it is locked next", offering_id)
        return False
