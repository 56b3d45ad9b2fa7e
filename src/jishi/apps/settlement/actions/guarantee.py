"""Bank guarantees (保函) in place of a deposit: filed by the bidder, accepted or refused by the treasurer."""

from django.db import IntegrityError, transaction

from jishi.apps.market import api as market
from jishi.apps.settlement.actions import projection
from jishi.apps.settlement.actions.locking import get_sub_account, guard, lock_offerings, move
from jishi.apps.settlement.info import GuaranteeForm
from jishi.apps.settlement.models import Guarantee, SubAccount
from jishi.apps.settlement.schedule import local_day
from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from jishi.platform.entropy import new_id
from jishi.platform.storage import check_upload, store_file

WAITING = (SubAccount.AWAITING, SubAccount.PART)


def file_guarantee(
    ctx: Context, registration_id: str, form: GuaranteeForm, *, content: bytes = b"", name: str = ""
) -> Guarantee:
    """File a guarantee of at least the deposit that outlasts the listing; its scan is kept unpublished."""
    sub = get_sub_account(registration_id)
    guard(ctx, "deposit.pay", sub)
    offering = market.get_offering(sub.offering_id)
    _check(form, sub, offering)
    media_type = check_upload(content) if content else ""
    try:
        with transaction.atomic():
            lock_offerings(ctx, [sub.offering_id])
            _require_waiting(get_sub_account(registration_id))
            guarantee = Guarantee(id=new_id(ctx.entropy), sub_account=sub, filed_ms=ctx.now_ms())
            guarantee.bank, guarantee.number = form.bank.strip(), form.number.strip()
            guarantee.amount_fen, guarantee.valid_until = form.amount_fen, form.valid_until
            if content:
                guarantee.file_id = store_file(
                    ctx,
                    content,
                    name[:200] or form.number,
                    owner=guarantee.id,
                    media_type=media_type,
                    public=False,
                ).id
            guarantee.save(force_insert=True)
            projection.show_guarantee(ctx, guarantee, sub)
    except IntegrityError as error:
        raise Fault("settlement.guarantee.known", bank=form.bank, number=form.number) from error
    return guarantee


def accept_guarantee(ctx: Context, guarantee_id: str) -> Guarantee:
    """Accept a guarantee: the bidder is admitted; part payments, if any, stay until the lot is over."""
    guarantee, sub = _find(guarantee_id)
    guard(ctx, "guarantee.accept", sub)
    with transaction.atomic():
        offering = lock_offerings(ctx, [sub.offering_id])[sub.offering_id]
        guarantee, sub = _find(guarantee_id)
        _decide(ctx, guarantee, sub, Guarantee.ACCEPTED)
        _require_waiting(sub)
        sub.state = SubAccount.GUARANTEED
        move([sub])
        market.secure_deposits(ctx.as_system(), sub.offering_id, [(sub.registration_id, "guarantee")])
        projection.show_deposits(ctx, [sub], offering.number, offering.registration_end)
    return guarantee


def refuse_guarantee(ctx: Context, guarantee_id: str, reason: str) -> Guarantee:
    """Refuse a guarantee with a reason its party can read; the deposit may still be paid."""
    if not reason.strip():
        raise Fault("settlement.reason_missing")
    guarantee, sub = _find(guarantee_id)
    guard(ctx, "guarantee.accept", sub)
    with transaction.atomic():
        lock_offerings(ctx, [sub.offering_id])
        guarantee, sub = _find(guarantee_id)
        guarantee.refusal = reason.strip()[:300]
        _decide(ctx, guarantee, sub, Guarantee.REFUSED)
    return guarantee


def _check(form: GuaranteeForm, sub: SubAccount, offering: market.Offering) -> None:
    if not offering.guarantee_allowed:
        raise Fault("settlement.guarantee.not_allowed", number=offering.number)
    if not form.bank.strip() or not form.number.strip():
        raise Fault("settlement.guarantee.blank")
    if form.amount_fen < sub.due_fen:
        raise Fault("settlement.guarantee.low", amount_fen=form.amount_fen, least_fen=sub.due_fen)
    last_day = local_day(offering.listing_end)
    if form.valid_until <= last_day:
        facts = {"until": form.valid_until.isoformat(), "after": last_day.isoformat()}
        raise Fault("settlement.guarantee.short", **facts)


def _require_waiting(sub: SubAccount) -> None:
    if sub.state not in WAITING:
        raise Fault("settlement.deposit.paid", alias=sub.alias, state=sub.state)


def _find(guarantee_id: str) -> tuple[Guarantee, SubAccount]:
    found = Guarantee.objects.select_related("sub_account").filter(pk=guarantee_id).first()
    if found is None:
        raise Fault("settlement.guarantee.unknown", guarantee=guarantee_id)
    return found, found.sub_account


def _decide(ctx: Context, guarantee: Guarantee, sub: SubAccount, state: str) -> None:
    if guarantee.state != Guarantee.FILED:
        raise Fault("settlement.guarantee.decided", number=guarantee.number, state=guarantee.state)
    guarantee.state, guarantee.decided_ms, guarantee.decided_by = state, ctx.now_ms(), ctx.actor.user_id
    guarantee.save()
    projection.show_guarantee(ctx, guarantee, sub)
