"""Sealed bids for a supply at each winner's own price (按报价成交), version 1.

The best prices are served until the supply is gone, or a top share of the bidders or of the volume asked
for wins, as the terms say. Refuses nothing at opening: a bid that breaks the terms is void by name.
What is asked below the floor or beyond a cap does not count.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.clear_uniform import Cleared, clear_pay_as_bid, keep_top_bidders
from jishi.kernel.mechanism.contract import Step
from jishi.kernel.mechanism.field import Field
from jishi.kernel.mechanism.frame import SOLD, UNSOLD, end
from jishi.kernel.mechanism.kind import MAX_INTEGER
from jishi.kernel.mechanism.sealed import SealedMechanism
from jishi.kernel.mechanism.sealed_box import SEALED_FIELDS
from jishi.kernel.mechanism.unit_bid import (
    UNIT_FIELDS,
    State,
    Table,
    award,
    check_units,
    lay_out,
    leave_out,
    name_margin,
    read_pairs,
)
from jishi.kernel.quantity.rounding import ROUNDINGS, rounded

WINNERS: Final = ("supply", "bidders", "volume")


class PayAsBid(SealedMechanism):
    """The mechanism as the contract wants it."""

    id = "pay_as_bid"
    own_terms = (
        *SEALED_FIELDS,
        *UNIT_FIELDS,
        Field("winners", "choice", "supply", choices=WINNERS),
        Field("share_bp", "share_bp", None, most=10_000, optional=True),
        Field("rounding", "choice", "down", choices=tuple(ROUNDINGS)),
    )
    state_class = State

    def check_together(self, terms: Mapping[str, Any]) -> None:
        """Raise the Fault of terms that contradict each other."""
        super().check_together(terms)
        check_units(terms)
        if (terms["winners"] == "supply") != (terms["share_bp"] is None):
            raise Fault("pay_as_bid.terms.share", winners=terms["winners"])

    def read_bid(self, state: State, alias: str, bid: Mapping[str, Any]) -> object:
        """Raise the Fault of a bid that breaks the terms."""
        return read_pairs(state.terms, bid)

    def decide(self, state: State, at_ms: int) -> Step[Any]:
        """Serve the opened bids, each at its own price."""
        table, excluded = leave_out(lay_out(state), state.terms["floor_fen"])
        asked = int(table.bids.quantities.sum())
        table, found = _serve(table, state.terms, asked)
        awards = award(table, found.filled, None)
        sold = found.sold * table.step
        cleared = {
            "rule": found.rule,
            "awards": awards,
            "ties": name_margin(found.margin, table.owners, table.step, state.terms["rationing"]),
            "sold": sold,
            "asked": min(asked * table.step, MAX_INTEGER),
            "cover_bp": asked * table.step * 10_000 // state.terms["supply"],
            "revenue_fen": sum(entry["pay_fen"] for entry in awards),
            "excluded": excluded,
        }
        phase, reason = (SOLD, None) if sold else (UNSOLD, found.rule)
        return end(state._replace(cleared=cleared), phase, at_ms, reason, sold=sold, rule=found.rule)

    def glance(self, state: State) -> dict[str, Any]:
        """Show the supply and the floor."""
        shown = super().glance(state)
        shown["stage"] |= {"supply": state.terms["supply"], "sold": state.cleared.get("sold")}
        return shown | {"start_price_fen": state.terms["floor_fen"]}

    def result(self, state: State) -> dict[str, Any]:
        """Return who gets how much at which price, and what did not count."""
        awards = state.cleared.get("awards", [])
        alone = awards[0] if len(awards) == 1 else {"alias": None, "price_fen": None}
        own = {"winner": alone["alias"], "price_fen": alone["price_fen"], "supply": state.terms["supply"]}
        return super().result(state) | state.cleared | own


PAY_AS_BID: Final = PayAsBid()


def _serve(table: Table, terms: Mapping[str, Any], asked: int) -> tuple[Table, Cleared]:
    """Return the table with only who may win left in, and what it comes to."""
    supply, winners, rationing = terms["supply"] // table.step, terms["winners"], terms["rationing"]
    if winners == "supply":
        return table, clear_pay_as_bid(table.bids, supply, rationing=rationing)
    share = Fraction(terms["share_bp"], 10_000)
    if winners == "volume":
        top = min(supply, max(1, rounded(share * asked, terms["rounding"])))
        found = clear_pay_as_bid(table.bids, top, rationing=rationing)
    else:
        kept = keep_top_bidders(table.bids, share, terms["rounding"])
        table = table._replace(bids=table.bids._replace(quantities=kept))
        found = clear_pay_as_bid(table.bids, supply, rationing=rationing)
    if found.sold == 0 or found.sold == supply:
        return table, found
    return table, found._replace(rule=f"top_{winners}")
