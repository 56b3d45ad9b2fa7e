"""Answer what burdens entries (权利限制): in order of rank, and which keep them from being offered."""

from collections import Counter
from collections.abc import Iterable

from jishi.apps.registers.content import register_kind
from jishi.apps.registers.info import EncumbranceInfo
from jishi.apps.registers.models import Encumbrance
from jishi.apps.registers.reads.entry import get_entry
from jishi.kernel.fault import Fault
from jishi.platform.batch import batched

_BATCH = 500
_ORDER = ("kind", "rank", "registered_ms", "id")


def list_encumbrances(entry_id: str) -> tuple[EncumbranceInfo, ...]:
    """Return every burden an entry has or had, in order of rank."""
    rows = Encumbrance.objects.filter(entry_id=entry_id).select_related("entry").order_by(*_ORDER)
    return _ranked(rows)


def blocking_encumbrances(entry_id: str) -> tuple[EncumbranceInfo, ...]:
    """Return the standing burdens that keep an entry from being offered."""
    return blocking_encumbrances_of([entry_id]).get(entry_id, ())


def blocking_encumbrances_of(entry_ids: Iterable[str]) -> dict[str, tuple[EncumbranceInfo, ...]]:
    """Return the standing blocking burdens of those of `entry_ids` that have any."""
    found: dict[str, tuple[EncumbranceInfo, ...]] = {}
    for part in batched(set(entry_ids), _BATCH):
        rows = Encumbrance.objects.filter(entry_id__in=part, lifted_ms__isnull=True).select_related("entry")
        for info in _ranked(rows.order_by(*_ORDER)):
            if info.blocks:
                found[info.entry] = (*found.get(info.entry, ()), info)
    return found


def require_unburdened(entry_id: str) -> None:
    """Raise Fault `registers.entry.encumbered` while a blocking burden stands on an entry."""
    if burdens := blocking_encumbrances(entry_id):
        kinds = ", ".join(sorted({each.kind for each in burdens}))
        raise Fault("registers.entry.encumbered", number=get_entry(entry_id).number, kinds=kinds)


def encumbrance_info(row: Encumbrance, priority: int | None = None) -> EncumbranceInfo:
    """Return a burden as other rooms see it; what the kind no longer names does block."""
    named = {each.id: each.blocks for each in register_kind(row.entry.kind).encumbrances}
    return EncumbranceInfo(
        id=row.id,
        entry=row.entry_id,
        kind=row.kind,
        holder=row.holder,
        holder_party=row.holder_party,
        since_ms=row.since_ms,
        lifted_ms=row.lifted_ms,
        rank=row.rank,
        blocks=named.get(row.kind, True),
        registered_ms=row.registered_ms,
        amount_fen=row.amount_fen,
        basis=row.basis,
        until_day=row.until_day,
        lifted_reason=row.lifted_reason,
        priority=priority,
    )


def priority_of(row: Encumbrance) -> int | None:
    """Return the place of a burden among the standing ones of its kind on its entry."""
    if row.lifted_ms is not None:
        return None
    same = Encumbrance.objects.filter(entry_id=row.entry_id, kind=row.kind, lifted_ms__isnull=True)
    return list(same.order_by(*_ORDER).values_list("id", flat=True)).index(row.id) + 1


def _ranked(rows: Iterable[Encumbrance]) -> tuple[EncumbranceInfo, ...]:
    before: Counter[tuple[str, str]] = Counter()
    found = []
    for row in rows:
        standing = row.lifted_ms is None
        before[row.entry_id, row.kind] += standing
        found.append(encumbrance_info(row, before[row.entry_id, row.kind] if standing else None))
    return tuple(found)
