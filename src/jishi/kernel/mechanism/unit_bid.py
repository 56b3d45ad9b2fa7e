"""Sealed bids for units of one supply: how they read, stand as columns, and add up by bidder.

A bid is {"price_fen", "quantity"} or, where the terms allow several, {"pairs": [[price_fen, quantity],
...]}; prices are fen a unit. Refuses other forms, more pairs than allowed, quantities that are no
whole number of steps or more than the supply, and amounts that are not exact in JSON. What lies below
the floor or beyond a bidder's cap is left out when clearing, and said.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.clear_ladder import RATIONINGS, Column, Margin
from jishi.kernel.mechanism.clear_uniform import Bids, Valid, count_valid
from jishi.kernel.mechanism.field import Field
from jishi.kernel.mechanism.frame import Frame
from jishi.kernel.mechanism.kind import MAX_INTEGER, is_kind
from jishi.kernel.mechanism.sealed_box import Box

MOST_UNITS: Final = 10**10
"""The most units one order may ask for, so that no number of orders outgrows 64 bits."""
MOST_PAIRS: Final = 20
UNIT_FIELDS: Final = (
    Field("supply", "count", most=MOST_UNITS),
    Field("floor_fen", "fen"),
    Field("quantity_step", "count", 1, most=MOST_UNITS),
    Field("per_bidder", "count", None, optional=True),
    Field("per_bidder_bp", "share_bp", None, most=10_000, optional=True),
    Field("pairs", "count", 1, most=MOST_PAIRS),
    Field("rationing", "choice", "time", choices=RATIONINGS),
)
"""Supply and steps in units, the floor in fen a unit; a bidder's cap in units and in shares of the supply."""
_PLAIN = {"price_fen", "quantity"}


class State(NamedTuple):
    """Sealed bids for one supply; `cleared` is the outcome's own part once they are opened, else empty."""

    terms: dict[str, Any]
    frame: Frame
    box: Box = Box()
    cleared: dict[str, Any] = {}


class Table(NamedTuple):
    """Every pair of every bid as a row, in order of filing; quantities and cap count steps, not units."""

    bids: Bids
    aliases: Sequence[str]
    step: int
    cap: int | None

    @property
    def owners(self) -> list[str]:
        """Return the alias of each row."""
        return [self.aliases[bidder] for bidder in self.bids.bidders.tolist()]


def check_units(terms: Mapping[str, Any]) -> None:
    """Refuse a supply or a cap that no whole number of steps fills."""
    step, supply = terms["quantity_step"], terms["supply"]
    if supply % step:
        raise Fault("units.terms.supply", supply=supply, quantity_step=step)
    cap = cap_of(terms)
    if cap is not None and cap < step:
        raise Fault("units.terms.cap", cap=cap, quantity_step=step)


