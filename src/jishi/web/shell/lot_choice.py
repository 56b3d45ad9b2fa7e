"""Choose the lot a question is about: one's own first, any public one by its number or title.

What is typed counts. A radio button picked beside it is taken into the input when the form is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jishi.apps.market import reads as market
from jishi.apps.market.api import Offering, find_named
from jishi.apps.market.naming import list_near
from jishi.apps.packs.api import FieldKind
from jishi.web.shell.address import find_address

PICK, MOST_OWN = "-pick", 5


@dataclass(frozen=True, slots=True)
class LotChoice:
    """The lot a text names, and the lots that may be picked instead: those one applied for, those near the text."""

    name: str
    chosen: Offering | None
    own: tuple[Offering, ...]
    near: tuple[Offering, ...]


def choose_lot(name: str, text: str, parties: Sequence[str]) -> LotChoice:
    """Give what stands beside the input `name` that holds `text`."""
    chosen = find_named(text)
    registered = market.list_own_registrations(parties) if parties else []
    lots = {each.offering_id: each.offering for each in registered}
    own = [each for key, each in lots.items() if chosen is None or key != chosen.id][:MOST_OWN]
    shown = {each.id for each in own}
    near = [] if chosen else [each for each in list_near(text) if each.id not in shown]
    return LotChoice(name, chosen, tuple(own), tuple(near))


def take_picks(data: Any, names: Sequence[str]) -> Any:
    """Give what was posted with each pick in its input, and the pick gone."""
    picked = {name: data[f"{name}{PICK}"] for name in names if data and data.get(f"{name}{PICK}")}
    if not picked:
        return data
    taken = data.copy()
    for name, number in picked.items():
        taken[name], taken[f"{name}{PICK}"] = number, ""
    return taken


def typed_lot(value: str) -> str:
    """Give a stored lot as one types it: its number."""
    found = find_named(value)
    return found.number if found else value


def lot_address(field: FieldKind, value: Any) -> str:
    """Give the page of the lot an answer names; empty where it names none."""
    found = find_named(str(value)) if field.type == "offering" and value else None
    return (find_address("public:offering", found.id) or "") if found else ""


def fill_from(questions: Sequence[Any], offering: Offering) -> Mapping[str, Any]:
    """Give the answers an offering fills in: itself, and what its question says it fills besides."""
    parts = {"title": offering.title, "number": offering.number, "division": offering.division, "yes": True}
    found: dict[str, Any] = {}
    for each in questions:
        if each.type == "offering" and each.fills:
            found |= {name: parts[part] for name, part in each.fills.items()} | {each.name: offering.number}
    return found
