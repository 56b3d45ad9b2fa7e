"""The first page of the desk: the inbox."""

from django.http import HttpRequest, HttpResponse

from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.desk.inbox import read_inbox
from jishi.web.shell.posting import ctx_of


@desk_page("GET")
def show_home(request: HttpRequest) -> HttpResponse:
    """Show what waits for one's roles; ?kind= and ?due=soon|over narrow it."""
    inbox = read_inbox(ctx_of(request))
    kind, due = request.GET.get("kind", ""), request.GET.get("due", "")
    items = [item for item in inbox.items if not kind or item.kind == kind]
    if due in ("soon", "over"):
        items = [item for item in items if (item.near if due == "soon" else item.late)]
    return render_desk(request, "desk/home.html", {"inbox": inbox, "items": items, "kind": kind, "due": due})
