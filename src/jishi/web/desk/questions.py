"""Questions on notices and their public answers (答疑)."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.market.actions import answer_question
from jishi.apps.market.reads import list_open_questions
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, require, stem_of
from jishi.platform.context import Context
from jishi.web.desk.frame import desk_page, reach_of, render_desk
from jishi.web.shell.posting import ctx_of, show_fault


class AnswerForm(forms.Form):
    """Answer a question for everyone to read."""

    fault_fields = {"market.text": "answer"}
    answer = forms.CharField(
        label=gettext_lazy("Answer (published with the question)"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@desk_page("GET")
def list_open(request: HttpRequest) -> HttpResponse:
    """List the questions that wait for an answer, the oldest first."""
    ctx = ctx_of(request)
    require(ctx, "question.answer")
    return render_desk(request, "desk/questions.html", {"questions": _open_questions(ctx)})


@desk_page("GET", "POST")
def answer(request: HttpRequest, question_id: str) -> HttpResponse:
    """Answer one question."""
    ctx = ctx_of(request)
    require(ctx, "question.answer")
    found = next((each for each in _open_questions(ctx) if each.id == question_id), None)
    if found is None:
        raise Fault("market.question.unknown", question=question_id)
    require(ctx, "question.answer", Target(found.offering_id, found.offering.division))
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            answer_question(ctx, question_id, form.cleaned_data["answer"])
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Question and answer are public now."))
            return redirect("desk:questions")
    return render_desk(request, "desk/question.html", {"question": found, "form": form})


def _open_questions(ctx: Context) -> list:
    reach = reach_of(ctx.actor, "question.answer")
    found = {each.id: each for division in reach for each in list_open_questions(stem_of(division))}
    return sorted(found.values(), key=lambda each: each.asked_ms)
