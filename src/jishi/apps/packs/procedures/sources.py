"""Check where values come from and go: mappings read, paths known, register fields, states and burdens there."""

from collections.abc import Iterator, Mapping

from jishi.apps.packs.kinds.procedure import DecisionKind, StepKind, Write
from jishi.apps.packs.kinds.register import RegisterKind
from jishi.apps.packs.problem import Problem
from jishi.apps.packs.procedures.asking import form_facts, scope_of
from jishi.apps.packs.procedures.forms import condition
from jishi.apps.packs.procedures.pointing import Desk
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.mapping import Literal, Path, Source, calls, paths, read_source

CASE = (
    "id", "number", "title", "division", "party", "party_name", "behalf", "behalf_name", "on_behalf", "filed_on",
    "today",
)  # fmt: skip
COUNTS = ("members", "present", "yes", "no", "abstain", "passed")
ENTRY = ("id", "number", "title", "state", "division")
PANEL_COUNTS = COUNTS
TYPES = {"case.division": "division", "case.party": "party", "case.behalf": "party", "case.today": "date",
         "case.filed_on": "date"}  # fmt: skip
"""What a path gives that is no answer of a form."""


class _Room:
    """What mappings of one procedure may read: entries by name, with the register each is of."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.entries = desk, dict[str, str]()
        self.burdens: set[str] = set()
        kind = desk.kind
        if kind.subject is not None:
            self.entries["subject"] = kind.subject.register_kind
        for step in kind.steps:
            for write in (each for decision in step.decisions for each in decision.writes):
                if write.act == "create" and write.keep and write.register_kind:
                    self.entries[write.keep] = write.register_kind
                if write.act == "encumber" and write.keep:
                    self.burdens.add(write.keep)
        self.answers: dict[str, dict[str, str]] = {
            step.id: {each.name: str(each.type) for decision in step.decisions for each in decision.questions}
            | (dict.fromkeys(PANEL_COUNTS, "number") if step.panel else {})
            | ({"fee": "money"} if step.fee else {})
            for step in kind.steps
        }

    def known(self, path: tuple[str, ...]) -> list[str]:
        """Give what may stand where a path goes wrong; empty if it is known."""
        head, rest = path[0], path[1:]
        kind, pack = self.desk.kind, self.desk.pack
        groups: Mapping[str, Mapping[str, object]] = {
            "form": {each.name: None for each in kind.questions},
            "case": dict.fromkeys(CASE),
            "document": {each.id: None for each in kind.documents},
            "vote": {each.id: dict.fromkeys(COUNTS) for each in kind.votes},
            "paper": {each.id: {"number": None} for each in kind.papers},
            "step": {name: dict.fromkeys(fields) for name, fields in self.answers.items()},
            "entry": {
                name: dict.fromkeys([*ENTRY, *(each.name for each in pack.registers[register].fields)])
                for name, register in self.entries.items()
                if register in pack.registers
            },
        }
        level: object = groups
        for part in (head, *rest):
            if not isinstance(level, Mapping) or part not in level:
                return sorted(map(str, level)) if isinstance(level, Mapping) else [path[0]]
            level = level[part]
        return sorted(map(str, level)) if isinstance(level, Mapping) else []

    def type_of(self, source: Source) -> str | None:
        """Give the field type a mapping plainly copies, None where it is not plain."""
        if not isinstance(source, Path):
            return None
        path = source.parts
        if path[0] == "form":
            return next((each.type for each in self.desk.kind.questions if each.name == path[-1]), None)
        if path[0] == "step" and len(path) == 3:
            return self.answers.get(path[1], {}).get(path[2])
        return TYPES.get(".".join(path))


def check_sources(desk: Desk) -> Iterator[Problem]:
    """Yield what is wrong with mappings, writes, notices and papers."""
    room, kind = _Room(desk), desk.kind
    if kind.subject is not None:
        name = kind.subject.register_kind
        yield from desk.points("subject.register", name, desk.pack.registers, "pack.unknown_register")
        register = desk.pack.registers.get(name)
        if register is not None:
            for state in kind.subject.states:
                yield from desk.points("subject.states", state, _states(register), "pack.unknown_state")
            yield from desk.points(
                "subject.holder", kind.subject.holder, _fields(register), "pack.unknown_field"
            )
    yield from _mapping(room, "case_title", kind.case_title)
    for check in kind.checks:
        for name, raw in check.facts.items():
            yield from desk.points(f"check[{check.rule}].facts", name, desk.pack.facts, "pack.unknown_fact")
            yield from _mapping(room, f"check[{check.rule}].facts.{name}", raw)
    for step in kind.steps:
        yield from _step(room, step)
    for paper in kind.papers:
        yield from _mapping(room, f"paper[{paper.id}].valid_until", paper.valid_until)
        for line in paper.lines:
            yield from _mapping(room, f"paper[{paper.id}].line[{line.name}].value", line.value)


def _step(room: _Room, step: StepKind) -> Iterator[Problem]:
    key = f"step[{step.id}]"
    for line in step.publicity.lines if step.publicity else ():
        yield from _mapping(room, f"{key}.publicity.line[{line.name}].value", line.value)
    yield from _mapping(room, f"{key}.rest.until", step.rest.until if step.rest else None)
    yield from _mapping(room, f"{key}.fee.amount", step.fee.amount if step.fee else None)
    if step.panel is not None:
        yield from _mapping(room, f"{key}.panel.speciality", step.panel.speciality)
        yield from _mapping(room, f"{key}.panel.employer", step.panel.employer)
    for decision in step.decisions:
        yield from _decision(room, f"{key}.decision[{decision.id}]", decision)


def _decision(room: _Room, key: str, decision: DecisionKind) -> Iterator[Problem]:
    for effect in decision.effects:
        for name, raw in effect.arguments.items():
            yield from _mapping(room, f"{key}.effect.with.{name}", raw)
    for place, write in enumerate(decision.writes, start=1):
        yield from _write(room, f"{key}.write[{place}]", write)


def _write(room: _Room, key: str, write: Write) -> Iterator[Problem]:
    desk = room.desk
    yield from _mapping(room, f"{key}.until", write.until)
    if write.act == "prolong" and write.until is None:
        yield desk.wrong(f"{key}.until", write.act, "pack.field_unmapped", "until")
    if write.act in ("lift", "prolong"):
        yield from desk.points(f"{key}.entry", write.entry or "", room.burdens)
        return
    if write.act != "create":
        yield from desk.points(f"{key}.entry", write.entry or "", room.entries)
    name = write.register_kind if write.act == "create" else room.entries.get(write.entry or "")
    if write.act == "create":
        yield from desk.points(f"{key}.register", name or "", desk.pack.registers, "pack.unknown_register")
    register = desk.pack.registers.get(name or "")
    for field, raw in (("holder", write.holder), ("holder_party", write.holder_party)):
        yield from _mapping(room, f"{key}.{field}", raw)
    if register is None:
        return
    yield from desk.points(f"{key}.state", write.state, _states(register), "pack.unknown_state")
    if write.act == "encumber":
        burdens = [each.id for each in register.encumbrances]
        yield from desk.points(f"{key}.encumbrance", write.encumbrance or "", burdens)
    if write.act in ("create", "amend"):
        yield from _data(room, key, write, register)


def _data(room: _Room, key: str, write: Write, register: RegisterKind) -> Iterator[Problem]:
    types = {field.name: field.type for field in register.fields}
    for name, raw in write.data.items():
        place = f"{key}.data.{name}"
        yield from room.desk.points(place, name, types, "pack.unknown_field")
        yield from _mapping(room, place, raw)
        found = _type(room, raw)
        if name in types and found is not None and not _fits(found, types[name]):
            yield room.desk.wrong(place, raw, "pack.field_type", types[name], found=found)
    numbered = register.numbering is not None
    if write.act == "create":
        for field in register.fields:
            if (
                field.required
                and field.name not in write.data
                and not (numbered and field.name == register.code_field)
            ):
                yield room.desk.wrong(f"{key}.data", field.name, "pack.field_unmapped", field.name)


def _fits(found: str, wanted: str) -> bool:
    """Tell whether a field takes what is plainly copied; text stands for codes, parties and entries too."""
    loose = {"code", "party", "entry", "choice", "offering"}
    return found == wanted or wanted == "text" or (found == "text" and wanted in loose)


def _type(room: _Room, raw: str | int | bool) -> str | None:
    try:
        return room.type_of(read_source(raw))
    except Fault:
        return None


def _mapping(room: _Room, key: str, raw: str | int | bool | None) -> Iterator[Problem]:
    if raw is None:
        return
    desk = room.desk
    try:
        source = read_source(raw)
    except Fault as fault:
        yield desk.refused(key, raw, fault)
        return
    for path in paths(source):
        if valid := room.known(path):
            yield desk.wrong(key, ".".join(path), "pack.unknown_name", ", ".join(valid[:12]))
    for call in calls(source):
        literal = call.args[-1] if call.name == "after" else call.args[0]
        text = str(literal.value) if isinstance(literal, Literal) else ""
        if call.name == "after":
            yield from desk.points(key, text, desk.pack.limits, "pack.unknown_limit")
        elif call.name in ("days_since", "workdays_since"):
            yield from desk.points(key, text, {step.id for step in desk.kind.steps})
        elif call.name == "burdens":
            yield from desk.points(key, text, desk.pack.registers, "pack.unknown_register")
        elif call.name == "ask":
            yield from desk.points(key, text, desk.pack.rules, "pack.unknown_rule")
        elif call.name == "choose":
            yield from condition(
                desk, key, text, scope_of(desk.pack, form_facts(desk.pack, desk.kind.questions))
            )


def _states(register: RegisterKind) -> list[str]:
    return [state.id for state in register.states]


def _fields(register: RegisterKind) -> list[str]:
    return [field.name for field in register.fields]
