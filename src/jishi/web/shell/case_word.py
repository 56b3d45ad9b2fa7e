"""What a case's page says in words: where it stands, its timeline, what may be done, by which day and why.

Used by the applicant's pages and the desk's alike; says nothing the engine did not answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import ActRow, CaseInfo, CaseRow, CaseView
from jishi.web.shell.site import language

TONES = {"granted": "ok", "refused": "bad", "withdrawn": "plain", "lapsed": "warn", "closed": "plain"}
OUTCOMES: Mapping[str, Any] = {
    "granted": gettext_lazy("granted"),
    "refused": gettext_lazy("refused"),
    "withdrawn": gettext_lazy("withdrawn"),
    "lapsed": gettext_lazy("lapsed"),
    "closed": gettext_lazy("closed"),
}
ACTS: Mapping[str, Any] = {
    "filed": gettext_lazy("Case filed"),
    "expired": gettext_lazy("The time ran out"),
    "supplement_asked": gettext_lazy("Missing papers asked for"),
    "supplemented": gettext_lazy("Missing papers handed in"),
    "suspended": gettext_lazy("Clock suspended"),
    "resumed": gettext_lazy("Clock runs again"),
    "extended": gettext_lazy("Time extended"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "objected": gettext_lazy("Somebody objected"),
    "answered": gettext_lazy("Objection answered"),
    "reopened": gettext_lazy("Taken up again"),
    "recused": gettext_lazy("The official stepped aside"),
    "assigned": gettext_lazy("Given to an official"),
    "paid": gettext_lazy("Fee paid"),
}
ROLES: Mapping[str, Any] = {
    "applicant": gettext_lazy("the applicant"),
    "clerk": gettext_lazy("the clerk in charge"),
    "reviewer": gettext_lazy("a reviewer"),
    "treasurer": gettext_lazy("the treasury"),
    "regulator": gettext_lazy("the regulator"),
    "reserve_officer": gettext_lazy("a reserve officer"),
    "system": gettext_lazy("the clock"),
}
PAPER: Mapping[str, tuple[Any, str]] = {
    "valid": (gettext_lazy("valid"), "ok"),
    "lapsed": (gettext_lazy("no longer valid: its time has run out"), "warn"),
    "revoked": (gettext_lazy("revoked"), "bad"),
}
UNITS: Mapping[str, Any] = {
    "calendar_day": gettext_lazy("%(n)d days"),
    "working_day": gettext_lazy("%(n)d working days"),
    "month": gettext_lazy("%(n)d months"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a timeline."""

    title: str
    note: str
    words: str
    at_ms: int
    by: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clocked:
    """A statutory clock in words: how long, what it is, by which clauses, what happens when it runs out."""

    amount: str
    title: str
    cites: tuple[str, ...]
    overdue: str
    deemed: bool
    sure: bool


def place_of(kind: packs.ProcedureKind, step: str) -> Any:
    """Return the step or end of this id, None for none."""
    return next((each for each in (*kind.steps, *kind.ends) if each.id == step), None)


def kind_of(row: CaseRow) -> packs.ProcedureKind | None:
    """Return the procedure of a case in a list, as it is now."""
    return packs.current_pack().procedures.get(row.procedure)


def status_of(row: CaseRow) -> tuple[str, str]:
    """Return word and tone of where a case stands."""
    if row.phase == "draft":
        return _("draft, not filed"), "plain"
    kind = kind_of(row)
    place = place_of(kind, row.step) if kind else None
    title = place.title.say(language()) if place else row.step
    if row.phase == "ended":
        return title, TONES.get(row.outcome, "plain")
    if row.paused == "supplement":
        return _("papers are missing"), "warn"
    if row.role == "applicant":
        return title, "warn"
    return title, "bad" if row.overdue else ""


