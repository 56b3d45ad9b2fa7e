"""A case in words: its answers, its timeline with who, when and under which clause, its clocks, its refusals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.kernel.procedure.state import SUPPLEMENT
from jishi.platform.words import say
from jishi.web.desk.inbox import count_working_days
from jishi.web.shell.case_word import ROLES
from jishi.web.shell.site import language

STEPPED = ("step", "now", "earlier", "decision", "next")


@dataclass(frozen=True)
class Line:
    """One line of the timeline: what was done, in which step, by whom, when, under which clauses, in which words."""

    title: str
    step: str
    by: str
    at_ms: int
    cites: tuple[str, ...]
    words: str
    notes: tuple[str, ...]
    tone: str


@dataclass(frozen=True)
class Sheet:
    """Answers shown together: pairs of label and value, and tables as (title, heads, rows)."""

    title: str
    facts: list[tuple[str, str]]
    tables: list[tuple[str, list[str], list[list[str]]]]


@dataclass(frozen=True)
class ClockSaid:
    """A clock of the case: its limit, since when, its last day; `suspended` while it stands still."""

    title: str
    amount: str
    since: date | None
    last_day: date | None
    left: int | None
    cites: tuple[str, ...]
    overdue: bool
    suspended: bool
    then: str
    provisional: bool
    total: int
    used: int
    unit: str

    @property
    def over(self) -> int:
        """Give by how many days it is overdue."""
        return max(0, -(self.left or 0))

    @property
    def working(self) -> int | None:
        """Give the working days left of a limit that counts them; None for another, or an unknown calendar."""
        if self.unit != "working_day" or self.last_day is None or self.left is None or self.left < 0:
            return None
        return count_working_days(self.last_day - timedelta(days=self.left), self.last_day)


def say_fault(view: procedures.CaseView, code: str, params: Mapping[str, Any]) -> str:
    """Say a refusal with the titles of steps and decisions instead of their ids."""
    return say(code, titled(view.kind, params), language())


def titled(kind: packs.ProcedureKind, params: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parameters of a refusal with titles of steps, decisions and roles instead of their ids."""
    names, said = titles_of(kind), dict[str, Any]()
    for key, value in params.items():
        known: Mapping[str, Any] = names if key in STEPPED else ROLES if key in ("role", "valid") else {}
        said[key] = str(known.get(value, value)) if isinstance(value, str) else value
    return said


def titles_of(kind: packs.ProcedureKind) -> dict[str, str]:
    """Give steps, ends and decisions by id in the language of the page; a step wins over a decision of its name."""
    lang = language()
    found = {one.id: one.title.say(lang) for step in kind.steps for one in step.decisions}
    return (
        found
        | {each.id: each.title.say(lang) for each in (*kind.ends, *kind.steps)}
        | {"filing": _("Filing")}
    )


def sheets_of(view: procedures.CaseView, info: procedures.CaseInfo) -> list[Sheet]:
    """Give the answers of the form by section, then what deciders filled in by step."""
    lang, kind = language(), view.kind
    sections = [("", _("Facts stated")), *((each.id, each.title.say(lang)) for each in kind.sections)]
    found = []
    for section, title in sections:
        asked = [
            each for each in kind.questions if (each.section or "") == section and each.name in info.form
        ]
        if asked:
            found.append(_sheet(view, title, asked, info.form))
    for step in kind.steps:
        given = info.answers.get(step.id, {})
        asked = [each for one in step.decisions for each in one.questions if each.name in given]
        if asked:
            named = {each.name: each for each in asked}
            found.append(
                _sheet(view, _("Stated at the step: %s") % step.title.say(lang), [*named.values()], given)
            )
    return found


def timeline_of(view: procedures.CaseView, info: procedures.CaseInfo) -> list[Line]:
    """Give the acts of a case, the latest first."""
    return [_line(view, act) for act in reversed(info.acts)]


def clock_of(view: procedures.CaseView, info: procedures.CaseInfo) -> ClockSaid | None:
    """Give the clock that runs or stands now; None at a step without one, and once the case has ended."""
    state, row = view.state, info.row
    if state.ended or not state.step:
        return None
    step, lang = view.kind.step(state.step), language()
    supplement = (
        state.paused is not None and state.paused.reason == SUPPLEMENT and step.supplement is not None
    )
    clock = step.supplement if supplement else step.clock
    if clock is None:
        return None
    name = (
        step.clock.extend
        if not supplement and state.extended and step.clock and step.clock.extend
        else clock.limit
    )
    limit_row = view.pack.limit_row(name)
    since = state.paused.start if supplement and state.paused else _since(view)
    titles = titles_of(view.kind)
    last, left = row.due_day, row.left
    total = max(1, (last - since).days) if last and since else 1
    used = min(total, max(0, (view.today - since).days)) if since else 0
    return ClockSaid(
        limit_row.title.say(lang), limit_words(view.pack, name, view.today), since, last, left,
        tuple(limit_row.cites), row.overdue,
        state.paused is not None and not supplement, titles.get(clock.overdue or "", ""), view.row.provisional,
        total, used, view.pack.parameter(name).unit,
    )  # fmt: skip


