"""Create entries, one or a thousand in a transaction; change what they say; move their state."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from django.db import IntegrityError, transaction
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from jishi.apps.registers.actions.ground import Claim, claim_ground, has_lapsed
from jishi.apps.registers.actions.numbering import number_entries
from jishi.apps.registers.actions.pointing import follow
from jishi.apps.registers.actions.writing import Writing, write_amended, write_moved, write_new
from jishi.apps.registers.content import Content, check_number, read_content, register_kind
from jishi.apps.registers.info import EntryForm, EntryInfo
from jishi.apps.registers.models import RegisterEntry
from jishi.apps.registers.reads import (
    entry_info,
    full_data,
    get_entries,
    get_entry,
    known_numbers,
    lock_entries,
)
from jishi.apps.registers.shape import box_of, check_shape, plain_geometry, span_of
from jishi.kernel.codes.division import check_division
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id


class Keep(Enum):
    """Say that a shape stays as it is, which None would not: None takes it away."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry ready to be written; one `unnumbered` gets its number in the transaction."""

    row: RegisterEntry
    content: Content
    shape: BaseGeometry | None
    unnumbered: bool = False


def create_entry(ctx: Context, form: EntryForm, *, allow_overlap: bool = False) -> EntryInfo:
    """Create one entry."""
    return create_entries(ctx, [form], allow_overlap=allow_overlap)[0]


def create_entries(
    ctx: Context, forms: Sequence[EntryForm], *, allow_overlap: bool = False
) -> list[EntryInfo]:
    """Create all entries or none; a fault names the `row`, from 1.

    Faults: those of the kind's fields and shape; `registers.number.*`, `registers.state.unknown`,
    `registers.division.missing`; `registers.shape.overlap` unless `allow_overlap`.
    """
    drafts = [draft_entry(ctx, form, place) for place, form in enumerate(forms, start=1)]
    for division in sorted({draft.row.division for draft in drafts}):
        require(ctx, "register.edit", Target(division=division))
    _refuse_taken([draft.row for draft in drafts])
    try:
        with transaction.atomic():
            if not allow_overlap:
                claim_ground(claims_of(drafts))
            write_drafts(ctx, drafts)
    except IntegrityError:
        _refuse_taken([draft.row for draft in drafts])  # another request took the number meanwhile
        raise
    return [entry_info(draft.row) for draft in drafts]


def write_drafts(ctx: Context, drafts: Sequence[Draft], *, reason: str = "") -> None:
    """Number and write drafts in the caller's transaction, which has checked numbers and ground."""
    number_entries(ctx, [Writing(each.row, each.content) for each in drafts if each.unnumbered])
    write_new(ctx, [Writing(draft.row, draft.content) for draft in drafts], reason=reason)


def amend_entry(
    ctx: Context,
    entry_id: str,
    expected_version: int,
    data: Mapping[str, Any],
    *,
    reason: str = "",
    geometry: Mapping[str, Any] | Keep | None = KEEP,
    allow_overlap: bool = False,
) -> EntryInfo:
    """Replace what an entry says, if it still stands at `expected_version`.

    Faults: as `create_entries`, and `registers.entry.stale` naming the newer version.
    """
    before = get_entry(entry_id)
    kind = register_kind(before.kind)
    content = follow(read_content(kind, data))
    drawn = before.geometry if isinstance(geometry, Keep) else plain_geometry(geometry)
    form = check_shape(kind, drawn)
    for division in dict.fromkeys((before.division, content.division or before.division)):
        require(ctx, "register.edit", Target(entry_id, division))
    with transaction.atomic():
        row = _lock_at(entry_id, expected_version)
        _renumber(row, content)
        row.geometry = drawn
        row.min_x, row.min_y, row.max_x, row.max_y = box_of(form)
        row.span = span_of(form)
        if form is not None and not allow_overlap:
            claim_ground([Claim(row, form)])
        write_amended(ctx, [Writing(row, content)], reason=reason)
    return entry_info(row)


def set_entry_state(
    ctx: Context, entry_id: str, state: str, *, expected_version: int | None = None, reason: str = ""
) -> EntryInfo:
    """Move an entry to a state that may follow its own.

    Faults `registers.entry.unknown`, `registers.state.unknown`, `registers.state.order` naming the valid
    ones, `registers.entry.stale`.
    """
    entry = get_entry(entry_id)
    require(ctx, "register.edit", Target(entry_id, entry.division))
    with transaction.atomic():
        row = _lock_at(entry_id, expected_version)
        _move(ctx, [row], state, reason)
    return entry_info(row)


