"""The ways an offering may be sold: each mechanism of each product that fits a register entry.

A way that the product's rule refuses stays on the list, with the sentence and the clause that refuse it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.http import HttpRequest

from jishi.apps.market.guarding import require_method
from jishi.apps.market.mechanism import Running
from jishi.apps.packs.api import Product
from jishi.apps.packs.kinds.product import MechanismChoice
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.registry import find
from jishi.platform.words import say
from jishi.platform.words.term import mechanism_title
from jishi.web.shell.site import language, market_pack

BETWEEN = ":"


@dataclass(frozen=True, slots=True)
class Way:
    """A product by one of its mechanisms; `refusal` is why it may not be sold so, None where it may."""

    product: Product
    choice: MechanismChoice
    refusal: Fault | None = None

    @property
    def key(self) -> str:
        """Name the way in an address."""
        return f"{self.product.id}{BETWEEN}{self.choice.id}"

    @property
    def mechanism(self) -> Running:
        """Return the mechanism in the version the product takes."""
        return find(self.choice.id, self.choice.version)

    @property
    def product_title(self) -> str:
        """Return what the product is called in the language of the page."""
        return str(self.product.title.say(language()))

    @property
    def title(self) -> str:
        """Return what the mechanism is called, as the product or else as the engine says."""
        own = self.choice.title
        return str(own.say(language())) if own else mechanism_title(self.choice.id, language())

    @property
    def why_not(self) -> str:
        """Return the sentence of the refusal."""
        return say(self.refusal.code, self.refusal.params, language()) if self.refusal else ""

    @property
    def clauses(self) -> tuple[str, ...]:
        """Return the clauses of the refusal, else those the choice rests on."""
        if self.refusal is None:
            return tuple(self.choice.cites)
        return tuple(each for each in self.refusal.params.get("clauses", "").split("；") if each)


def list_ways(day: date, kind: str = "") -> list[Way]:
    """List every way to sell an entry of a register kind, of any kind unless told, as the law of a day has it."""
    products = [each for each in market_pack().products.values() if kind in ("", each.register_kind)]
    return [make_way(product, choice, day) for product in products for choice in product.mechanisms]


def make_way(product: Product, choice: MechanismChoice, day: date) -> Way:
    """Ask the product's rule whether it may be sold by a mechanism."""
    if product.find_mechanism(choice.id) is None:
        return Way(product, choice)  # one taken before and no longer offered: storing it says so
    try:
        require_method(market_pack(), product, choice.id, day)
    except Fault as fault:
        return Way(product, choice, fault)
    return Way(product, choice)


def group_ways(ways: list[Way]) -> Iterator[tuple[str, list[Way]]]:
    """Yield the ways by the title of their product."""
    for title, group in groupby(ways, key=lambda way: way.product_title):
        yield title, list(group)


def asked_way(request: HttpRequest, ways: list[Way]) -> Way | None:
    """Return the way the address asks for: `?way=product:mechanism`, or the first of `?product=`."""
    asked, product = request.GET.get("way", ""), request.GET.get("product", "")
    named = [way for way in ways if way.key == asked]
    return next(iter(named or _of(ways, product)), None)


def usual_way(ways: list[Way]) -> Way | None:
    """Return the first permitted way that lists for sale, else the first permitted, else the first."""
    open_ways = [way for way in ways if way.refusal is None]
    listed = [way for way in open_ways if way.choice is way.product.default_mechanism]
    first = [way for way in listed if way.choice.id == "listing"]
    return next(iter(first or listed or open_ways or ways), None)


def _of(ways: list[Way], product: str) -> list[Way]:
    own = [way for way in ways if way.product.id == product]
    return [way for way in own if way.refusal is None] or own
