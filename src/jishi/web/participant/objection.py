"""My objections to publications: what I said, where each stands and how the office answered; nobody else's."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.apps.procedures import api as procedures
from jishi.web.participant.page import crumbs, page
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language


@page("GET")
def list_own(request: HttpRequest) -> HttpResponse:
    """List one's objections to publications, newest first."""
    found = procedures.list_own_objections(ctx_of(request), cursor=request.GET.get("after"))
    shown = {"page": found, "rows": titled(found.rows), "crumbs": crumbs((_("My objections"), None))}
    return render(request, "participant/objections.html", shown)


@page("GET")
def show(request: HttpRequest, objection_id: str) -> HttpResponse:
    """Show one objection of one's own with its answer; 404 for another person's."""
    own = procedures.open_own_objection(ctx_of(request), objection_id)
    title = own.notice.title[language()]
    way = crumbs((_("My objections"), reverse("participant:objections")), (title, None))
    return render(request, "participant/objection.html", {"own": own, "title": title, "crumbs": way})


def titled(rows: list[procedures.OwnObjection]) -> list[tuple[procedures.OwnObjection, str]]:
    """Return objections, each with the title of its publication in the language of the page."""
    return [(each, each.notice.title[language()]) for each in rows]
