"""What the reader asks of the law and of the operator: dated limits, terms, and the day's options."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Protocol

from jishi.kernel.calendar.limit import Limit

FIVE_MINUTES_MS = 300_000
CHINA_OFFSET_MINUTES = 480


@dataclass(frozen=True)
class MaxTerm:
    """The longest term (最高年限) of a class of use, in years, and its clauses."""

    years: int
    clauses: tuple[str, ...]


class Law(Protocol):
    """The rules in force on a day; None where no rule of that kind was in force."""

    def notice_limit(self, day: date) -> Limit | None:
        """Return the least span from notice to listing start, by the law of the notice day."""
        ...

    def listing_limit(self, day: date) -> Limit | None:
        """Return the least listing span, by the law of the day the listing starts."""
        ...

    def max_term(self, kind: str, day: date) -> MaxTerm | None:
        """Return the longest term of a class such as `residential`; the classes stand in `use_names`."""
        ...


@dataclass(frozen=True)
class Options:
    """What the operator sets: the day, the increment for lots that state none (a ratio of the start price).

    `divisions` maps a division's published name to its code; other names stay as published.
    """

    day: date
    law: Law
    increment: Fraction | None = None
    divisions: Mapping[str, str] = field(default_factory=dict)
    utc_offset_minutes: int = CHINA_OFFSET_MINUTES
    question_ms: int = FIVE_MINUTES_MS
    round_ms: int = FIVE_MINUTES_MS
