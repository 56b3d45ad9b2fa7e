"""Sealed bids for a supply at one price for all (统一价), version 1: the lowest accepted bid.

Each bidder files prices and quantities; after the close all are opened, the best prices are served until
the supply is gone and everybody pays the last price served. Refuses nothing at opening: a bid that
breaks the terms is void by name. What is asked below the floor or beyond a cap does not count.
"""

from collections.abc import Mapping
from typing import Any, Final

from jishi.kernel.mechanism.clear_uniform import UNDERSUBSCRIBED, clear_uniform
from jishi.kernel.mechanism.contract import Step
from jishi.kernel.mechanism.field import Field
from jishi.kernel.mechanism.frame import SOLD, UNSOLD, end
from jishi.kernel.mechanism.kind import MAX_INTEGER
from jishi.kernel.mechanism.sealed import SealedMechanism
from jishi.kernel.mechanism.sealed_box import SEALED_FIELDS
from jishi.kernel.mechanism.unit_bid import (
    UNIT_FIELDS,
    State,
    award,
    check_units,
    lay_out,
    leave_out,
    name_margin,
    read_pairs,
)


class UniformPrice(SealedMechanism):
    """The mechanism as the contract wants it."""

    id = "uniform_price"
    own_terms = (
        *SEALED_FIELDS,
        *UNIT_FIELDS,
        Field("undersubscribed", "choice", "floor", choices=UNDERSUBSCRIBED),
    )
    state_class = State

    def check_together(self, terms: Mapping[str, Any]) -> None:
        """Raise the Fault of terms that contradict each other."""
        super().check_together(terms)
        check_units(terms)

    def read_bid(self, state: State, alias: str, bid: Mapping[str, Any]) -> object:
        """Raise the Fault of a bid that breaks the terms."""
        return read_pairs(state.terms, bid)

    def decide(self, state: State, at_ms: int) -> Step[Any]:
        """Clear the opened bids at one price."""
        terms = state.terms
        table, excluded = leave_out(lay_out(state), terms["floor_fen"])
        supply = terms["supply"] // table.step
        found = clear_uniform(
            table.bids,
            supply,
            terms["floor_fen"],
            undersubscribed=terms["undersubscribed"],
            rationing=terms["rationing"],
        )
        sold = found.sold * table.step
        asked = int(table.bids.quantities.sum())
        cleared = {
            "price_fen": found.price_fen,
            "rule": found.rule,
            "awards": award(table, found.filled, found.price_fen or 0),
            "ties": name_margin(found.margin, table.owners, table.step, terms["rationing"]),
            "sold": sold,
            "asked": min(asked * table.step, MAX_INTEGER),
            "cover_bp": asked * 10_000 // supply,
            "revenue_fen": sold * (found.price_fen or 0),
            "excluded": excluded,
        }
        phase, reason = (SOLD, None) if sold else (UNSOLD, found.rule)
        after = state._replace(cleared=cleared)
        said = {"price_fen": found.price_fen, "sold": sold, "rule": found.rule}
        return end(after, phase, at_ms, reason, **said)

    def glance(self, state: State) -> dict[str, Any]:
        """Show the supply, the floor and the price once there is one."""
        shown = super().glance(state)
        shown["stage"] |= {"supply": state.terms["supply"], "sold": state.cleared.get("sold")}
        start, price = state.terms["floor_fen"], state.cleared.get("price_fen")
        return shown | {"start_price_fen": start, "price_fen": price}

    def result(self, state: State) -> dict[str, Any]:
        """Return the price, who gets how much of it, and what did not count."""
        awards = state.cleared.get("awards", [])
        winner = awards[0]["alias"] if len(awards) == 1 else None
        return super().result(state) | state.cleared | {"winner": winner, "supply": state.terms["supply"]}


UNIFORM_PRICE: Final = UniformPrice()
