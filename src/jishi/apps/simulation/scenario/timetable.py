"""When each thing happened to a demonstration lot, counted back or forward from the moment of loading."""

from dataclasses import dataclass

from jishi.apps.packs import api as packs

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
LISTING_DAYS = 11
NOTICE_DAYS = 22
QUICK_MINUTES = 60

# stage -> days from now to the end of the listing, for stages whose clock does not run now
_END_DAYS = {
    "draft": 33,
    "notice": 32,
    "registration": 12,
    "awaiting_reserve": -1,
    "sold_publicity": -3,
    "contracted": -9,
    "completed": -60,
    "unsold": -5,
    "suspended": 3,
    "terminated": 2,
}


@dataclass(frozen=True, slots=True)
class Timetable:
    """The instants (ms) of one lot."""

    notice: int
    listing_start: int
    registration_end: int
    listing_end: int


def plan(lot: packs.DemoLot, now_ms: int, question_ms: int) -> Timetable:
    """Return the instants that put `lot` at its stage at `now_ms`."""
    end = _listing_end(lot, now_ms, question_ms)
    start = end - LISTING_DAYS * DAY_MS
    quick = (lot.minutes_left or QUICK_MINUTES) < QUICK_MINUTES
    return Timetable(
        notice=start - NOTICE_DAYS * DAY_MS,
        listing_start=start,
        registration_end=end - (MINUTE_MS if quick else HOUR_MS),
        listing_end=end,
    )


def earlier(times: Timetable, days: int) -> Timetable:
    """Return the same instants `days` earlier: the first listing of a lot now listed again."""
    back = days * DAY_MS
    return Timetable(
        times.notice - back,
        times.listing_start - back,
        times.registration_end - back,
        times.listing_end - back,
    )


def _listing_end(lot: packs.DemoLot, now_ms: int, question_ms: int) -> int:
    left_ms = (lot.minutes_left or 0) * MINUTE_MS
    if lot.stage in ("free", "second_listing"):
        return now_ms + left_ms
    if lot.stage == "question":
        return now_ms - max(1_000, question_ms - left_ms)
    if lot.stage == "rounds":
        return now_ms - 10 * MINUTE_MS
    return now_ms + _END_DAYS[lot.stage] * DAY_MS
