"""Suspend, resume, extend, terminate (中止、恢复、延期、终止) with a public reason; adjust the increment."""

from typing import Any

from django.db import transaction

from jishi.apps.market.actions.announce import add_notice
from jishi.apps.market.actions.fold import fold_all
from jishi.apps.market.actions.ground import release_entry
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import check_reason, guard, require_impartial, require_state
from jishi.apps.market.models import NOTICED, TERMINATED, Offering
from jishi.kernel.mechanism import inputs
from jishi.platform.context import Context


def suspend_offering(ctx: Context, offering_id: str, reason: str) -> Offering:
    """Stop every clock of a running offering and say publicly why."""
    return _control(ctx, offering_id, inputs.Suspend("notice"), _notice("suspension", reason))


def resume_offering(ctx: Context, offering_id: str, reason: str) -> Offering:
    """Start the stopped clocks again; what was left of them is kept."""
    return _control(ctx, offering_id, inputs.Resume(), _notice("resumption", reason))


def extend_offering(ctx: Context, offering_id: str, ends: tuple[int, int], reason: str) -> Offering:
    """Move (listing end, registration end), both ms, later and say publicly why."""
    listing_end, registration_end = ends
    notice = _notice("extension", reason, listing_end=listing_end, registration_end=registration_end)
    return _control(ctx, offering_id, inputs.Extend(listing_end, registration_end), notice)


def terminate_offering(ctx: Context, offering_id: str, reason: str) -> Offering:
    """End an offering without a result: deposits are due back, its register entry may be offered again."""
    return _control(ctx, offering_id, inputs.Terminate("notice"), _notice("termination", reason))


def set_increment(ctx: Context, offering_id: str, increment_fen: int, reason: str) -> Offering:
    """Adjust the increment while bidding runs (Order 39 of 2007 art. 18)."""
    notice = _notice("increment", reason, increment_fen=increment_fen)
    return _control(ctx, offering_id, inputs.SetStep(increment_fen), notice, action="offering.set_step")


def _notice(kind: str, reason: str, **facts: int) -> tuple[str, dict[str, Any]]:
    return kind, {"reason": check_reason(reason), **facts}


def _control(
    ctx: Context,
    offering_id: str,
    given: inputs.Input,
    notice: tuple[str, dict[str, Any]],
    *,
    action: str = "offering.control",
) -> Offering:
    guard(ctx, action, offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, NOTICED)
        require_impartial(ctx, offering)
        fold_all(ctx, (offering, head), [given])
        add_notice(ctx, (offering, head), *notice)
        if offering.state == TERMINATED:
            release_entry(ctx, offering)
    return offering
