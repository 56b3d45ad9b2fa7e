"""Sale at a fixed price (一口价), version 1: first come first served, or subscribed and shared at the close.

Whole units of one thing, any number of buyers. Refuses what the stock or a buyer's limit does not
leave. Subscription (认购) beyond the stock is served pro rata, the units left by rounding going to
the largest remainders. State: one line a buyer.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Buy
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.field import Field
from jishi.kernel.mechanism.frame import OPEN, SOLD, TERMINATED, UNSOLD, Frame, end
from jishi.kernel.mechanism.framed import FramedMechanism, Rule
from jishi.kernel.mechanism.kind import MAX_INTEGER

FIRST_COME: Final = "first_come"
SUBSCRIPTION: Final = "subscription"
Lines = tuple[tuple[str, int], ...]
"""So many units of each alias, in the order of their first purchase."""


class State(NamedTuple):
    """A sale at one instant: what each bought (or subscribed to) and what each waits for."""

    terms: dict[str, Any]
    frame: Frame
    bought: Lines = ()
    waiting: Lines = ()
    purchases: int = 0

    @property
    def total(self) -> int:
        """Return the units bought or subscribed to."""
        return sum(quantity for _, quantity in self.bought)

    @property
    def left(self) -> int | None:
        """Return the units still to be had by whoever comes first, None without a limit."""
        stock: int | None = self.terms["stock"]
        return None if stock is None else max(0, stock - self.total)


def share_out(stock: int, asked: Lines) -> Lines:
    """Share a stock pro rata: each the whole part of its share, then one unit more to the largest remainders.

    Of equal remainders the earlier goes first. Nobody gets more than asked for; everything goes out
    when as much was asked for.

    >>> share_out(10, (("a", 5), ("b", 5), ("c", 5)))
    (('a', 4), ('b', 3), ('c', 3))
    """
    total = sum(quantity for _, quantity in asked)
    if total <= stock:
        return asked
    shares = [divmod(quantity * stock, total) for _, quantity in asked]
    spare = stock - sum(whole for whole, _ in shares)
    favoured = set(sorted(range(len(shares)), key=lambda at: -shares[at][1])[:spare])
    return tuple((alias, shares[at][0] + (at in favoured)) for at, (alias, _) in enumerate(asked))


class FixedPrice(FramedMechanism):
    """The mechanism as the contract wants it."""

    id = "fixed_price"
    kind = "shop"
    own_terms = (
        Field("price_fen", "fen"),
        Field("stock", "count", None, optional=True),
        Field("rule", "choice", FIRST_COME, choices=(FIRST_COME, SUBSCRIPTION)),
        Field("least", "count", 1),
        Field("per_bidder", "count", None, optional=True),
        Field("sold_out", "choice", "close", choices=("close", "wait")),
    )
    state_class = State

    def check_together(self, terms: Mapping[str, Any]) -> None:
        """Refuse terms under which nothing could be bought, or nothing shared."""
        stock, least, most = terms["stock"], terms["least"], terms["per_bidder"]
        if terms["rule"] == SUBSCRIPTION and stock is None:
            raise Fault("fixed_price.terms.stock")
        if most is not None and most < least:
            raise Fault("fixed_price.terms.per_bidder", per_bidder=most, least=least)
        if stock is not None and stock < least:
            raise Fault("fixed_price.terms.least", stock=stock, least=least)

    def rules(self) -> Mapping[type, Rule]:
        """Take purchases while the sale is open."""
        return {Buy: Rule(buy, frozenset({OPEN}), by_bidder=True)}

    def is_bound(self, state: State, alias: str) -> bool:
        """Tell whether a bidder has bought or waits."""
        return _held(state, alias) > 0

    def run_out(self, state: State, at_ms: int) -> Step[Any]:
        """Close at `closes`: sold if anything was bought."""
        return end(state, SOLD, at_ms) if state.bought else end(state, UNSOLD, at_ms, "no_buyer")

    def glance(self, state: State) -> dict[str, Any]:
        """Show the price and what is left."""
        terms = state.terms
        shown = ("rule", "stock", "least", "per_bidder")
        return {
            "start_price_fen": terms["price_fen"],
            "price_fen": terms["price_fen"],
            "quotes": state.purchases,
            "stage": {name: terms[name] for name in shown}
            | {
                "left": state.left,
                "bought": state.total,
                "buyers": len(state.bought),
                "waiting": sum(quantity for _, quantity in state.waiting),
            },
        }

    def result(self, state: State) -> dict[str, Any]:
        """Award each buyer its units; one buyer alone is the winner."""
        price_fen = state.terms["price_fen"]
        awards = [
            {"alias": alias, "quantity": quantity, "price_fen": price_fen, "pay_fen": quantity * price_fen}
            for alias, quantity in _given_out(state)
            if quantity
        ]
        return {
            "winner": awards[0]["alias"] if len(awards) == 1 else None,
            "price_fen": price_fen if awards else None,
            "quotes": state.purchases,
            "awards": awards,
            "asked": [{"alias": alias, "quantity": quantity} for alias, quantity in state.bought],
            "waiting": [{"alias": alias, "quantity": quantity} for alias, quantity in state.waiting],
        }


FIXED_PRICE: Final = FixedPrice()


def buy(state: State, given: Buy, at_ms: int) -> Step[Any] | Refusal:
    """Sell so many units, take a subscription, or note who waits once the stock is gone."""
    refusal = _refuse(state, given)
    if refusal is not None:
        return refusal
    first_come, left = state.terms["rule"] == FIRST_COME, state.left
    waits = first_come and left == 0
    after = state._replace(purchases=state.purchases + 1)
    if waits:
        after = after._replace(waiting=_add(after.waiting, given))
    else:
        after = after._replace(bought=_add(after.bought, given))
    kind = "WaitingNoted" if waits else "UnitsBought" if first_come else "UnitsSubscribed"
    event = {"type": kind, "alias": given.alias, "quantity": given.quantity, "left": after.left}
    if first_come and after.left == 0 and state.terms["sold_out"] == "close":
        ended = end(after, SOLD, at_ms, "sold_out")
        return Step(ended.state, (event, *ended.events))
    return Step(after, (event,))


def _refuse(state: State, given: Buy) -> Refusal | None:
    terms, quantity, held = state.terms, given.quantity, _held(state, given.alias)
    left = state.left if terms["rule"] == FIRST_COME else None
    least = max(1, terms["least"] - held)
    least = min(least, left) if left else least  # the last units may be fewer
    if quantity < least:
        return Refusal("fixed_price.quantity", {"quantity": quantity, "least": least})
    most = _most(terms)
    if held + quantity > most:
        return Refusal("fixed_price.per_bidder", {"quantity": quantity, "held": held, "most": most})
    if left and quantity > left:
        return Refusal("fixed_price.stock", {"quantity": quantity, "left": left})
    return None


def _most(terms: Mapping[str, Any]) -> int:
    """Return the units one buyer may have: payable exactly, within its limit, subscribed to no more than all."""
    limits: list[int] = [MAX_INTEGER // terms["price_fen"]]
    limits += [terms["per_bidder"]] if terms["per_bidder"] is not None else []
    limits += [terms["stock"]] if terms["rule"] == SUBSCRIPTION else []
    return min(limits)


def _held(state: State, alias: str) -> int:
    return sum(quantity for each, quantity in (*state.bought, *state.waiting) if each == alias)


def _add(lines: Lines, given: Buy) -> Lines:
    if all(alias != given.alias for alias, _ in lines):
        return (*lines, (given.alias, given.quantity))
    return tuple((a, q + given.quantity) if a == given.alias else (a, q) for a, q in lines)


def _given_out(state: State) -> Lines:
    """Return what each gets: of a subscription nothing before it closed, of a terminated sale nothing at all."""
    phase = state.frame.phase
    if state.terms["rule"] == FIRST_COME:
        return () if phase == TERMINATED else state.bought
    return share_out(state.terms["stock"], state.bought) if phase == SOLD else ()
