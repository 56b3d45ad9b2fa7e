"""An expert's seats in panels: accept or keep out, mark or vote, close as the head; only one's own."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.panels import api as panels
from jishi.kernel.fault import Fault
from jishi.web.participant.page import crumbs, page
from jishi.web.shell.limit import Buckets, limited
from jishi.web.shell.panel_word import TONES, duty_word, ground_choices, ground_word, result_rows, state_word
from jishi.web.shell.posting import UNPROCESSABLE, ctx_of, show_fault

OFTEN = Buckets(rate=2, burst=60)


class AcceptForm(forms.Form):
    """The declaration that goes with a seat."""

    impartial = forms.BooleanField(
        label=gettext_lazy(
            "None of those concerned is my employer, relative or client, I have no interest in the result and did "
            "not handle the matter."
        )
    )


class LeaveForm(forms.Form):
    """Why a member keeps out, or cannot come."""

    fault_fields = {"panels.ground": "ground", "panels.reason": "note"}
    ground = forms.ChoiceField(label=gettext_lazy("Ground"))
    note = forms.CharField(
        label=gettext_lazy("Details"),
        help_text=gettext_lazy("Only the office reads it. Needed where you cannot take part."),
        max_length=300,
        required=False,
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["ground"].choices = ground_choices(panels.DECLINED)  # type: ignore[attr-defined]


class MarksForm(forms.Form):
    """One sheet: marks of one subject by every criterion."""

    def __init__(
        self, data: Any = None, *, task: panels.Task, subject: panels.Subject, given: Any = None
    ) -> None:
        super().__init__(data, prefix=subject.id, initial=given)
        self.subject, self.given = subject, bool(given)
        for each in task.criteria:
            label = _("%(name)s (0–%(full)d)") % {"name": each.label or each.id, "full": each.full_marks}
            self.fields[each.id] = forms.IntegerField(label=label, min_value=0, max_value=each.full_marks)


class VoteForm(forms.Form):
    """One vote on every subject."""

    def __init__(self, data: Any = None, *, task: panels.Task) -> None:
        super().__init__(data)
        choices = [("yes", _("In favour")), ("no", _("Against")), ("abstain", _("Abstain"))]
        for place, each in enumerate(task.subjects):
            self.fields[f"vote_{place}"] = forms.ChoiceField(
                label=each.label or each.id, choices=choices, widget=forms.RadioSelect
            )
        self.subjects = [each.id for each in task.subjects]

    def read(self) -> dict[str, str]:
        """Return the vote on each subject."""
        return {id: self.cleaned_data[f"vote_{place}"] for place, id in enumerate(self.subjects)}


class CloseForm(forms.Form):
    """That the head means it."""

    sure = forms.BooleanField(label=gettext_lazy("All have finished; nothing can be changed afterwards."))


@page("GET")
def list_own(request: HttpRequest) -> HttpResponse:
    """List one's seats, running ones first."""
    seats = panels.list_seats(ctx_of(request).actor.user_id)
    rows = [(each, state_word(each.panel.state), TONES[each.panel.state]) for each in seats]
    return render(
        request, "participant/panels.html", {"seats": rows, "crumbs": crumbs((_("My panels"), None))}
    )


@page("GET")
def show(request: HttpRequest, panel_id: str) -> HttpResponse:
    """Show one's seat and what it waits for."""
    return _show(request, _own(request, panel_id))


@page("POST")
@limited(OFTEN, "POST")
def accept(request: HttpRequest, panel_id: str) -> HttpResponse:
    """Accept the seat and declare that nothing keeps one out."""
    seat, form = _own(request, panel_id), AcceptForm(request.POST)
    if form.is_valid():
        try:
            panels.accept_seat(ctx_of(request), panel_id)
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Your seat is yours. The panel starts when all have answered."))
            return redirect("participant:panel", panel_id)
    return _show(request, seat, accepting=form)


@page("POST")
@limited(OFTEN, "POST")
def leave(request: HttpRequest, panel_id: str) -> HttpResponse:
    """Keep out, or say that one cannot come."""
    seat, form, ctx = _own(request, panel_id), LeaveForm(request.POST), ctx_of(request)
    if form.is_valid():
        ground, note = form.cleaned_data["ground"], form.cleaned_data["note"]
        try:
            if ground == panels.DECLINED:
                panels.decline_seat(ctx, panel_id, note)
            else:
                panels.declare_recusal(ctx, panel_id, ground, note)
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("You have left the seat; the next substitute is asked."))
            return redirect("participant:panels")
    return _show(request, seat, leaving=form)


