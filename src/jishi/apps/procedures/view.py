"""A case with everything it says in full, and the values its procedure's mappings read from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.procedures import figures
from jishi.apps.procedures.models import Case
from jishi.apps.registers import api as registers
from jishi.kernel.calendar.zone import day_of, start_of_day_ms
from jishi.kernel.fault import Fault
from jishi.kernel.panel.ballot import Rule, Tally, decide
from jishi.kernel.procedure.clock import run_out
from jishi.kernel.procedure.fold import LimitOn
from jishi.kernel.procedure.mapping import evaluate, paths, read_source
from jishi.kernel.procedure.plan import Plan
from jishi.kernel.procedure.state import CaseState, read_state
from jishi.platform import secrets


@dataclass
class CaseView:
    """A case under its own version of the pack, as of an instant; `files` names the documents it has.

    `said` is everything in full: `form`, `step` (answers by step), `votes`, `kept` (entries and burdens by
    name), `papers` (numbers by paper).
    """

    row: Case
    pack: packs.Pack
    kind: packs.ProcedureKind
    at_ms: int
    said: dict[str, Any]
    files: frozenset[str] = frozenset()
    entries: dict[str, registers.EntryInfo] = field(default_factory=dict)

    @property
    def state(self) -> CaseState:
        """Give where the case stands."""
        return read_state(self.row.body) if self.row.body else CaseState()

    @cached_property
    def plan(self) -> Plan:
        """Give the plan of the case's procedure."""
        return packs.plan_of(self.kind)

    @property
    def limit_on(self) -> LimitOn:
        """Give the limits of the law: those of the version in force, else of the case's own."""
        return packs.limits_of(self.pack)

    @property
    def today(self) -> date:
        """Give the day in the pack's zone."""
        return self.day(self.at_ms)

    def day(self, at_ms: int) -> date:
        """Give the day an instant falls on."""
        return day_of(at_ms, self.pack.manifest.utc_offset_minutes)

    def start_of(self, day: date) -> int:
        """Give the instant (ms) at which a day begins."""
        return start_of_day_ms(day, self.pack.manifest.utc_offset_minutes)

    def end_of(self, day: date) -> int:
        """Give the instant (ms) at which a day is over."""
        return start_of_day_ms(date.fromordinal(day.toordinal() + 1), self.pack.manifest.utc_offset_minutes)

    @cached_property
    def ask(self) -> packs.Ask:
        """Give what tells whether a condition over the form, and over what deciders filled in, holds."""
        questions = [*self.kind.questions]
        questions += [each for step in self.kind.steps for one in step.decisions for each in one.questions]
        named = {each.name: each for each in reversed(questions)}
        return packs.holds(self.pack, packs.form_facts(self.pack, tuple(named.values())), self.today)

    def holds(self, condition: str) -> bool:
        """Tell whether a condition holds; an empty one does, an unknown one does not."""
        if not condition:
            return True
        answers = dict(self.said.get("form", {}))
        for given in self.said.get("step", {}).values():
            answers.update(given)
        return self.ask(condition, answers) is True

    def value(self, raw: str | bool | int | None) -> Any:
        """Give the value of a mapping; None where what it reads is absent."""
        if raw is None:
            return None
        found = evaluate(read_source(raw), self._find, self._functions)
        return found.isoformat() if isinstance(found, date) else found

    def is_masked(self, raw: str | bool | int) -> bool:
        """Tell whether a mapping reads an answer that only stands masked before strangers."""
        masked = {("form", each.name) for each in self.kind.questions if each.masked}
        masked |= {("case", "party_name"), ("case", "behalf_name")}
        return any(path in masked for path in paths(read_source(raw)))

    def vote(self, name: str) -> dict[str, Any]:
        """Give the counts of a vote and whether it passed; empty without counts."""
        counts = self.said.get("votes", {}).get(name)
        rule = next((each for each in self.kind.votes if each.id == name), None)
        if not counts or rule is None:
            return {}
        quorum, majority = rule.quorum, rule.majority
        shares = (quorum.numerator, quorum.denominator), (majority.numerator, majority.denominator)
        verdict = decide(Rule(*shares, rule.base, rule.strict), Tally(**counts))
        return {**counts, "passed": verdict.passed, "needed": verdict.needed, "quorum": verdict.quorum}

    def _find(self, path: tuple[str, ...]) -> Any:
        head, rest = path[0], path[1:]
        if head == "form":
            return self.said.get("form", {}).get(rest[0])
        if head == "step":
            return self.said.get("step", {}).get(rest[0], {}).get(rest[1])
        if head == "document":
            return rest[0] in self.files
        if head == "vote":
            return self.vote(rest[0]).get(rest[1])
        if head == "paper":
            return self.said.get("papers", {}).get(rest[0])
        if head == "entry":
            return self._entry(rest)
        return self._case[rest[0]]()

    def entry(self, name: str) -> registers.EntryInfo | None:
        """Give an entry the case keeps under a name, or the one it is about (`subject`); None for a burden it keeps."""
        entry_id = self.row.subject if name == "subject" else self.said.get("kept", {}).get(name, "")
        if entry_id and name not in self.entries and name not in self._burdens:
            self.entries[name] = registers.get_entry(entry_id)
        return self.entries.get(name)

    @cached_property
    def _burdens(self) -> frozenset[str]:
        """Give the names under which the case keeps burdens, which are no entries."""
        writes = (write for step in self.kind.steps for one in step.decisions for write in one.writes)
        return frozenset(each.keep for each in writes if each.act == "encumber" and each.keep)

    def _entry(self, rest: tuple[str, ...]) -> Any:
        entry = self.entry(rest[0])
        if entry is None:
            return None
        if rest[1] in ("id", "number", "title", "state", "division") and rest[1] not in entry.data:
            return getattr(entry, rest[1])
        return entry.data.get(rest[1])

    @property
    def _case(self) -> Mapping[str, Callable[[], Any]]:
        row = self.row
        return {
            "id": lambda: row.id,
            "number": lambda: row.number,
            "title": lambda: row.title,
            "division": lambda: row.division,
            "party": lambda: row.party or None,
            "party_name": lambda: _name(row.party),
            "behalf": lambda: row.behalf or row.party or None,
            "behalf_name": lambda: _name(row.behalf or row.party),
            "on_behalf": lambda: bool(row.behalf),
            "filed_on": lambda: self.day(row.started_ms or self.at_ms).isoformat(),
            "today": lambda: self.today.isoformat(),
        }

    @property
    def _functions(self) -> Mapping[str, Callable[..., Any]]:
        entered, today = self.state.entered, self.today
        return {
            "after": self._after,
            "choose": self._choose,
            "ask": self._ask,
            "days_since": lambda step: figures.days_since(entered.get(step), today),
            "workdays_since": lambda step: figures.workdays_since(entered.get(step), today),
            "months_after": figures.months_after,
            "digest": figures.digest,
            "burdens": lambda kind, number: figures.burdens(kind, self.row.division, number),
        }

    def _after(self, day: Any, limit: str) -> str | None:
        if not day:
            return None
        start = date.fromisoformat(str(day))
        due = run_out(self.limit_on(limit, start)[0], "at_least", start)
        return None if due is None else due.last_day.isoformat()

    def _choose(self, condition: str, yes: Any, no: Any) -> Any:
        return yes if self.holds(condition) else no

    def _ask(self, rule: str) -> Any:
        from jishi.apps.procedures.facts import case_facts

        decision = self.pack.law.decide(rule, case_facts(self, rule), self.today)
        answer = decision.answer
        return None if answer is None else (answer if isinstance(answer, str | bool | int) else str(answer))


