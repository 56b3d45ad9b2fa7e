"""Whole months and years between days, for many pairs at once, exactly as `evaluate` counts them."""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

EPOCH_DAY = date(1970, 1, 1).toordinal()
FIRST, LAST = date.min.toordinal(), date.max.toordinal()
Days = NDArray[np.int64]


def months_apart(start: Days, end: Days) -> Days:
    """Count whole months between day ordinals; the last day of a month stands for days it lacks.

    >>> months_apart(np.array([737455]), np.array([737484])).tolist()
    [1]
    """
    first, last = np.minimum(start, end), np.maximum(start, end)
    month_a, day_a, _ = _calendar(first)
    month_b, day_b, length = _calendar(last)
    found = month_b - month_a - ((day_b < day_a) & (day_b < length))
    signed: Days = np.where(end < start, -found, found)
    return signed


def years_apart(start: Days, end: Days) -> Days:
    """Count whole years between day ordinals, towards zero."""
    months = months_apart(start, end)
    found: Days = np.sign(months) * (np.abs(months) // 12)
    return found


def _calendar(days: Days) -> tuple[Any, Any, Any]:
    """Give the months since 1970, the day of the month counted from 0, and the month's last one."""
    since = np.clip(days, FIRST, LAST).astype(np.int64) - EPOCH_DAY
    months = since.astype("M8[D]").astype("M8[M]")
    begins = months.astype("M8[D]").astype(np.int64)
    ends = (months + 1).astype("M8[D]").astype(np.int64)
    return months.astype(np.int64), since - begins, ends - begins - 1
