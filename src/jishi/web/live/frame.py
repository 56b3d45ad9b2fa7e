"""One frame of a live room: everything a watcher sees, without any identity."""

from typing import Any

from jishi.apps.market import reads
from jishi.apps.market.api import Offering, view_of
from jishi.web.live.facts import build_book, build_facts

RUNGS = 20


def build_frame(offering: Offering, simulated: frozenset[str] | None = None) -> dict[str, Any]:
    """Return the state of the room: prices in fen, instants in ms, aliases instead of names."""
    view = view_of(offering)
    if simulated is None:
        simulated = reads.simulated_aliases(offering.id)
    ladder = reads.list_ladder(offering.id, RUNGS)
    return {
        "offering": offering.id,
        "state": offering.state,
        "phase": offering.phase,
        "suspended": offering.suspended,
        "price_fen": offering.price_fen,
        "leader": offering.leader or None,
        "due_ms": offering.due_ms,
        "next_bid_fen": None if view is None else view.next_bid_fen,
        "increment_fen": offering.increment_fen,
        "quotes": offering.quotes,
        "registrants": offering.registrants,
        "result": (offering.outcome or {}).get("result"),
        "accepts": [] if offering.suspended else offering.accepts,
        "facts": build_facts(offering, view),
        "book": build_book(offering),
        "ladder": [{**rung, "simulated": rung["alias"] in simulated} for rung in ladder],
    }
