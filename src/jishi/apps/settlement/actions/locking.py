"""Who may touch a deposit, and the lock under which it is touched: the evidence head of its offering."""

from collections.abc import Collection, Sequence

from jishi.apps.market import api as market
from jishi.apps.settlement.models import SubAccount
from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.access import Target, require
from jishi.platform.batch import batched
from jishi.platform.context import Context


def guard(ctx: Context, action: str, subject: SubAccount) -> None:
    """Require a permission on the offering and party of a sub-account; call it before the transaction opens."""
    if not ctx.actor.system:
        require(ctx, action, Target(subject.offering_id, subject.division, subject.party))


def get_sub_account(registration_id: str) -> SubAccount:
    """Return the sub-account of a registration; Fault `settlement.sub_account.unknown`."""
    found = SubAccount.objects.filter(pk=registration_id).first()
    if found is None:
        raise Fault("settlement.sub_account.unknown", registration=registration_id)
    return found


def get_sub_accounts(registration_ids: Collection[str]) -> dict[str, SubAccount]:
    """Return the sub-accounts of registrations by their id; Fault `settlement.sub_account.unknown`."""
    found: dict[str, SubAccount] = {}
    for part in batched(registration_ids, 500):
        found |= SubAccount.objects.in_bulk(part)
    for each in registration_ids:
        if each not in found:
            raise Fault("settlement.sub_account.unknown", registration=each)
    return found


def lock_offerings(ctx: Context, offering_ids: Collection[str]) -> dict[str, market.Offering]:
    """Take turns with everything else that moves money or the market of these offerings, run what is due, return them.

    In a transaction. Every writer of an offering takes this lock first, so no row below it needs one of its own.
    """
    if len(offering_ids) == 1:
        evidence.lock(f"offering/{next(iter(offering_ids))}")
    elif offering_ids:
        evidence.lock_all([f"offering/{each}" for each in offering_ids])
    return {each: _up_to_date(ctx, each) for each in sorted(offering_ids)}


def _up_to_date(ctx: Context, offering_id: str) -> market.Offering:
    offering = market.get_offering(offering_id)
    if offering.due_ms is None or offering.due_ms > ctx.now_ms():
        return offering
    market.advance_offering(ctx.as_system(), offering_id)
    return market.get_offering(offering_id)


def move(subs: Sequence[SubAccount]) -> None:
    """Store state and money of sub-accounts: those that end alike in one query."""
    alike: dict[tuple[str, int, int, int | None], list[str]] = {}
    for sub in subs:
        key = (sub.state, sub.held_fen, sub.applied_fen, sub.awarded_ms)
        alike.setdefault(key, []).append(sub.registration_id)
    for (state, held, applied, awarded), ids in alike.items():
        for part in batched(ids, 500):
            SubAccount.objects.filter(pk__in=part).update(
                state=state, held_fen=held, applied_fen=applied, awarded_ms=awarded
            )
