"""Objections (异议): read by the office and its regulator, answered by a clerk, in a publicity period by a reviewer."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.market.actions import answer_objection
from jishi.apps.market.actions.objection import is_step
from jishi.apps.market.office import find_objections
from jishi.apps.market.reads import get_objection
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, may, require
from jishi.web.desk.frame import desk_page, reach_of, render_desk
from jishi.web.shell.posting import ctx_of, show_fault


class AnswerForm(forms.Form):
    """Answer an objection for whoever filed it."""

    fault_fields = {"market.text": "answer"}
    answer = forms.CharField(
        label=gettext_lazy("Answer (only the objector reads it)"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class DecisionForm(AnswerForm):
    """Answer an objection of a publicity period, and say whether it is upheld."""

    upheld = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("no", gettext_lazy("Not upheld")), ("yes", gettext_lazy("Upheld"))],
        widget=forms.RadioSelect,
    )
    field_order = ("upheld", "answer")


@desk_page("GET")
def list_all(request: HttpRequest) -> HttpResponse:
    """List objections to results, newest first."""
    ctx = ctx_of(request)
    require(ctx, "objection.list")
    page = find_objections(reach_of(ctx.actor, "objection.list"), request.GET.get("after"))
    return render_desk(request, "desk/objections.html", {"page": page})


@desk_page("GET", "POST")
def show(request: HttpRequest, objection_id: str) -> HttpResponse:
    """Show an objection; a clerk answers it once, a reviewer decides one of a publicity period."""
    ctx, objection = ctx_of(request), get_objection(objection_id)
    target = Target(objection.offering_id, objection.offering.division)
    decides = is_step(objection)
    kind: type[AnswerForm]
    action, kind = ("objection.decide", DecisionForm) if decides else ("objection.answer", AnswerForm)
    require(ctx, action if request.method == "POST" else "objection.list", target)
    is_open = objection.answered_ms is None and may(ctx.actor, action, target)
    form = kind(request.POST or None) if is_open or request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            said = form.cleaned_data
            upheld = said["upheld"] == "yes" if decides else None
            answer_objection(ctx, objection_id, said["answer"], upheld=upheld)
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(
                request, _("The objection is answered; who filed it finds the answer in their list.")
            )
            return redirect("desk:objections")
    shown = {"objection": objection, "form": form, "decides": decides}
    return render_desk(request, "desk/objection.html", shown)
