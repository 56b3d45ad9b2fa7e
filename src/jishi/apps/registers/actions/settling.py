"""Settle the rows of a piece: which may be written, which amend an entry, which stay out and why."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from jishi.apps.registers.actions.entry import Draft, claims_of, draft_entry, write_drafts
from jishi.apps.registers.actions.ground import ground_faults
from jishi.apps.registers.actions.pointing import follow
from jishi.apps.registers.actions.writing import Writing, write_amended
from jishi.apps.registers.content import read_content
from jishi.apps.registers.exchange.reading import Read
from jishi.apps.registers.models import ImportRun, RegisterEntry
from jishi.apps.registers.reads import full_data, lock_entries
from jishi.apps.registers.shape import box_of, plain_geometry, span_of
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, may
from jishi.platform.context import Context

Key = tuple[str, str]
"""A division and a number."""


@dataclass
class Settled:
    """How many rows are good, how many of these change nothing, and the faults of the others by row."""

    good: int = 0
    unchanged: int = 0
    faults: dict[int, list[Fault]] = field(default_factory=lambda: defaultdict(list))


def settle(ctx: Context, run: ImportRun, reads: Sequence[Read]) -> Settled:
    """Try the rows of a piece, and write the good ones where the run is writing."""
    settled = Settled()
    drafts = _drafts(ctx, reads, settled)
    existing = _existing(run, drafts.values())
    fresh = {row: each for row, each in drafts.items() if _key(each) not in existing}
    known = {row: each for row, each in drafts.items() if row not in fresh}
    fresh = _once(fresh, settled)
    if run.mode == "new":
        for row, each in known.items():
            settled.faults[row].append(_taken(each))
        known = {}
    known = _once(known, settled)
    for row in _overlapping([*fresh.items(), *known.items()], existing, settled):
        fresh.pop(row, None)
        known.pop(row, None)
    settled.good = len(fresh) + len(known)
    changed = [pair for pair in ((each, existing[_key(each)]) for each in known.values()) if _changes(*pair)]
    settled.unchanged = len(known) - len(changed)
    if run.state == "writing":
        write_drafts(ctx, list(fresh.values()), reason=run.name)
        _amend(ctx, changed, run.name)
    return settled


def _drafts(ctx: Context, reads: Sequence[Read], settled: Settled) -> dict[int, Draft]:
    found = {}
    for each in reads:
        if each.form is None:
            settled.faults[each.row].extend(each.faults)
            continue
        try:
            draft = draft_entry(ctx, each.form, each.row)
        except Fault as fault:
            settled.faults[each.row].append(fault)
            continue
        if may(ctx.actor, "register.edit", Target(division=draft.row.division)):
            found[each.row] = draft
        else:
            settled.faults[each.row].append(Fault("registers.import.division", division=draft.row.division))
    return found


def _existing(run: ImportRun, drafts: Iterable[Draft]) -> dict[Key, RegisterEntry]:
    numbers = {draft.row.number for draft in drafts}
    rows = RegisterEntry.objects.filter(kind=run.kind, number__in=numbers)
    return {(row.division, row.number): row for row in rows}


def _key(draft: Draft) -> Key:
    return draft.row.division, draft.row.number


def _once(drafts: dict[int, Draft], settled: Settled) -> dict[int, Draft]:
    """Keep the first row of each number."""
    seen: dict[Key, int] = {}
    for row, draft in drafts.items():
        if _key(draft) in seen:
            first = seen[_key(draft)]
            settled.faults[row].append(Fault("registers.import.twice", number=draft.row.number, first=first))
        else:
            seen[_key(draft)] = row
    return {row: drafts[row] for row in seen.values()}


def _taken(draft: Draft) -> Fault:
    return Fault("registers.number.taken", number=draft.row.number, division=draft.row.division)


def _overlapping(
    placed: list[tuple[int, Draft]], existing: dict[Key, RegisterEntry], settled: Settled
) -> list[int]:
    """Return the rows whose ground another entry holds; what an amended entry holds already is its own."""
    for _, draft in placed:
        if (held := existing.get(_key(draft))) is not None:
            draft.row.id = held.id
            draft.row.state = held.state
    faults = ground_faults(claims_of([draft for _, draft in placed]))
    rows = []
    for place, fault in faults.items():
        row = placed[place - 1][0]
        settled.faults[row].append(fault)
        rows.append(row)
    return rows


def _changes(draft: Draft, row: RegisterEntry) -> bool:
    full = full_data(row)
    redrawn = draft.row.geometry is not None and draft.row.geometry != row.geometry
    return redrawn or {**full, **draft.content.full} != full


def _amend(ctx: Context, changed: Sequence[tuple[Draft, RegisterEntry]], reason: str) -> None:
    locked = {row.id: row for row in lock_entries([row.id for _, row in changed])}
    writings = []
    for draft, found in changed:
        row = locked[found.id]
        merged = {**full_data(row), **draft.content.full}
        if draft.row.geometry is not None:
            row.geometry = plain_geometry(draft.row.geometry)
            row.min_x, row.min_y, row.max_x, row.max_y = box_of(draft.shape)
            row.span = span_of(draft.shape)
        writings.append(Writing(row, follow(read_content(draft.content.kind, merged))))
    if writings:
        write_amended(ctx, writings, reason=reason)
