"""A typed field (字段): one field of a register entry, one column of its tables, one question of a form.

Refuses a detail that its type has no use for, and a type without the detail it needs.
"""

from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from jishi.apps.packs.kinds.row import Identity, Row, Titled, Words

FieldType = Literal[
    "text", "number", "money", "area", "date", "interval", "choice", "code", "division",
    "party", "entry", "offering", "geometry", "file", "bounds", "table", "boolean",
]  # fmt: skip
CodeScheme = Literal["real_estate_unit", "land_use", "unified_social_credit", "resident_id"]
ShapeType = Literal["Point", "LineString", "Polygon", "MultiPolygon"]
AREAS: tuple[ShapeType, ...] = ("Polygon", "MultiPolygon")
_NEEDED = {"choice": "choices", "code": "scheme", "table": "columns", "entry": "register_kind"}


class Choice(Titled):
    """Offer one value of a `choice` field."""


class FieldKind(Row):
    """Describe one field.

    Only a `number` or `bounds` field has a `unit`, only a `choice` has `choices`, only a `code` a `scheme`,
    only a `table` has `columns`, only an `entry` names the `register_kind` it points into. `shapes` are what a
    `geometry` may be. `aliases` are other names its column goes by in files that people bring.
    """

    name: Identity
    type: FieldType
    label: Words
    help: Words | None = None
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
    register_kind: Identity | None = None
    shapes: tuple[ShapeType, ...] = AREAS
    aliases: tuple[Annotated[str, StringConstraints(min_length=1)], ...] = ()

    @model_validator(mode="after")
    def _detail_fits_type(self) -> "FieldKind":
        for kind, detail in _NEEDED.items():
            if bool(getattr(self, detail)) != (self.type == kind):
                code = "pack.detail_missing" if self.type == kind else "pack.detail_out_of_place"
                raise PydanticCustomError(
                    code, "{detail}", {"field": self.name, "type": self.type, "detail": detail}
                )
        return self

    def choice(self, value: str) -> Choice | None:
        """Give the choice of this id, None where there is none such."""
        return next((each for each in self.choices if each.id == value), None)
