"""Planning conditions (规划条件): plot ratio, building density, green ratio, height.

A condition with no single reading (`生产性≤40;非生产性≤50`, 按规划条件) is kept as published; a
contradiction or text that is no condition at all is a problem.
"""

import re
from dataclasses import replace

from jishi.apps.simulation.listings.draft import Use
from jishi.apps.simulation.listings.row import Row
from jishi.apps.simulation.listings.use_names import parts_by_use
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.bounds import Bare, Bounds, parse_bounds, parse_span

_AND_MORE = re.compile(r"^(\d+(?:\.\d+)?%?m?米?)\(?(?:及以上|以上)\)?$")
_AND_LESS = re.compile(r"^(\d+(?:\.\d+)?%?m?米?)\(?(?:及以下|以下|以内)\)?$")
_ELSEWHERE = re.compile(r"按|见|以.+为准|规划|图则|无要求|不限|不作|^无$|^/$")


def read_planning(row: Row, column: str, unit: str, bare: Bare) -> Bounds | None:
    """Return the bounds of a cell; None if blank, kept as published, or refused."""
    return row.read(column, lambda text: _read(row, column, unit=unit, bare=bare))


def read_plot_ratio(row: Row) -> Bounds | None:
    """Return the plot ratio (容积率) of the whole parcel from its two columns."""
    low, high = row.cell("plot_ratio_min"), row.cell("plot_ratio_max")
    if not (low or high) or parts_by_use(low) or parts_by_use(high) or _ELSEWHERE.search(low + high):
        return None
    column = "plot_ratio_max" if high else "plot_ratio_min"
    return row.attempt(column, lambda: _span(low, high))


def with_plot_ratios(row: Row, uses: tuple[Use, ...]) -> tuple[Use, ...]:
    """Return the uses with the plot ratios stated for each (`居住2.0;商业3.0`)."""
    lows, highs = (dict(parts_by_use(row.cell(column))) for column in ("plot_ratio_min", "plot_ratio_max"))
    if not (lows or highs):
        return uses
    whole_low = "" if lows else row.cell("plot_ratio_min")
    whole_high = "" if highs else row.cell("plot_ratio_max")

    def of(use: Use) -> Bounds | None:
        low, high = lows.get(use.kind, whole_low), highs.get(use.kind, whole_high)
        return row.attempt("plot_ratio_max", lambda: _span(low, high)) if low or high else None

    return tuple(replace(use, plot_ratio=of(use)) for use in uses)


def _span(low: str, high: str) -> Bounds:
    """Read both columns; a column that states both sides must not contradict the other."""
    if not high:
        return parse_bounds(_signs(low), "", "least")
    if not low:
        return parse_bounds(_signs(high), "", "most")
    return parse_span(_signs(low), _signs(high))


def _read(row: Row, column: str, *, unit: str, bare: Bare) -> Bounds | None:
    text = row.cell(column)
    try:
        return parse_bounds(_signs(text), unit, bare)
    except Fault as fault:
        several = fault.code in ("bounds.several", "bounds.one_sided") and re.search(r"\d", text)
        if several or _ELSEWHERE.search(text):
            row.note(column, "listings.note.as_published", read=text)
            return None
        raise


def _signs(text: str) -> str:
    """Write `30%以上` and `20%以下` with signs."""
    plain = re.sub(r"\s", "", text)
    plain = _AND_MORE.sub(r"≥\1", plain)
    return _AND_LESS.sub(r"≤\1", plain)
