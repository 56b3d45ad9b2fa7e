"""The terms of a mechanism as data: one row a field, read, checked and described from the same row.

Refuses unknown, missing and mistyped fields, values below or above their bounds and outside their
choices. What contradicts between fields is the mechanism's own check. Holds no sentence: the name
of a field in words stands beside the interface.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.kind import is_kind

REQUIRED: Final = object()
"""The default of a field that every notice must state."""

KINDS: Final = {
    "text": "text",  # words; not blank
    "hash": "text",  # 64 lower-case hexadecimal digits
    "choice": "text",  # one of `choices`
    "fen": "integer",  # money
    "instant": "integer",  # ms since the epoch
    "span": "integer",  # ms
    "count": "integer",  # persons, lots, units
    "share_bp": "integer",  # ten-thousandths
    "flag": "flag",
    "list": "list",
    "object": "object",
}
_FORMS = {"text": re.compile(r"\S.*", re.DOTALL), "hash": re.compile(r"[0-9a-f]{64}")}


class Field(NamedTuple):
    """One term: its name, kind (see `KINDS`), default, bounds and choices; `optional` lets it be null."""

    name: str
    kind: str
    default: Any = REQUIRED
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False

    @property
    def lower(self) -> int | None:
        """Return the least integer the field may hold: its own bound, else 1, for instants 0."""
        if KINDS[self.kind] != "integer" or self.least is not None:
            return self.least
        return 0 if self.kind == "instant" else 1


Model = Sequence[Field]
FRAME_FIELDS: Final = (
    Field("lot", "text"),
    Field("opens", "instant"),
    Field("closes", "instant"),
    Field("registration_end", "instant"),
)
"""What every mechanism in a frame states: the lot, when bids may come, until when one may register."""


def read_fields(model: Model, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return every field of a model in its order, defaults filled in; raise `mechanism.terms.*` faults."""
    for name in sorted(raw):
        check_field(model, name, raw[name])
    for field in model:
        if field.name not in raw and field.default is REQUIRED:
            raise Fault("mechanism.terms.missing", field=field.name)
    return {field.name: raw.get(field.name, field.default) for field in model}


def check_field(model: Model, name: str, value: Any) -> None:
    """Check one term by itself; raise a `mechanism.terms.*` fault that names it."""
    field = next((each for each in model if each.name == name), None)
    if field is None:
        raise Fault("mechanism.terms.unknown", field=name, known=", ".join(each.name for each in model))
    if value is None and field.optional:
        return
    kind = KINDS[field.kind]
    if not is_kind(value, kind):
        raise Fault("mechanism.terms.kind", field=name, value=repr(value), expected=kind)
    _check_bounds(field, value)
    if field.choices and value not in field.choices:
        raise Fault("mechanism.terms.choice", field=name, value=value, known=", ".join(field.choices))
    if field.kind in _FORMS and not _FORMS[field.kind].fullmatch(value):
        raise Fault("mechanism.terms.form", field=name, value=value)


def _check_bounds(field: Field, value: Any) -> None:
    if KINDS[field.kind] != "integer":
        return
    if field.lower is not None and value < field.lower:
        raise Fault("mechanism.terms.least", field=field.name, value=value, least=field.lower)
    if field.most is not None and value > field.most:
        raise Fault("mechanism.terms.most", field=field.name, value=value, most=field.most)
