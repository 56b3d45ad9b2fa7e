"""What may lawfully be done next in a case by the person looking: decisions and other acts, each with its form."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.reads.office import list_colleagues
from jishi.apps.rulings import api as rulings
from jishi.kernel.fault import Fault
from jishi.platform.access import may
from jishi.platform.context import Context
from jishi.web.desk.case_forms import (
    ActForm,
    AssignForm,
    DecisionForm,
    HandInForm,
    SupplementForm,
    SuspendForm,
)
from jishi.web.shell.asked import typed_answers
from jishi.web.shell.case_fault import say_fault
from jishi.web.shell.site import language
from jishi.web.shell.typed import count_typed_rows, typed_initial

Sent = tuple[Any, Any]
"""What was posted: the data and the files of a form."""
NOTHING: Sent = (None, None)


@dataclass(frozen=True)
class Seen:
    """A case as the person looking has it open."""

    view: procedures.CaseView
    info: procedures.CaseInfo


@dataclass(frozen=True)
class Next:
    """One lawful step: its form, where it is sent, what follows, the clauses it rests on."""

    id: str
    label: str
    form: Any
    url: str
    hint: str = ""
    cites: tuple[str, ...] = ()
    tone: str = ""
    note: str = ""


@dataclass(frozen=True)
class Barred:
    """Why a decision of the step is not open to the person looking, in words; which decisions."""

    sentence: str
    labels: tuple[str, ...]


def decisions_of(
    view: procedures.CaseView, ways: procedures.Ways, previews: Iterable[rulings.Preview]
) -> tuple[list[Next], list[Barred]]:
    """Give the decisions that are open, each with its form, and why the others are not."""
    step, lang = view.kind.step(view.state.step), language()
    answers = {each.decision.rule: each for each in previews}
    found: list[Next] = []
    barred: dict[str, list[str]] = {}
    for way in ways.decisions:
        decision = next(each for each in step.decisions if each.id == way.decision)
        refusal = way.refusal or _unlawful(view, decision, answers)
        if refusal is not None:
            sentence = say_fault(view.kind, Fault(refusal[0], **refusal[1]))
            barred.setdefault(sentence, []).append(decision.title.say(lang))
        else:
            found.append(_next(view, step, decision, answers))
    return found, [Barred(sentence, tuple(labels)) for sentence, labels in barred.items()]


def acts_of(ctx: Context, seen: Seen, ways: procedures.Ways) -> list[Next]:
    """Give the other acts that are open: papers asked for, clocks, recusal, a case taken up again, assignment."""
    return list(_acts(ctx, seen, ways.acts))


def form_of(view: procedures.CaseView, name: str, sent: Sent = NOTHING) -> ActForm:
    """Give the form of a decision, by its id; Fault `procedures.way.unknown` for one the step does not offer."""
    step = view.kind.step(view.state.step) if not view.state.ended else None
    decision = next((each for each in step.decisions if each.id == name), None) if step else None
    if step is None or decision is None or decision.by != "person":
        raise Fault("procedures.case.moved", number=view.row.number, now=view.row.step, seq=view.row.seq)
    return _decision_form(view, step, decision, sent)


def act_form(ctx: Context, seen: Seen, act: str, sent: Sent = NOTHING) -> ActForm:
    """Give the form of another act by its name."""
    view, (data, files) = seen.view, sent
    said: dict[str, Any] = {"initial": {"seq": view.row.seq}, "auto_id": f"{act}-%s"}
    step = None if view.state.ended else view.kind.step(view.state.step)
    if act == "supplement_asked":
        return SupplementForm(data, kind=view.kind, **said)
    if act == "suspended" and step is not None:
        return SuspendForm(data, step=step, **said)
    if act == "assigned":
        people = list_colleagues(ctx, view.row)
        return AssignForm(data, people=[(str(each.id), each.name) for each in people], **said)
    if act == "supplemented":
        return HandInForm(data, files, view=view, asked=asked_items(seen.info), **said)
    words = {
        "resumed": (_("Why it goes on"), False),
        "extended": (_("Why more time is needed (the applicant reads this)"), True),
        "recused": (_("Why you step back"), True),
        "reopened": (_("Why the case is taken up again"), True),
        "withdrawn": (_("Note for the file"), False),
    }
    label, needed = words[act]
    return ActForm(data, words=label, needed=needed, **said)


def asked_items(info: procedures.CaseInfo) -> list[str]:
    """Give the documents and questions the last request for papers named."""
    last = next((each for each in reversed(info.acts) if each.kind == "supplement_asked"), None)
    return list(last.told.get("items", [])) if last else []


def _next(
    view: procedures.CaseView, step: packs.StepKind, decision: packs.DecisionKind, answers: dict[str, Any]
) -> Next:
    lang = language()
    ends = {each.id: each for each in view.kind.ends}
    end = ends.get(decision.next)
    then = end.title.say(lang) if end else view.kind.step(decision.next).title.say(lang)
    open_rules = [answers[rule] for rule in decision.needs if rule in answers and not answers[rule].permits]
    note = _("A rule cannot answer yet: deciding opens a task for the facts it needs.") if open_rules else ""
    refuses = end is not None and end.outcome in ("refused", "lapsed")
    return Next(
        decision.id,
        decision.title.say(lang),
        _decision_form(view, step, decision),
        reverse("desk:case_decide", args=[view.row.id, decision.id]),
        _hint(view, decision, then),
        decision.cites,
        "seal outline" if refuses or decision.revokes else "",
        note,
    )


def _hint(view: procedures.CaseView, decision: packs.DecisionKind, then: str) -> str:
    lang = language()
    said = [_("The case goes on to: %s.") % then]
    if decision.issues:
        papers = [view.kind.paper(each).title.say(lang) for each in decision.issues]
        said.append(_("Issues: %s.") % ", ".join(papers))
    if decision.revokes:
        said.append(_("Revokes a document that was issued."))
    if decision.writes:
        said.append(_("Writes into the register."))
    return " ".join(said)


def _decision_form(
    view: procedures.CaseView, step: packs.StepKind, decision: packs.DecisionKind, sent: Sent = NOTHING
) -> DecisionForm:
    data, files = sent
    answers = view.said.get("step", {}).get(step.id, {})
    said = typed_answers(decision.questions, data) if data else answers
    return DecisionForm(
        data,
        files,
        decision=decision,
        asked=packs.shown(decision.questions, {**view.said.get("form", {}), **said}, view.ask),
        fee=step.fee is not None,
        rows=count_typed_rows(decision.questions, answers, data or {}),
        initial={**typed_initial(decision.questions, answers), "seq": view.row.seq},
        auto_id=f"{decision.id}-%s",
    )


def _unlawful(
    view: procedures.CaseView, decision: packs.DecisionKind, answers: dict[str, rulings.Preview]
) -> tuple[str, dict[str, Any]] | None:
    """Give why the law bars a decision whoever takes it: its condition does not hold, or a rule says no."""
    if decision.when and not decision.questions and not view.holds(decision.when):
        return "procedures.when", {"decision": decision.title.say(language()), "when": decision.when}
    for rule in decision.needs:
        found = answers.get(rule)
        if found is not None and not found.permits and found.decision.determined:
            title = found.law.book.rules[rule].title[language() == "en"]
            return "desk.case.rule_bars", {"rule": title}
    return None


def _acts(ctx: Context, seen: Seen, open_now: frozenset[str]) -> Iterator[Next]:
    view = seen.view
    labels = {
        "supplement_asked": (_("Ask for what is missing"), ""),
        "supplemented": (_("Hand in what was asked for"), ""),
        "suspended": (_("Stop the clock"), ""),
        "resumed": (_("Let the clock run on"), ""),
        "extended": (_("Extend the time, once"), ""),
        "reopened": (_("Take the case up again"), ""),
        "recused": (_("Step back from this case"), "quiet"),
    }
    row = view.row
    for act, (label, tone) in labels.items():
        if act in open_now:
            yield Next(
                act, label, act_form(ctx, seen, act), reverse("desk:case_act", args=[row.id, act]),
                cites=_cites(view, act), tone=tone or "outline",
            )  # fmt: skip
    if row.phase == "open" and row.role and may(ctx.actor, "case.handle", procedures.target_of(row)):
        yield Next(
            "assigned", _("Assign it"), act_form(ctx, seen, "assigned"),
            reverse("desk:case_act", args=[row.id, "assigned"]), tone="quiet",
        )  # fmt: skip


def _cites(view: procedures.CaseView, act: str) -> tuple[str, ...]:
    if view.state.ended:
        return ()
    step = view.kind.step(view.state.step)
    if act in ("supplement_asked", "supplemented") and step.supplement is not None:
        return step.supplement.cites
    if act == "extended" and step.clock is not None and step.clock.extend:
        return tuple(view.pack.limit_row(step.clock.extend).cites)
    return ()
