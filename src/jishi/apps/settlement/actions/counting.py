"""Count payments to deposits: what counts, what is too much, what is late; who is admitted by it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from jishi.apps.market import api as market
from jishi.apps.settlement import ledger
from jishi.apps.settlement.actions import projection
from jishi.apps.settlement.actions.locking import move
from jishi.apps.settlement.actions.owing import Owed, new_refunds
from jishi.apps.settlement.models import BankPayment, Refund, SubAccount
from jishi.platform.context import Context
from jishi.platform.deadline import set_deadline

TRANSFER, NO_DEPOSIT = "transfer", "none"
"""How a deposit is secured: paid in, or none was asked for."""
Source = tuple[str, Callable[[BankPayment], str]]


@dataclass(slots=True)
class Booking:
    """A payment and the sub-account it is meant for."""

    payment: BankPayment
    sub: SubAccount


def book(
    ctx: Context, offerings: Mapping[str, market.Offering], bookings: Sequence[Booking], source: Source
) -> None:
    """Count payments to their sub-accounts out of `source` (account, its sub-ledger); `offerings` are locked.

    Sets the payments' state and sub-account without storing them.
    """
    by_offering = sorted(bookings, key=lambda b: b.sub.offering_id)
    for offering_id, group in groupby(by_offering, key=lambda b: b.sub.offering_id):
        _book_offering(ctx, offerings[offering_id], list(group), source)


def _book_offering(
    ctx: Context, offering: market.Offering, bookings: Sequence[Booking], source: Source
) -> None:
    admitting = admits_now(ctx, offering)
    counted = [(b, _count(offering, b, admitting=admitting)) for b in bookings]
    owed: list[Owed] = [
        (b.sub, rest, cause, ctx.now_ms()) for b, (_, rest) in counted if rest for cause in [_cause(b)]
    ]
    refunds = new_refunds(ctx, offering, owed)
    account, name = source
    sides = [(account, name(b.payment), b.payment.amount_fen) for b in bookings]
    sides += [(ledger.DEPOSIT, b.sub.registration_id, -taken) for b, (taken, _) in counted]
    sides += [(ledger.REFUND_PAYABLE, refund.id, -refund.amount_fen) for refund in refunds]
    ledger.post(ctx, "deposit_received", offering.id, sides)
    admit_paid(ctx, offering, list({b.sub.registration_id: b.sub for b in bookings}.values()))
    if refunds:
        projection.show_refunds(ctx, offering.id, offering.division, f"{offering.number} {offering.title}")


def _count(offering: market.Offering, booking: Booking, *, admitting: bool) -> tuple[int, int]:
    """Add to the sub-account what counts; return (fen counted, fen to give back)."""
    payment, sub = booking.payment, booking.sub
    payment.sub_account = sub
    in_time = payment.at_ms < offering.registration_end and admitting
    if sub.state not in SubAccount.LIVE or not in_time:
        payment.state = BankPayment.LATE
        if sub.state not in SubAccount.LIVE and sub.state != SubAccount.APPLIED:
            sub.state = SubAccount.REFUND_DUE
        return 0, payment.amount_fen
    payment.state = BankPayment.MATCHED
    taken = min(sub.missing_fen, payment.amount_fen)
    if taken:
        sub.held_fen += taken
        sub.state = SubAccount.HELD if not sub.missing_fen else SubAccount.PART
    return taken, payment.amount_fen - taken


def admits_now(ctx: Context, offering: market.Offering) -> bool:
    """Tell whether a deposit still admits: now, or, suspended, once the offering runs again."""
    return offering.state == "noticed" and market.admits(offering, ctx.now_ms())


def _cause(booking: Booking) -> str:
    return Refund.LATE if booking.payment.state == BankPayment.LATE else Refund.EXCESS


def admit_paid(
    ctx: Context, offering: market.Offering, subs: Sequence[SubAccount], how: str = TRANSFER
) -> None:
    """Store the sub-accounts and admit those paid in full; a suspended offering admits once it runs again."""
    full = [sub for sub in subs if sub.state == SubAccount.HELD]
    if offering.suspended and full:
        set_deadline("held_deposit", offering.id, ctx.now_ms())
    elif full:
        for sub in full:
            sub.state = SubAccount.FUNDED
    move(subs)
    projection.show_deposits(ctx, subs, f"{offering.number} {offering.title}", offering.registration_end)
    funded = [(sub.registration_id, how) for sub in full if sub.state == SubAccount.FUNDED]
    if funded:
        market.secure_deposits(ctx.as_system(), offering.id, funded)
