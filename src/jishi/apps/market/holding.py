"""What one bidder has in a running mechanism, and what the orders that stand would come to now.

Holds no rule: the mechanism's state is the truth. What others may not see of a bidder is asked for by alias.
"""

from typing import Any, NamedTuple

from jishi.apps.market.mechanism import mechanism_of
from jishi.apps.market.models import Offering
from jishi.apps.market.secrecy import own_offer
from jishi.kernel.mechanism.call_outcome import clear_rows
from jishi.kernel.mechanism.order_book import Row


class StandingOrder(NamedTuple):
    """An order (申报) that stands: its place in the book from 1, side, limit in fen a unit, quantity."""

    place: int
    side: str
    price_fen: int
    quantity: int


class Holding(NamedTuple):
    """What a bidder has: orders, units bought or waited for, its one quote, its right of first refusal.

    `right` is "" without one, else open, exercised or declined.
    """

    orders: tuple[StandingOrder, ...] = ()
    bought: int = 0
    waiting: int = 0
    offer: int | None = None
    right: str = ""


class Level(NamedTuple):
    """What stands on both sides of a book at one price (fen a unit)."""

    price_fen: int
    buy: int
    sell: int


class Book(NamedTuple):
    """The orders that stand, by price from the highest, and what they would clear at now: no promise."""

    levels: tuple[Level, ...] = ()
    price_fen: int | None = None
    volume: int = 0


def holding_of(offering: Offering, alias: str) -> Holding:
    """Return what a bidder has in the mechanism now."""
    if offering.snapshot is None:
        return Holding()
    state = mechanism_of(offering).load(offering.snapshot)
    return Holding(
        orders=tuple(StandingOrder(*line) for line in getattr(state, "orders", {}).get(alias, ())),
        bought=dict(getattr(state, "bought", ())).get(alias, 0),
        waiting=dict(getattr(state, "waiting", ())).get(alias, 0),
        offer=own_offer(offering, alias),
        right=_right(state, alias),
    )


def read_book(offering: Offering) -> Book:
    """Return the public orders (公开申报) that stand; an empty book where they are sealed or there are none."""
    if offering.kind != "orders" or offering.snapshot is None:
        return Book()
    state: Any = mechanism_of(offering).load(offering.snapshot)
    placed = sorted(
        (line[0], Row(alias, *line[1:])) for alias, lines in state.orders.items() for line in lines
    )
    rows = [row for _, row in placed]
    if not rows:
        return Book()
    cleared = clear_rows(state.terms, rows)
    return Book(_levels(rows), cleared["price_fen"] if cleared["volume"] else None, cleared["volume"])


def _levels(rows: list[Row]) -> tuple[Level, ...]:
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        sides = found.setdefault(row.price_fen, {"buy": 0, "sell": 0})
        sides[row.side] += row.quantity
    return tuple(Level(price_fen, **found[price_fen]) for price_fen in sorted(found, reverse=True))


def _right(state: Any, alias: str) -> str:
    if alias not in dict(getattr(state, "holders", ())):
        return ""
    if alias in state.exercised:
        return "exercised"
    return "declined" if alias in state.declined else "open"
