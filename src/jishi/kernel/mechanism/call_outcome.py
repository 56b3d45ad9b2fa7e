"""From orders to the outcome of a call auction: columns in, price, awards, sales and ties out.

Refuses nothing: orders were checked when they were entered or opened. What a bidder's later orders ask
beyond its limit is left out and said.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from jishi.kernel.mechanism.clear_call import Preference, Price, price_call, turning_points
from jishi.kernel.mechanism.clear_ladder import Column, Orders, Whole, fill, find_margin, sum_by_tick
from jishi.kernel.mechanism.clear_uniform import cut_to_cap
from jishi.kernel.mechanism.order_book import BUY, SELL, Row
from jishi.kernel.mechanism.unit_bid import name_margin


class _Side(NamedTuple):
    """One side as columns; prices in ticks, quantities in steps, and what the limit cut off each."""

    name: str
    owners: list[str]
    ticks: Whole
    quantities: Column
    cut: Column


def clear_rows(terms: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """Clear orders, the earliest first, and return what the outcome says of it."""
    sides = [_lay_out(terms, name, [row for row in rows if row.side == name]) for name in (BUY, SELL)]
    levels = turning_points(np.concatenate([side.ticks for side in sides]))
    orders = [Orders(np.searchsorted(levels, side.ticks), side.quantities) for side in sides]
    ladders = [sum_by_tick(each, len(levels)) for each in orders]
    price = price_call(ladders[0], ladders[1], _preference(terms), levels)
    filled = [
        fill(each, ladder, price.volume, high_first=side.name == BUY)
        for side, each, ladder in zip(sides, orders, ladders, strict=True)
    ]
    tick_fen, step = terms["tick_fen"], terms["quantity_step"]
    price_fen = None if price.tick is None else price.tick * tick_fen
    awards, sales = (
        _add_up(side.owners, got * step, price_fen or 0) for side, got in zip(sides, filled, strict=True)
    )
    ties = [tie for side, got in zip(sides, filled, strict=True) for tie in _ties(terms, side, got)]
    return _price_said(terms, price) | {
        "awards": awards,
        "sales": sales,
        "ties": ties,
        "turnover_fen": price.volume * step * (price_fen or 0),
        "excluded": [each for side in sides for each in _left_out(terms, side)],
    }


def _lay_out(terms: Mapping[str, Any], name: str, rows: Sequence[Row]) -> _Side:
    owners = [row.alias for row in rows]
    ticks = np.array([row.price_fen // terms["tick_fen"] for row in rows], np.int64)
    asked = np.array([row.quantity // terms["quantity_step"] for row in rows], np.int64)
    if terms["per_bidder"] is None:
        return _Side(name, owners, ticks, asked, np.zeros_like(asked))
    numbers = {alias: number for number, alias in enumerate(dict.fromkeys(owners))}
    bidders = np.array([numbers[alias] for alias in owners], np.int64)
    kept = cut_to_cap(asked, bidders, terms["per_bidder"] // terms["quantity_step"])
    return _Side(name, owners, ticks, kept, asked - kept)


def _preference(terms: Mapping[str, Any]) -> Preference:
    reference_fen, first = terms["reference_fen"], terms["preference"]
    reference = None if reference_fen is None else Fraction(reference_fen, terms["tick_fen"])
    return Preference(
        reference, ("reference", "pressure") if first == "reference" else ("pressure", "reference")
    )


def _price_said(terms: Mapping[str, Any], price: Price) -> dict[str, Any]:
    tick_fen, step = terms["tick_fen"], terms["quantity_step"]
    return {
        "price_fen": None if price.tick is None else price.tick * tick_fen,
        "volume": price.volume * step,
        "rule": price.rule,
        "demand": price.demand * step,
        "supply": price.supply * step,
        "steps": [
            {"rule": rule, "low_fen": low * tick_fen, "high_fen": high * tick_fen}
            for rule, low, high in price.steps
        ],
    }


def _add_up(owners: Sequence[str], quantities: Column, price_fen: int) -> list[dict[str, Any]]:
    """Return who trades how much, in the order of their first order that trades."""
    total: dict[str, int] = {}
    for row in np.flatnonzero(quantities).tolist():
        total[owners[row]] = total.get(owners[row], 0) + int(quantities[row])
    return [
        {"alias": alias, "quantity": quantity, "price_fen": price_fen, "pay_fen": quantity * price_fen}
        for alias, quantity in total.items()
    ]


def _ties(terms: Mapping[str, Any], side: _Side, filled: Column) -> list[dict[str, Any]]:
    margin = find_margin(side.ticks, side.quantities, filled, high_first=side.name == BUY)
    return [
        tie | {"side": side.name, "price_fen": tie["price_fen"] * terms["tick_fen"]}
        for tie in name_margin(margin, side.owners, terms["quantity_step"], "time")
    ]


def _left_out(terms: Mapping[str, Any], side: _Side) -> list[dict[str, Any]]:
    return [
        {
            "alias": side.owners[row],
            "side": side.name,
            "price_fen": int(side.ticks[row]) * terms["tick_fen"],
            "quantity": int(side.cut[row]) * terms["quantity_step"],
            "reason": "over_cap",
        }
        for row in np.flatnonzero(side.cut).tolist()
    ]
