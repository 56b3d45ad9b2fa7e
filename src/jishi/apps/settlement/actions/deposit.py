"""What happens to deposits (保证金) when the market moves: opened, released, applied to the price.

These run inside the market's transaction, under the offering's lock.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.settlement import ledger
from jishi.apps.settlement.actions import projection
from jishi.apps.settlement.actions.counting import NO_DEPOSIT, TRANSFER, admit_paid, admits_now
from jishi.apps.settlement.actions.locking import get_sub_accounts, lock_offerings, move
from jishi.apps.settlement.actions.owing import owe
from jishi.apps.settlement.bank import find_bank
from jishi.apps.settlement.models import Guarantee, Refund, SubAccount
from jishi.kernel.mechanism import awards_of
from jishi.platform.batch import insert_rows
from jishi.platform.context import Context
from jishi.platform.deadline import set_deadline

RETRY_MS = 5_000
Sub = SubAccount


def open_sub_accounts(ctx: Context, event: market.RegistrationsQualified) -> None:
    """Give each qualified registration its own sub-account number; admit at once where no deposit is asked."""
    offering = market.get_offering(event.offering_id)
    wanted = set(event.registration_ids)
    rows = [row for row in market.list_registrations(offering.id) if row.id in wanted]
    numbers = find_bank().open_numbers(ctx, len(rows))
    subs = [
        Sub(
            registration_id=row.id,
            offering_id=offering.id,
            division=offering.division,
            party=row.party,
            alias=row.alias,
            number=number,
            due_fen=offering.deposit_fen,
            simulated=row.simulated,
        )
        for row, number in zip(rows, numbers, strict=True)
    ]
    insert_rows(subs)
    if offering.deposit_fen or not admits_now(ctx, offering):
        projection.show_deposits(ctx, subs, _title(offering), offering.registration_end)
        return
    for sub in subs:  # nothing is asked for: all of it is there
        sub.state = Sub.HELD
    admit_paid(ctx, offering, subs, how=NO_DEPOSIT)


def release_registrations(ctx: Context, event: market.RegistrationsReleased) -> None:
    """Owe withdrawn registrations their money back."""
    subs = list(Sub.objects.filter(pk__in=event.registration_ids, state__in=Sub.LIVE).order_by("pk"))
    _release(ctx, market.get_offering(event.offering_id), subs, (Refund.WITHDRAWN, ctx.now_ms()))


def release_losers(ctx: Context, event: market.OfferingClosed) -> None:
    """Owe everybody but the winners, and sellers, the deposit back (Order 39 of 2007 art. 21)."""
    offering = market.get_offering(event.offering_id)
    sold = event.outcome["result"] == "sold"
    won = {each["alias"] for each in _dealt(event.outcome)} if sold else set()
    live = Sub.objects.filter(offering_id=offering.id, state__in=Sub.LIVE).order_by("pk")
    cause = Refund.LOST if sold else Refund.NO_SALE
    _release(ctx, offering, [sub for sub in live if sub.alias not in won], (cause, event.at_ms))


def _dealt(outcome: dict[str, Any]) -> list[dict[str, Any]]:
    return [*awards_of(outcome), *(outcome.get("sales") or ())]


def apply_deposits(ctx: Context, event: market.SaleConfirmed) -> None:
    """Make each winner's deposit part of its price; a winner under a guarantee has none to apply.

    What is too much is owed back at once. Where nothing is to pay (a right won in a lottery, a sale to the market or
    to the office) the deposit stays until the contract is signed: it is all that secures the signature.
    """
    offering = market.get_offering(event.offering_id)
    found = get_sub_accounts([registration_id for registration_id, _ in event.to_pay])
    applied, excess = [], []
    for registration_id, pay_fen in event.to_pay:
        sub = found[registration_id]
        sub.awarded_ms, counted = event.at_ms, min(sub.held_fen, pay_fen)
        rest = sub.held_fen - counted if pay_fen else 0
        if counted:
            sub.state, sub.applied_fen, sub.held_fen = Sub.APPLIED, counted, 0
            applied.append(sub)
        if rest:
            excess.append((sub, rest, Refund.EXCESS, event.at_ms))
    _book_applied(ctx, offering, applied)
    if excess:
        owe(ctx, offering, excess)
    move(list(found.values()))


def _book_applied(ctx: Context, offering: market.Offering, applied: Sequence[SubAccount]) -> None:
    if not applied:
        return
    sides = [(ledger.DEPOSIT, sub.registration_id, sub.applied_fen) for sub in applied]
    sides.append((ledger.PRICE, offering.id, -sum(sub.applied_fen for sub in applied)))
    ledger.post(ctx, "deposit_applied", offering.id, sides)
    news = [("DepositApplied", {"alias": sub.alias, "amount_fen": sub.applied_fen}) for sub in applied]
    market.write_evidence(ctx, offering.id, news)


def admit_held(ctx: Context, offering_id: str) -> None:
    """Admit those whose deposit came while the offering was suspended, as soon as it runs again."""
    with transaction.atomic():
        offering = lock_offerings(ctx, [offering_id])[offering_id]
        held = list(Sub.objects.filter(offering_id=offering_id, state=Sub.HELD).order_by("pk"))
        if not held:
            set_deadline("held_deposit", offering_id, None)
        elif offering.suspended:
            set_deadline("held_deposit", offering_id, ctx.now_ms() + RETRY_MS)
        else:
            for sub in held:
                sub.state = Sub.FUNDED
            move(held)
            how = TRANSFER if offering.deposit_fen else NO_DEPOSIT
            secured = [(sub.registration_id, how) for sub in held]
            market.secure_deposits(ctx.as_system(), offering_id, secured)
            set_deadline("held_deposit", offering_id, None)


def _release(
    ctx: Context, offering: market.Offering, subs: Sequence[SubAccount], why: tuple[str, int]
) -> None:
    cause, at_ms = why
    owe(ctx, offering, [(sub, sub.held_fen, cause, at_ms) for sub in subs if sub.held_fen])
    guaranteed = [sub.registration_id for sub in subs if sub.state == Sub.GUARANTEED]
    if guaranteed:
        rows = Guarantee.objects.filter(sub_account__in=guaranteed, state=Guarantee.ACCEPTED)
        rows.update(state=Guarantee.RELEASED)
    for sub in subs:
        sub.state = Sub.REFUND_DUE if sub.held_fen else Sub.CLOSED
        sub.held_fen = 0
    move(subs)
    projection.show_deposits(ctx, subs, _title(offering), offering.registration_end)
    projection.show_refunds(ctx, offering.id, offering.division, _title(offering))


def _title(offering: market.Offering) -> str:
    return f"{offering.number} {offering.title}"
