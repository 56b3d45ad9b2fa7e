"""Confirm the sale (成交确认书), publish the result, and write later entries of the offering."""

from typing import Any

from django.db import transaction

from jishi.apps.market import events
from jishi.apps.market.actions.ground import release_entry
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.notice import add_notice
from jishi.apps.market.actions.record import (
    guard,
    instant,
    require_impartial,
    require_state,
    save,
    write,
)
from jishi.apps.market.models import (
    CONFIRMED,
    CONVERTED,
    ENDED,
    HALTED,
    PUBLISHED,
    TERMINATED,
    UNSOLD,
    Offering,
    Registration,
)
from jishi.kernel.fault import Fault
from jishi.platform.context import Context

NO_SALE = (UNSOLD, HALTED, CONVERTED, TERMINATED)


def confirm_sale(ctx: Context, offering_id: str) -> Registration:
    """Issue the confirmation of sale to the winner the mechanism found (Order 39 of 2007 art. 20)."""
    guard(ctx, "sale.confirm", offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, ENDED)
        outcome = offering.outcome or {}
        winner = offering.registrations.get(alias=outcome["winner"])
        require_impartial(ctx, offering)
        at_ms = instant(ctx, head)
        offering.state = CONFIRMED
        data = {"alias": winner.alias, "price_fen": outcome["price_fen"], "outcome": outcome}
        write(ctx, head, [("AwardConfirmed", data)])
        save(ctx, offering, "state")
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
        require_impartial(ctx, offering)
        outcome = offering.outcome or {}
        winner = offering.registrations.filter(alias=outcome["winner"] or "").first()
        data = {key: outcome[key] for key in ("result", "reason", "price_fen")}
        data["winner_commitment"] = winner.commitment if winner else None
        write(ctx, head, [("ResultPublished", data)])
        said = {**data, "winner": winner.party if winner else None}
        add_notice(ctx, (offering, head), "result", said)
        if offering.state == CONFIRMED:
            offering.state = PUBLISHED
        elif offering.state != TERMINATED:  # which gave its entry back at once
            release_entry(ctx, offering)
        save(ctx, offering, "state")
    return offering


def write_evidence(
    ctx: Context, offering_id: str, news: list[tuple[str, dict[str, Any]]], state: str | None = None
) -> None:
    """Append what a sibling room did for the offering (deposits, contract, register) and move its state on."""
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        write(ctx, head, news)
        if state is not None:
            offering.state = state
            save(ctx, offering, "state")
