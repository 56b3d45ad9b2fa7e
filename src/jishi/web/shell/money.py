"""Money, areas and unit prices as a reader wants them, the unit always said."""

from fractions import Fraction

from jishi.kernel.quantity.area import CM2_PER_M2, format_area, mu_of
from jishi.kernel.quantity.money import FEN_PER_YUAN
from jishi.kernel.quantity.rounding import half_up
from jishi.platform.words.amount import money_parts, money_text

__all__ = ["area_text", "money_parts", "money_text", "mu_text", "premium_text", "unit_price_text"]


def unit_price_text(price_fen: int, area_cm2: int, lang: str) -> str:
    """Write a price per square metre, rounded to the yuan as prices of land are quoted.

    >>> unit_price_text(2186_0000_00, 387_004_000, "zh")
    '565 元/㎡'
    """
    per_m2 = Fraction(price_fen, FEN_PER_YUAN) / Fraction(area_cm2, CM2_PER_M2)
    return f"¥{half_up(per_m2):,}/m²" if lang == "en" else f"{half_up(per_m2):,} 元/㎡"


def area_text(area_cm2: int, lang: str) -> str:
    """Write an area in square metres.

    >>> area_text(387_004_000, "zh")
    '38,700.4 ㎡'
    """
    return format_area(area_cm2) + (" m²" if lang == "en" else " ㎡")


def mu_text(area_cm2: int, lang: str) -> str:
    """Write an area in mu (亩), rounded to a hundredth.

    >>> mu_text(387_004_000, "zh")
    '58.05 亩'
    """
    hundredths = half_up(mu_of(area_cm2) * 100)
    whole, rest = divmod(hundredths, 100)
    return f"{whole:,}.{rest:02d}" + (" mu" if lang == "en" else " 亩")


def premium_text(price_fen: int, start_fen: int) -> str:
    """Write how far a price lies above the start price (溢价率), in per cent with one decimal.

    >>> premium_text(2186_0000_00, 2000_0000_00)
    '9.3%'
    """
    tenths = half_up(Fraction((price_fen - start_fen) * 1000, start_fen))
    sign, size = ("-", -tenths) if tenths < 0 else ("", tenths)
    return f"{sign}{size // 10}.{size % 10}%"
