"""How a step of an offering is done: what its form said, handed to the action."""

from collections.abc import Callable
from typing import Any

from jishi.apps.market import actions as market
from jishi.apps.market.reads import get_registration
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import acts
from jishi.platform.context import Context

Run = Callable[[Context, Any, dict[str, Any]], object]


def draft_contracts(ctx: Context, offering: Any, _said: dict[str, Any]) -> object:
    """Draft the contract of every winner that has none."""
    return settlement.draft_contracts(ctx, [offering.id])


def sign_contracts(ctx: Context, offering: Any, _said: dict[str, Any]) -> object:
    """Sign for the grantor every contract whose winner has signed; without one, the fault of the first that waits."""
    waiting = [row for row in settlement.list_contracts(offering.id) if row.signed_seller_ms is None]
    if not waiting:
        raise Fault("desk.contract.missing", number=offering.number)
    ready = [row for row in waiting if row.signed_party_ms is not None] or waiting[:1]
    return settlement.sign_contracts(ctx, [row.id for row in ready], "grantor")


def seal(ctx: Context, offering: Any, said: dict[str, Any]) -> object:
    """Seal the reserve price (底价)."""
    return market.seal_reserve_price(ctx, offering.id, said["reserve_fen"], int(said["second_officer"]))


def supplement(ctx: Context, offering: Any, said: dict[str, Any]) -> object:
    """Publish what the form changes; Fault `desk.supplement.nothing` where it changes nothing."""
    changes = {k: v for k, v in said.items() if k != "reason" and v is not None and v != getattr(offering, k)}
    if not changes:
        raise Fault("desk.supplement.nothing", number=offering.number)
    return market.supplement_notice(ctx, offering.id, changes, said["reason"])


def extend(ctx: Context, offering: Any, said: dict[str, Any]) -> object:
    """Move both ends later."""
    return market.extend_offering(
        ctx, offering.id, (said["listing_end"], said["registration_end"]), said["reason"]
    )


def reasoned(action: Callable[..., object]) -> Run:
    """Return a run of an action that takes a public reason."""
    return lambda ctx, offering, said: action(ctx, offering.id, said["reason"])


def plain(action: Callable[..., object]) -> Run:
    """Return a run of an action that takes nothing but the offering."""
    return lambda ctx, offering, _said: action(ctx, offering.id)


def prefer(ctx: Context, offering: Any, said: dict[str, Any]) -> object:
    """Record who is preferred and on what ground."""
    return market.decide_step(ctx, offering.id, acts.Prefer(_alias(said), said["ground"]))


def discredit(ctx: Context, offering: Any, said: dict[str, Any]) -> object:
    """Record a bidder's level of poor credit."""
    return market.decide_step(ctx, offering.id, acts.Discredit(_alias(said), int(said["level"])))


def agree(ctx: Context, offering: Any, said: dict[str, Any]) -> object:
    """Record the price agreed with a party (协议价)."""
    return market.decide_step(ctx, offering.id, acts.Agree(_alias(said), said["price_fen"]))


def answer(ctx: Context, _offering: Any, said: dict[str, Any]) -> object:
    """Answer an objection of a publicity period (公示), upheld or not."""
    return market.answer_objection(ctx, said["objection"], said["answer"], upheld=said["upheld"] == "yes")


def declare_default(ctx: Context, offering: Any, said: dict[str, Any]) -> object:
    """Declare the winner chosen in default."""
    return market.declare_default(
        ctx, offering.id, said["reason"], refused_day=said["refused_day"], registration_id=said["winner"]
    )


def approve_start(ctx: Context, offering: Any, said: dict[str, Any]) -> object:
    """Approve a lower start price for the next listing (重新报批)."""
    return market.approve_start_price(
        ctx, offering.id, said["start_price_fen"], basis=said["basis"], reason=said["reason"]
    )


def _alias(said: dict[str, Any]) -> str:
    return str(get_registration(said["registration"]).alias)
