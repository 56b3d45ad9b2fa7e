"""Put a burden on an entry (权利限制), prolong it, let it lapse, lift it.

Who holds it is no public matter; that it stands is.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from jishi.apps.packs import api as packs
from jishi.apps.registers.content import register_kind
from jishi.apps.registers.info import EncumbranceForm, EncumbranceInfo
from jishi.apps.registers.models import Encumbrance, RegisterEntry
from jishi.apps.registers.reads import encumbrance_info, get_entry, lock_entries, priority_of
from jishi.kernel.calendar.zone import start_of_day_ms
from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.deadline import set_deadline
from jishi.platform.entropy import new_id

LONGEST_HOLDER = 120
LONGEST_BASIS = 300
LAPSE = "encumbrance"
"""Kind of the deadline at which a burden loses its place."""
LAPSED = "lapsed"


def add_encumbrance(ctx: Context, entry_id: str, form: EncumbranceForm) -> EncumbranceInfo:
    """Put a burden on an entry.

    Faults `registers.entry.unknown`, `registers.burden.unknown` naming the valid kinds,
    `registers.burden.holder`, `registers.burden.amount`.
    """
    entry = get_entry(entry_id)
    require(ctx, "register.edit", Target(entry_id, entry.division))
    valid = [each.id for each in register_kind(entry.kind).encumbrances]
    if form.kind not in valid:
        raise Fault("registers.burden.unknown", kind=form.kind, valid=", ".join(valid))
    holder = " ".join(form.holder.split())
    if not 0 < len(holder) <= LONGEST_HOLDER:
        raise Fault("registers.burden.holder", length=len(holder), most=LONGEST_HOLDER)
    if form.amount_fen is not None and form.amount_fen <= 0:
        raise Fault("registers.burden.amount", amount=form.amount_fen)
    with transaction.atomic():
        row = lock_entries([entry_id])[0]
        burden = Encumbrance.objects.create(
            id=new_id(ctx.entropy),
            entry=row,
            kind=form.kind,
            holder=holder,
            holder_party=form.holder_party,
            amount_fen=form.amount_fen,
            basis=" ".join(form.basis.split())[:LONGEST_BASIS],
            since_ms=ctx.now_ms() if form.since_ms is None else form.since_ms,
            until_day=form.until_day,
            registered_ms=ctx.now_ms(),
            rank=_next_rank(row, form.kind) if form.rank is None else form.rank,
        )
        told = {"encumbrance": burden.id, "kind": burden.kind, "rank": burden.rank}
        _witness(ctx, row, "EncumbranceAdded", told)
        _watch(burden)
    return encumbrance_info(burden, priority_of(burden))


def prolong_encumbrance(ctx: Context, encumbrance_id: str, until_day: date) -> EncumbranceInfo:
    """Let a standing burden last to another day; it keeps its rank.

    Faults `registers.burden.missing`, `registers.burden.over` where it stands no longer.
    """
    found = _find(encumbrance_id)
    require(ctx, "register.edit", Target(found.entry_id, found.entry.division))
    with transaction.atomic():
        row = lock_entries([found.entry_id])[0]
        burden = _find(encumbrance_id)
        if burden.lifted_ms is not None:
            raise Fault("registers.burden.over", encumbrance=encumbrance_id)
        burden.until_day = until_day
        burden.save(update_fields=["until_day"])
        told = {"encumbrance": burden.id, "until": until_day.isoformat()}
        _witness(ctx, row, "EncumbranceProlonged", told)
        _watch(burden)
    return encumbrance_info(burden, priority_of(burden))


def lapse_encumbrance(ctx: Context, encumbrance_id: str) -> None:
    """Let a burden whose kind lapses stand no longer once its last day is over; else do nothing."""
    found = _find(encumbrance_id)
    with transaction.atomic():
        row = lock_entries([found.entry_id])[0]
        burden = _find(encumbrance_id)
        over_ms = _over_ms(burden)
        if burden.lifted_ms is None and over_ms is not None and over_ms <= ctx.now_ms():
            _end(ctx, burden, LAPSED)
            _witness(ctx, row, "EncumbranceLapsed", {"encumbrance": burden.id})
        _watch(burden)


def lift_encumbrance(ctx: Context, encumbrance_id: str, *, reason: str = "") -> EncumbranceInfo:
    """Lift a burden; lifting it again changes nothing. Those behind it move up. Fault `registers.burden.missing`."""
    found = _find(encumbrance_id)
    require(ctx, "register.edit", Target(found.entry_id, found.entry.division))
    with transaction.atomic():
        row = lock_entries([found.entry_id])[0]
        burden = _find(encumbrance_id)
        if burden.lifted_ms is None:
            _end(ctx, burden, " ".join(reason.split())[:LONGEST_BASIS])
            _witness(ctx, row, "EncumbranceLifted", {"encumbrance": burden.id})
            _watch(burden)
    return encumbrance_info(burden)


def _find(encumbrance_id: str) -> Encumbrance:
    found = Encumbrance.objects.select_related("entry").filter(id=encumbrance_id).first()
    if found is None:
        raise Fault("registers.burden.missing", encumbrance=encumbrance_id)
    return found


def _end(ctx: Context, burden: Encumbrance, reason: str) -> None:
    burden.lifted_ms, burden.lifted_reason = ctx.now_ms(), reason
    burden.save(update_fields=["lifted_ms", "lifted_reason"])


def _over_ms(burden: Encumbrance) -> int | None:
    """Give the instant at which a burden loses its place, None for one that keeps it until it is lifted."""
    named = register_kind(burden.entry.kind).encumbrances
    lapses = any(each.lapses for each in named if each.id == burden.kind)
    if not lapses or burden.until_day is None:
        return None
    next_day = date.fromordinal(burden.until_day.toordinal() + 1)
    return start_of_day_ms(next_day, packs.current_pack().manifest.utc_offset_minutes)


def _watch(burden: Encumbrance) -> None:
    set_deadline(LAPSE, burden.id, None if burden.lifted_ms is not None else _over_ms(burden))


def _next_rank(row: RegisterEntry, kind: str) -> int:
    standing = Encumbrance.objects.filter(entry=row, kind=kind, lifted_ms__isnull=True)
    return (standing.aggregate(last=Max("rank"))["last"] or 0) + 1


def _witness(ctx: Context, row: RegisterEntry, kind: str, data: dict[str, Any]) -> None:
    now = ctx.now_ms()
    evidence.append(evidence.lock(row.stream), now, [(kind, data, now)])
