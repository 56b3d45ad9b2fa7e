"""Confirm the sale (成交确认书), publish the result, hear objections, and write later entries of the offering."""

from typing import Any

from django.db import transaction

from jishi.apps.market import events
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.notice import add_notice
from jishi.apps.market.actions.record import guard, instant, require_state, save, write
from jishi.apps.market.models import (
    CONFIRMED,
    CONVERTED,
    ENDED,
    HALTED,
    PUBLISHED,
    TERMINATED,
    UNSOLD,
    Objection,
    Offering,
    Registration,
)
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from jishi.platform.entropy import new_id

LONGEST = 4000
NO_SALE = (UNSOLD, HALTED, CONVERTED, TERMINATED)


def confirm_sale(ctx: Context, offering_id: str) -> Registration:
    """Issue the confirmation of sale to the winner the mechanism found (Order 39 of 2007 art. 20)."""
    guard(ctx, "sale.confirm", offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, ENDED)
        outcome = offering.outcome or {}
        winner = Registration.objects.get(offering=offering, alias=outcome["winner"])
        if winner.party in ctx.actor.parties:
            raise Fault("market.own_case", number=offering.number)
        at_ms = instant(ctx, head)
        offering.state = CONFIRMED
        data = {"alias": winner.alias, "price_fen": outcome["price_fen"], "outcome": outcome}
        write(ctx, head, [("AwardConfirmed", data)])
        save(ctx, offering)
        events.publish(ctx, events.SaleConfirmed(offering.id, winner.id, outcome["price_fen"], at_ms))
    return winner


def publish_result(ctx: Context, offering_id: str) -> Offering:
    """Publish a confirmed sale, or that there was none, within the statutory days (art. 22)."""
    guard(ctx, "result.publish", offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, CONFIRMED, *NO_SALE)
        if offering.notices.filter(kind="result").exists():
            raise Fault("market.result.published", number=offering.number)
        outcome = offering.outcome or {}
        winner = Registration.objects.filter(offering=offering, alias=outcome.get("winner") or "").first()
        data = {key: outcome.get(key) for key in ("result", "reason", "price_fen")}
        data["winner_commitment"] = winner.commitment if winner else None
        write(ctx, head, [("ResultPublished", data)])
        add_notice(ctx, offering, "result", {**data, "winner": winner.party if winner else None})
        if offering.state == CONFIRMED:
            offering.state = PUBLISHED
        elif offering.state != TERMINATED:
            registers.set_entry_state(ctx.as_system(), offering.entry_id, "planned", reason=offering.number)
        save(ctx, offering)
    return offering


def object_to_result(ctx: Context, offering_id: str, text: str) -> Objection:
    """File an objection (异议) to a published result."""
    text = text.strip()
    if not text:
        raise Fault("market.text_missing")
    if len(text) > LONGEST:
        raise Fault("market.text_long", length=len(text), most=LONGEST)
    offering = Offering.objects.filter(pk=offering_id).first()
    if offering is None:
        raise Fault("market.offering.unknown", offering=offering_id)
    guard(ctx, "result.object", offering_id)
    if not offering.notices.filter(kind="result").exists():
        raise Fault("market.result.unpublished", number=offering.number)
    person = ctx.actor.user_id or 0
    return Objection.objects.create(
        id=new_id(ctx.entropy), offering=offering, person=person, text=text, at_ms=ctx.now_ms()
    )


def write_evidence(
    ctx: Context, offering_id: str, news: list[tuple[str, dict[str, Any]]], state: str | None = None
) -> None:
    """Append what a sibling room did for the offering (deposits, contract, register) and move its state on."""
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        write(ctx, head, news)
        if state is not None:
            offering.state = state
            save(ctx, offering)
