"""Register entries and cases of the demonstration, filed and decided by the real actions on clocks that end now."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.apps.registers import api as registers
from jishi.apps.simulation.scenario.lots import Cast
from jishi.apps.simulation.scenario.timetable import DAY_MS
from jishi.kernel.calendar.zone import day_of
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context

PAPER = b"%PDF-1.4\n% demonstration\n%%EOF\n"
_DAY = re.compile(r"^@([+-]\d+)$")


def stage_entries(ctx: Context, cast: Cast) -> dict[str, str]:
    """Store the scenario's entries; return their ids by their names in it."""
    return {row.id: _store(ctx, cast, row) for row in cast.scenario.entries}


def stage_case(ctx: Context, cast: Cast, row: packs.DemoCase, entries: Mapping[str, str]) -> None:
    """File a case and take its decisions, each on its day."""
    clock = SimulatedClock(ctx.now_ms() - row.days_ago * DAY_MS)
    past = replace(ctx, clock=clock, simulated=True)
    filing = procedures.Filing(
        row.procedure,
        _filled(ctx, cast, row.form, row.party),
        division=row.division,
        party=cast.parties.get(row.party or "", ""),
        subject=entries.get(row.subject or "", ""),
    )
    papers = [(need, f"{need}.pdf", PAPER) for need in row.documents]
    case = procedures.file_case(cast.acting(past, row.by), filing, papers).id
    for act in row.acts:
        clock.move_to(max(clock.now_ms(), ctx.now_ms() - act.days_ago * DAY_MS))
        who = cast.acting(past, act.by)
        seq = procedures.open_case(past, case).seq
        choice = procedures.Choice(act.decision, seq, act.because, act.words, act.answers)
        procedures.decide(who, case, choice)


def _store(ctx: Context, cast: Cast, row: packs.DemoEntry) -> str:
    form = registers.EntryForm(row.register_kind, _filled(ctx, cast, row.data, row.party), state=row.state)
    return registers.create_entry(replace(ctx, simulated=True), form).id


def _filled(ctx: Context, cast: Cast, data: Mapping[str, Any], party: str | None) -> dict[str, Any]:
    """Put days counted from now and the account of the party in their places."""
    today = day_of(ctx.now_ms(), packs.default_pack().manifest.utc_offset_minutes)

    def fill(value: Any) -> Any:
        if value == "@party":
            return cast.parties[party or ""]
        if value == "@year":
            return str(today.year)
        found = _DAY.match(value) if isinstance(value, str) else None
        return (today + timedelta(days=int(found[1]))).isoformat() if found else value

    return {name: fill(value) for name, value in data.items()}
