"""Money, areas and unit prices as a reader wants them: 万元 in Chinese, yuan in English, the unit always said."""

from fractions import Fraction

from jishi.kernel.quantity.area import CM2_PER_M2, format_area, mu_of
from jishi.kernel.quantity.money import FEN_PER_WAN, FEN_PER_YUAN, format_fen, format_wan

_WAN_GRAIN_FEN = FEN_PER_WAN // 100  # at most two decimals of 万元; anything finer is shown in yuan
MINUS = "\N{MINUS SIGN}"


def money_parts(fen: int, lang: str, unit: str = "") -> tuple[str, str]:
    """Split an amount into figure and unit; `unit` "wan" or "yuan" forces one in Chinese.

    >>> money_parts(2186_0000_00, "zh"), money_parts(123456, "zh"), money_parts(2186_0000_00, "en")
    (('2,186', '万元'), ('1,234.56', '元'), ('¥21,860,000', ''))
    """
    sign, size = (MINUS, -fen) if fen < 0 else ("", fen)
    if lang == "en":
        return f"{sign}¥{_yuan(size)}", ""
    if unit == "wan" or (unit == "" and size >= FEN_PER_WAN and size % _WAN_GRAIN_FEN == 0):
        return sign + format_wan(size), "万元"
    return sign + _yuan(size), "元"


def money_text(fen: int, lang: str, unit: str = "") -> str:
    """Write an amount as plain text.

    >>> money_text(10_0000_00, "zh")
    '10 万元'
    """
    return " ".join(part for part in money_parts(fen, lang, unit) if part)


def unit_price_text(price_fen: int, area_cm2: int, lang: str) -> str:
    """Write a price per square metre, rounded to the yuan as prices of land are quoted.

    >>> unit_price_text(2186_0000_00, 387_004_000, "zh")
    '565 元/㎡'
    """
    per_m2 = Fraction(price_fen, FEN_PER_YUAN) / Fraction(area_cm2, CM2_PER_M2)
    return f"¥{round(per_m2):,}/m²" if lang == "en" else f"{round(per_m2):,} 元/㎡"


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
    hundredths = round(mu_of(area_cm2) * 100)
    whole, rest = divmod(hundredths, 100)
    return f"{whole:,}.{rest:02d}" + (" mu" if lang == "en" else " 亩")


def _yuan(fen: int) -> str:
    return format_fen(fen).removesuffix(".00")
