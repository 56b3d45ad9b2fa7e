"""Which templates and what data a room has, by the kind of its mechanism; own forms only for an admitted bidder."""

from collections.abc import Callable, Mapping
from typing import Any

from jishi.apps.market.api import Holding, Offering, View, holding_of, read_book, view_of
from jishi.apps.sealing import api as sealing
from jishi.web.live.facts import MOST_LEVELS, build_facts
from jishi.web.public.room.outcome import MONEY, find_decided, say_amount, unit_title
from jishi.web.shell.address import find_address
from jishi.web.shell.site import market_pack
from jishi.web.shell.span import say_span

Page = dict[str, Any]


def build_room(offering: Offering, registration: Any | None) -> Page:
    """Return what the templates of a room need; `registration` is the reader's own, admitted, or None."""
    view = view_of(offering)
    alias = registration.alias if registration else ""
    own = holding_of(offering, alias) if registration else Holding()
    return {
        "kind": offering.kind,
        "floor": f"public/rooms/{offering.kind}.html",
        "box": f"public/rooms/{offering.kind}_box.html",
        "stage": dict(view.stage) if view else {},
        "facts_now": build_facts(offering, view),
        "accepts": [] if offering.suspended else offering.accepts,
        "own": own,
        **_asked(dict(view.stage) if view else {}, own),
        "decided": find_decided(offering),
        **_KINDS[offering.kind](offering, view, registration),
    }


def _ascending(offering: Offering, view: View | None, registration: Any) -> Page:
    stage = view.stage if view else {}
    alias = registration.alias if registration else ""
    eligible = stage.get("eligible") or []
    terms = offering.terms
    return {
        "may_act": bool(alias) and (not eligible or alias in eligible),
        "stages": _stages(terms.get("stages") or [], stage.get("number", 1), bool(offering.outcome)),
        "cap_fen": stage.get("cap_fen") if terms.get("stages") else terms.get("cap_fen"),
        "seal_url": _seal_url(registration),
    }


def _asked(stage: Mapping[str, Any], own: Holding) -> Page:
    """Return how the second quantity of a stage is called and asked for; money is typed in yuan."""
    unit = str(stage.get("unit", ""))
    bounds = ((name, stage.get(name)) for name in ("least", "most", "step"))
    said = {name: say_amount(unit, value) for name, value in bounds if value is not None}
    own_said = "" if own.offer is None else say_amount(unit, own.offer)
    return {
        "unit": unit_title(unit),
        "unit_is_money": unit.endswith(MONEY),
        "asked": said,
        "own_offer": own_said,
    }


def _stages(stages: list[Page], now: int, over: bool) -> list[Page]:
    """Return the stages of an auction that has more than one, each done, now or next."""
    if len(stages) < 2:
        return []
    return [
        {**stage, "number": number, "status": _status(number, now, over)}
        for number, stage in enumerate(stages, start=1)
    ]


def _status(number: int, now: int, over: bool) -> str:
    if number == now and not over:
        return "now"
    return "done" if number <= now else "next"


def _orders(offering: Offering, view: View | None, registration: Any) -> Page:
    book = read_book(offering)
    return {
        "book": book,
        "levels": book.levels[:MOST_LEVELS],
        "sealed": bool(offering.terms.get("sealing")),
        "seal_url": _seal_url(registration),
    }


def _shop(offering: Offering, view: View | None, registration: Any) -> Page:
    return {"is_subscription": offering.terms.get("rule") == "subscription"}


def _notice(offering: Offering, view: View | None, registration: Any) -> Page:
    stage = view.stage if view else {}
    alias = registration.alias if registration else ""
    product = market_pack().product(offering.product)
    choice = product.find_mechanism(offering.mechanism)
    own = {term.name: term.cites for term in choice.terms} if choice else {}
    return {
        "may_act": bool(alias) and alias in (stage.get("entitled") or []),
        "publicity": say_span(offering.terms["publicity_ms"]),
        "objecting": offering.phase == "publicity" and not offering.suspended,
        "publicity_cites": own.get("publicity_ms") or (choice.cites if choice else ()) or product.cites,
        "is_applicant": bool(alias) and alias == offering.leader,
    }


def _sealed(offering: Offering, view: View | None, registration: Any) -> Page:
    committee = sealing.find_committee(offering.id)
    members = sealing.list_members(offering.id) if committee else []
    return {
        "stated": sealing.sealing_of(offering),
        "formed": bool(committee and committee.file),
        "opened_ms": committee.opened_ms if committee else None,
        "registered": sum(bool(member.public) for member in members),
        "published": sum(bool(member.private) for member in members),
        "seal_url": _seal_url(registration),
    }


def _seal_url(registration: Any) -> str | None:
    return find_address("participant:seal", registration.id) if registration else None


_KINDS: Mapping[str, Callable[[Offering, View | None, Any], Page]] = {
    "ascending": _ascending,
    "orders": _orders,
    "shop": _shop,
    "notice": _notice,
    "sealed": _sealed,
}
