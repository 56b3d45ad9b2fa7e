"""What other rooms say to the registers and learn from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jishi.kernel.fault import Fault

Box = tuple[float, float, float, float]
"""min_x, min_y, max_x, max_y in the coordinates of the register kind."""


@dataclass(frozen=True, slots=True)
class EntryForm:
    """Ask for a new entry of a register kind.

    Left empty, `division` is read from the data's field of that type, `number` from the kind's code field
    (else its title field), and `state` is the kind's first. `geometry` is GeoJSON.
    """

    kind: str
    data: Mapping[str, Any]
    division: str = ""
    number: str = ""
    geometry: Mapping[str, Any] | None = None
    state: str = ""
    public: bool = True


@dataclass(frozen=True, slots=True)
class EntryInfo:
    """The present version of an entry. `data` is everything; show strangers only `public_data`."""

    id: str
    kind: str
    number: str
    title: str
    division: str
    version: int
    state: str
    data: dict[str, Any]
    public_data: dict[str, Any]
    geometry: dict[str, Any] | None
    public: bool
    updated_ms: int
    created_ms: int = 0
    lapses_ms: int | None = None


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """What an entry said from `at_ms` until `until_ms`, who wrote it (user id) and why."""

    version: int
    state: str
    data: dict[str, Any]
    reason: str
    by: int | None
    at_ms: int
    until_ms: int | None = None
    geometry: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs between two versions; what was absent is None."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class EncumbranceForm:
    """Ask for a burden on an entry; without `rank` it stands behind those of its kind (登记时间先后).

    `amount_fen` is what it secures, `basis` the document it rests on.
    """

    kind: str
    holder: str
    holder_party: str = ""
    since_ms: int | None = None
    rank: int | None = None
    amount_fen: int | None = None
    basis: str = ""
    until_day: date | None = None


@dataclass(frozen=True, slots=True)
class EncumbranceInfo:
    """A burden on an entry; `blocks` says that a burdened entry may not be offered.

    `priority` is its place among the standing ones of its kind, 1 the first; a lifted one has none.
    """

    id: str
    entry: str
    kind: str
    holder: str
    holder_party: str
    since_ms: int
    lifted_ms: int | None
    rank: int
    blocks: bool
    registered_ms: int = 0
    amount_fen: int | None = None
    basis: str = ""
    until_day: date | None = None
    lifted_reason: str = ""
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class EntryQuery:
    """Choose entries: divisions with all below them, words, state, values of indexed fields.

    `ranges` are (least, most) of indexed figures and days, either open; `box` is ground to meet, `within` a
    shape (GeoJSON) to overlap; `as_of_ms` asks how entries stood then.
    """

    kind: str
    divisions: tuple[str, ...] = ()
    text: str = ""
    state: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    ranges: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    box: Box | None = None
    within: Mapping[str, Any] | None = None
    as_of_ms: int | None = None
    public_only: bool = False


@dataclass(frozen=True, slots=True)
class ImportInfo:
    """A file on its way into a register: trying, tried, writing, done or stopped.

    `done` of `rows` are behind it, `good` of these are sound, `unchanged` of these say what stands there already.
    `columns` says which column goes to which field.
    """

    id: str
    kind: str
    division: str
    mode: str
    name: str
    form: str
    columns: dict[str, str]
    state: str
    rows: int
    done: int
    good: int
    unchanged: int
    by: int | None
    started_ms: int

    @property
    def bad(self) -> int:
        """Return how many of the rows behind it stay out."""
        return self.done - self.good


@dataclass(frozen=True, slots=True)
class ProblemInfo:
    """What keeps a row out: its number below the header, the field, the code of the fault and its parameters."""

    row: int
    field: str
    code: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row of a file beside the entry it asks for, or the faults that keep it out."""

    row: int
    cells: dict[str, str]
    form: EntryForm | None
    faults: tuple[Fault, ...]
