"""My cases: where each stands in plain words, what happens next and by when, and what the applicant may do."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.kernel.fault import Fault
from jishi.web.participant.case_form import ChoiceForm, applicant_ways, find_decision
from jishi.web.participant.filing import require_mine
from jishi.web.participant.page import crumbs, page
from jishi.web.shell import case_word
from jishi.web.shell.asked import REDRAW
from jishi.web.shell.case_clock import Clocked, amount_of, clock_of, supplement_clock_of
from jishi.web.shell.case_fault import say_fault
from jishi.web.shell.case_timeline import timeline_of
from jishi.web.shell.guided import say_answers
from jishi.web.shell.posting import UNPROCESSABLE, ctx_of, tell_fault
from jishi.web.shell.site import language


@page("GET")
def list_own(request: HttpRequest) -> HttpResponse:
    """List the cases of one's parties, drafts too, newest first."""
    ctx = ctx_of(request)
    found = procedures.list_cases_of(ctx, cursor=request.GET.get("after"))
    rows = [(row, _title(row), *case_word.status_of(row)) for row in found.rows]
    shown = {"page": found, "rows": rows, "unread": procedures.count_unread(ctx)}
    return render(request, "participant/cases.html", shown | {"crumbs": crumbs((_("My cases"), None))})


@page("GET")
def show(request: HttpRequest, case_id: str) -> HttpResponse:
    """Show a case to those it belongs to; a draft goes on where it was left."""
    require_mine(request, case_id)
    return _render(request, case_id)


@page("POST")
def decide(request: HttpRequest, case_id: str, decision: str) -> HttpResponse:
    """Take a decision that is the applicant's own, such as asking for the yearly endorsement."""
    require_mine(request, case_id)
    ctx = ctx_of(request)
    view = procedures.view_for(ctx, case_id)
    kind = find_decision(view, decision)
    form = ChoiceForm.to_take(view, kind, request.POST, ctx.actor.parties)
    seq = request.POST.get("seq", "")
    try:
        for need in kind.documents:
            for upload in request.FILES.getlist(need.id):
                procedures.attach_document(ctx, case_id, (need.id, str(upload.name)[:200], upload.read()))
        if REDRAW in request.POST:
            return _render(request, case_id, form)
        procedures.decide(ctx, case_id, form.choice(int(seq) if seq.isdecimal() else -1))
    except Fault as fault:
        if fault.code in ("access.denied", "procedures.case.moved"):
            tell_fault(request, fault)
            return redirect("participant:case", case_id)
        form.tell([fault])
        return _render(request, case_id, form)
    messages.success(request, _("Done: %s.") % kind.title.say(language()))
    return redirect("participant:case", case_id)


@page("POST")
def supplement(request: HttpRequest, case_id: str) -> HttpResponse:
    """Hand in the papers that were asked for, and say that all is there."""
    require_mine(request, case_id)
    ctx = ctx_of(request)
    view = procedures.view_for(ctx, case_id)
    try:
        for need in view.kind.documents:
            for upload in request.FILES.getlist(need.id):
                procedures.attach_document(ctx, case_id, (need.id, str(upload.name)[:200], upload.read()))
        if "done" in request.POST:
            form = ChoiceForm(request.POST, questions=_asked(view))
            procedures.supplement(ctx, case_id, form.raw())
            messages.success(request, _("Handed in. The clock of the office runs again."))
        else:
            messages.success(request, _("Attached. Say “all is there” once everything is."))
    except Fault as fault:
        if fault.code == "access.denied":
            raise
        messages.error(request, say_fault(view.kind, fault))
    return redirect("participant:case", case_id)


@page("POST")
def withdraw(request: HttpRequest, case_id: str) -> HttpResponse:
    """Withdraw a case while its procedure lets one."""
    require_mine(request, case_id)
    try:
        procedures.withdraw(ctx_of(request), case_id, request.POST.get("words", "")[:2000])
        messages.success(request, _("The case is withdrawn."))
    except Fault as fault:
        tell_fault(request, fault)
    return redirect("participant:case", case_id)


@page("GET")
def read_file(request: HttpRequest, case_id: str, file_id: str) -> HttpResponse:
    """Give a document of one's own case."""
    require_mine(request, case_id)
    name, media, content = procedures.read_document(ctx_of(request), case_id, file_id)
    return _send(content, media, name)


