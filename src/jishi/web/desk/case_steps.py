"""Act in a case on the desk: decide, ask for papers, stop and start the clock, answer objections, assign.

What the engine refuses is said beside the form; the case is then shown as it stands by now.
"""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from jishi.apps.procedures import api as procedures
from jishi.kernel.fault import Fault
from jishi.platform.access import require
from jishi.platform.context import Context
from jishi.web.desk.case import open_for_desk, render_case
from jishi.web.desk.case_forms import (
    ActForm,
    AnswerForm,
    AssignForm,
    DecisionForm,
    HandInForm,
    SupplementForm,
    SuspendForm,
)
from jishi.web.desk.case_next import Next, Seen, act_form, form_of
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.shell.asked import REDRAW
from jishi.web.shell.case_fault import say_fault
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language

Act = Callable[[Context, str, Any], Any]
MOVED = "procedures.case.moved"


@desk_page("POST")
def decide(request: HttpRequest, case_id: str, decision: str) -> HttpResponse:
    """Take a decision of the step a case stands at, with the documents and the fee that go with it."""
    ctx = ctx_of(request)
    seen = _open(ctx, case_id, "case.decide")
    try:
        form = cast(DecisionForm, form_of(seen.view, decision, (request.POST, request.FILES)))
    except Fault as fault:
        return _refused(request, case_id, None, fault)
    try:
        if form.state != seen.info.seq:
            raise Fault(MOVED, number=seen.info.row.number, now=seen.info.row.step, seq=seen.info.seq)
        attach(ctx, case_id, form, request)
        if REDRAW in request.POST:
            return _drawn_anew(request, seen, form)
        if "reference" in form.fields:
            _pay(ctx, case_id, form)
        else:
            procedures.decide(ctx, case_id, form.choice())
    except Fault as fault:
        return _refused(request, case_id, form, fault)
    messages.success(request, _("Decided: %s.") % form.decision.title.say(language()))
    return redirect("desk:case", case_id)


@desk_page("POST")
def act(request: HttpRequest, case_id: str, act: str) -> HttpResponse:
    """Do what is no decision: papers, clocks, recusal, assignment, a case taken up again."""
    ctx = ctx_of(request)
    if act not in ACTS:
        raise Fault("procedures.case.unknown", case=case_id)
    seen = _open(ctx, case_id, "case.handle")
    form: ActForm | None = None
    try:
        form = act_form(ctx, seen, act, (request.POST, request.FILES))
        run, done = ACTS[act]
        attach(ctx, case_id, form, request)
        if REDRAW in request.POST:
            return _drawn_anew(request, seen, form)
        run(ctx, case_id, form)
    except Fault as fault:
        return _refused(request, case_id, form, fault)
    messages.success(request, _(done))
    return redirect("desk:case", case_id)


@desk_page("POST")
def answer(request: HttpRequest, case_id: str, objection_id: str) -> HttpResponse:
    """Answer an objection to a publication of a case."""
    ctx = ctx_of(request)
    seen = _open(ctx, case_id, "case.handle")
    if objection_id not in {each.id for each in seen.info.objections}:
        raise Fault("procedures.objection.unknown", objection=objection_id)
    form = AnswerForm(request.POST, auto_id=f"objection-{objection_id}-%s")
    try:
        procedures.answer_objection(ctx, objection_id, form.text("verdict"), form.said)
    except Fault as fault:
        return _refused(request, case_id, form, fault)
    messages.success(request, _("The objection is answered; whoever filed it can read the answer."))
    return redirect("desk:case", case_id)


def attach(ctx: Context, case_id: str, form: Any, request: HttpRequest) -> None:
    """Attach what was uploaded with a form to the case; inputs are named `document-<need>`."""
    for name in form.fields:
        if name.startswith("document-"):
            for upload in request.FILES.getlist(name):
                content = (name.removeprefix("document-"), str(upload.name)[:200], upload.read())
                procedures.attach_document(ctx, case_id, content)


def _open(ctx: Context, case_id: str, action: str) -> Seen:
    seen = open_for_desk(ctx, case_id)
    own = next((each for each in (seen.info.party, seen.info.behalf) if each in ctx.actor.parties), "")
    require(ctx, action, procedures.target_of(seen.view.row, own))
    return seen