def view_of(row: Case, at_ms: int, *, files: frozenset[str] | None = None) -> CaseView:
    """Open a case in full: its answers out of the seal, its documents by name."""
    pack = packs.pack_of(row.pack)
    has = (
        frozenset(row.files.filter(removed_ms=None).values_list("need", flat=True))
        if files is None
        else files
    )
    return CaseView(row, pack, pack.procedure(row.procedure), at_ms, open_said(row), has)


def open_said(row: Case) -> dict[str, Any]:
    """Give what a case says in full; after erasure what was masked stays masked."""
    said = {key: dict(value) if isinstance(value, dict) else value for key, value in row.data.items()}
    if not row.sealed:
        return said
    try:
        hidden = secrets.decrypt_personal(row.stream, row.sealed)
    except Fault as fault:
        if fault.code != "personal.erased":
            raise
        return said
    said["form"] = {**said.get("form", {}), **hidden.get("form", {})}
    if "votes" in hidden:  # a draft: nothing in it is checked yet
        said["votes"] = hidden["votes"]
    for step, answers in hidden.get("step", {}).items():
        said.setdefault("step", {})[step] = {**said.get("step", {}).get(step, {}), **answers}
    return said


def close_said(row: Case, kind: packs.ProcedureKind, said: Mapping[str, Any]) -> None:
    """Put what a case says into its row: masked answers masked, their originals sealed."""
    masked = {each.name for each in kind.questions if each.masked}
    inner = {
        step.id: {each.name for one in step.decisions for each in one.questions if each.masked}
        for step in kind.steps
    }
    form, steps = said.get("form", {}), said.get("step", {})
    hidden = {
        "form": {name: value for name, value in form.items() if name in masked},
        "step": {
            step: {name: value for name, value in given.items() if name in inner.get(step, ())}
            for step, given in steps.items()
        },
    }
    row.data = {
        **said,
        "form": {name: mask(value) if name in masked else value for name, value in form.items()},
        "step": {
            step: {
                name: mask(value) if name in inner.get(step, ()) else value for name, value in given.items()
            }
            for step, given in steps.items()
        },
    }
    has_hidden = bool(hidden["form"]) or any(hidden["step"].values())
    row.sealed = secrets.encrypt_personal(row.stream, hidden) if has_hidden else ""


def mask(value: Any) -> str:
    """Keep the ends of a text long enough to stay hidden, and the surname of a Chinese name.

    >>> mask("11010519491231002X"), mask("张三")
    ('1****************X', '张*')
    """
    text = str(value)
    if len(text) > 4:
        return text[0] + "*" * (len(text) - 2) + text[-1]
    if len(text) >= 2 and all("\u4e00" <= sign <= "\u9fff" for sign in text):
        return text[0] + "*" * (len(text) - 1)
    return "*" * len(text)


def _name(party: str) -> str:
    found = parties.find_party(party) if party else None
    return found.name if found else ""
