"""The mechanism an offering runs on: which, where it stands, and the names it has for what a clerk states.

An offering keeps the version it was prepared with, whatever pack holds meanwhile. Refuses a price or a date that the
mechanism chosen has no term for.
"""

from collections.abc import Mapping
from typing import Any

from jishi.apps.market.models import NOTICED, Offering
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import contract, inputs
from jishi.kernel.mechanism.registry import find
from jishi.kernel.mechanism.view import View

Running = contract.Mechanism[Any, Any]
# what an offering calls its dates, and what mechanisms in the common frame call them
ALSO_NAMED = {"listing_start": "opens", "listing_end": "closes"}
STATED = ("listing_start", "listing_end", "registration_end", "start_price_fen", "increment_fen")
"""What every form of an offering asks for, as far as the mechanism has it."""
PROBE = "probe"
DRAW_TERM = "draw_commitment"
UNSET = "0" * 64
"""What a draft with a draw holds before its secret is committed to; no notice is published with it."""


def mechanism_of(offering: Offering) -> Running:
    """Return the mechanism an offering was prepared with, in that version."""
    return find(offering.mechanism, offering.mechanism_version)


def view_of(offering: Offering) -> View | None:
    """Return what may be asked of the running mechanism, None before its notice."""
    if offering.snapshot is None:
        return None
    mechanism = mechanism_of(offering)
    return mechanism.view(mechanism.load(offering.snapshot))


def next_bid(offering: Offering) -> int | None:
    """Return the lowest valid quote now (fen), or None when none is."""
    view = view_of(offering)
    return None if view is None else view.next_bid_fen


def name_terms(mechanism: Running, stated: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is stated under the names of an offering the names the mechanism has for it.

    A term by the mechanism's own name stays; one it does not know is its own refusal, except a price or a date of
    `STATED`: Fault `market.form.no_term`.
    """
    known = {field.name for field in mechanism.model}
    named: dict[str, Any] = {}
    for name, value in stated.items():
        found = name if name in known else ALSO_NAMED.get(name, name)
        if found not in known and name in STATED:
            raise Fault("market.form.no_term", field=name, mechanism=mechanism.id)
        named[found] = value
    return named


def takes_reserve(mechanism: Running) -> bool:
    """Tell whether a mechanism can have a committed reserve price (底价)."""
    return any(field.name == "reserve_commitment" for field in mechanism.model)


def show_dates(offering: Offering, view: View) -> None:
    """Write dates and prices of the terms onto the row, as pages and searches read them."""
    offering.listing_start, offering.listing_end = view.opens_ms, view.closes_ms
    offering.registration_end = view.registration_end_ms
    offering.start_price_fen, offering.increment_fen = view.start_price_fen, view.increment_fen


def takes(offering: Offering, name: str) -> bool:
    """Tell whether a running offering takes an input in its phase; whether its facts stand is not asked."""
    if offering.state != NOTICED or offering.suspended:
        return False
    rules: Mapping[type, Any] = getattr(mechanism_of(offering), "rules", dict)()
    return any(inputs.name_of(cls) == name and offering.phase in rule.phases for cls, rule in rules.items())


def grounds_of(offering: Offering) -> list[str] | None:
    """List the grounds on which a bidder may be preferred, none listed where any is; None where nobody may be."""
    terms = offering.terms
    if terms.get("weights"):
        return sorted(terms["weights"])
    stages = [each for each in terms.get("stages") or () if each["kind"] == "first_refusal"]
    if stages:
        return list(stages[0].get("grounds") or ())
    return None if terms.get("first_refusal_ms") is None else []


def is_committed(offering: Offering) -> bool:
    """Tell whether the secret of a draw (摇号) is committed to, or no draw is announced."""
    return offering.terms.get(DRAW_TERM) != UNSET


def admits(offering: Offering, at_ms: int) -> bool:
    """Tell whether the mechanism would still admit a bidder at an instant, or, suspended, once it runs again."""
    if offering.snapshot is None:
        return False
    mechanism = mechanism_of(offering)
    state = mechanism.load(offering.snapshot)
    at_ms = max(at_ms, mechanism.view(state).last_ms)
    if offering.suspended:
        resumed = mechanism.step(state, inputs.Resume(), at_ms)
        if isinstance(resumed, contract.Refusal):
            return False
        state = resumed.state
    return not isinstance(mechanism.step(state, inputs.Admit(PROBE), at_ms), contract.Refusal)