def pauses_of(view: procedures.CaseView) -> list[tuple[str, date, date | None]]:
    """Give the suspensions of the case's clocks: ground, from, until (None while it lasts)."""
    lang = language()
    grounds = {each.id: each.title.say(lang) for step in view.kind.steps for each in step.pauses}
    grounds[SUPPLEMENT] = _("Papers asked for")
    return [(grounds.get(each.reason, each.reason), each.start, each.end) for each in view.state.pauses]


def _since(view: procedures.CaseView) -> date | None:
    step = view.kind.step(view.state.step)
    name = step.clock.since if step.clock and step.clock.since else step.id
    return view.state.entered.get(name)


def limit_words(pack: packs.Pack, limit: str, day: date) -> str:
    """Say how long a limit is on a day."""
    found = pack.limit(limit, day)
    words = {
        "working_day": _("%(n)d working days"),
        "calendar_day": _("%(n)d days"),
        "month": _("%(n)d months"),
    }
    return words.get(found.unit, "%(n)d") % {"n": found.amount}


def _sheet(
    view: procedures.CaseView, title: str, asked: Sequence[packs.FieldKind], answers: Mapping[str, Any]
) -> Sheet:
    lang = language()
    facts, tables = [], []
    for each in asked:
        value, label = answers.get(each.name), each.label.say(lang)
        if each.type == "table" and isinstance(value, list):
            heads = [column.label.say(lang) for column in each.columns]
            cells = [
                [
                    procedures.say_answer(view.pack, column, row.get(column.name), lang)
                    for column in each.columns
                ]
                for row in value
            ]
            tables.append((label, heads, cells))
        else:
            facts.append((label, procedures.say_answer(view.pack, each, value, lang)))
    return Sheet(title, facts, tables)


def _line(view: procedures.CaseView, act: procedures.ActRow) -> Line:
    lang, kind = language(), view.kind
    step = next((each for each in kind.steps if each.id == act.step), None)
    decision = next((each for each in step.decisions if each.id == act.choice), None) if step else None
    cites = decision.cites if decision else ()
    if act.kind == "filed":
        cites = kind.start.cites
    elif act.kind == "supplement_asked" and step and step.supplement:
        cites = step.supplement.cites
    elif act.kind == "suspended" and step:
        cites = next((each.cites for each in step.pauses if each.id == act.choice), ())
    reason = next((each for each in decision.reasons if each.id == act.because), None) if decision else None
    return Line(
        _title(act, decision.title.say(lang) if decision else act.choice),
        step.title.say(lang) if step else "",
        act.by_name or _("the system"),
        act.at_ms,
        tuple(dict.fromkeys((*cites, *(reason.cites if reason else ())))),
        act.words,
        tuple(_notes(view, act, reason)),
        "broken" if act.kind == "expired" else "done",
    )


def _title(act: procedures.ActRow, decided: str) -> str:
    plain = {
        "filed": _("Filed the application"),
        "supplement_asked": _("Papers asked for"),
        "supplemented": _("Papers handed in"),
        "suspended": _("Clock stopped"),
        "resumed": _("Clock runs on"),
        "extended": _("Time extended"),
        "objected": _("Objection filed"),
        "answered": _("Objection answered"),
        "withdrawn": _("Withdrawn"),
        "reopened": _("Taken up again"),
        "recused": _("Stepped back"),
    }
    if act.kind == "expired":
        return _("The clock ran out: %s") % decided if decided else _("The clock ran out")
    return plain.get(act.kind, decided)


def _notes(view: procedures.CaseView, act: procedures.ActRow, reason: Any) -> Iterator[str]:
    lang, told = language(), act.told
    if reason is not None:
        yield reason.title.say(lang)
    if items := told.get("items"):
        names = {each.id: each.title.say(lang) for each in view.kind.documents}
        names |= {each.name: each.label.say(lang) for each in view.kind.questions}
        yield ", ".join(names.get(each, each) for each in items)
    if changed := told.get("changed"):
        names = {each.name: each.label.say(lang) for each in view.kind.questions}
        yield _("Changed: %s") % ", ".join(names.get(each, each) for each in changed)
    if issued := told.get("issued"):
        numbers = [str(each.get("number", each)) if isinstance(each, dict) else str(each) for each in issued]
        yield _("Issued: %s") % ", ".join(numbers)
    if told.get("written"):
        yield _("Written into the register")
    if told.get("verdict"):
        yield {"upheld": _("Upheld"), "dismissed": _("Not upheld")}.get(told["verdict"], told["verdict"])
