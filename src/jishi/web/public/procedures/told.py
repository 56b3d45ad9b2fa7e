"""A procedure as its page and its JSON tell it: who may, what is needed, each step with its clock and clauses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.packs import api as packs
from jishi.web.shell import case_clock, case_word
from jishi.web.shell.factor import FACTORS
from jishi.web.shell.site import language

AREAS: dict[str, Any] = {
    **FACTORS,
    "market": gettext_lazy("Market"),
    "supervision": gettext_lazy("Supervision"),
}
KINDS: dict[str, Any] = {
    "person": gettext_lazy("persons"),
    "organisation": gettext_lazy("organisations"),
}
EVERY: dict[str, Any] = {
    "month": gettext_lazy("every month"),
    "quarter": gettext_lazy("every quarter"),
    "half_year": gettext_lazy("every half year"),
    "year": gettext_lazy("every year"),
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step in words."""

    id: str
    title: str
    plain: str
    who: str
    clock: case_clock.Clocked | None
    decisions: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    cites: tuple[str, ...]
    publicity: str
    fee: str
    panel: str
    supplement: str


def who_may(kind: packs.ProcedureKind) -> str:
    """Say what begins a case and who may."""
    start = kind.start
    if start.by == "event":
        return _("begun by the office, when something happens that the law makes it answer")
    if start.by == "calendar":
        return _("begun by the calendar, %s") % EVERY.get(start.every or "", "")
    if not start.kinds:
        return _("begun by the office itself")
    return _(" or ").join(str(KINDS[each]) for each in start.kinds)


def may_apply(kind: packs.ProcedureKind) -> bool:
    """Tell whether the public may apply."""
    return kind.start.by == "application" and bool(kind.start.kinds)


def list_steps(pack: packs.Pack, kind: packs.ProcedureKind, day: date) -> Iterator[StepLine]:
    """Yield the steps in the order of the file."""
    lang = language()
    for step in kind.steps:
        yield StepLine(
            id=step.id,
            title=step.title.say(lang),
            plain=step.plain.say(lang),
            who=str(case_word.ROLES[step.role]),
            clock=case_clock.clock_of(pack, step, day),
            decisions=tuple(_decision(kind, each) for each in step.decisions),
            cites=step.cites,
            publicity=step.publicity.title.say(lang) if step.publicity else "",
            fee=step.fee.title.say(lang) if step.fee else "",
            panel=step.panel.title.say(lang) if step.panel else "",
            supplement=case_clock.amount_of(pack, step.supplement.limit, day) if step.supplement else "",
        )


def _decision(kind: packs.ProcedureKind, each: packs.DecisionKind) -> tuple[str, str, str, tuple[str, ...]]:
    place = case_word.place_of(kind, each.next)
    by = {"clock": _("when the time runs out"), "panel": _("by the panel")}.get(each.by, "")
    return each.title.say(language()), place.title.say(language()) if place else each.next, by, each.cites


def list_questions(kind: packs.ProcedureKind) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return what is asked, under the titles of the sections."""
    lang = language()
    places = [(None, ""), *((each.id, each.title.say(lang)) for each in kind.sections)]
    found = []
    for section, title in places:
        asked = [
            {
                "label": each.label.say(lang),
                "required": each.required,
                "masked": each.masked,
                "depends": bool(each.when),
            }
            for each in kind.questions
            if each.section == section
        ]
        if asked:
            found.append((title, asked))
    return found


def to_json(pack: packs.Pack, kind: packs.ProcedureKind, day: date, cases: dict[str, int]) -> dict[str, Any]:
    """Return a procedure for programs: words in both languages, limits with their length on `day`."""
    return {
        "id": kind.id,
        "title": _both(kind.title),
        "about": _both(kind.about),
        "factor": kind.factor,
        "department": _both(kind.department),
        "measures": list(kind.measures),
        "clauses": list(kind.cites),
        "start": {"by": kind.start.by, "kinds": list(kind.start.kinds), "clauses": list(kind.start.cites)},
        "on_behalf": [{"id": each.id, "title": _both(each.title)} for each in kind.behalf],
        "subject": kind.subject.register_kind if kind.subject else None,
        "fields": [_field(each) for each in kind.questions],
        "documents": [
            {"id": each.id, "title": _both(each.title), "required": each.required, "when": each.when}
            for each in kind.documents
        ],
        "votes": [{"id": each.id, "title": _both(each.title), "when": each.when} for each in kind.votes],
        "steps": [_step(pack, each, day) for each in kind.steps],
        "ends": [
            {
                "id": each.id,
                "title": _both(each.title),
                "outcome": each.outcome,
                "remedies": list(each.remedies),
            }
            for each in kind.ends
        ],
        "papers": [{"id": each.id, "title": _both(each.title)} for each in kind.papers],
        "cases": cases,
        "as_of": day.isoformat(),
        "pack": pack.hash,
    }


def _field(each: packs.Question) -> dict[str, Any]:
    return {
        "name": each.name,
        "type": each.type,
        "label": _both(each.label),
        "required": each.required,
        "masked": each.masked,
        "unit": each.unit,
        "when": each.when,
        "section": each.section,
        "choices": [{"id": one.id, "title": _both(one.title)} for one in each.choices],
    }


def _step(pack: packs.Pack, step: packs.StepKind, day: date) -> dict[str, Any]:
    clock = None
    if step.clock is not None:
        limit = pack.limit(step.clock.limit, day)
        clock = {
            "limit": step.clock.limit,
            "amount": limit.amount,
            "unit": limit.unit,
            "clauses": list(limit.clauses),
            "confidence": limit.confidence,
            "overdue": step.clock.overdue,
            "deemed": step.clock.deemed,
        }
    return {
        "id": step.id,
        "title": _both(step.title),
        "plain": _both(step.plain),
        "role": step.role,
        "clock": clock,
        "decisions": [
            {
                "id": each.id,
                "title": _both(each.title),
                "next": each.next,
                "by": each.by,
                "clauses": list(each.cites),
            }
            for each in step.decisions
        ],
        "clauses": list(step.cites),
    }


def _both(words: packs.Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