def set_entry_states(
    ctx: Context, entry_ids: Collection[str], state: str, *, reason: str = ""
) -> list[EntryInfo]:
    """Move all entries to `state` or none, in the order given; faults as `set_entry_state`."""
    for entry in get_entries(entry_ids).values():
        require(ctx, "register.edit", Target(entry.id, entry.division))
    with transaction.atomic():
        rows = {row.id: row for row in lock_entries(entry_ids)}
        _move(ctx, list(rows.values()), state, reason)
    return [entry_info(rows[entry_id]) for entry_id in entry_ids]


def draft_entry(ctx: Context, form: EntryForm, place: int) -> Draft:
    """Return a form as an entry ready to be written; faults as `create_entries`."""
    try:
        kind = register_kind(form.kind)
        unnumbered = kind.numbering is not None and not (form.number or form.data.get(kind.code_field))
        # Stands in for the number, which only the transaction gives: a serial of a refused entry would be a gap.
        data = {**form.data, kind.code_field: new_id(ctx.entropy)} if unnumbered else form.data
        content = follow(read_content(kind, data))
        drawn = check_shape(kind, form.geometry)
        return Draft(_new_row(ctx, form, content, drawn), content, drawn, unnumbered)
    except Fault as fault:
        raise Fault(fault.code, **{**fault.params, "row": place}) from None


def _new_row(ctx: Context, form: EntryForm, content: Content, drawn: BaseGeometry | None) -> RegisterEntry:
    min_x, min_y, max_x, max_y = box_of(drawn)
    return RegisterEntry(
        id=new_id(ctx.entropy),
        kind=form.kind,
        number=check_number(form.number, content.kind) if form.number else content.number,
        division=_division(ctx, form.division or content.division),
        state=_state(content, form.state),
        geometry=plain_geometry(form.geometry),
        min_x=min_x,
        min_y=min_y,
        max_x=max_x,
        max_y=max_y,
        span=span_of(drawn),
        public=form.public,
    )


def _division(ctx: Context, given: str) -> str:
    """Return the division; only the system may enter ground outside every division of the pack."""
    if not given and not ctx.actor.system:
        raise Fault("registers.division.missing")
    return check_division(given) if given else ""


def _state(content: Content, given: str) -> str:
    valid = [state.id for state in content.kind.states]
    if given and given not in valid:
        raise Fault("registers.state.unknown", state=given, valid=", ".join(valid))
    return given or valid[0]


def claims_of(drafts: Sequence[Draft]) -> list[Claim]:
    """Return the ground that drafts claim, each with its place from 1."""
    placed = enumerate(drafts, start=1)
    return [Claim(draft.row, draft.shape, place) for place, draft in placed if draft.shape is not None]


def _refuse_taken(rows: Sequence[RegisterEntry]) -> None:
    seen = known_numbers(rows)
    for place, row in enumerate(rows, start=1):
        key = (row.kind, row.division, row.number)
        if key in seen:
            raise Fault("registers.number.taken", number=row.number, division=row.division, row=place)
        seen.add(key)


def _lock_at(entry_id: str, expected_version: int | None) -> RegisterEntry:
    row = lock_entries([entry_id])[0]
    if expected_version is not None and row.version != expected_version:
        raise Fault(
            "registers.entry.stale", number=row.number, expected=expected_version, version=row.version
        )
    return row


def _renumber(row: RegisterEntry, content: Content) -> None:
    """Follow the data where the number and the division came from it; else they stay."""
    old = Content(content.kind, full_data(row))
    place = (row.division, row.number)
    if row.number == old.number:
        row.number = content.number
    if row.division == old.division and content.division:
        row.division = check_division(content.division)
    if (row.division, row.number) != place:
        _refuse_taken([row])


def _move(ctx: Context, rows: Sequence[RegisterEntry], state: str, reason: str) -> None:
    returned = []
    for row in rows:
        _check_order(row, state)
        if has_lapsed(row.kind, row.state) and row.geometry is not None:
            returned.append(Claim(row, shape(row.geometry)))
        row.state = state
    claim_ground(returned)
    writings = [Writing(row, Content(register_kind(row.kind), full_data(row))) for row in rows]
    write_moved(ctx, writings, reason=reason)


def _check_order(row: RegisterEntry, state: str) -> None:
    kind = register_kind(row.kind)
    if state not in (valid := [each.id for each in kind.states]):
        raise Fault("registers.state.unknown", state=state, valid=", ".join(valid))
    if not kind.may_follow(row.state, state):
        after = next((each.next for each in kind.states if each.id == row.state), ())
        raise Fault(
            "registers.state.order", number=row.number, state=row.state, next=state, valid=", ".join(after)
        )
