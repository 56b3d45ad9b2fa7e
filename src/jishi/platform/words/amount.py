"""Amounts and shares as readers want them: 万元 or 元 in Chinese, yuan in English, percent, the unit always said."""

from fractions import Fraction

from jishi.kernel.quantity.money import FEN_PER_WAN, format_fen, format_wan
from jishi.kernel.quantity.number import format_number

_WAN_GRAIN_FEN = FEN_PER_WAN // 100  # at most two decimals of 万元; anything finer is shown in yuan
_MINUS = "\N{MINUS SIGN}"


def money_parts(fen: int, lang: str, unit: str = "") -> tuple[str, str]:
    """Split an amount into figure and unit; `unit` "wan" or "yuan" forces one in Chinese.

    >>> money_parts(2186_0000_00, "zh"), money_parts(123456, "zh"), money_parts(2186_0000_00, "en")
    (('2,186', '万元'), ('1,234.56', '元'), ('¥21,860,000', ''))
    """
    sign, size = (_MINUS, -fen) if fen < 0 else ("", fen)
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


def say_share(share_bp: int) -> str:
    """Say ten-thousandths as percent.

    >>> say_share(7000), say_share(5)
    ('70%', '0.05%')
    """
    return f"{format_number(Fraction(share_bp, 100))}%"


def _yuan(fen: int) -> str:
    return format_fen(fen).removesuffix(".00")
