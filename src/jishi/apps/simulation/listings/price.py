"""The price basis of a lot: start price, deposit, increment and cap, each stated once or consistently.

A price per area times the area, and an increment per mu, are rounded half up to the fen.
A reference price (参考价) is the start price only where the sale may not go below it.
"""

import re
from fractions import Fraction

from jishi.apps.simulation.listings import conditions as said
from jishi.apps.simulation.listings.amount import (
    AREA_UNITS,
    Stated,
    half_place,
    read_amount,
    read_per_area,
    share_of,
    stated_deposit,
    stated_increment,
)
from jishi.apps.simulation.listings.row import Row
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.area import CM2_PER_UNIT
from jishi.kernel.quantity.money import format_fen
from jishi.kernel.quantity.number import NUMBER, read_number
from jishi.kernel.quantity.rounding import half_up

_UNIT = re.compile(
    rf"(?:CNY|RMB|(万)?元)/({'|'.join(AREA_UNITS)})(GFA|建筑面积)?(?:\(([^()]*)\))?", re.IGNORECASE
)
_PLAIN_REMARKS = frozenset({"", "起始价", "起始单价", "单价", "挂牌起始价", "地面价", "地面地价", "土地面积"})
_FLOOR_REMARKS = frozenset({"楼面地价", "楼面价", "起始楼面地价", "起始楼面价", "建筑面积"})
_REFERENCE = "参考价"


def read_start_price(row: Row, area_cm2: int | None, text: str) -> int | None:
    """Return the start price (起始价) in fen from the total or the unit price; two must agree.

    Keeps every refusal as a problem of its column.
    """
    total = row.read("start_price_cny", _read_price)
    unit = _read_unit_price(row, text)
    stated = [price for price in (total, unit) if price is not None]
    if not stated:
        if not (row.refused("start_price_cny") or row.cell("start_unit_price")):
            row.refuse("start_price_cny", "listings.price.blank")
        return None
    found = [price.total(area_cm2, None) for price in stated]
    if total is not None and unit is not None and area_cm2 is not None:
        _check_agreement(row, total, unit, area_cm2)
    return found[0]


def read_deposit(row: Row, start_fen: int | None, text: str) -> int | None:
    """Return the deposit (竞买保证金) in fen: an amount, or a share of the start price."""
    cell = row.read("deposit_cny", read_amount)
    if cell is None and row.refused("deposit_cny"):
        return None
    rule = stated_deposit(text)
    if cell is None and rule is None:
        row.refuse("deposit_cny", "listings.cell.blank", column="deposit_cny")
        return None
    if cell is not None and said.deposit_unit_inferred(text):
        row.note("deposit_cny", "listings.note.deposit_unit", read=row.cell("deposit_cny"))
    return _same(row, "deposit_cny", [stated.total(None, start_fen) for stated in (cell, rule) if stated])


def read_increment(
    row: Row, area_cm2: int | None, start_fen: int | None, text: str, *, ratio: Fraction | None
) -> tuple[int | None, bool]:
    """Return the increment (增价幅度) in fen and whether the operator set it.

    Read from the cell and from the conditions, which must agree; else `ratio` of the start price.
    """
    cell = row.read("increment_cny", read_amount)
    clause = row.attempt("increment_cny", lambda: stated_increment(text))
    if row.refused("increment_cny"):
        return None, False
    stated = [amount for amount in (cell, clause) if amount is not None]
    if stated:
        if cell is None:
            row.note("increment_cny", "listings.note.increment_in_conditions")
        return _same(row, "increment_cny", [amount.total(area_cm2, start_fen) for amount in stated]), False
    if ratio is None:
        row.refuse("increment_cny", "listings.increment.blank")
        return None, False
    return (None if start_fen is None else share_of(start_fen, ratio)), True


