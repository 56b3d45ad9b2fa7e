"""The start price on every basis a reader compares: total, per square metre, per mu, per floor area."""

from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from jishi.apps.market.api import Offering
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.area import mu_of
from jishi.kernel.quantity.bounds import parse_bounds
from jishi.kernel.quantity.money import FEN_PER_YUAN
from jishi.web.public.parcel import Fact
from jishi.web.shell.money import money_text, unit_price_text
from jishi.web.shell.site import language

_WAN = 10_000


def list_bases(offering: Offering, price_fen: int | None) -> list[Fact]:
    """Return the price in total and by each unit the lot's figures allow; nothing where there is none."""
    if price_fen is None:
        return []
    lang = language()
    facts = [Fact(_("Total"), money_text(price_fen, lang))]
    if not offering.area_cm2:
        return facts
    facts.append(Fact(_("Per square metre"), unit_price_text(price_fen, offering.area_cm2, lang)))
    facts.append(Fact(_("Per mu (亩)"), _per_mu(price_fen, offering.area_cm2, lang)))
    floor_cm2 = most_floor_cm2(offering.lot, offering.area_cm2)
    if floor_cm2:
        label = _("Per square metre of floor, at the highest plot ratio")
        facts.append(Fact(label, unit_price_text(price_fen, floor_cm2, lang)))
    return facts


def most_floor_cm2(lot: dict[str, Any], area_cm2: int) -> int | None:
    """Return the largest floor area that may be built (cm2), None where the notice sets no upper plot ratio.

    >>> most_floor_cm2({"plot_ratio": "≥1.2且≤2"}, 10_000), most_floor_cm2({"plot_ratio": "≥1"}, 10_000)
    (20000, None)
    """
    parts = [use for use in lot.get("uses", []) if use.get("plot_ratio") and use.get("area_cm2")]
    if parts and len(parts) == len(lot.get("uses", [])):
        floors = [_times(use["area_cm2"], use["plot_ratio"]) for use in parts]
        return None if None in floors else sum(floor for floor in floors if floor is not None)
    return _times(area_cm2, lot.get("plot_ratio", ""))


def _times(area_cm2: int, plot_ratio: str) -> int | None:
    try:
        high = parse_bounds(plot_ratio, "").high if plot_ratio else None
    except Fault:  # a wording the pack's field let stand as text
        return None
    return int(area_cm2 * high) if high else None


def _per_mu(price_fen: int, area_cm2: int, lang: str) -> str:
    yuan = Fraction(price_fen, FEN_PER_YUAN) / mu_of(area_cm2)
    if lang == "en":
        return f"¥{round(yuan):,}/mu"
    tenths = round(yuan * 10 / _WAN)
    return f"{tenths // 10:,}.{tenths % 10} 万元/亩"
