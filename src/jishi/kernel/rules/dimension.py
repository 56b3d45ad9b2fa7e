"""Units in expressions: money with money, months with months; a bare number fits any plain count.

A dimension is a kind and, for counts, a unit. A product of two dimensions is left unchecked.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dim:
    """What a value measures: `kind` boolean, count, money, area, date, choice or any; counts carry a unit."""

    kind: str
    unit: str | None = None

    def __str__(self) -> str:
        return self.unit if self.kind == "count" and self.unit else self.kind


BOOLEAN, MONEY, AREA, DATE, ANY = Dim("boolean"), Dim("money"), Dim("area"), Dim("date"), Dim("any")
PLAIN = Dim("count")
RATIO = Dim("count", "ratio")
_PLAIN_UNITS = (None, "ratio")
PARAMETER_DIMS: dict[str, tuple[Dim, int]] = {
    "CNY": (MONEY, 1), "CNY_wan": (MONEY, 10_000), "m2": (AREA, 1), "hectare": (AREA, 10_000),
    "ratio": (RATIO, 1), "x": (RATIO, 1),
}  # fmt: skip
"""Units of parameters that are money or area, with their size in yuan or square metres."""


SAME_UNITS = {"calendar_day": "day"}
"""Units that count the same thing under two names."""


def of_fact(kind: str, unit: str | None) -> Dim:
    """Give the dimension of a fact."""
    unit = SAME_UNITS.get(unit or "", unit)
    fixed = {"boolean": BOOLEAN, "money": MONEY, "area": AREA, "date": DATE, "ratio": RATIO}
    return fixed.get(kind) or Dim("choice" if kind == "choice" else "count", unit)


def of_parameter(unit: str) -> tuple[Dim, int]:
    """Give the dimension of a parameter's unit, and how many natural units one of it is."""
    return PARAMETER_DIMS.get(unit, (Dim("count", SAME_UNITS.get(unit, unit)), 1))


def same(left: Dim, right: Dim) -> bool:
    """Tell whether two values may be added or compared."""
    if "any" in (left.kind, right.kind):
        return not {left.kind, right.kind} & {"choice", "boolean"}
    if left.kind != right.kind:
        return False
    return left.kind != "count" or left.unit == right.unit or None in (left.unit, right.unit)


def combine(op: str, left: Dim, right: Dim) -> Dim | None:
    """Give the dimension of an arithmetic result, None for what cannot be done."""
    if not _numeric(left) or not _numeric(right):
        return Dim("count", "day") if op == "-" and left.kind == right.kind == "date" else None
    if op in "+-":
        if not same(left, right):
            return None
        return right if left.unit is None and left.kind == "count" else left
    return _product(op, left, right)


def _product(op: str, left: Dim, right: Dim) -> Dim:
    if _plain(right):
        return left
    if op == "*" and _plain(left):
        return right
    if op == "/" and left == right:
        return RATIO
    return ANY


def _plain(dim: Dim) -> bool:
    return dim.kind == "count" and dim.unit in _PLAIN_UNITS


def _numeric(dim: Dim) -> bool:
    return dim.kind in ("count", "money", "area", "any")
