"""What comes out of an announcement: a lot ready to be offered, or a problem that names the cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from jishi.kernel.quantity.bounds import Bounds


@dataclass(frozen=True)
class Problem:
    """One refused cell. `row` is the record number as a spreadsheet counts it: the header is 1.

    `column` is blank when the row or the file as a whole is at fault; `code` and
    `params` say what is needed.
    """

    row: int
    column: str
    read: str
    code: str
    params: Mapping[str, Any]
    notice_no: str = ""
    parcel_no: str = ""


@dataclass(frozen=True)
class Note:
    """How a value that opens a lot was read, where a reader may want to know."""

    column: str
    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Use:
    """One use (用途) of a parcel. `kind` is the class of its longest term; area in cm2.

    `code` is the GB/T 21010-2017 code where the published name means exactly one, else None.
    """

    name_zh: str
    code: str | None
    kind: str
    term_years: int
    area_cm2: int | None = None
    plot_ratio: Bounds | None = None
    share: Bounds | None = None


@dataclass(frozen=True)
class LotDraft:
    """A lot as announced: money in fen, areas in cm2, instants in ms, spans in ms.

    `rows` are all records that state it. `operator_set` names every value that the
    operator and not the announcement set; `..._hour` where only the hour was missing.
    Planning conditions with no single reading are None: their text is in `as_published`.
    """

    rows: tuple[int, ...]
    notice_no: str
    parcel_no: str
    place: str
    division_text: str
    division_code: str | None
    tenure: str
    area_cm2: int
    uses: tuple[Use, ...]
    plot_ratio: Bounds | None
    building_density: Bounds | None
    green_ratio: Bounds | None
    height: Bounds | None
    start_price_fen: int
    deposit_fen: int
    increment_fen: int
    cap_fen: int | None
    cap_rule: Literal["first", "halt"]
    reserve: Literal["stated", "none", "unstated"]
    headcount_auction: int | None
    method: Literal["listing", "auction", "tender"]
    notice_day: date
    listing_start: int
    listing_end: int
    registration_end: int
    question_ms: int
    round_ms: int
    joint_bidding: bool | None
    natural_persons: bool
    guarantee_allowed: bool
    conditions: str
    source_url: str
    provenance: str
    operator_set: frozenset[str]
    notes: tuple[Note, ...]
    as_published: Mapping[str, str]

    @property
    def row(self) -> int:
        """Return the first record that states the lot."""
        return self.rows[0]
