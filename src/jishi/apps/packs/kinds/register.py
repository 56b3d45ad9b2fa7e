"""A register kind (登记簿种类): its fields, states, encumbrances (权利限制) and geometry."""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from jishi.apps.packs.kinds.law import ClauseId
from jishi.apps.packs.kinds.row import Identity, Row, Titled, Words

FieldType = Literal[
    "text", "number", "money", "area", "date", "interval", "choice", "code", "division",
    "party", "bounds", "table", "boolean",
]  # fmt: skip
CodeScheme = Literal["real_estate_unit", "land_use", "unified_social_credit", "resident_id"]


class Choice(Titled):
    """Offer one value of a `choice` field."""


class FieldKind(Row):
    """Describe one field of an entry, or one column of a `table` field.

    Only a `number` or `bounds` field has a `unit`, only a `choice` has `choices`, only a
    `code` a `scheme`, only a `table` has `columns`.
    """

    name: Identity
    type: FieldType
    label: Words
    required: bool = False
    indexed: bool = False
    public: bool = True
    masked: bool = False
    unit: str = ""
    minimum: str | None = None
    maximum: str | None = None
    scheme: CodeScheme | None = None
    choices: tuple[Choice, ...] = ()
    columns: "tuple[FieldKind, ...]" = ()

    @model_validator(mode="after")
    def _detail_fits_type(self) -> "FieldKind":
        needed = {"choice": "choices", "code": "scheme", "table": "columns"}
        for kind, detail in needed.items():
            if bool(getattr(self, detail)) != (self.type == kind):
                code = "pack.detail_missing" if self.type == kind else "pack.detail_out_of_place"
                raise PydanticCustomError(
                    code, "{detail}", {"field": self.name, "type": self.type, "detail": detail}
                )
        return self


class State(Titled):
    """Name a state of an entry and the states that may follow it.

    A `lapsed` entry no longer claims its ground: another entry's shape may overlap it.
    """

    next: tuple[Identity, ...] = ()
    lapsed: bool = False


class Encumbrance(Titled):
    """Name a burden on an entry; `blocks` says that a burdened entry may not be offered."""

    blocks: bool
    cites: Annotated[tuple[ClauseId, ...], Field(min_length=1)]


class Geometry(Row):
    """Say that entries have a shape (GeoJSON) and in which coordinate system."""

    required: bool = False
    types: tuple[Literal["Point", "LineString", "Polygon", "MultiPolygon"], ...] = ("Polygon", "MultiPolygon")
    crs: Literal["EPSG:4490", "EPSG:4326"] = "EPSG:4490"


class RegisterKind(Titled):
    """Describe a register: who holds entries, their fields, states, burdens and shape.

    `code_field` is the field that identifies an entry to the public, `title_field` the one
    that names it in a list; the first state is the state of a new entry.
    """

    factor: Literal["land", "labour", "capital", "technology", "data"]
    holder: Words
    code_field: Identity
    title_field: Identity
    fields: Annotated[tuple[FieldKind, ...], Field(alias="field", min_length=1)]
    states: Annotated[tuple[State, ...], Field(alias="state", min_length=1)]
    encumbrances: Annotated[tuple[Encumbrance, ...], Field(alias="encumbrance")] = ()
    geometry: Geometry | None = None

    def field(self, name: str) -> FieldKind:
        """Give the field called `name`, else KeyError."""
        return {field.name: field for field in self.fields}[name]

    def may_follow(self, state: str, next_state: str) -> bool:
        """Say whether an entry in `state` may move to `next_state`."""
        return any(each.id == state and next_state in each.next for each in self.states)
