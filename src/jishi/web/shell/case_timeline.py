"""The timeline of a case: what was done, by whom, when, under which clauses; officials are named to officials alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.web.shell.case_word import place_of
from jishi.web.shell.site import language


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


def timeline_of(
    view: procedures.CaseView, info: procedures.CaseInfo, reader: int | None = None
) -> list[Line]:
    """Give the acts of a case, the latest first; a `reader` who is no official sees no official's name."""
    return [_line(view, act, reader) for act in reversed(info.acts)]


def _line(view: procedures.CaseView, act: procedures.ActRow, reader: int | None) -> Line:
    lang, kind = language(), view.kind
    place = place_of(kind, act.step)
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
        _title(kind, act, decision.title.say(lang) if decision else act.choice),
        place.title.say(lang) if place else "",
        _who(act, reader),
        act.at_ms,
        tuple(dict.fromkeys((*cites, *(reason.cites if reason else ())))),
        act.words,
        tuple(_notes(view, act, reason)),
        "broken" if act.kind == "expired" else "done",
    )


def _who(act: procedures.ActRow, reader: int | None) -> str:
    if act.by is None:
        return _("the clock") if act.kind == "expired" else _("the system")
    if reader is None:
        return act.by_name
    return _("you") if act.by == reader else _("another person")


def _title(kind: packs.ProcedureKind, act: procedures.ActRow, decided: str) -> str:
    plain = {
        "filed": _("Filed the application") if kind.start.by == "application" else _("Case opened"),
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