def _refused(request: HttpRequest, case_id: str, form: ActForm | None, fault: Fault) -> HttpResponse:
    """Show the case as it now stands, the fault beside the form it came from, or above the page."""
    if fault.code == "access.denied":
        raise fault
    seen = open_for_desk(ctx_of(request), case_id)
    if form is None or fault.code == MOVED or fault.code == "procedure.ended":
        messages.error(request, say_fault(seen.view.kind, fault))
        return _with_status(render_case(request, seen), 409)
    form.add_error(
        find_input(form, fault), say_fault(seen.view.kind, Fault(fault.code, **_labelled(form, fault)))
    )
    return _drawn_anew(request, seen, form)


def _drawn_anew(request: HttpRequest, seen: Seen, form: ActForm) -> HttpResponse:
    """Show one form alone as it was sent, with what its answers ask for and what is wrong with it."""
    row, decision = seen.info.row, getattr(form, "decision", None)
    undone = _("This was not done") if form.errors else _("Hand in what was asked for")
    title = decision.title.say(language()) if decision else undone
    name = decision.id if decision else request.path.rstrip("/").split("/")[-1]
    step = Next(name, title, form, request.path)
    shown = {"step": step, "row": row, "form": form, "back": reverse("desk:case", args=[row.id])}
    return render_desk(request, "desk/case_refused.html", shown)


def find_input(form: Any, fault: Fault) -> str | None:
    """Give the input of a form a fault is about: by its field, else by its code; None for the whole form."""
    place = form.place(str(fault.params.get("field", ""))) if fault.params.get("field") else None
    if place is not None:
        return cast(str, place)
    named = getattr(form, "fault_fields", {})
    found = next((field for start, field in named.items() if fault.code.startswith(start)), None)
    return found if found in form.fields else None


def _labelled(form: Any, fault: Fault) -> dict[str, Any]:
    place = find_input(form, fault)
    return {**fault.params, "field": form.fields[place].label} if place else dict(fault.params)


def _with_status(answer: HttpResponse, status: int) -> HttpResponse:
    answer.status_code = status
    return answer


def _pay(ctx: Context, case_id: str, form: DecisionForm) -> None:
    form.fields["paid_fen"].required = False
    paid = form.fields["paid_fen"].clean(form["paid_fen"].data) or 0
    procedures.record_fee(
        ctx, case_id, form.decision.id, seq=form.state, paid_fen=paid, reference=form.text("reference")
    )


def _ask(ctx: Context, case_id: str, form: SupplementForm) -> None:
    procedures.request_supplement(ctx, case_id, form.said, seq=form.state, items=form.items())


def _suspend(ctx: Context, case_id: str, form: SuspendForm) -> None:
    procedures.suspend(ctx, case_id, form.text("ground"), form.said, seq=form.state)


def _assign(ctx: Context, case_id: str, form: AssignForm) -> None:
    person = form.text("person")
    procedures.assign(ctx, case_id, int(person) if person.isdecimal() else None)


def _hand_in(ctx: Context, case_id: str, form: HandInForm) -> None:
    procedures.supplement(ctx, case_id, form.raw())


def _plain(action: Callable[..., Any]) -> Act:
    def run(ctx: Context, case_id: str, form: ActForm) -> None:
        action(ctx, case_id, form.said, seq=form.state)

    return run


ACTS: dict[str, tuple[Act, str]] = {
    "supplement_asked": (
        _ask,
        gettext_noop("The applicant is told what is missing; the step's clock stands still."),
    ),
    "supplemented": (_hand_in, gettext_noop("What was asked for is handed in; the clock runs on.")),
    "suspended": (_suspend, gettext_noop("The clock stands still; the applicant is told why.")),
    "resumed": (_plain(procedures.resume), gettext_noop("The clock runs on.")),
    "extended": (_plain(procedures.extend), gettext_noop("The time is extended; the applicant is told why.")),
    "recused": (_plain(procedures.recuse), gettext_noop("You have stepped back; a colleague goes on.")),
    "reopened": (_plain(procedures.reopen), gettext_noop("The case is taken up again.")),
    "assigned": (_assign, gettext_noop("The case is assigned.")),
}
