"""How a step of an offering is done: what its form said, handed to the action."""

from collections.abc import Callable
from typing import Any

from jishi.apps.market import actions as market
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
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
