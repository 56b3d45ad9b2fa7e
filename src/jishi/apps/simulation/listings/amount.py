"""Amounts of money as cells and conditions state them: a total, a price per area, a share of the start price.

Refuses zero, amounts finer than a fen, and two amounts for one thing.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from jishi.apps.simulation.listings.use_names import parts_by_use
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.area import CM2_PER_UNIT
from jishi.kernel.quantity.money import parse_fen
from jishi.kernel.quantity.number import NUMBER, read_number
from jishi.kernel.quantity.rounding import half_up

FEN_PER_YUAN = 100
AREA_UNITS = {"m2": "m2", "平方米": "m2", "平米": "m2", "亩": "mu", "mu": "mu", "公顷": "ha", "ha": "ha"}
_PER_AREA = re.compile(rf"({NUMBER})(万)?(?:元)?/({'|'.join(AREA_UNITS)})", re.IGNORECASE)
_PERCENT = re.compile(rf"(?:(?:出让|挂牌)?起始价的?)?({NUMBER})%")
_MULTIPLE = re.compile(r"(?:的|及其|或其|或|及|之)*整?(?:数)?倍(?:数)?$")
_STEP = re.compile(
    r"(?:增价|加价|竞价|报价递增|递增)(?:幅度|阶梯|额度|梯度)?(?:按|不(?:得)?(?:低|小|少)于|最低|至少|须|应)*[:为]?(?:人民币)?"
    rf"((?:(?:出让|挂牌)?起始价的?)?{NUMBER}(?:%|万?元(?:/(?:{'|'.join(AREA_UNITS)}))?))",
    re.IGNORECASE,
)
_DEPOSIT = re.compile(rf"保证金(?:=|:|为|按|即)(?:出让|挂牌)?起始价(?:(?:的|×)?({NUMBER})%)?")


@dataclass(frozen=True)
class Stated:
    """An amount: fen in total, fen per area unit (`m2`, `mu`, `ha`), or a ratio of the start price.

    `half_place` is half the last decimal place stated, in the same measure: how far the
    number may be from what it was rounded from.
    """

    value: Fraction
    per: str = ""
    of_start: bool = False
    half_place: Fraction = Fraction(0)

    def total(self, area_cm2: int | None, start_fen: int | None) -> int | None:
        """Return fen, half up; None if what it is a part of is unknown.

        A share of the start price is rounded half up to whole yuan, one yuan at least.
        """
        if self.of_start:
            return None if start_fen is None else share_of(start_fen, self.value)
        if self.per:
            return None if area_cm2 is None else half_up(self.value * area_cm2 / CM2_PER_UNIT[self.per])
        return half_up(self.value)


def share_of(start_fen: int, ratio: Fraction) -> int:
    """Return the ratio of a start price in fen, half up to whole yuan, one yuan at least.

    >>> share_of(2_527_980_00, Fraction(1, 100))
    2528000
    """
    return max(1, half_up(start_fen * ratio / FEN_PER_YUAN)) * FEN_PER_YUAN


def read_amount(text: str) -> Stated:
    """Read one cell: `2527980`, `252.8万元`, `0.2万元/亩`, `1%`, `居住3000万元;商业1000万元` (summed).

    Raise `money.*` faults, or `listings.amount.zero`.
    """
    plain = _MULTIPLE.sub("", re.sub(r"\s", "", text))
    per = read_per_area(plain)
    percent = _PERCENT.fullmatch(plain)
    if per is not None:
        stated = per
    elif percent:
        stated = Stated(read_number(percent[1]) / 100, of_start=True)
    else:
        stated = Stated(Fraction(_sum_of_parts(plain)))
    if stated.value <= 0:
        raise Fault("listings.amount.zero", text=text)
    return stated


def read_per_area(text: str) -> Stated | None:
    """Read `119万元/亩` or `384元/m2`; None for other text."""
    match = _PER_AREA.fullmatch(re.sub(r"\s", "", text))
    if match is None:
        return None
    scale = FEN_PER_YUAN * (10_000 if match[2] else 1)
    return Stated(
        read_number(match[1]) * scale, AREA_UNITS[match[3].lower()], half_place=half_place(match[1], scale)
    )


def half_place(number: str, scale: int) -> Fraction:
    """Return half of the last decimal place of a number, times a scale.

    >>> half_place("119.5", 100)
    Fraction(5, 1)
    """
    return Fraction(scale, 2 * 10 ** len(number.partition(".")[2]))


def stated_increment(conditions: str) -> Stated | None:
    """Return the increment (增价幅度) the conditions state; raise `listings.increment.differs` for two.

    >>> stated_increment("增价幅度0.2万元/亩(按亩计)").value
    Fraction(200000, 1)
    """
    found = {read_amount(text) for text in _STEP.findall(re.sub(r"\s", "", conditions))}
    if len(found) > 1:
        raise Fault("listings.increment.differs", found=len(found))
    return found.pop() if found else None


def stated_deposit(conditions: str) -> Stated | None:
    """Return the deposit the conditions state as a share of the start price (保证金=起始价); else None."""
    match = _DEPOSIT.search(re.sub(r"\s", "", conditions))
    if match is None:
        return None
    return Stated(read_number(match[1]) / 100 if match[1] else Fraction(1), of_start=True)


def _sum_of_parts(text: str) -> int:
    """Add amounts stated use by use; any other label is unreadable."""
    parts = parts_by_use(text)
    return sum(parse_fen(amount) for _, amount in parts) if parts else parse_fen(text)
