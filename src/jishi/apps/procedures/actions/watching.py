"""Ask rules of the registers' entries each day (例行监测): what a rule finds begins the cases that wait for it.

Only procedures begun by `finding.<rule>` listen; where none does, nothing is asked.
"""

from typing import Any

from jishi.apps.packs import api as packs
from jishi.apps.procedures.actions.hearing import Happening, start_by_event
from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryInfo, EntryQuery
from jishi.kernel.calendar.zone import day_of
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.mapping import Literal, Path, read_source
from jishi.kernel.rules.fact import Value, read_value
from jishi.platform.context import Context


def watch_registers(ctx: Context) -> int:
    """Ask every watched register; return how many cases began. What was found before begins none again."""
    pack = packs.current_pack()
    heard = {name for kind in pack.procedures.values() for name in kind.start.on}
    return sum(
        _watch(ctx, pack, kind, watch)
        for kind in pack.registers.values()
        for watch in kind.watches
        if f"finding.{watch.rule}" in heard
    )


def _watch(ctx: Context, pack: packs.Pack, kind: packs.RegisterKind, watch: packs.Watch) -> int:
    today = day_of(ctx.now_ms(), pack.manifest.utc_offset_minutes)
    begun = 0
    for state in watch.states:
        for entry in registers.iterate_entries(EntryQuery(kind=kind.id, state=state)):
            decision = pack.law.decide(watch.rule, _facts(pack, watch, entry), today)
            if decision.determined and decision.answer in watch.answers:
                begun += len(start_by_event(ctx, _happening(kind, watch, entry, str(decision.row))))
    return begun


def _happening(kind: packs.RegisterKind, watch: packs.Watch, entry: EntryInfo, row: str) -> Happening:
    """Name a finding by entry, version and deciding row: a case decided once begins again only on another state."""
    holder = str(entry.data.get(kind.holder_field or "", "") or "")
    key = f"{entry.id}:{entry.version}:{row}"
    return Happening(f"finding.{watch.rule}", key, entry.division, entry.title, entry.id, holder)


def _facts(pack: packs.Pack, watch: packs.Watch, entry: EntryInfo) -> dict[str, Value | None]:
    found: dict[str, Value | None] = {}
    for name, raw in watch.facts.items():
        value = _value(read_source(raw), entry)
        if value is None:
            continue
        try:
            found[name] = read_value(pack.facts[name], value)
        except Fault:
            continue  # what cannot be read stays unknown, and the rule says so
    return found


def _value(source: Any, entry: EntryInfo) -> Any:
    if isinstance(source, Literal):
        return source.value
    if isinstance(source, Path) and source.parts[:1] == ("entry",) and len(source.parts) == 2:
        return entry.data.get(source.parts[1])
    return None