@page("GET")
def read_paper(request: HttpRequest, case_id: str, number: str) -> HttpResponse:
    """Give an issued document as PDF, with its QR code."""
    require_mine(request, case_id)
    info = procedures.open_case(ctx_of(request), case_id)
    if number not in {each.number for each in info.papers}:
        raise Fault("procedures.paper.unknown", number=number)
    return _send(procedures.paper_pdf(ctx_of(request), number), "application/pdf", f"{number}.pdf")


def _render(request: HttpRequest, case_id: str, sent: ChoiceForm | None = None) -> HttpResponse:
    ctx = ctx_of(request)
    view = procedures.view_for(ctx, case_id)
    if view.row.phase == "draft":
        return redirect("participant:filing", case_id, "review")
    info, ways = procedures.info_of(ctx, view), procedures.ways_of(ctx, view)
    kind, row, lang = view.kind, info.row, language()
    place = case_word.place_of(kind, row.step)
    step = place if row.phase == "open" else None
    asked, asked_words = case_word.asked_papers(view, info)
    waits = row.paused == "supplement"
    names = parties.find_parties([each for each in (info.party, info.behalf) if each])
    shown: dict[str, Any] = {
        "info": info,
        "row": row,
        "title": kind.title.say(lang),
        "procedure": kind,
        "status": case_word.status_of(row),
        "plain": place.plain.say(lang) if place else "",
        "who": str(case_word.ROLES.get(row.role, "")),
        "clock": _clock(view, step, waits=waits) if step else None,
        "remedies": _remedies(view, place) if row.phase == "ended" else [],
        "next": _next(kind, step) if step else [],
        "own_ways": applicant_ways(view, ways, sent, ctx.actor.parties),
        "acts": ways.acts,
        "asked": asked,
        "asked_words": asked_words,
        "needs": kind.documents if waits else (),
        "form": ChoiceForm.of(_asked(view), info.form) if waits else None,
        "timeline": timeline_of(view, info, ctx.actor.user_id or 0),
        "party": names.get(info.party),
        "behalf": names.get(info.behalf),
        "diagram": mark_safe(packs.procedure_svg(view.pack, kind, lang, at=row.step)),
        **_filed(view, info),
        **_issued(info),
        "crumbs": crumbs((_("My cases"), reverse("participant:cases")), (row.number, None)),
    }
    return render(
        request, "participant/case.html", shown, status=UNPROCESSABLE if sent and sent.errors else 200
    )


def _filed(view: procedures.CaseView, info: procedures.CaseInfo) -> dict[str, Any]:
    """Return what was filed, in words."""
    return {
        "files": case_word.files_of(view, info),
        "answers": list(say_answers(view.pack, _asked(view), info.form)),
        "votes": _votes(view.kind, info.votes),
        "subject": view.entry("subject"),
    }


def _issued(info: procedures.CaseInfo) -> dict[str, Any]:
    """Return the documents issued, with their states in words, and the publications."""
    lang = language()
    return {
        "papers": [
            (each, each.title[lang], case_word.lines_of(each.lines), case_word.PAPER[each.state])
            for each in info.papers
        ],
        "notices": [(each, each.title[lang]) for each in info.notices],
    }


def _asked(view: procedures.CaseView) -> list[packs.Question]:
    return list(packs.shown(view.kind.questions, view.said.get("form", {}), view.ask))


def _votes(kind: packs.ProcedureKind, votes: Any) -> list[tuple[str, Any]]:
    return [(each.title.say(language()), votes[each.id]) for each in kind.votes if each.id in votes]


def _clock(view: procedures.CaseView, step: packs.StepKind, *, waits: bool) -> Clocked | None:
    find = supplement_clock_of if waits else clock_of
    return find(view.pack, step, view.today)


def _next(kind: packs.ProcedureKind, step: packs.StepKind) -> list[tuple[str, str]]:
    """Return each decision that may come, with the step or end it leads to."""
    lang = language()
    found = []
    for each in step.decisions:
        place = case_word.place_of(kind, each.next)
        found.append((each.title.say(lang), place.title.say(lang) if place else each.next))
    return found


def _remedies(view: procedures.CaseView, end: Any) -> list[dict[str, Any]]:
    lang = language()
    return [
        {
            "title": each.title.say(lang),
            "to": each.to.say(lang),
            "within": amount_of(view.pack, each.limit, view.today),
            "cites": each.cites,
        }
        for each in view.kind.remedies
        if each.id in getattr(end, "remedies", ())
    ]


def _title(row: procedures.CaseRow) -> str:
    kind = case_word.kind_of(row)
    return kind.title.say(language()) if kind else row.procedure


def _send(content: bytes, media: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media)
    answer["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return answer
