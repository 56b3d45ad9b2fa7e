"""Give new entries their numbers (编号): each serial once, in the order of writing, without a gap."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from jishi.apps.packs.api import current_pack
from jishi.apps.registers.actions.writing import Writing
from jishi.apps.registers.models import NumberSeries, RegisterEntry
from jishi.platform.context import Context


def number_entries(ctx: Context, writings: Sequence[Writing]) -> None:
    """Number entries that brought none. Call inside the transaction that writes them: a series has one writer.

    A number that somebody wrote by hand is passed over.
    """
    year = _year(ctx)
    waiting: dict[tuple[str, str], list[Writing]] = defaultdict(list)
    for writing in writings:
        numbering = writing.content.kind.numbering
        if numbering is not None:
            waiting[writing.row.kind, numbering.series(writing.row.division, year)].append(writing)
    for (kind, series), same in sorted(waiting.items(), key=lambda each: each[0]):
        NumberSeries.objects.bulk_create([NumberSeries(kind=kind, series=series)], ignore_conflicts=True)
        head = NumberSeries.objects.select_for_update().get(kind=kind, series=series)
        for writing in same:
            _number(head, writing, year)
        head.save(update_fields=["last"])


def _number(head: NumberSeries, writing: Writing, year: int) -> None:
    row, kind = writing.row, writing.content.kind
    assert kind.numbering is not None
    while True:
        head.last += 1
        number = kind.numbering.number(row.division, year, head.last)
        taken = RegisterEntry.objects.filter(kind=row.kind, division=row.division, number=number)
        if not taken.exists():
            break
    row.number = writing.content.full[kind.code_field] = number


def _year(ctx: Context) -> int:
    minutes = current_pack().manifest.utc_offset_minutes
    return (datetime.fromtimestamp(ctx.now_ms() / 1000, UTC) + timedelta(minutes=minutes)).year
