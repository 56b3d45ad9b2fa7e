"""How a mechanism decided, by aliases: awards, sales, ties, stages, what was void and why. No identity stands in it."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy

from jishi.apps.market.api import Offering
from jishi.platform.words import say
from jishi.web.shell.money import money_text
from jishi.web.shell.site import language

MOST = 100
MONEY = "_fen"
UNITS = {"infrastructure_fen": gettext_lazy("Infrastructure fund")}
"""What second quantities are called that a notice names by a code; any other is called as the notice writes it."""
Row = Mapping[str, Any]


class Decided(NamedTuple):
    """An outcome to be shown; rows are cut at `MOST`, `awarded` and `sold` count all of them."""

    result: str
    reason: str
    price_fen: int | None
    volume: int | None
    rule: str
    awards: list[Row]
    awarded: int
    sales: list[Row]
    sold: int
    ties: list[tuple[str, list[str], str]]
    stages: list[Row]
    offers: list[tuple[str, list[tuple[str, str]]]]
    sealed: list[tuple[str, int]]
    voids: list[tuple[str, str]]


def find_decided(offering: Offering) -> Decided | None:
    """Return how the mechanism decided, None while it runs and for a listing, whose ladder says all."""
    found = offering.outcome
    if not found or offering.mechanism == "listing":
        return None
    awards, sales = found.get("awards") or [], found.get("sales") or []
    return Decided(
        result=found["result"],
        reason=found.get("reason") or "",
        price_fen=found.get("price_fen"),
        volume=found.get("volume") if offering.kind == "orders" else found.get("sold"),
        rule=_said(f"clearing.rule.{found['rule']}") if found.get("rule") else "",
        awards=awards[:MOST],
        awarded=len(awards),
        sales=sales[:MOST],
        sold=len(sales),
        ties=[(tie["first"], tie["later"], _tie(tie)) for tie in found.get("ties") or [] if "first" in tie],
        stages=found.get("stages") or [],
        offers=[(unit_title(each["unit"]), _said_offers(each)) for each in found.get("offers") or []],
        sealed=list((found.get("sealed_quotes") or {}).items()),
        voids=list(say_voids(found.get("voids") or {})),
    )


def unit_title(unit: str) -> str:
    """Name the second quantity (竞配建、竞资金 …) of a stage."""
    return str(UNITS.get(unit, unit.removesuffix(MONEY)))


def say_amount(unit: str, amount: int) -> str:
    """Say so much of a second quantity; one whose unit ends in `_fen` is money."""
    return money_text(amount, language()) if unit.endswith(MONEY) else f"{amount:,}"


def _said_offers(each: Row) -> list[tuple[str, str]]:
    return [(alias, say_amount(each["unit"], amount)) for alias, amount in each["offers"].items()]


def say_voids(voids: Mapping[str, Row]) -> Iterable[tuple[str, str]]:
    """Yield the alias of each void bid with the reason in words."""
    for alias, why in voids.items():
        yield alias, say(why["code"], why["params"], language())


def _tie(tie: Row) -> str:
    return _said(f"mechanism.tie.{tie.get('broken_by', '')}")


def _said(code: str) -> str:
    return say(code, {}, language())
