"""A guarded action that waits for facts: what is asked, known and needed; a clerk states it, a reviewer decides."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.packs.api import current_pack
from jishi.apps.rulings import api as rulings
from jishi.apps.rulings.api import FactTask, Question, Subject
from jishi.kernel.fault import Fault
from jishi.kernel.rules.fact import format_value
from jishi.kernel.rules.rule import RuleBook
from jishi.platform.access import Target, may, require
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.desk.told import facts_text, say_kept, say_preview
from jishi.web.public.law.asking import Asking, read_asking
from jishi.web.public.law.edition import Edition
from jishi.web.public.law.field import Field, Filled, list_fields
from jishi.web.shell.posting import UNPROCESSABLE, ctx_of, show_fault
from jishi.web.shell.site import language

SUBJECTS = {"offering": "desk:offering", "registration": "desk:registration"}


class GroundForm(forms.Form):
    """Ask on what ground the facts are stated."""

    fault_fields = {"rulings.reason": "ground"}
    ground = forms.CharField(
        label=gettext_lazy("Ground: the document or record it is taken from"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class OverrideForm(forms.Form):
    """Ask why a person decides where the rule cannot."""

    fault_fields = {"rulings.reason": "reason"}
    reason = forms.CharField(
        label=gettext_lazy("Reason, kept as your decision"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@desk_page("GET")
def show(request: HttpRequest, task_id: str) -> HttpResponse:
    """Show a task: the question, what is known, what is still needed, what was ruled before."""
    return _show(request, task_id)


@desk_page("POST")
def state(request: HttpRequest, task_id: str) -> HttpResponse:
    """State facts with their ground."""
    ctx, task = ctx_of(request), rulings.get_task(task_id)
    require(ctx, "ruling.state_fact", rulings.target_of(task))
    edition, form = _edition(request, task), GroundForm(request.POST)
    asking = read_asking(edition, edition.pack.rule(task.rule), request.POST)
    typed = {name: raw for name, raw in asking.typed.items() if name in _allowed(edition.pack.book, task)}
    if form.is_valid() and not asking.errors:
        if not typed:
            form.add_error(None, _("State at least one fact."))
        elif _stated(request, task, (typed, form)):
            return redirect("desk:task", task_id)
    return _show(request, task_id, form, asking=asking)


@desk_page("POST")
def override(request: HttpRequest, task_id: str) -> HttpResponse:
    """Decide where the rule cannot tell."""
    ctx, task = ctx_of(request), rulings.get_task(task_id)
    require(ctx, "ruling.override", rulings.target_of(task))
    form = OverrideForm(request.POST)
    if form.is_valid():
        try:
            rulings.override_task(ctx, task_id, form.cleaned_data["reason"])
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Your decision is recorded; the step can be done now."))
            return redirect("desk:task", task_id)
    return _show(request, task_id, override=form)


def _stated(request: HttpRequest, task: FactTask, given: tuple[Mapping[str, str], GroundForm]) -> bool:
    typed, form = given
    try:
        rulings.state_facts(ctx_of(request), task.id, typed, form.cleaned_data["ground"])
    except Fault as fault:
        show_fault(form, fault)
        return False
    messages.success(request, _("Stated. Below stands what the rule says with it."))
    return True


def _show(
    request: HttpRequest,
    task_id: str,
    ground: GroundForm | None = None,
    *,
    override: OverrideForm | None = None,
    asking: Asking | None = None,
) -> HttpResponse:
    ctx, task = ctx_of(request), rulings.get_task(task_id)
    target = rulings.target_of(task)
    require(ctx, "ruling.read", target)
    edition = _edition(request, task)
    book, rule = edition.pack.book, edition.pack.rule(task.rule)
    preview = _preview(task, book)
    missing = preview.decision.missing
    filled = Filled(asking.typed if asking else {}, asking.errors if asking else {}, frozenset(missing))
    wanted, others = _fields(edition, filled, (task, _known(book, task)))
    shown = {
        "task": task,
        "edition": edition,
        "question": rule.question[language() == "en"],
        "said": say_preview(preview),
        "known": facts_text(book, preview.decision.used),
        "stated": _say_stated(book, task),
        "fields": wanted,
        "others": others,
        "ground": ground or GroundForm(),
        "override": override or OverrideForm(),
        "problems": [(f"{each.label}: {each.error}", each.id) for each in (*wanted, *others) if each.error],
        "kept": say_kept(rulings.list_rulings(task.subject_kind, task.subject_id, 20)),
        "decided": rulings.overrides_of(task),
        "subject_url": _subject_url(task),
        **_ways(request, target, preview if task.state == "open" else None),
    }
    answer = render_desk(request, "desk/task.html", shown)
    wrong = any(form is not None and form.errors for form in (ground, override)) or shown["problems"]
    answer.status_code = UNPROCESSABLE if wrong else 200
    return answer


def _ways(request: HttpRequest, target: Target, preview: rulings.Preview | None) -> dict[str, bool]:
    """Say who may do what about an open task; None is a closed one."""
    actor = ctx_of(request).actor
    if preview is None:
        return {"may_state": False, "may_override": False}
    return {
        "may_state": not preview.permits and may(actor, "ruling.state_fact", target),
        "may_override": not preview.decision.determined and may(actor, "ruling.override", target),
    }


def _edition(request: HttpRequest, task: FactTask) -> Edition:
    return Edition(current_pack(), task.ruling.as_of, task.ruling.as_of.isoformat())


def _preview(task: FactTask, book: RuleBook) -> rulings.Preview:
    """Ask the rule again with what was known when it was asked, and what was stated since."""
    ruling = task.ruling
    subject = Subject(task.subject_kind, task.subject_id, task.division, task.title, task.part)
    case = {name: value for name, value in _known(book, task).items() if name in book.facts}
    question = Question(task.rule, subject, case, ruling.as_of, ruling.basis)  # type: ignore[arg-type]
    return rulings.preview([question])[0]


def _known(book: RuleBook, task: FactTask) -> dict[str, Any]:
    """Give the facts the last ruling knew; what other rules derived is left to them."""
    decided = [task.ruling.body]
    for each in decided:
        decided += each["via"]
    derived = {each["rule"] for each in decided[1:]}
    known = {name: value for each in decided for name, value in each["used"].items()}
    return {
        name: value
        for name, value in known.items()
        if name in book.facts and book.facts[name].rule not in derived
    }


def _allowed(book: RuleBook, task: FactTask) -> set[str]:
    return {*task.needs, *book.rules[task.rule].facts}


def _fields(
    edition: Edition, filled: Filled, of: tuple[FactTask, Mapping[str, Any]]
) -> tuple[list[Field], list[Field]]:
    """Give the fields of what is needed, and of the other facts nobody stated yet."""
    task, known = of
    rule = edition.pack.rule(task.rule)
    fields = [each for top in list_fields(edition, rule, filled) for each in top.walk() if not each.inner]
    fields = [each for each in fields if each.name in _allowed(edition.pack.book, task)]
    wanted = [each for each in fields if each.needed or each.name in task.needs]
    others = [each for each in fields if each not in wanted and each.name not in known]
    return wanted, others


def _say_stated(book: RuleBook, task: FactTask) -> list[tuple[str, str, Any]]:
    """Give who stated what of the object: label, value, the statement."""
    rows = [row for row in rulings.list_stated(task) if row.name in book.facts]
    facts = [(book.facts[row.name], row) for row in rows]
    return [
        (fact.label[language() == "en"], format_value(fact, row.value, language()), row)
        for fact, row in facts
    ]


def _subject_url(task: FactTask) -> str:
    name = SUBJECTS.get(task.subject_kind)
    return reverse(name, args=[task.subject_id]) if name else ""
