"""What carries a measure, as a page shows it: a title, a way there, and how much runs in it now."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.market import reads as market
from jishi.apps.packs.api import Measure, Pack, carriers_of
from jishi.apps.procedures import api as procedures
from jishi.apps.registers import reads as registers
from jishi.apps.registers.api import EntryQuery
from jishi.web.shell.address import find_address

KINDS: Mapping[str, Any] = {
    "rules": gettext_lazy("Rules"),
    "registers": gettext_lazy("Registers"),
    "procedures": gettext_lazy("Procedures"),
    "products": gettext_lazy("Products"),
    "series": gettext_lazy("Series"),
    "accounts": gettext_lazy("Accounts"),
    "matches": gettext_lazy("Matching"),
    "plans": gettext_lazy("Plans"),
    "pages": gettext_lazy("Pages"),
}
PAGES: Mapping[str, Any] = {
    "public:hall": gettext_lazy("Trading hall"),
    "public:verify": gettext_lazy("Verify a result"),
    "public:log": gettext_lazy("Public log"),
    "public:complaints": gettext_lazy("Objections and complaints"),
    "public:law:rules": gettext_lazy("Law"),
    "public:measures:all": gettext_lazy("Measures"),
    "desk:rules": gettext_lazy("Rule workshop"),
}


@dataclass(frozen=True, slots=True)
class Carrier:
    """One thing that carries a measure; `live` counts what runs in it, None where nothing is counted."""

    kind: str
    id: str
    title: str
    url: str | None
    live: int | None = None
    unit: str = ""


def list_carriers(pack: Pack, measure: Measure, lang: str) -> list[tuple[str, list[Carrier]]]:
    """Return the carriers of a measure under the title of their kind."""
    found = carriers_of(pack, measure)
    live = _count_live(found)
    return [
        (str(KINDS[kind]), [_carrier(pack, kind, each, (lang, live)) for each in ids])
        for kind, ids in found.items()
    ]


def title_of(pack: Pack, kind: str, name: str, lang: str) -> str:
    """Return the title of a carrier in the language of the page."""
    if kind == "pages":
        return str(PAGES.get(name, name))
    if kind == "rules":
        return pack.rules[name].title[lang == "en"]
    rows: Mapping[str, Any] = getattr(pack, kind, {})
    return rows[name].title.say(lang) if name in rows else name


def url_of(kind: str, name: str) -> str | None:
    """Return where a carrier is to be seen, None where it has no page."""
    ways: dict[str, Callable[[], str | None]] = {
        "rules": lambda: find_address("public:law:rule", name),
        "registers": lambda: find_address("public:register", name),
        "procedures": lambda: find_address("public:procedure", name),
        "products": lambda: _with_query(find_address("public:hall"), name),
        "pages": lambda: find_address(name),
    }
    return ways[kind]() if kind in ways else None


def _with_query(url: str | None, product: str) -> str | None:
    return None if url is None else f"{url}?product={product}"


def _carrier(pack: Pack, kind: str, name: str, shown: tuple[str, Mapping[str, int]]) -> Carrier:
    lang, live = shown
    units = {"registers": _("entries"), "products": _("lots"), "procedures": _("cases")}
    count = live.get(f"{kind}:{name}", 0) if kind in units else None
    return Carrier(
        kind, name, title_of(pack, kind, name, lang), url_of(kind, name), count, units.get(kind, "")
    )


def _count_live(found: Mapping[Any, tuple[str, ...]]) -> dict[str, int]:
    return dict(_counts(found))


def _counts(found: Mapping[Any, tuple[str, ...]]) -> Iterator[tuple[str, int]]:
    for kind in found.get("registers", ()):
        yield f"registers:{kind}", registers.list_entries(EntryQuery(kind=kind), size=1).total
    for name in found.get("procedures", ()):
        yield (
            f"procedures:{name}",
            sum(n for phase, n in procedures.count_cases(name).items() if phase != "draft"),
        )
    if found.get("products"):
        yield from ((f"products:{name}", n) for name, n in market.count_products(found["products"]).items())
