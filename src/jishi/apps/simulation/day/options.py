"""What the operator of a simulated day chooses, and the law the announcements are read under."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from jishi.apps.packs import api as packs
from jishi.apps.simulation.listings.law import MaxTerm, Options
from jishi.kernel.calendar.limit import Limit
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.number import read_number

PRODUCT = "land.state_grant_listing"
BIDDING_PRODUCT = "land.state_grant_auction"


@dataclass(frozen=True, slots=True)
class DayOptions:
    """Paths, the day absent dates are counted from, the increment for lots that state none, bidders, seed.

    `workers` is how many processes share the lots, one a core where None; it changes no byte.
    """

    listings: Path
    out: Path
    day: date | None = None
    increment: str = ""
    bidders: int = 5
    seed: str = "1"
    workers: int | None = None


def read_increment(text: str) -> Fraction | None:
    """Return the share of the start price that `1%` or `0.01` states; Fault `day.increment` otherwise.

    >>> read_increment("1%"), read_increment("")
    (Fraction(1, 100), None)
    """
    text = text.strip()
    if not text:
        return None
    try:
        share = read_number(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except Fault:
        raise Fault("day.increment", text=text) from None
    if not 0 < share < 1:
        raise Fault("day.increment", text=text)
    return share


class PackLaw:
    """The rules of a pack's product as the reader asks for them."""

    def __init__(self, pack: packs.Pack) -> None:
        self._pack = pack

    def notice_limit(self, day: date) -> Limit | None:
        """Return the least span from notice to listing start in force on `day`."""
        return self._limit("land.notice_min_days", day)

    def listing_limit(self, day: date) -> Limit | None:
        """Return the least listing span in force on `day`; before November 2007 it was in working days."""
        now = self._limit("land.listing_min_days", day)
        old = self._pack.parameter("land.listing_min_workdays_old").at(day)
        if now is not None or old is None:
            return now
        return Limit("land.listing_min_workdays_old", int(old.value), "working_day", "both_ends", old.clauses)

    def max_term(self, kind: str, day: date) -> MaxTerm | None:
        """Return the longest term of a class of use in force on `day`."""
        step = self._pack.parameter(f"land.max_term.{kind}").at(day)
        return None if step is None else MaxTerm(int(step.value), step.clauses)

    def _limit(self, limit_id: str, day: date) -> Limit | None:
        return None if self._pack.parameter(limit_id).at(day) is None else self._pack.limit(limit_id, day)


def reader_options(pack: packs.Pack, chosen: DayOptions, day: date) -> Options:
    """Return what the reader of announcements needs to know."""
    terms = pack.product(PRODUCT).mechanism_named("listing").defaults()
    return Options(
        day=day,
        law=PackLaw(pack),
        increment=read_increment(chosen.increment),
        divisions={each.name_zh: each.code for each in pack.divisions.values() if each.in_force(day)},
        utc_offset_minutes=pack.manifest.utc_offset_minutes,
        question_ms=terms["question_ms"],
        round_ms=terms["round_ms"],
    )
