"""Money as integer fen (分): read, written in figures and in financial capitals.

Refuses anything finer than a fen, negative input and every sign it does not know.
"""

import re
from fractions import Fraction

from jishi.kernel.fault import Fault
from jishi.kernel.quantity.number import NUMBER, format_number, read_number
from jishi.kernel.spelling import narrow

FEN_PER_YUAN = 100
FEN_PER_WAN = 10_000 * FEN_PER_YUAN
_FEN_PER_UNIT = {
    "": FEN_PER_YUAN,
    "元": FEN_PER_YUAN,
    "万元": FEN_PER_WAN,
    "万": FEN_PER_WAN,
    "亿元": 10_000 * FEN_PER_WAN,
    "亿": 10_000 * FEN_PER_WAN,
    "分": 1,
}
_MONEY = re.compile(rf"(?:人民币|CNY|RMB)?\s*¥?\s*({NUMBER})\s*((?:[万亿]?元|[万亿分])?)整?")

_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))
_CAPITAL_LIMIT_YUAN = 10**16


def parse_fen(text: str) -> int:
    """Read an amount of yuan, 万元 or 亿元 into fen, exactly; a bare number is yuan.

    Raise `money.unreadable`, or `money.sub_fen` for more precision than a fen.

    >>> parse_fen("1,234.56元"), parse_fen("25.6万元"), parse_fen("2527980")
    (123456, 25600000, 252798000)
    """
    match = _MONEY.fullmatch(narrow(text))
    if match is None:
        raise Fault("money.unreadable", text=text)
    fen = read_number(match[1]) * _FEN_PER_UNIT[match[2]]
    if fen.denominator != 1:
        raise Fault("money.sub_fen", text=text)
    return fen.numerator


def format_fen(fen: int) -> str:
    """Write fen as yuan with two decimals and thousands separators.

    >>> format_fen(123456)
    '1,234.56'
    """
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02d}"


def format_wan(fen: int) -> str:
    """Write fen as a number of 万元, exactly and without trailing zeros (no unit).

    >>> format_wan(2186_0000_00), format_wan(25_6000_00)
    ('2,186', '25.6')
    """
    return format_number(Fraction(fen, FEN_PER_WAN), grouped=True)


def capital_zh(fen: int) -> str:
    """Write fen in financial capitals (大写金额), as 支付结算办法 附一 prescribes.

    Where that rule leaves a zero free (万 or 元 place empty, next place not) none is written.
    Raise `money.negative` or `money.too_large`.

    >>> capital_zh(2196_0000_00)
    '贰仟壹佰玖拾陆万元整'
    >>> capital_zh(16409_02)
    '壹万陆仟肆佰零玖元零贰分'
    """
    if fen < 0:
        raise Fault("money.negative", fen=fen)
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    if yuan >= _CAPITAL_LIMIT_YUAN:
        raise Fault("money.too_large", fen=fen, limit_yuan=_CAPITAL_LIMIT_YUAN)
    if rest == 0:
        return _capital(yuan) + "元整"
    return (_capital(yuan) + "元" if yuan else "") + _capital_rest(rest, after_yuan=yuan > 0)


def _capital(number: int) -> str:
    for size, name in _PLACES:
        if number >= size:
            head, rest = divmod(number, size)
            zero = "零" if 0 < rest < size // 10 else ""
            return _capital(head) + name + zero + (_capital(rest) if rest else "")
    return _CAPITALS[number]


def _capital_rest(rest: int, after_yuan: bool) -> str:
    jiao, fen = divmod(rest, 10)
    if jiao:
        return _CAPITALS[jiao] + "角" + (_CAPITALS[fen] + "分" if fen else "")
    return ("零" if after_yuan else "") + _CAPITALS[fen] + "分"
