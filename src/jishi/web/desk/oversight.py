"""What regulators and auditors look at: the access log, the state of the server."""

import csv
import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jishi.kernel.calendar.zone import MS_PER_DAY, start_of_day_ms
from jishi.platform.access import PERMISSIONS, require
from jishi.platform.context import Context
from jishi.platform.figures import read_figures
from jishi.platform.oversight import AccessQuery, each_access, find_accesses, read_standing
from jishi.platform.readiness import check_all
from jishi.platform.words import say
from jishi.web.desk.frame import desk_page, reach_of, render_desk
from jishi.web.shell.fields import day_field
from jishi.web.shell.moment import instant_text
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import site

LATE_BEAT_MS = 10_000
HEAD = ("at", "person", "action", "object", "division", "allowed")


class AccessForm(forms.Form):
    """Narrow the access log."""

    person = forms.CharField(label=_("Person (e-mail)"), required=False)
    action = forms.ChoiceField(
        label=_("Action"),
        required=False,
        choices=[("", "—"), *((each, each) for each in sorted(PERMISSIONS))],
    )
    object_id = forms.CharField(label=_("Object"), required=False)
    allowed = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", "—"), ("yes", _("permitted")), ("no", _("denied"))]
    )
    since = day_field(label=_("From day"), required=False)
    until = day_field(label=_("Until day"), required=False)


@desk_page("GET")
def list_accesses(request: HttpRequest) -> HttpResponse:
    """Show who asked for what guarded thing, and whether it was given."""
    ctx = ctx_of(request)
    require(ctx, "access_log.read")
    facets = AccessForm(request.GET or None)
    page = find_accesses(_query(ctx, facets), request.GET.get("after"))
    return render_desk(request, "desk/accesses.html", {"page": page, "facets": facets})


@desk_page("GET")
def save_accesses(request: HttpRequest) -> HttpResponse:
    """Give the chosen lines of the access log as CSV."""
    ctx = ctx_of(request)
    require(ctx, "access_log.read")
    lines = _write_csv(_query(ctx, AccessForm(request.GET or None)))
    headers = {"Content-Disposition": 'attachment; filename="access-log.csv"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)  # type: ignore[return-value]


@desk_page("GET")
def show_standing(request: HttpRequest) -> HttpResponse:
    """Show how the server stands: what is ready, sign of life, deadlines, bids and watchers, the evidence log."""
    ctx = ctx_of(request)
    require(ctx, "access_log.read")
    standing, now_ms = read_standing(ctx.now_ms()), ctx.now_ms()
    alive = standing.beat_ms is not None and now_ms - standing.beat_ms < LATE_BEAT_MS
    shown = {
        "standing": standing,
        "is_alive": alive,
        "now_ms": now_ms,
        "troubles": [say(*trouble, get_language() or "zh") for trouble in check_all().values() if trouble],
        "figures": (figures := read_figures()),
        "refused": [(_reason(code), code, count) for code, count in figures.refused],
    }
    return render_desk(request, "desk/standing.html", shown)


def _reason(code: str) -> str:
    """Return the sentence of a refusal without its figures, or the code where there is none."""
    said = say(code, {}, get_language() or "zh")
    return "" if said == code else re.sub(r"\{\w+\}", "…", said)


def _query(ctx: Context, facets: AccessForm) -> AccessQuery:
    facets.is_valid()
    said: dict[str, Any] = getattr(facets, "cleaned_data", {})
    since, until = (_start_ms(said.get(name)) for name in ("since", "until"))
    return AccessQuery(
        divisions=reach_of(ctx.actor, "access_log.read"),
        person=said.get("person", ""),
        action=said.get("action", ""),
        object_id=said.get("object_id", ""),
        allowed={"yes": True, "no": False}.get(said.get("allowed", "")),
        since_ms=since,
        until_ms=None if until is None else until + MS_PER_DAY,
    )


def _start_ms(day: Any) -> int | None:
    return None if day is None else start_of_day_ms(day, site().offset_minutes)


class _Line:
    """Take what csv writes and hand it on."""

    def write(self, text: str) -> str:
        return text


def _write_csv(query: AccessQuery) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + str(writer.writerow(HEAD))
    for row in each_access(query):
        person = row.person.email if row.person else ""
        cells = (instant_text(row.at_ms, "second"), person, row.action, row.object_id, row.division)
        yield str(writer.writerow([*(_plain(cell) for cell in cells), "yes" if row.allowed else "no"]))


def _plain(cell: str) -> str:
    """Keep a spreadsheet from reading a cell as a formula."""
    return "'" + cell if cell[:1] in tuple("=+-@＝＋－＠\t\r") else cell