def read_cap(row: Row, start_fen: int | None, text: str) -> int | None:
    """Return the cap price (最高限价) in fen, if any; one announced without an amount is a problem."""
    cap = row.read("cap_price_cny", read_amount)
    if cap is None:
        if said.announces_cap(text) and not row.refused("cap_price_cny"):
            row.refuse("cap_price_cny", "listings.cap.blank")
        return None
    cap_fen = cap.total(None, start_fen)
    if cap_fen is None and start_fen is not None:
        row.refuse("cap_price_cny", "money.unreadable", text=row.cell("cap_price_cny"))
    if cap_fen is not None and start_fen is not None and cap_fen < start_fen:
        row.refuse("cap_price_cny", "listings.cap.below_start", start=format_fen(start_fen))
    return cap_fen


def _read_price(text: str) -> Stated:
    stated = read_amount(text)
    if stated.of_start:
        raise Fault("money.unreadable", text=text)
    return stated


def _read_unit_price(row: Row, text: str) -> Stated | None:
    """Return the unit price; one per floor area as the total over the stated floor area (楼面地价)."""
    number = row.read("start_unit_price", lambda cell: cell)
    if number is None:
        return None
    if not row.cell("start_unit") and read_per_area(number):
        return row.attempt("start_unit_price", lambda: read_amount(number))
    return row.attempt("start_unit", lambda: _per_unit(row, number, text))


def _per_unit(row: Row, number: str, text: str) -> Stated:
    unit = row.cell("start_unit")
    match = _UNIT.fullmatch(re.sub(r"\s", "", unit))
    if match is None:
        raise Fault("listings.price.unit", unit=unit)
    remark = match[4] or ""
    is_floor = bool(match[3]) or remark in _FLOOR_REMARKS
    if not (is_floor or remark == _REFERENCE or remark in _PLAIN_REMARKS):
        raise Fault("listings.price.unit", unit=unit)
    if remark == _REFERENCE:
        if not said.reference_is_floor(text):
            raise Fault("listings.price.reference", unit=unit)
        row.note("start_unit_price", "listings.note.reference_price", read=f"{number} {unit}")
    stated = _scaled(number, 10_000 if match[1] else 1, AREA_UNITS[match[2].lower()])
    return _over_floor(stated, text) if is_floor else stated


def _scaled(number: str, scale: int, per: str) -> Stated:
    """Read a bare number, or one with its own 元 or 万元, as fen per area."""
    match = re.fullmatch(rf"¥?({NUMBER})(万)?元?", number)
    if match is None:
        raise Fault("money.unreadable", text=number)
    scale = 100 * (10_000 if match[2] else scale)
    value = read_number(match[1]) * scale
    if value <= 0:
        raise Fault("listings.amount.zero", text=number)
    return Stated(value, per, half_place=half_place(match[1], scale))


def _over_floor(stated: Stated, text: str) -> Stated:
    floor_cm2 = said.floor_area_cm2(text)
    if floor_cm2 is None:
        raise Fault("listings.price.floor_area")
    ratio = floor_cm2 / CM2_PER_UNIT[stated.per]
    return Stated(stated.value * ratio, half_place=stated.half_place * ratio)


def _check_agreement(row: Row, total: Stated, unit: Stated, area_cm2: int) -> None:
    """Refuse a total that the unit price, as far as it may have been rounded, cannot give."""
    scale = area_cm2 / CM2_PER_UNIT[unit.per] if unit.per else Fraction(1)
    first, second = total.total(area_cm2, None), unit.total(area_cm2, None)
    slack = half_up(unit.half_place * scale) + 1
    if first is not None and second is not None and abs(first - second) > slack:
        row.refuse(
            "start_price_cny", "listings.value.differs", first=format_fen(first), second=format_fen(second)
        )


def _same(row: Row, column: str, amounts: list[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts):
        return None
    if len(set(known)) > 1:
        row.refuse(column, "listings.value.differs", first=format_fen(known[0]), second=format_fen(known[1]))
        return None
    if known[0] <= 0:
        row.refuse(column, "listings.amount.zero", text=row.cell(column))
        return None
    return known[0]
