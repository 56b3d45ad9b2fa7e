"""The lawful next steps of an offering, and the page of each.

A step is a page of its own, which the offering's page opens in place; a refusal shows it again with
what was typed.
"""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from jishi.apps.market.reads import get_offering
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, may, require
from jishi.platform.context import Context
from jishi.web.desk import step_forms as asked
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.desk.step import Case, Step
from jishi.web.desk.step_decision import DECISION_STEPS
from jishi.web.desk.step_notice import NOTICE_STEPS
from jishi.web.desk.step_sale import SALE_STEPS
from jishi.web.shell.posting import ctx_of, show_fault

__all__ = ["STEPS", "Case", "Step", "open_steps", "view_of"]

STEPS: tuple[Step, ...] = (*NOTICE_STEPS, *DECISION_STEPS, *SALE_STEPS)


def open_steps(ctx: Context, case: Case) -> list[Step]:
    """Return the steps that are lawful now and that the actor's roles may take; nobody reviews an own draft."""
    target = Target(case.offering.id, case.offering.division)
    barred = {"publish"} if case.offering.prepared_by == ctx.actor.user_id else set()
    return [
        step
        for step in STEPS
        if step.id not in barred and step.open(case) and may(ctx.actor, step.action, target)
    ]


def _take(request: HttpRequest, offering_id: str, step: Step) -> HttpResponse:
    ctx, offering = ctx_of(request), get_offering(offering_id)
    require(ctx, step.action, Target(offering.id, offering.division))
    form = step.make_form(ctx, offering, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            step.run(ctx, offering, {**form.cleaned_data, **asked.unchanged(form)})
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, step.done)
            return redirect("desk:offering", offering_id)
    return render_desk(request, "desk/step.html", {"step": step, "form": form, "offering": offering})


def view_of(step: Step) -> Callable[..., HttpResponse]:
    """Return the page of a step."""

    @desk_page("GET", "POST")
    def take_step(request: HttpRequest, offering_id: str) -> HttpResponse:
        return _take(request, offering_id, step)

    return take_step
