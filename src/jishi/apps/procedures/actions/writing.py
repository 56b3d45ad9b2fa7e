"""Write what a decision says into the registers, in its transaction: create, amend, move, burden, prolong, lift."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

from jishi.apps.packs import api as packs
from jishi.apps.procedures import figures
from jishi.apps.procedures.actions.moving import Move
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault


def write_entries(move: Move, decision: packs.DecisionKind) -> list[dict[str, Any]]:
    """Do the writes of a decision in order; give what each did, for the evidence."""
    done = []
    for write in decision.writes:
        if move.view.holds(write.when):
            done.append(_WRITES[write.act](move, write))
    return [each for each in done if each]


def _create(move: Move, write: packs.Write) -> dict[str, Any]:
    view = move.view
    data = _data(move, write)
    kind = view.pack.register(write.register_kind or "")
    division = figures.province_of(view.row.division) if write.same else view.row.division
    if write.same and (stands := registers.find_entry(kind.id, division, str(data.get(kind.code_field)))):
        _keep(move, write.keep, stands.id)
        return {"act": "same", "register": stands.kind, "entry": stands.id, "state": stands.state}
    shape = next(
        (data.pop(each.name) for each in kind.fields if each.type == "geometry" and each.name in data), None
    )
    form = registers.EntryForm(
        kind=kind.id,
        data=data,
        division=division,
        geometry=json.loads(shape) if shape else None,
        state=write.state or "",
        public=write.public,
    )
    entry = registers.create_entry(_ctx(move), form)
    _keep(move, write.keep, entry.id)
    return {"act": "create", "register": entry.kind, "entry": entry.id, "state": entry.state}


def _amend(move: Move, write: packs.Write) -> dict[str, Any]:
    entry = _entry(move, write)
    data = {**entry.data, **_data(move, write)}
    changed = registers.amend_entry(_ctx(move), entry.id, entry.version, data, reason=_reason(move))
    move.view.entries.pop(write.entry or "", None)
    return {"act": "amend", "entry": entry.id, "version": changed.version}


def _move(move: Move, write: packs.Write) -> dict[str, Any]:
    entry, state = _entry(move, write), write.state or ""
    if entry.state == state:
        return {}
    registers.set_entry_state(_ctx(move), entry.id, state, reason=_reason(move))
    move.view.entries.pop(write.entry or "", None)
    return {"act": "state", "entry": entry.id, "state": state}


def _encumber(move: Move, write: packs.Write) -> dict[str, Any]:
    entry = _entry(move, write)
    holder = str(move.view.value(write.holder) or move.view.value("case.party_name") or "")
    form = registers.EncumbranceForm(
        write.encumbrance or "", holder, str(move.view.value(write.holder_party) or ""), move.view.at_ms,
        until_day=_day(move, write),
    )  # fmt: skip
    burden = registers.add_encumbrance(_ctx(move), entry.id, form)
    _keep(move, write.keep, burden.id)
    return {"act": "encumber", "entry": entry.id, "encumbrance": burden.id, "rank": burden.rank}


def _prolong(move: Move, write: packs.Write) -> dict[str, Any]:
    burden, until = _burden(move, write), _day(move, write)
    if until is None:
        raise Fault("procedures.entry.none", name=write.until)
    registers.prolong_encumbrance(_ctx(move), burden, until)
    return {"act": "prolong", "encumbrance": burden, "until": until.isoformat()}


def _day(move: Move, write: packs.Write) -> date | None:
    found = move.view.value(write.until)
    return date.fromisoformat(str(found)) if found else None


def _lift(move: Move, write: packs.Write) -> dict[str, Any]:
    burden = _burden(move, write)
    registers.lift_encumbrance(_ctx(move), burden)
    return {"act": "lift", "encumbrance": burden}


def _burden(move: Move, write: packs.Write) -> str:
    burden = str(move.view.said.get("kept", {}).get(write.entry or "", ""))
    if not burden:
        raise Fault("procedures.entry.none", name=write.entry)
    return burden


def _entry(move: Move, write: packs.Write) -> registers.EntryInfo:
    move.view.entries.pop(write.entry or "", None)
    entry = move.view.entry(write.entry or "")
    if entry is None:
        raise Fault("procedures.entry.none", name=write.entry)
    return entry


def _data(move: Move, write: packs.Write) -> dict[str, Any]:
    found = {name: move.view.value(raw) for name, raw in write.data.items()}
    return {name: value for name, value in found.items() if value is not None}


def _keep(move: Move, name: str | None, identity: str) -> None:
    if name:
        move.view.said.setdefault("kept", {})[name] = identity
        move.view.entries.pop(name, None)


def _reason(move: Move) -> str:
    return f"{move.view.kind.title.zh} {move.row.number}"


def _ctx(move: Move) -> Any:
    """The decision was permitted; its writes are the procedure's, not the clerk's own."""
    actor = replace(move.ctx.actor, system=True)
    return replace(move.ctx, actor=actor)


_WRITES = {
    "create": _create,
    "amend": _amend,
    "state": _move,
    "encumber": _encumber,
    "prolong": _prolong,
    "lift": _lift,
}