def clock_of(pack: packs.Pack, step: packs.StepKind, day: Any) -> Clocked | None:
    """Return the clock of a step in words, None for a step without one."""
    if step.clock is None:
        return None
    lang, clock = language(), step.clock
    row, limit = pack.limit_row(clock.limit), pack.limit(clock.limit, day)
    over = next((each for each in step.decisions if each.id == clock.overdue), None)
    return Clocked(
        amount=str(UNITS[limit.unit]) % {"n": limit.amount},
        title=row.title.say(lang),
        cites=limit.clauses,
        overdue=over.title.say(lang) if over else "",
        deemed=clock.deemed,
        sure=limit.confidence == "confirmed",
    )


def supplement_clock_of(pack: packs.Pack, step: packs.StepKind, day: Any) -> Clocked | None:
    """Return the applicant's own clock while papers are asked for, None where the step has none."""
    if step.supplement is None:
        return None
    lang, asked = language(), step.supplement
    row, limit = pack.limit_row(asked.limit), pack.limit(asked.limit, day)
    over = next((each for each in step.decisions if each.id == asked.overdue), None)
    return Clocked(
        amount=str(UNITS[limit.unit]) % {"n": limit.amount},
        title=row.title.say(lang),
        cites=tuple(dict.fromkeys((*limit.clauses, *asked.cites))),
        overdue=over.title.say(lang) if over else "",
        deemed=False,
        sure=limit.confidence == "confirmed",
    )


def amount_of(pack: packs.Pack, limit_id: str, day: Any) -> str:
    """Say how long a limit is."""
    limit = pack.limit(limit_id, day)
    return str(UNITS[limit.unit]) % {"n": limit.amount}


def moments_of(view: CaseView, info: CaseInfo, reader: int | None = None) -> list[Moment]:
    """Return the timeline of a case, the latest first; a `reader` who is no official sees no official's name."""
    return [_moment(view, each, reader) for each in reversed(info.acts)]


def _moment(view: CaseView, act: ActRow, reader: int | None) -> Moment:
    lang = language()
    step = place_of(view.kind, act.step)
    note = step.title.say(lang) if step else ""
    title, clauses = str(ACTS.get(act.kind, act.kind)), tuple[str, ...]()
    decisions = getattr(step, "decisions", ())
    decision = next((each for each in decisions if each.id == act.choice), None)
    if decision is not None:
        title, clauses = decision.title.say(lang), decision.cites
    because = next((each for each in getattr(decision, "reasons", ()) if each.id == act.because), None)
    if because is not None:
        note += f" · {because.title.say(lang)}"
        clauses = (*clauses, *because.cites)
    return Moment(title, note, act.words, act.at_ms, _who(act, reader), tuple(dict.fromkeys(clauses)))


def _who(act: ActRow, reader: int | None) -> str:
    if act.by is None:
        return _("the clock")
    if reader is None:
        return act.by_name
    return _("you") if act.by == reader else _("another person")


def asked_papers(view: CaseView, info: CaseInfo) -> tuple[list[packs.DocumentNeed], str]:
    """Return the documents a supplement asks for and the words of the official; nothing where none is asked."""
    act = next((each for each in reversed(info.acts) if each.kind == "supplement_asked"), None)
    if act is None or info.row.paused != "supplement":
        return [], ""
    items = act.told.get("items", ())
    return [each for each in view.kind.documents if each.id in items], act.words


def lines_of(lines: Any) -> list[tuple[str, str]]:
    """Return the lines of a notice or a document in the language of the page."""
    lang = language()
    return [(each["label"][lang], each["text"][lang]) for each in lines]


def files_of(view: CaseView, info: CaseInfo) -> list[tuple[str, procedures.FileRow]]:
    """Return the documents of a case, each under the title of what it answers."""
    needs = [
        *view.kind.documents,
        *(d for s in view.kind.steps for one in s.decisions for d in one.documents),
    ]
    titles = {each.id: each.title.say(language()) for each in needs}
    return [(titles.get(each.need, each.need), each) for each in info.files]
