"""File at the desk, for the office itself or for a walk-in: the applicants' guided form in the desk's frame."""

from django.http import Http404, HttpRequest, HttpResponse

from jishi.kernel.fault import Fault
from jishi.web.desk.case import open_for_desk
from jishi.web.desk.case_kind import may_file
from jishi.web.desk.frame import desk_page, frame_of
from jishi.web.shell.guided_view import Room, begin, serve_part
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import market_pack

ROOM = Room("desk/case_filing.html", "desk:case_form", "desk:case", "desk:procedures", staff=True)


@desk_page("GET", "POST")
def start(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Ask for whom and about what; then the draft is kept under who files."""
    kind = market_pack().procedures.get(procedure_id)
    if kind is None or kind.start.by != "application":
        raise Http404
    if not may_file(ctx_of(request), kind):
        raise Fault("access.denied", action="case.file_for")
    return begin(request, kind, ROOM, **frame_of(request))


@desk_page("GET", "POST")
def fill(request: HttpRequest, case_id: str, part: str) -> HttpResponse:
    """Show one part of one's own draft, or take it."""
    seen = open_for_desk(ctx_of(request), case_id)
    if seen.view.row.phase == "draft" and seen.view.row.made_by_id != ctx_of(request).actor.user_id:
        raise Fault("procedures.case.unknown", case=case_id)
    return serve_part(request, case_id, part, ROOM, **frame_of(request))
