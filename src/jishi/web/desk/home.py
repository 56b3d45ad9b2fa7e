"""The first page of the desk: the inbox, cases beside everything else, and the same list as a file."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from jishi.platform.access import STAFF, divisions_of
from jishi.platform.context import Context
from jishi.web.desk.case_inbox import Asked, departments_of, each_item, page_inbox, procedures_of, read_asked
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.desk.inbox import Inbox, read_inbox
from jishi.web.public.table import Cell, save_table
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, market_pack, site


@desk_page("GET")
def show_home(request: HttpRequest) -> HttpResponse:
    """Show what waits for one's roles; kind, procedure, department, division and ?due=soon|over narrow it."""
    ctx = ctx_of(request)
    inbox, asked = read_inbox(ctx), read_asked(request.GET)
    page = page_inbox(ctx, inbox, asked, request.GET.get("after"))
    shown = {
        "inbox": inbox,
        "page": page,
        "items": page.rows,
        "kind": asked.kind,
        "due": asked.due,
        "asked": asked,
        "narrowed": asked != Asked(),
        **_choices(ctx, asked),
    }
    return render_desk(request, "desk/home.html", shown)


@desk_page("GET")  # type: ignore[arg-type]  # a stream is no HttpResponse, and passes all the same
def save_inbox(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give the inbox as it is narrowed as CSV or XLSX, at most ten thousand lines."""
    ctx = ctx_of(request)
    head = [_("Matter"), _("Kind"), _("Step"), _("Division"), _("By"), _("Left"), _("Clauses")]
    return save_table(
        "inbox",
        "xlsx" if form == "xlsx" else "csv",
        head,
        _cells(ctx, read_inbox(ctx), read_asked(request.GET)),
    )


def _cells(ctx: Context, inbox: Inbox, asked: Asked) -> Iterator[list[Cell]]:
    for item in each_item(ctx, inbox, asked):
        day = item.due_day or (site().day(item.due_ms) if item.due_ms is not None else None)
        yield [
            item.title, str(item.label), str(item.step), item.division,
            day.isoformat() if day else "", item.left, " ".join(item.clauses),
        ]  # fmt: skip


def _choices(ctx: Context, asked: Asked) -> dict[str, Any]:
    """Give what the inbox may be narrowed by: procedures, departments, divisions of one's own."""
    pack, lang = market_pack(), language()
    within = procedures_of(pack, asked.department) if asked.department else tuple(pack.procedures)
    reach = divisions_of(ctx.actor, STAFF)
    places = [
        (code, place.name_en if lang == "en" else place.name_zh)
        for code, place in pack.divisions.items()
        if any(code.startswith(each.rstrip("0")) for each in reach)
    ]
    return {
        "procedures": [(each, pack.procedures[each].title.say(lang)) for each in within],
        "departments": departments_of(pack),
        "divisions": places if len(places) > 1 else [],
    }
