"""Suspend, resume, extend, terminate (中止、恢复、延期、终止) with a public reason; adjust the increment."""

from typing import Any

from django.db import transaction

from jishi.apps.market.actions import fold
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.notice import add_notice
from jishi.apps.market.actions.record import guard, require_state, save
from jishi.apps.market.models import NOTICED, Offering
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs
from jishi.platform.context import Context


def suspend_offering(ctx: Context, offering_id: str, reason: str) -> Offering:
    """Stop every clock of a running offering and say publicly why."""
    return _control(ctx, offering_id, inputs.Suspend("notice"), ("suspension", {"reason": _said(reason)}))


def resume_offering(ctx: Context, offering_id: str, reason: str) -> Offering:
    """Start the stopped clocks again; what was left of them is kept."""
    return _control(ctx, offering_id, inputs.Resume(), ("resumption", {"reason": _said(reason)}))


def extend_offering(ctx: Context, offering_id: str, ends: tuple[int, int], reason: str) -> Offering:
    """Move (listing end, registration end), both ms, later and say publicly why."""
    listing_end, registration_end = ends
    body = {"reason": _said(reason), "listing_end": listing_end, "registration_end": registration_end}
    return _control(ctx, offering_id, inputs.Extend(listing_end, registration_end), ("extension", body))


def terminate_offering(ctx: Context, offering_id: str, reason: str) -> Offering:
    """End an offering without a result; deposits are due back."""
    offering = _control(
        ctx, offering_id, inputs.Terminate("notice"), ("termination", {"reason": _said(reason)})
    )
    registers.set_entry_state(ctx.as_system(), offering.entry_id, "planned", reason=offering.number)
    return offering


def set_increment(ctx: Context, offering_id: str, increment_fen: int, reason: str) -> Offering:
    """Adjust the increment while bidding runs (Order 39 of 2007 art. 18)."""
    body = {"reason": _said(reason), "increment_fen": increment_fen}
    return _control(ctx, offering_id, inputs.SetStep(increment_fen), ("increment", body), "offering.set_step")


def _said(reason: str) -> str:
    if not reason.strip():
        raise Fault("market.reason_missing")
    return reason.strip()


def _control(
    ctx: Context,
    offering_id: str,
    given: inputs.Input,
    notice: tuple[str, dict[str, Any]],
    action: str = "offering.control",
) -> Offering:
    guard(ctx, action, offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, NOTICED)
        answer = fold.fold_one(ctx, offering, head, given)
        if not answer.accepted:
            raise Fault(answer.code, **dict(answer.params))
        add_notice(ctx, offering, *notice)
        save(ctx, offering)
    return offering
