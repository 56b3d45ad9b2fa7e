"""Apply in a procedure: the guided form in the participant's room, part by part, saved as one goes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.apps.procedures import api as procedures
from jishi.kernel.fault import Fault
from jishi.web.participant.page import crumbs, page
from jishi.web.shell.guided_view import Room, begin, serve_part
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, market_pack

ROOM = Room("participant/filing.html", "participant:filing", "participant:case", "participant:cases")


@page("GET", "POST")
def start(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Ask who applies and about what; then the draft is kept."""
    kind = market_pack().procedures.get(procedure_id)
    if kind is None or kind.start.by != "application" or not kind.start.kinds:
        raise Http404
    title = kind.title.say(language())
    way = crumbs((_("My cases"), reverse("participant:cases")), (title, None))
    if not ctx_of(request).actor.parties:
        return render(
            request, "participant/filing_no_party.html", {"title": title, "kind": kind, "crumbs": way}
        )
    return begin(request, kind, ROOM, crumbs=way)


@page("GET", "POST")
def fill(request: HttpRequest, case_id: str, part: str) -> HttpResponse:
    """Show one part of a draft, or take it."""
    require_mine(request, case_id)
    way = crumbs((_("My cases"), reverse("participant:cases")), (_("Fill in the form"), None))
    return serve_part(request, case_id, part, ROOM, crumbs=way)


def require_mine(request: HttpRequest, case_id: str) -> None:
    """Raise Fault `procedures.case.unknown` where a case is not the reader's own: the desk has pages of its own."""
    ctx = ctx_of(request)
    row = procedures.view_for(ctx, case_id).row
    own = {row.party, row.behalf} & set(ctx.actor.parties)
    if not own and row.made_by_id != ctx.actor.user_id:
        raise Fault("procedures.case.unknown", case=case_id)
