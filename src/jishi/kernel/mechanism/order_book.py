"""Orders of a call auction (集合竞价): their terms, what each must keep to, and which of them stand.

The state holds each bidder's standing orders, no more than the terms allow one bidder; every line ever
entered is in the book. Refuses prices off the grid or beyond the bounds, quantities that are no whole
number of steps, positions beyond a bidder's limit, and orders on both sides where the terms forbid it.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Cancel, Order
from jishi.kernel.mechanism.book import Book, enter
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.field import Field
from jishi.kernel.mechanism.frame import Frame
from jishi.kernel.mechanism.kind import MAX_INTEGER, is_kind
from jishi.kernel.mechanism.sealed_box import Box
from jishi.kernel.mechanism.unit_bid import MOST_UNITS

BUY: Final = "buy"
SELL: Final = "sell"
SIDES: Final = (BUY, SELL)
CANCEL: Final = "cancel"
PREFERENCES: Final = ("reference", "pressure")
ORDER_FIELDS: Final = (
    Field("tick_fen", "fen", 1),
    Field("low_fen", "fen", None, optional=True),
    Field("high_fen", "fen", None, optional=True),
    Field("reference_fen", "fen", None, optional=True),
    Field("preference", "choice", "reference", choices=PREFERENCES),
    Field("quantity_step", "count", 1, most=MOST_UNITS),
    Field("order_most", "count", MOST_UNITS, most=MOST_UNITS),
    Field("per_bidder", "count", None, optional=True),
    Field("orders_per_bidder", "count", 20, most=200),
    Field("both_sides", "flag", False),
    Field("cancel_until", "instant", None, optional=True),
    Field("sealing", "object", None, optional=True),
    Field("revisions", "choice", "latest", choices=("latest", "none")),
)
"""Prices in fen a unit; `per_bidder` is the most one bidder may have standing on either side."""

Line = list[Any]
"""A standing order: [its place in the book from 1, side, price_fen, quantity]."""


class State(NamedTuple):
    """A call auction at one instant: the standing orders by alias, how many were ever entered, and once
    cleared the outcome's own part.
    """

    terms: dict[str, Any]
    frame: Frame
    box: Box = Box()
    book: Book = Book()
    orders: dict[str, list[Line]] = {}
    entered: int = 0
    cleared: dict[str, Any] = {}


class Row(NamedTuple):
    """An order to be cleared."""

    alias: str
    side: str
    price_fen: int
    quantity: int


def check_terms(terms: Mapping[str, Any]) -> None:
    """Refuse bounds that leave no price, and a last moment to cancel outside the auction."""
    low_fen, high_fen = terms["low_fen"], terms["high_fen"]
    if low_fen is not None and high_fen is not None and low_fen > high_fen:
        raise Fault("orders.terms.bounds", low_fen=low_fen, high_fen=high_fen)
    until = terms["cancel_until"]
    if until is not None and not terms["opens"] <= until <= terms["closes"]:
        raise Fault("orders.terms.cancel_until", cancel_until=until)


def check_order(terms: Mapping[str, Any], side: str, price_fen: int, quantity: int) -> None:
    """Raise the `orders.*` fault of an order that breaks the terms, whatever else stands."""
    if side not in SIDES:
        raise Fault("orders.side", side=side, known=", ".join(SIDES))
    tick_fen, low_fen, high_fen = terms["tick_fen"], terms["low_fen"], terms["high_fen"]
    if price_fen < 1 or price_fen % tick_fen:
        raise Fault("orders.tick", price_fen=price_fen, tick_fen=tick_fen)
    if low_fen is not None and price_fen < low_fen:
        raise Fault("orders.low", price_fen=price_fen, low_fen=low_fen)
    if high_fen is not None and price_fen > high_fen:
        raise Fault("orders.high", price_fen=price_fen, high_fen=high_fen)
    most, step = terms["order_most"], terms["quantity_step"]
    if not 0 < quantity <= most or quantity % step:
        raise Fault("orders.quantity", quantity=quantity, most=most, quantity_step=step)
    if price_fen * quantity > MAX_INTEGER:
        raise Fault("orders.amount", most_fen=MAX_INTEGER)


def read_sealed(terms: Mapping[str, Any], bid: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Return the orders of an opened bid {"orders": [[side, price_fen, quantity], ...]}; raise `orders.*`."""
    orders = bid.get("orders")
    if bid.keys() != {"orders"} or not is_kind(orders, "list"):
        raise Fault("orders.form")
    if not 0 < len(orders or ()) <= terms["orders_per_bidder"]:
        raise Fault("orders.count", most=terms["orders_per_bidder"])
    read = []
    for order in orders or ():
        if not (is_kind(order, "list") and [type(value) for value in order] == [str, int, int]):
            raise Fault("orders.form")
        side, price_fen, quantity = order
        check_order(terms, side, price_fen, quantity)
        read.append((side, price_fen, quantity))
    if not terms["both_sides"] and len({side for side, _, _ in read}) > 1:
        raise Fault("orders.both_sides")
    return read


def enter_order(state: State, given: Order, at_ms: int) -> Step[State] | Refusal:
    """Enter an order; it stands until cancelled or cleared."""
    try:
        check_order(state.terms, given.side, given.price_fen, given.quantity)
        _check_position(state, given)
    except Fault as fault:
        return Refusal(fault.code, fault.params)
    book = enter(state.book, [given.alias, given.side, given.price_fen, given.quantity])
    line = [book.size, given.side, given.price_fen, given.quantity]
    orders = {**state.orders, given.alias: [*state.orders.get(given.alias, ()), line]}
    event = {"type": "OrderEntered", "alias": given.alias, "order": book.size, "side": given.side}
    event |= {"price_fen": given.price_fen, "quantity": given.quantity}
    return Step(state._replace(book=book, orders=orders, entered=state.entered + 1), (event,))


def cancel_order(state: State, given: Cancel, at_ms: int) -> Step[State] | Refusal:
    """Take back one's own standing order."""
    until = state.terms["cancel_until"]
    if until is not None and at_ms >= until:
        return Refusal("orders.cancel_late", {"cancel_until": until})
    own = state.orders.get(given.alias, [])
    left = [line for line in own if line[0] != given.order]
    if len(left) == len(own):
        return Refusal("orders.unknown", {"alias": given.alias, "order": given.order})
    orders = {alias: lines for alias, lines in state.orders.items() if alias != given.alias}
    if left:
        orders[given.alias] = left
    book = enter(state.book, [given.alias, CANCEL, given.order])
    event = {"type": "OrderCancelled", "alias": given.alias, "order": given.order}
    return Step(state._replace(book=book, orders=orders), (event,))


def standing(lines: Iterable[Any]) -> list[Row]:
    """Return the orders of a whole book that were not cancelled, the earliest first."""
    orders: dict[int, Row] = {}
    for place, line in enumerate(lines, start=1):
        if line[1] == CANCEL:
            del orders[line[2]]
        else:
            orders[place] = Row(*line)
    return list(orders.values())


def _check_position(state: State, given: Order) -> None:
    terms, own = state.terms, state.orders.get(given.alias, [])
    if len(own) >= terms["orders_per_bidder"]:
        raise Fault("orders.count", most=terms["orders_per_bidder"])
    if not terms["both_sides"] and any(side != given.side for _, side, _, _ in own):
        raise Fault("orders.both_sides")
    held = sum(quantity for _, side, _, quantity in own if side == given.side)
    if terms["per_bidder"] is not None and held + given.quantity > terms["per_bidder"]:
        raise Fault("orders.limit", quantity=given.quantity, held=held, most=terms["per_bidder"])
