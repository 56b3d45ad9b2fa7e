"""Serve the guided form of a procedure: begin a draft, show and take one part, file it at the end.

The participant's room and the desk give their own frame and addresses (`Room`); everything else is the same.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from jishi.apps.market.api import find_named
from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Filing
from jishi.kernel.fault import Fault
from jishi.web.shell.asked import REDRAW, redraws_on
from jishi.web.shell.case_fault import say_fault
from jishi.web.shell.guided import DOCUMENTS, REVIEW, START, VOTES, Draft, say_checks
from jishi.web.shell.guided_start import StartForm, VotesForm, votes_initial
from jishi.web.shell.lot_choice import fill_from
from jishi.web.shell.posting import UNPROCESSABLE, ctx_of, tell_fault
from jishi.web.shell.site import language


@dataclass(frozen=True, slots=True)
class Room:
    """Say in which frame the form stands: its template, and the names of three addresses.

    `part` shows a part of a draft, `case` what was filed, `home` the list one leaves to; `staff` files for others.
    """

    template: str
    part: str
    case: str
    home: str
    staff: bool = False


def begin(request: HttpRequest, kind: packs.ProcedureKind, room: Room, **page: Any) -> HttpResponse:
    """Ask who files and about what; a sound answer makes the draft. `?offering=` fills in a public lot."""
    ctx = ctx_of(request)
    lot = find_named(request.GET.get("offering", ""))
    filled = fill_from(kind.questions, lot) if lot else {}
    form = StartForm(request.POST or None, ctx=ctx, kind=kind, staff=room.staff)
    if not form.is_bound and kind.subject and kind.subject.holder and len(ctx.actor.parties) == 1:
        form.party = ctx.actor.parties[0]
        form.find_entries("")
    if form.is_valid() and "find" not in request.POST:
        try:
            row = procedures.save_draft(ctx, form.filing(Filing(kind.id, filled)))
        except Fault as fault:
            form.tell([fault])
        else:
            return redirect(room.part, row.id, Draft(ctx, row.id).after(START))
    shown = {"kind": kind, "form": form, "part_id": START, "title": kind.title.say(language()), **page}
    shown["lot"] = lot if filled else None
    return render(request, room.template, shown, status=_status(form))


def serve_part(request: HttpRequest, case_id: str, part_id: str, room: Room, **page: Any) -> HttpResponse:
    """Show a part of a draft, or take what was typed into it."""
    draft = Draft(ctx_of(request), case_id)
    if draft.part(part_id) is None:
        raise Http404
    if request.method == "POST" and "discard" in request.POST:
        procedures.discard_draft(draft.ctx, case_id)
        messages.success(request, _("The draft is thrown away."))
        return redirect(room.home)
    serve = {START: _start, VOTES: _votes, DOCUMENTS: _documents, REVIEW: _review}.get(part_id, _answers)
    found = serve(request, draft, room, part_id)
    if isinstance(found, HttpResponse):
        return found
    draft, shown = found
    parts = draft.parts
    page |= {
        "kind": draft.kind,
        "draft": draft,
        "case": draft.view.row,
        "part": draft.part(part_id),
        "part_id": part_id,
        "parts": parts,
        "part_url": room.part,
        "title": draft.kind.title.say(language()),
        "at": [each.id for each in parts].index(part_id) + 1,
        **shown,
    }
    status = _status(shown["form"]) if "form" in shown and REDRAW not in request.POST else 200
    return render(request, room.template, page, status=status)


Served = HttpResponse | tuple[Draft, dict[str, Any]]


def _start(request: HttpRequest, draft: Draft, room: Room, part: str) -> Served:
    before = draft.filing
    initial = {"party": before.party, "behalf_how": before.behalf_how, "division": before.division}
    form = StartForm(
        request.POST or None, ctx=draft.ctx, kind=draft.kind, staff=room.staff, kept_behalf=before.behalf,
        initial=initial,
    )  # fmt: skip
    if form.is_bound and form.is_valid() and "find" not in request.POST:
        draft = draft.save(**_changed(form.filing(before)))
        if leaving := _leave(request, draft, room):
            return leaving
        if not (faults := draft.faults_in(START)):
            return redirect(room.part, draft.id, draft.after(part))
        form.tell(faults)
    return draft, {
        "form": form,
        "behalf": name_parties(draft)["behalf_name"],
        "subject": draft.view.entry("subject"),
    }


def _answers(request: HttpRequest, draft: Draft, room: Room, part: str) -> Served:
    follows = False
    if request.method == "POST" and REDRAW in request.POST:
        return draft, _inputs(draft, part, request.POST)
    if request.method == "POST":
        posted = request.POST
        draft = draft.save(form=draft.merge(part, posted))
        if leaving := _leave(request, draft, room):
            return leaving
        shown = set(posted.get("shown", "").split(","))
        follows = any(each.name not in shown for each in draft.asked(part, draft.answers))
        wrong = draft.faults_in(part)
        if not wrong and "more" not in posted:
            return redirect(room.part, draft.id, draft.after(part))
        found = _inputs(draft, part, posted)
        if "more" not in posted:
            old = [each for each in wrong if not follows or str(each.params.get("field")) in shown]
            found["form"].tell(old)
        return draft, {**found, "follows": follows}
    found = _inputs(draft, part, None)
    if "check" in request.GET:
        found["form"].tell(draft.faults_in(part))
    return draft, found


def _inputs(draft: Draft, part: str, posted: Any) -> dict[str, Any]:
    form = draft.form(part, posted)
    return {
        "form": form,
        "groups": list(form.groups()),
        "shown": ",".join(each.name for each in form.questions),
        "deciding": redraws_on(form, draft.questions(part)),
        "has_table": any(each.type == "table" for each in form.questions),
    }


def _votes(request: HttpRequest, draft: Draft, room: Room, part: str) -> Served:
    asked = tuple(each for each in draft.kind.votes if draft.view.holds(each.when))
    saved = draft.filing.votes
    form = VotesForm(request.POST or None, votes=asked, initial=votes_initial(saved))
    if form.is_bound and form.is_valid():
        draft = draft.save(votes=form.counts())
        if leaving := _leave(request, draft, room):
            return leaving
        if not (faults := draft.faults_in(VOTES)):
            return redirect(room.part, draft.id, draft.after(part))
        form.tell(faults)
    return draft, {"form": form, "votes": [(*each, _tally(draft, each[0].id)) for each in form.groups()]}


def _tally(draft: Draft, vote: str) -> dict[str, Any]:
    try:
        return draft.view.vote(vote)
    except Fault:  # impossible counts: the fault stands beside them
        return {}


def _documents(request: HttpRequest, draft: Draft, room: Room, part: str) -> Served:
    if request.method != "POST":
        return draft, {"papers": draft.papers()}
    problems = []
    if file_id := request.POST.get("remove", ""):
        procedures.remove_document(draft.ctx, draft.id, file_id)
    for need, upload in _uploads(request):
        try:
            procedures.attach_document(draft.ctx, draft.id, (need, str(upload.name)[:200], upload.read()))
        except Fault as fault:
            tell_fault(request, fault)
            problems.append(need)
    draft = Draft(draft.ctx, draft.id)
    if leaving := _leave(request, draft, room):
        return leaving
    stays = file_id or problems or "attach" in request.POST
    return redirect(room.part, draft.id, part if stays else draft.after(part))


def _uploads(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(need, each) for need in request.FILES for each in request.FILES.getlist(need)]


def _review(request: HttpRequest, draft: Draft, room: Room, part: str) -> Served:
    if request.method == "POST":
        if leaving := _leave(request, draft, room):
            return leaving
        try:
            row = procedures.submit(draft.ctx, draft.id)
        except Fault as fault:
            tell_fault(request, fault)
            return redirect(room.part, draft.id, REVIEW)
        messages.success(request, _("Filed under the number %s.") % row.number)
        return redirect(room.case, row.id)
    titles = {each.id: each.title for each in draft.parts}
    wrong = [(place, titles.get(place, ""), say_fault(draft.kind, fault)) for place, fault in draft.faults]
    said = [
        (each, draft.said(each.id))
        for each in draft.parts
        if each.id not in (START, VOTES, DOCUMENTS, REVIEW)
    ]
    votes = [
        (each.title.say(language()), _tally(draft, each.id))
        for each in draft.kind.votes
        if draft.view.holds(each.when)
    ]
    return draft, {
        "wrong": wrong,
        "said": said,
        "votes": votes,
        "papers": draft.papers(),
        "checks": [] if wrong else say_checks(draft.view, procedures.checks_now(draft.ctx, draft.view)),
        "subject": draft.view.entry("subject"),
        **name_parties(draft),
    }


def name_parties(draft: Draft) -> dict[str, str]:
    """Return the names of who files and for whom."""
    row = draft.view.row
    found = parties.find_parties([each for each in (row.party, row.behalf) if each])
    how = next((each.title.say(language()) for each in draft.kind.behalf if each.id == row.behalf_how), "")
    return {
        "party_name": found[row.party].name if row.party in found else "",
        "behalf_name": found[row.behalf].name if row.behalf in found else "",
        "behalf_how": how,
    }


def _changed(filing: Filing) -> dict[str, Any]:
    return {
        "division": filing.division,
        "party": filing.party,
        "behalf": filing.behalf,
        "behalf_how": filing.behalf_how,
        "subject": filing.subject,
    }


def _leave(request: HttpRequest, draft: Draft, room: Room) -> HttpResponse | None:
    if "leave" not in request.POST:
        return None
    messages.success(request, _("Saved. You can go on whenever you like."))
    return redirect(room.home)


def _status(form: Any) -> int:
    return UNPROCESSABLE if form.is_bound and form.errors else 200
