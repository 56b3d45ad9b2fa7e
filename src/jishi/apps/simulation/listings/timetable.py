"""The date cells of a row, completed and checked."""

from collections.abc import Mapping

from jishi.apps.simulation.listings.dates import read_moment
from jishi.apps.simulation.listings.law import Options
from jishi.apps.simulation.listings.row import Row
from jishi.apps.simulation.listings.schedule import (
    DATE_COLUMNS,
    START,
    Schedule,
    check_schedule,
    make_schedule,
)


def read_schedule(row: Row, options: Options) -> Schedule | None:
    """Return the schedule, the operator's day filling what is absent; None if any date was refused."""
    read = {
        column: row.read(column, lambda text: read_moment(text, options.utc_offset_minutes))
        for column in DATE_COLUMNS
    }
    if any(row.refused(column) for column in DATE_COLUMNS):
        return None
    stated = {column: moment for column, moment in read.items() if moment is not None}
    column = next((column for column in DATE_COLUMNS if column in stated), START)
    schedule = row.attempt(column, lambda: make_schedule(stated, options.day, options.law))
    if schedule is None:
        return None
    for wrong, fault in check_schedule(schedule, options.law):
        row.refuse(_stated_near(wrong, stated), fault.code, **fault.params)
    return schedule


def _stated_near(column: str, stated: Mapping[str, object]) -> str:
    """Return the column at fault, or, if the operator set it, a stated one that left it no room."""
    if column in stated or not stated:
        return column
    return next(name for name in DATE_COLUMNS if name in stated)