@page("POST")
@limited(OFTEN, "POST")
def mark(request: HttpRequest, panel_id: str) -> HttpResponse:
    """Store one's marks of one subject."""
    seat = _own(request, panel_id)
    task = _task_of(seat)
    subject = next((each for each in task.subjects if each.id == request.POST.get("subject")), None)
    if subject is None:
        raise Fault("panels.subject", subject=request.POST.get("subject", "")[:40])
    form = MarksForm(request.POST, task=task, subject=subject)
    if form.is_valid():
        try:
            panels.give_marks(ctx_of(request), panel_id, subject.id, form.cleaned_data)
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Your marks for %s are kept.") % subject.id)
            return redirect("participant:panel", panel_id)
    return _show(request, seat, marking=form)


@page("POST")
@limited(OFTEN, "POST")
def vote(request: HttpRequest, panel_id: str) -> HttpResponse:
    """Cast one's ballot; it cannot be changed."""
    seat = _own(request, panel_id)
    form = VoteForm(request.POST, task=_task_of(seat))
    if form.is_valid():
        try:
            panels.cast_ballot(ctx_of(request), panel_id, form.read())
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("Your vote is counted. Nobody can tell which it is."))
            return redirect("participant:panel", panel_id)
    return _show(request, seat, voting=form)


@page("POST")
@limited(OFTEN, "POST")
def close(request: HttpRequest, panel_id: str) -> HttpResponse:
    """Close the panel as its head."""
    seat, form = _own(request, panel_id), CloseForm(request.POST)
    if form.is_valid():
        try:
            panels.close_panel(ctx_of(request), panel_id)
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The panel is closed; its result is handed over."))
            return redirect("participant:panel", panel_id)
    return _show(request, seat, closing=form)


def _own(request: HttpRequest, panel_id: str) -> panels.Member:
    seat = panels.find_seat(panel_id, ctx_of(request).actor.user_id)
    if seat is None:
        raise Fault("access.denied", action="panel.sit")
    return seat


def _task_of(seat: panels.Member) -> panels.Task:
    if seat.panel.task is None or seat.state == "left":
        raise Fault("access.denied", action="panel.sit")
    return panels.read_task(seat.panel.task)


def _show(request: HttpRequest, seat: panels.Member, **posted: Any) -> HttpResponse:
    panel, step = seat.panel, panels.next_step(seat)
    asked = seat.state == "asked" and panel.state in ("drawn", "sitting")
    judging = seat.state == "accepted" and panel.state == "sitting"
    task = panels.read_task(panel.task) if panel.task and seat.state != "left" else None
    given = panels.list_sheets(seat)
    shown = {
        "seat": seat,
        "panel": panel,
        "word": state_word(panel.state),
        "tone": TONES[panel.state],
        "step": duty_word(step) if step else "",
        "ground": ground_word(seat.ground) if seat.ground else "",
        "concerned": panels.owner_of(panel.owner_kind).concerned(panel.owner_id)
        if seat.state != "left"
        else (),
        "is_head": panels.is_head(seat),
        "accepting": posted.get("accepting") or AcceptForm() if asked else None,
        "leaving": posted.get("leaving") or LeaveForm() if (asked or judging) and not seat.voted else None,
        "sheets": _sheets(task, given, posted.get("marking"))
        if judging and task and not panel.is_ballot
        else [],
        "given": len(given),
        "voting": posted.get("voting") or VoteForm(task=task)
        if judging and task and panel.is_ballot and not seat.voted
        else None,
        "closing": posted.get("closing") or CloseForm() if judging and panels.is_head(seat) else None,
        "done": _done(panel) if judging and panels.is_head(seat) else None,
        "ballots": result_rows(panel, {each.id: each.label for each in task.subjects} if task else {}),
        "crumbs": crumbs((_("My panels"), reverse("participant:panels")), (panel.number, None)),
    }
    failed = any(form.errors for form in posted.values())
    return render(request, "participant/panel.html", shown, status=UNPROCESSABLE if failed else 200)


def _sheets(task: panels.Task, given: dict[str, dict[str, int]], posted: MarksForm | None) -> list[MarksForm]:
    made = [MarksForm(task=task, subject=each, given=given.get(each.id)) for each in task.subjects]
    return [posted if posted and posted.subject.id == each.subject.id else each for each in made]


def _done(panel: panels.Panel) -> dict[str, int]:
    """Say to the head how much is in, not what."""
    counts = panels.count_done(panel)
    each = 1 if panel.is_ballot else len((panel.task or {}).get("subjects", ()))
    return {"given": sum(counts.values()), "needed": each * len(counts)}
