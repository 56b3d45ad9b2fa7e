"""What happens to deposits (保证金) when the market moves: opened, released, applied to the price.

These run inside the market's transaction, under the offering's lock.
"""

from collections.abc import Sequence

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.settlement import ledger
from jishi.apps.settlement.actions import projection
from jishi.apps.settlement.actions.locking import lock_offerings, move
from jishi.apps.settlement.actions.owing import owe
from jishi.apps.settlement.bank import find_bank
from jishi.apps.settlement.models import Guarantee, Refund, SubAccount
from jishi.platform.batch import insert_rows
from jishi.platform.context import Context
from jishi.platform.deadline import set_deadline

RETRY_MS = 5_000
Sub = SubAccount


def open_sub_accounts(ctx: Context, event: market.RegistrationsQualified) -> None:
    """Give each qualified registration its own sub-account number."""
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
    projection.show_deposits(ctx, subs, _title(offering), offering.registration_end)


def release_registrations(ctx: Context, event: market.RegistrationsReleased) -> None:
    """Owe withdrawn registrations their money back."""
    subs = list(Sub.objects.filter(pk__in=event.registration_ids, state__in=Sub.LIVE).order_by("pk"))
    _release(ctx, market.get_offering(event.offering_id), subs, (Refund.WITHDRAWN, ctx.now_ms()))


def release_losers(ctx: Context, event: market.OfferingClosed) -> None:
    """Owe everybody but the winner the deposit back (Order 39 of 2007 art. 21)."""
    offering = market.get_offering(event.offering_id)
    sold = event.outcome["result"] == "sold"
    winner = event.outcome["winner"] if sold else None
    subs = Sub.objects.filter(offering_id=offering.id, state__in=Sub.LIVE).exclude(alias=winner or "")
    cause = Refund.LOST if sold else Refund.NO_SALE
    _release(ctx, offering, list(subs.order_by("pk")), (cause, event.at_ms))


def apply_deposit(ctx: Context, event: market.SaleConfirmed) -> None:
    """Make the winner's deposit part of the price; a winner under a guarantee has none to apply."""
    sub = Sub.objects.get(pk=event.registration_id)
    offering = market.get_offering(event.offering_id)
    applied = min(sub.held_fen, event.price_fen)
    rest = sub.held_fen - applied
    sub.awarded_ms = event.at_ms
    if applied:
        sides = [(ledger.DEPOSIT, sub.registration_id, applied), (ledger.PRICE, offering.id, -applied)]
        ledger.post(ctx, "deposit_applied", sub.registration_id, sides)
        data = {"alias": sub.alias, "amount_fen": applied}
        market.write_evidence(ctx, offering.id, [("DepositApplied", data)])
        sub.state, sub.applied_fen, sub.held_fen = Sub.APPLIED, applied, 0
    if rest:
        owe(ctx, offering, [(sub, rest, Refund.EXCESS, event.at_ms)])
    move([sub])


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
            secured = [(sub.registration_id, "transfer") for sub in held]
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
