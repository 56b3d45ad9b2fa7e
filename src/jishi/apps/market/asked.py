"""What a bidder may give to an offering now, and with which fields: read from the mechanism's terms, stage and book.

Guides whoever writes a program and promises nothing: the mechanism alone decides, and its refusal says why. Says no
amount that one bidder gave to another.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from jishi.apps.market.holding import Holding, holding_of
from jishi.apps.market.mechanism import view_of
from jishi.apps.market.models import NOTICED, Offering
from jishi.kernel.mechanism.frame import OPEN
from jishi.kernel.mechanism.listing_state import ROUNDS
from jishi.kernel.mechanism.order_book import SIDES
from jishi.kernel.mechanism.view import View


class Asked(NamedTuple):
    """One field of an input: an integer (in `unit`) of `least`, `least` + `step` … `most`, or one of `choices`."""

    name: str
    kind: str = "integer"
    unit: str = ""
    least: int | None = None
    most: int | None = None
    step: int | None = None
    choices: tuple[Any, ...] = ()


class _Stand(NamedTuple):
    """Where an offering stands, and what the bidder who asks has in it."""

    offering: Offering
    view: View
    own: Holding

    def stated(self, name: str) -> Any:
        """Return what the running stage states, or else the terms."""
        return self.view.stage.get(name, self.offering.terms.get(name))


def list_asked(offering: Offering) -> dict[str, tuple[Asked, ...]]:
    """Return by name the inputs bidders may give now, each with its fields beside the alias."""
    view = view_of(offering)
    return {} if view is None else _fields_of(_Stand(offering, view, Holding()))


def list_asked_of(offering: Offering, alias: str) -> dict[str, tuple[Asked, ...]]:
    """Return the same for one admitted bidder, without what is already done or not this one's to do."""
    view = view_of(offering)
    if view is None:
        return {}
    stand = _Stand(offering, view, holding_of(offering, alias))
    return {name: fields for name, fields in _fields_of(stand).items() if _may(stand, name, alias)}


def _fields_of(stand: _Stand) -> dict[str, tuple[Asked, ...]]:
    offering = stand.offering
    if offering.state != NOTICED or offering.suspended:
        return {}
    return {name: _FIELDS[name](stand) for name in offering.accepts if name in _FIELDS}


def _may(stand: _Stand, name: str, alias: str) -> bool:
    view, own = stand.view, stand.own
    eligible = view.stage.get("eligible") or ()
    if name == "bid":
        leads = alias == view.leader and view.phase in (OPEN, ROUNDS)
        return not leads and alias not in eligible
    if name in ("exercise", "decline"):
        return own.right == "open" and alias in (*view.stage.get("entitled", ()), *eligible)
    if name == "cancel":
        return bool(own.orders)
    able = not eligible or alias in eligible
    return able and alias not in view.stage.get("offered", ()) if name == "offer" else able


def _bid(stand: _Stand) -> tuple[Asked, ...]:
    least, most = stand.view.next_bid_fen, stand.stated("cap_fen")
    if stand.view.stage.get("no_jump"):
        most = least
    return (Asked("price_fen", unit="fen", least=least, most=most, step=stand.view.increment_fen),)


def _order(stand: _Stand) -> tuple[Asked, ...]:
    terms = stand.offering.terms
    tick, step = terms["tick_fen"], terms["quantity_step"]
    low = -(-(terms["low_fen"] or tick) // tick) * tick  # the lowest price of the grid within the bounds
    return (
        Asked("side", "text", choices=SIDES),
        Asked("price_fen", unit="fen", least=low, most=terms["high_fen"], step=tick),
        Asked("quantity", unit="unit", least=step, most=terms["order_most"], step=step),
    )


def _cancel(stand: _Stand) -> tuple[Asked, ...]:
    return (Asked("order", choices=tuple(order.place for order in stand.own.orders)),)


def _buy(stand: _Stand) -> tuple[Asked, ...]:
    stage, held = stand.view.stage, stand.own.bought + stand.own.waiting
    left = stage["stock"] if stage["rule"] == "subscription" else stage["left"]
    limits = [each for each in (left,) if each]
    limits += [] if stage["per_bidder"] is None else [stage["per_bidder"] - held]
    least = min(max(1, stage["least"] - held), left or stage["least"])
    return (Asked("quantity", unit="unit", least=least, most=min(limits, default=None), step=1),)


def _offer(stand: _Stand) -> tuple[Asked, ...]:
    stage = stand.view.stage
    bounds = {name: stage[name] for name in ("least", "most", "step")}
    return (Asked("amount", unit=stage["unit"], **bounds),)


def _seal(stand: _Stand) -> tuple[Asked, ...]:
    return (Asked("envelope", "object"),)


def _nothing(stand: _Stand) -> tuple[Asked, ...]:
    return ()


_FIELDS: Mapping[str, Callable[[_Stand], tuple[Asked, ...]]] = {
    "bid": _bid,
    "continue": _nothing,
    "seal": _seal,
    "order": _order,
    "cancel": _cancel,
    "buy": _buy,
    "offer": _offer,
    "exercise": _nothing,
    "decline": _nothing,
}
