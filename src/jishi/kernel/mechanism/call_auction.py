"""Double-sided call auction (集合竞价), version 1: orders are gathered, then cleared at once at one price.

Orders are public or, where the terms name a sealing, sealed until the close; `clear_call` finds the
price. Refuses to clear a book that is not exactly the lines entered. A regional equity product may not
use this mechanism (order 132 of the CSRC, 2017); the product's check says so.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Cancel, Clear, Order, Seal
from jishi.kernel.mechanism.book import is_whole
from jishi.kernel.mechanism.call_outcome import clear_rows
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.frame import AWAITING_OPENING, OPEN, SOLD, UNSOLD, end, move
from jishi.kernel.mechanism.framed import Rule
from jishi.kernel.mechanism.order_book import (
    BUY,
    ORDER_FIELDS,
    SELL,
    Row,
    State,
    cancel_order,
    check_terms,
    enter_order,
    read_sealed,
    standing,
)
from jishi.kernel.mechanism.sealed import SealedMechanism
from jishi.kernel.mechanism.sealed_box import check_sealing
from jishi.kernel.mechanism.view import View

CLEARING: Final = "clearing"
_PLAIN, _SEALED = {"order", "cancel"}, {"seal"}


class CallAuction(SealedMechanism):
    """The mechanism as the contract wants it."""

    id = "call_auction"
    kind = "orders"
    own_terms = ORDER_FIELDS
    state_class = State
    phases = (OPEN, AWAITING_OPENING, CLEARING)
    awaits = {AWAITING_OPENING: "unseal", CLEARING: "clear"}

    def check_together(self, terms: Mapping[str, Any]) -> None:
        """Raise the Fault of terms that contradict each other."""
        check_terms(terms)
        if terms["sealing"] is not None:
            check_sealing(terms["sealing"])

    def rules(self) -> Mapping[type, Rule]:
        """Take orders openly or sealed, as the terms say, and clear them after the close."""
        sealed = super().rules()
        return {
            **sealed,
            Seal: Rule(self._file, frozenset({OPEN}), by_bidder=True),
            Order: Rule(self._enter, frozenset({OPEN}), by_bidder=True),
            Cancel: Rule(self._enter, frozenset({OPEN}), by_bidder=True),
            Clear: Rule(self._clear, frozenset({CLEARING})),
        }

    def is_bound(self, state: State, alias: str) -> bool:
        """Tell whether a bidder has an order standing, or a sealed one that may not be revised."""
        return alias in state.orders or super().is_bound(state, alias)

    def read_bid(self, state: State, alias: str, bid: Mapping[str, Any]) -> object:
        """Raise the Fault of sealed orders that break the terms."""
        return read_sealed(state.terms, bid)

    def run_out(self, state: State, at_ms: int) -> Step[Any]:
        """Close: sealed orders wait for their opening, public ones for the lines of the book."""
        if state.terms["sealing"] is not None:
            return self.close_filing(state, at_ms)
        if not state.orders:
            return end(state, UNSOLD, at_ms, "no_order")
        event = {"type": "OrdersClosed", "phase": CLEARING, "lines": state.book.size}
        return Step(move(state, CLEARING, None), (event,))

    def decide(self, state: State, at_ms: int) -> Step[Any]:
        """Clear the opened orders."""
        rows = [
            Row(alias, *order) for alias, bid in state.box.bids for order in read_sealed(state.terms, bid)
        ]
        return _end(state, rows, at_ms)

    def view(self, state: State) -> View:
        """Return what pages may ask; only one way to order is accepted."""
        view = super().view(state)
        closed = _PLAIN if state.terms["sealing"] is not None else _SEALED
        return view._replace(accepts=view.accepts - closed)

    def glance(self, state: State) -> dict[str, Any]:
        """Show how much stands on either side, or how many filed, and the price once there is one."""
        lines = [line for own in state.orders.values() for line in own]
        stage = super().glance(state)["stage"] | {
            "sealed": state.terms["sealing"] is not None,
            "orders": len(lines),
            **{f"{side}_quantity": sum(line[3] for line in lines if line[1] == side) for side in (BUY, SELL)},
        }
        price_fen = state.cleared.get("price_fen")
        return {
            "quotes": _quotes(state),
            "increment_fen": state.terms["tick_fen"],
            "price_fen": price_fen,
            "stage": stage,
        }

    def result(self, state: State) -> dict[str, Any]:
        """Return the price and how it was found, what each buyer and each seller gets, and the ties."""
        nothing = {"sales": [], "volume": 0, "rule": None, "steps": []}
        return super().result(state) | nothing | state.cleared | {"quotes": _quotes(state)}

    def _file(self, state: State, given: Seal, at_ms: int) -> Step[Any] | Refusal:
        if state.terms["sealing"] is None:
            return Refusal("orders.public", {})
        return self._seal(state, given, at_ms)

    def _enter(self, state: State, given: Order | Cancel, at_ms: int) -> Step[Any] | Refusal:
        if state.terms["sealing"] is not None:
            return Refusal("orders.sealed", {})
        if isinstance(given, Order):
            return enter_order(state, given, at_ms)
        return cancel_order(state, given, at_ms)

    def _clear(self, state: State, given: Clear, at_ms: int) -> Step[Any] | Refusal:
        try:
            whole = is_whole(state.book, given.lines)
        except Fault:  # not canonical, so never a line of ours
            whole = False
        if not whole:
            return Refusal("orders.lines", {"given": len(given.lines), "entered": state.book.size})
        return _end(state, standing(given.lines), at_ms)


CALL_AUCTION: Final = CallAuction()


def _quotes(state: State) -> int:
    return state.entered or len(state.box.latest)


def _end(state: State, rows: Sequence[Row], at_ms: int) -> Step[Any]:
    cleared = clear_rows(state.terms, rows)
    volume = cleared["volume"]
    said = {name: cleared[name] for name in ("price_fen", "volume", "rule")}
    after = state._replace(cleared=cleared)
    return end(after, SOLD if volume else UNSOLD, at_ms, None if volume else cleared["rule"], **said)
