"""Confirm every sale (成交确认书), publish the result, and write later entries of the offering."""

from typing import Any

from django.db import transaction

from jishi.apps.market import events
from jishi.apps.market.actions.announce import add_notice
from jishi.apps.market.actions.ground import release_entry
from jishi.apps.market.actions.locking import lock_offering
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
from jishi.apps.market.winning import dealing_of, first_awards, owed_of, winners_of
from jishi.kernel.evidence.check_result import hash_outcome
from jishi.kernel.fault import Fault
from jishi.platform.context import Context

NO_SALE = (UNSOLD, HALTED, CONVERTED, TERMINATED)


def confirm_sale(ctx: Context, offering_id: str) -> list[Registration]:
    """Issue the confirmations of sale to all winners the mechanism found (Order 39 of 2007 art. 20).

    One entry an award; return the winning registrations in the order of the outcome.
    """
    guard(ctx, "sale.confirm", offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, ENDED)
        outcome = offering.outcome or {}
        awards, winners = first_awards(offering), winners_of(offering)
        require_impartial(ctx, offering)
        at_ms = instant(ctx, head)
        offering.state = CONFIRMED
        digest = hash_outcome(outcome)
        write(ctx, head, [("AwardConfirmed", _confirmed(award, digest)) for award in awards])
        save(ctx, offering, "state")
        parties = dealing_of(offering)
        to_pay = tuple((parties[alias].id, fen) for alias, fen in owed_of(offering).items())
        events.publish(ctx, events.SaleConfirmed(offering.id, to_pay, at_ms))
    return list(winners.values())


def publish_result(ctx: Context, offering_id: str) -> Offering:
    """Publish confirmed sales, every award of them, or that there was none, within the statutory days (art. 22)."""
    guard(ctx, "result.publish", offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, CONFIRMED, *NO_SALE)
        if offering.notices.filter(kind="result").exists():
            raise Fault("market.result.published", number=offering.number)
        require_impartial(ctx, offering)
        data, said = _results(offering)
        write(ctx, head, [("ResultPublished", data)])
        add_notice(ctx, (offering, head), "result", said)
        if offering.state == CONFIRMED:
            offering.state = PUBLISHED
        elif offering.state != TERMINATED:  # which gave its entry back at once
            release_entry(ctx, offering)
        save(ctx, offering, "state")
    return offering


def _confirmed(award: dict[str, Any], digest: str) -> dict[str, Any]:
    return {"alias": award["alias"], "price_fen": award["price_fen"], "award": award, "outcome_hash": digest}


def _results(offering: Offering) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the log says of a result, by commitments, and what the notice says, by parties."""
    outcome = offering.outcome or {}
    winners = winners_of(offering)
    only = winners.get(outcome["winner"] or "")
    plain = {key: outcome[key] for key in ("result", "reason", "price_fen")}
    plain["winner_commitment"] = only.commitment if only else None
    listed = [{**each, "commitment": winners[each["alias"]].commitment} for each in first_awards(offering)]
    named = [{**each, "party": winners[each["alias"]].party} for each in listed]
    return {**plain, "awards": listed}, {**plain, "winner": only.party if only else None, "awards": named}


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
