"""What one was told about one's cases; the same goes out by mail."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.apps.procedures import api as procedures
from jishi.web.participant.case_form import say_told
from jishi.web.participant.page import crumbs, page
from jishi.web.shell.posting import ctx_of


@page("GET", "POST")
def list_own(request: HttpRequest) -> HttpResponse:
    """List one's messages, newest first; a post says that they are read."""
    ctx = ctx_of(request)
    if request.method == "POST":
        count = procedures.mark_read(ctx)
        messages.success(request, _("Marked as read: %d.") % count)
        return redirect("participant:messages")
    found = procedures.list_messages(ctx, request.GET.get("after"))
    shown = {
        "page": found,
        "rows": [(each, say_told(each.code, each.params), _address(each)) for each in found.rows],
        "unread": procedures.count_unread(ctx),
        "crumbs": crumbs((_("Messages"), None)),
    }
    return render(request, "participant/messages.html", shown)


def _address(row: procedures.MessageRow) -> str:
    """Return the page a message is about: who only objected to a case does not see the case."""
    if objection := row.params.get("objection"):
        return reverse("participant:objection", args=[objection])
    return reverse("participant:case", args=[row.case])
