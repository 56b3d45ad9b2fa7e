"""A register kind (登记簿种类): its fields, states, encumbrances (权利限制) and geometry."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from jishi.apps.packs.kinds.field import AREAS, FieldKind, ShapeType
from jishi.apps.packs.kinds.law import ClauseId
from jishi.apps.packs.kinds.row import Identity, Row, Titled, Words


class State(Titled):
    """Name a state of an entry and the states that may follow it.

    A `lapsed` entry no longer claims its ground: another entry's shape may overlap it.
    """

    next: tuple[Identity, ...] = ()
    lapsed: bool = False


class Encumbrance(Titled):
    """Name a burden on an entry; `blocks` says that a burdened entry may not be offered.

    Those of one kind rank by the time of their registration (登记时间先后). `lapses` holds the clauses by which it
    loses its place once its last day is over (登记期限届满): it then stands no longer, and those behind it move up.
    """

    blocks: bool
    lapses: tuple[ClauseId, ...] = ()
    cites: Annotated[tuple[ClauseId, ...], Field(min_length=1)]


class Geometry(Row):
    """Say that entries have a shape (GeoJSON) and in which coordinate system."""

    required: bool = False
    types: tuple[ShapeType, ...] = AREAS
    crs: Literal["EPSG:4490", "EPSG:4326"] = "EPSG:4490"


class Numbering(Row):
    """Say how a new entry that brings no number is numbered (编号规则).

    `pattern` holds `{division}`, `{year}` and `{serial}`; the serial runs apart for each division and year that
    the pattern names, and has at least `digits` digits.
    """

    pattern: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    digits: Annotated[int, Field(ge=1, le=12)] = 6

    @model_validator(mode="after")
    def _runs(self) -> "Numbering":
        try:
            made = {self.number("220000", 2000, serial) for serial in (1, 2)}
        except (KeyError, IndexError, ValueError, AttributeError):
            made = set()
        if len(made) != 2:
            raise PydanticCustomError("pack.bad_value", "{valid}", {"valid": "{division} {year} {serial}"})
        return self

    def series(self, division: str, year: int) -> str:
        """Give what the serial runs apart for."""
        return self.pattern.format(division=division, year=year, serial="*")

    def number(self, division: str, year: int, serial: int) -> str:
        """Give the number of an entry.

        >>> Numbering(pattern="吉{division}-{year}-{serial}", digits=4).number("220102", 2026, 7)
        '吉220102-2026-0007'
        """
        return self.pattern.format(division=division, year=year, serial=f"{serial:0{self.digits}}")


class Validity(Row):
    """Say until when an entry is valid (有效期): the day in `until`, a date field or an interval's end.

    After that day it moves from any state of `expires` to `expired`.
    """

    until: Identity
    expires: Annotated[tuple[Identity, ...], Field(min_length=1)]
    expired: Identity


class Watch(Row):
    """Ask a rule table of every entry in `states` each day (例行监测); one of `answers` is a finding of the rule.

    `facts` maps facts of the pack to `entry.<field>` or a literal. A procedure begun by `finding.<rule>` opens a
    case for each entry found, once as long as the answer stays.
    """

    rule: Identity
    answers: Annotated[tuple[Identity, ...], Field(min_length=1)]
    states: Annotated[tuple[Identity, ...], Field(min_length=1)]
    facts: dict[str, str | bool | int] = {}


class RegisterKind(Titled):
    """Describe a register: who holds entries, their fields, states, burdens and shape.

    `code_field` is the field that identifies an entry to the public, `title_field` the one that names it in a
    list; the first state is the state of a new entry. `holder_field` holds the holder. Without `open` no page of
    the register is public. `columns` are the fields a list shows, those indexed unless told.
    """

    factor: Literal["land", "labour", "capital", "technology", "data", "market", "supervision"]
    holder: Words
    open: bool = True
    code_field: Identity
    title_field: Identity
    holder_field: Identity | None = None
    columns: tuple[Identity, ...] = ()
    numbering: Numbering | None = None
    validity: Validity | None = None
    fields: Annotated[tuple[FieldKind, ...], Field(alias="field", min_length=1)]
    states: Annotated[tuple[State, ...], Field(alias="state", min_length=1)]
    encumbrances: Annotated[tuple[Encumbrance, ...], Field(alias="encumbrance")] = ()
    watches: Annotated[tuple[Watch, ...], Field(alias="watch")] = ()
    geometry: Geometry | None = None

    @model_validator(mode="after")
    def _hides_persons(self) -> "RegisterKind":
        tables = [(each.public, each.columns) for each in self.fields]
        shown = [each for each in self.fields if each.public and not each.masked]
        shown += [column for public, columns in tables if public for column in columns if column.public]
        for each in shown:
            if each.scheme == "resident_id":
                raise PydanticCustomError("pack.person_shown", "{field}", {"field": each.name})
        return self

    @model_validator(mode="after")
    def _points_at_no_offering(self) -> "RegisterKind":
        # Registers stand below the market and could not hold such a pointer against it.
        for each in (*self.fields, *(column for field in self.fields for column in field.columns)):
            if each.type == "offering":
                said = {"field": each.name, "type": each.type, "valid": "text"}
                raise PydanticCustomError("pack.offering_in_register", "{field}", said)
        return self

    def field(self, name: str) -> FieldKind:
        """Give the field called `name`, else KeyError."""
        return {field.name: field for field in self.fields}[name]

    def may_follow(self, state: str, next_state: str) -> bool:
        """Say whether an entry in `state` may move to `next_state`."""
        return any(each.id == state and next_state in each.next for each in self.states)

    def listed(self) -> tuple[FieldKind, ...]:
        """Give the fields a list shows beside number, title and state."""
        known = {field.name: field for field in self.fields}
        apart = {self.code_field, self.title_field}
        chosen = self.columns or tuple(name for name, field in known.items() if field.indexed)
        return tuple(known[name] for name in chosen if name in known and name not in apart)
