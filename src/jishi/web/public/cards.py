"""An offering as a card or a row of a list."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.apps.market.api import Offering
from jishi.platform.words.term import mechanism_title
from jishi.web.public.parcel import bounds_text
from jishi.web.public.places import place_name, uses_text
from jishi.web.shell.money import area_text
from jishi.web.shell.site import language, market_pack
from jishi.web.shell.term import find_term


@dataclass(frozen=True, slots=True)
class Card:
    """What a card of an offering shows. Money in fen, instants in ms, area in cm2; `rises`: bidders top each other."""

    title: str
    number: str
    url: str
    facts: str
    place: str
    state: str
    phase: str
    suspended: bool
    due_ms: int | None
    price_fen: int | None
    start_price_fen: int | None
    price_word: str
    area_cm2: int
    quotes: int
    registrants: int
    simulated: bool
    rises: bool


def card_of(offering: Offering) -> Card:
    """Return the card of an offering; a lot that trades now leads to its live room."""
    live, rises = is_live(offering), offering.kind == "ascending"
    return Card(
        title=offering.title,
        number=offering.number,
        url=reverse("public:room" if live else "public:offering", args=[offering.id]),
        facts=facts_text(offering),
        place=place_name(offering.division, offering.lot.get("division_text", "")),
        state=status_of(offering),
        phase=offering.phase,
        suspended=offering.suspended,
        due_ms=offering.due_ms,
        price_fen=offering.price_fen,
        start_price_fen=offering.start_price_fen,
        price_word=_("starts at") if rises else _("Price"),
        area_cm2=offering.area_cm2,
        quotes=offering.quotes,
        registrants=offering.registrants,
        simulated=offering.simulated or bool(offering.lot.get("simulated")),
        rises=rises,
    )


def is_live(offering: Offering) -> bool:
    """Tell whether bidders may act in an offering now."""
    return offering.state == "noticed" and bool(offering.accepts) and not offering.suspended


def status_of(offering: Offering) -> str:
    """Return the one word that tells best where an offering stands: its phase while it runs, else its state."""
    if offering.suspended:
        return "suspended"
    return offering.phase if offering.state == "noticed" else offering.state


def facts_text(offering: Offering) -> str:
    """Say area, uses and plot ratio of land, and of anything else how it is sold and how much, in one line."""
    if offering.factor != "land":
        fields = market_pack().register(offering.register_kind).fields
        numbers = [field for field in fields if field.type == "number" and offering.lot.get(field.name)]
        counted = [f"{field.label.say(language())} {offering.lot[field.name]}" for field in numbers]
        return " · ".join([mechanism_title(offering.mechanism, language()), *counted])
    said = [area_text(offering.area_cm2, language()) if offering.area_cm2 else "", uses_text(offering.lot)]
    if offering.lot.get("plot_ratio"):
        said.append(_("plot ratio %(value)s") % {"value": bounds_text(offering.lot["plot_ratio"])})
    return " · ".join(part for part in said if part)


def points_of(offerings: Iterable[Offering]) -> list[dict[str, Any]]:
    """Return located offerings as points of a map."""
    return [
        {
            "name": f"{offering.number} {offering.title}",
            "url": reverse("public:offering", args=[offering.id]),
            "lon": offering.longitude,
            "lat": offering.latitude,
            "division": offering.division[:4] + "00",
            "tone": "live" if is_live(offering) else "",
            "text": f"{find_term(status_of(offering)).label} · {facts_text(offering)}",
        }
        for offering in offerings
    ]