def cap_of(terms: Mapping[str, Any]) -> int | None:
    """Return the most units one bidder may get: the lesser of its cap and its share of the supply."""
    share_bp = terms["per_bidder_bp"]
    caps = [terms["per_bidder"], None if share_bp is None else terms["supply"] * share_bp // 10_000]
    return min((cap for cap in caps if cap is not None), default=None)


def read_pairs(terms: Mapping[str, Any], bid: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Return the (price_fen, quantity) pairs of an opened bid; raise `units.bid.*` faults."""
    pairs = _pairs_of(bid)
    if not 0 < len(pairs) <= terms["pairs"]:
        raise Fault("units.bid.pairs", given=len(pairs), most=terms["pairs"])
    for price_fen, quantity in pairs:
        if price_fen < 1:
            raise Fault("units.bid.price", price_fen=price_fen)
        if not 0 < quantity <= terms["supply"]:
            raise Fault("units.bid.quantity", quantity=quantity, most=terms["supply"])
        if quantity % terms["quantity_step"]:
            raise Fault("units.bid.step", quantity=quantity, quantity_step=terms["quantity_step"])
    amount_fen = sum(price_fen * quantity for price_fen, quantity in pairs)
    if amount_fen > MAX_INTEGER:
        raise Fault("units.bid.amount", most_fen=MAX_INTEGER)
    return pairs


def lay_out(state: State) -> Table:
    """Return every bid that counts as rows, earliest filing first."""
    terms, step = state.terms, state.terms["quantity_step"]
    rows = [
        (price_fen, quantity // step, place)
        for place, (_, bid) in enumerate(state.box.bids)
        for price_fen, quantity in read_pairs(terms, bid)
    ]
    columns = np.array(rows, np.int64).reshape(-1, 3).T
    cap = cap_of(terms)
    aliases = [alias for alias, _ in state.box.bids]
    return Table(Bids(*columns), aliases, step, None if cap is None else cap // step)


def leave_out(table: Table, floor_fen: int) -> tuple[Table, list[dict[str, Any]]]:
    """Return the table without what lies below the floor or beyond a cap, and a list of that in units."""
    bids, step = table.bids, table.step
    valid = count_valid(bids, floor_fen, table.cap)
    left_out = bids.quantities - valid.quantities
    excluded = [
        {
            "alias": table.aliases[bids.bidders[row]],
            "price_fen": int(bids.prices[row]),
            "quantity": int(left_out[row]) * step,
            "reason": reason,
        }
        for row, reason in _reasons(valid)
    ]
    return table._replace(bids=bids._replace(quantities=valid.quantities)), excluded


def award(table: Table, filled: Column, price_fen: int | None) -> list[dict[str, Any]]:
    """Add up by bidder what its rows got: {"alias", "quantity", "price_fen", "pay_fen"}, earliest first.

    Without a common price each row pays its own; `parts` then lists [price_fen, quantity], and
    `price_fen` is null where a bidder pays several.
    """
    by_bidder: dict[int, list[tuple[int, int]]] = {}
    for row in np.flatnonzero(filled).tolist():
        own = int(table.bids.prices[row]) if price_fen is None else price_fen
        part = (own, int(filled[row]) * table.step)
        by_bidder.setdefault(int(table.bids.bidders[row]), []).append(part)
    awards = []
    for bidder, parts in sorted(by_bidder.items()):
        prices = {own for own, _ in parts}
        entry: dict[str, Any] = {
            "alias": table.aliases[bidder],
            "quantity": sum(quantity for _, quantity in parts),
            "price_fen": min(prices) if len(prices) == 1 else None,
            "pay_fen": sum(own * quantity for own, quantity in parts),
        }
        awards.append(entry if price_fen is not None else entry | {"parts": [list(part) for part in parts]})
    return awards


def name_margin(margin: Margin | None, owners: Sequence[str], step: int, rule: str) -> list[dict[str, Any]]:
    """Say who stood at the last price served, what they asked for and got together, and what decided.

    `owners` are the aliases of all rows. One bidder alone there is cut by the supply, no tie.
    """
    if margin is None:
        return []
    first, *later = dict.fromkeys(owners[row] for row in margin.rows.tolist())
    broken_by = "supply" if not later else "earlier_quote" if rule == "time" else rule
    said = {"price_fen": margin.price, "first": first, "later": later, "broken_by": broken_by}
    return [said | {"asked": min(margin.wanted * step, MAX_INTEGER), "given": margin.given * step}]


def _pairs_of(bid: Mapping[str, Any]) -> list[tuple[int, int]]:
    pairs = [[bid["price_fen"], bid["quantity"]]] if bid.keys() == _PLAIN else bid.get("pairs")
    whole = bid.keys() in (_PLAIN, {"pairs"}) and is_kind(pairs, "list")
    if not (whole and all(is_kind(pair, "list") and len(pair) == 2 for pair in pairs or ())):
        raise Fault("units.bid.form")
    if not all(is_kind(value, "integer") for pair in pairs or () for value in pair):
        raise Fault("units.bid.form")
    return [(price_fen, quantity) for price_fen, quantity in pairs or ()]


def _reasons(valid: Valid) -> list[tuple[int, str]]:
    rows = [(row, "below_floor") for row in valid.below_floor.tolist()]
    return sorted(rows + [(row, "over_cap") for row in valid.over_cap.tolist()])
