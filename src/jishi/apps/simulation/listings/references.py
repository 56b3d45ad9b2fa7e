"""Rows that speak of other rows: 同上, parts of one parcel in two rows, repeats.

`其余同上一宗` takes the dates, the term, the reserve and the increment of the row above,
where this row leaves them blank and both are of one announcement. Areas and prices never pass.
"""

import re

from jishi.apps.simulation.listings.amount import stated_increment
from jishi.apps.simulation.listings.conditions import refers_to_previous
from jishi.apps.simulation.listings.row import Row
from jishi.apps.simulation.listings.table import COLUMNS
from jishi.apps.simulation.listings.use_names import find_use
from jishi.kernel.fault import Fault
from jishi.kernel.spelling import narrow

_SAME = re.compile(r"同上(?:一宗|宗|行)?")
_PART = re.compile(r"^(.+?)\(([^()]*)部分\)$")
_PASSING = (
    "term_years", "reserve", "increment_cny", "notice_date", "listing_start", "listing_end",
    "registration_deadline",
)  # fmt: skip
_OF_EACH_PART = (
    "area_m2", "use_zh", "term_years", "plot_ratio_min", "plot_ratio_max", "building_density", "green_ratio",
    "height_limit_m",
)  # fmt: skip


def follow_references(rows: list[Row]) -> None:
    """Fill cells that say 同上, and blank ones where the conditions say that the rest is as above."""
    for previous, row in zip([None, *rows], rows, strict=False):
        above = previous if previous is not None and _announcement(previous) == _announcement(row) else None
        for column in COLUMNS:
            if _SAME.fullmatch(row.cell(column)):
                _follow(row, above, column)
        if refers_to_previous(narrow(row.cells["conditions"])):
            _take_rest(row, above)


def refuse_repeats(rows: list[Row]) -> None:
    """Refuse a row whose parcel already stands under the same notice; the first one stands."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        parcel_no = row.cell("parcel_no")
        whole_row = tuple(row.cells[column].strip() for column in COLUMNS)
        identity = (*_announcement(row), parcel_no) if parcel_no and "*" not in parcel_no else whole_row
        first = seen.setdefault(identity, row.numbers[0])
        if first != row.numbers[0]:
            row.refuse("parcel_no", "listings.row.repeated", first=first)


def join_parts(rows: list[Row]) -> list[Row]:
    """Join rows such as `M066(居住部分)` and `M066(商业部分)` of one notice into one."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        part = _PART.match(row.cell("parcel_no"))
        stem = (*_announcement(row), part[1]) if part and not row.problems else (str(row.numbers[0]),)
        groups.setdefault(stem, []).append(row)
    return [_join(group) if len(group) > 1 else _alone(group[0]) for group in groups.values()]


def _announcement(row: Row) -> tuple[str, str]:
    return row.cell("notice_no"), row.cell("source_url")


def _follow(row: Row, above: Row | None, column: str) -> None:
    if above is None:
        row.refuse(column, "listings.reference.lost")
    else:
        row.note(column, "listings.note.same_as_above", row=above.numbers[0])
        row.cells[column] = above.cells[column]


def _take_rest(row: Row, above: Row | None) -> None:
    if above is None:
        row.note("conditions", "listings.note.above_missing")
        return
    row.note("conditions", "listings.note.same_as_above", row=above.numbers[0])
    for column in _PASSING:
        own = bool(row.cell(column)) or (column == "increment_cny" and _states_increment(row))
        if not own:
            row.cells[column] = above.cells[column]


def _states_increment(row: Row) -> bool:
    try:
        return stated_increment(narrow(row.cells["conditions"])) is not None
    except Fault:
        return True


def _alone(row: Row) -> Row:
    if _PART.match(row.cell("parcel_no")) and not row.problems:
        row.refuse("parcel_no", "listings.part.alone")
    return row


def _join(group: list[Row]) -> Row:
    """Return one row: shared cells once, cells of each part labelled with its use."""
    joined = Row(tuple(row.numbers[0] for row in group), group[0].cells)
    for column in COLUMNS:
        stated = [(row.cell("use_zh"), row.cell(column)) for row in group if row.cell(column)]
        values = list(dict.fromkeys(value for _, value in stated))
        if column in _OF_EACH_PART:
            joined.cells[column] = _by_use(column, stated, values)
        elif column == "conditions":
            joined.cells[column] = ";".join(values)
        elif len(values) > 1 and column not in ("parcel_no", "place"):
            joined.refuse(column, "listings.value.differs", first=values[0], second=values[1])
        elif values:
            joined.cells[column] = values[0]
    joined.cells["parcel_no"] = group[0].cell("parcel_no").rpartition("(")[0]
    joined.notes = [note for row in group for note in row.notes]
    joined.note("parcel_no", "listings.note.joined", rows=", ".join(str(number) for number in joined.numbers))
    return joined


def _by_use(column: str, stated: list[tuple[str, str]], values: list[str]) -> str:
    """Write the parts as `居住21357;商业18179`; one value for all stays alone, except areas."""
    if column == "use_zh":
        return ";".join(value for _, value in stated)
    if len(values) == 1 and column != "area_m2":
        return values[0]
    return ";".join(f"{use}{value}" if find_use(use) else value for use, value in stated)
