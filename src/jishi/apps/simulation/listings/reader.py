"""Read a table of announcements into lots and problems: every row ends as one or the other.

Before a row is read, references to the row above (同上) are followed and the parts of one
parcel are joined; a row that repeats a parcel of the same notice is refused.
"""

from typing import Any

from jishi.apps.simulation.listings import conditions as said
from jishi.apps.simulation.listings import price
from jishi.apps.simulation.listings.draft import LotDraft, Problem
from jishi.apps.simulation.listings.goods import GoodsDraft, goods_method, read_goods
from jishi.apps.simulation.listings.law import Options
from jishi.apps.simulation.listings.method import check_tenure, read_headcount, read_method, read_reserve
from jishi.apps.simulation.listings.parcel import read_areas, read_land_uses
from jishi.apps.simulation.listings.planning import read_planning, read_plot_ratio, with_plot_ratios
from jishi.apps.simulation.listings.references import follow_references, join_parts, refuse_repeats
from jishi.apps.simulation.listings.row import Row
from jishi.apps.simulation.listings.schedule import Schedule
from jishi.apps.simulation.listings.table import read_table
from jishi.apps.simulation.listings.timetable import read_schedule
from jishi.kernel.spelling import narrow

_INCREMENT = "increment_cny"


def read_listings(file_bytes: bytes, options: Options) -> tuple[list[LotDraft | GoodsDraft], list[Problem]]:
    """Read a CSV of announcements; return lots in file order and problems by row.

    Never raises for what the file says. All problems of a row are reported, and a row
    with a problem gives no lot.
    """
    rows, problems = read_table(file_bytes)
    follow_references(rows)
    refuse_repeats(rows)
    lots: list[LotDraft | GoodsDraft] = []
    for row in join_parts(rows):
        method = goods_method(row)
        lot = _read_lot(row, options) if method is None else read_goods(row, method, options)
        if lot is not None:
            lots.append(lot)
        problems += [*row.problems, *_of_further_rows(row)]
    return lots, sorted(problems, key=lambda problem: problem.row)


def _read_lot(row: Row, options: Options) -> LotDraft | None:
    """Read every cell of a row, so that all its problems are found; None if there is one."""
    text = narrow(row.cells["conditions"])
    check_tenure(row)
    offered: dict[str, Any] = {"headcount_auction": read_headcount(row, text), "reserve": read_reserve(row)}
    offered["method"] = read_method(row)
    schedule = read_schedule(row, options)
    land = _read_land(row, options, schedule)
    money, by_operator = _read_money(row, text, options, land["area_cm2"])
    if row.problems or schedule is None:
        return None
    return LotDraft(
        **offered,
        **land,
        **money,
        **_dates(schedule, options.utc_offset_minutes),
        **_announced(row, text, options),
        operator_set=schedule.operator_set | by_operator,
    )


def _read_land(row: Row, options: Options, schedule: Schedule | None) -> dict[str, Any]:
    day = schedule.notice.day if schedule is not None else options.day
    areas = read_areas(row)
    uses = read_land_uses(row, areas, options.law, day)
    return {
        "area_cm2": sum(areas.values()) if areas else None,
        "uses": with_plot_ratios(row, uses),
        "plot_ratio": read_plot_ratio(row),
        "building_density": read_planning(row, "building_density", "%", "exact"),
        "green_ratio": read_planning(row, "green_ratio", "%", "exact"),
        "height": read_planning(row, "height_limit_m", "m", "most"),
    }


def _read_money(
    row: Row, text: str, options: Options, area_cm2: int | None
) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the four amounts, and the names of those the operator set."""
    start_fen = price.read_start_price(row, area_cm2, text)
    increment_fen, by_operator = price.read_increment(row, area_cm2, start_fen, text, ratio=options.increment)
    money = {
        "start_price_fen": start_fen,
        "deposit_fen": price.read_deposit(row, start_fen, text),
        "increment_fen": increment_fen,
        "cap_fen": price.read_cap(row, start_fen, text),
        "cap_rule": said.cap_rule(text),
    }
    return money, frozenset({_INCREMENT} if by_operator else ())


def _dates(schedule: Schedule, utc_offset_minutes: int) -> dict[str, Any]:
    return {
        "notice_day": schedule.notice.day,
        "listing_start": schedule.start.at_ms(utc_offset_minutes),
        "listing_end": schedule.end.at_ms(utc_offset_minutes),
        "registration_end": schedule.registration.at_ms(utc_offset_minutes),
    }


def _announced(row: Row, text: str, options: Options) -> dict[str, Any]:
    division = row.cell("division")
    return {
        "rows": row.numbers,
        "notice_no": row.cell("notice_no"),
        "parcel_no": row.cell("parcel_no"),
        "place": row.cell("place"),
        "division_text": division,
        "division_code": options.divisions.get(division),
        "tenure": row.cell("tenure"),
        "question_ms": options.question_ms,
        "round_ms": options.round_ms,
        "joint_bidding": said.joint_bidding(text),
        "natural_persons": said.admits_natural_persons(text),
        "guarantee_allowed": said.allows_guarantee(text),
        "conditions": row.cells["conditions"].strip(),
        "source_url": row.cell("source_url"),
        "provenance": row.cell("provenance"),
        "notes": tuple(row.notes),
        "as_published": dict(row.cells),
    }


def _of_further_rows(row: Row) -> list[Problem]:
    """Account for the other rows of a refused composite parcel."""
    if not row.problems:
        return []
    first = row.problems[0]
    return [
        Problem(number, "", "", "listings.part.refused", {"row": first.row}, first.notice_no, first.parcel_no)
        for number in row.numbers[1:]
    ]
