"""All notices, one notice as it was published, and the Atom feed."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.apps.market import reads as market
from jishi.kernel.spelling import visible
from jishi.web.public.cards import facts_text
from jishi.web.public.notice import (
    kind_of,
    list_changes,
    list_published,
    published_terms,
    say_outage,
    title_of,
)
from jishi.web.public.parcel import list_facts, list_sheets
from jishi.web.public.record import list_rows
from jishi.web.public.timeline import list_checks
from jishi.web.shell.site import language, site

FEED_ROWS = 50


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the notices, newest first."""
    found = market.find_notices(request.GET.get("after"))
    rows = [(notice, kind_of(notice)) for notice in found.rows]
    return render(request, "public/notices.html", {"page": found, "rows": rows})


@require_safe
def show_one(request: HttpRequest, notice_id: str) -> HttpResponse:
    """Show one notice with the terms it published; later notices do not change it."""
    notice = market.get_notice(notice_id)
    offering = notice.offering
    data = published_terms(notice)
    lot = (data or {}).get("lot", offering.lot)
    page = {
        "notice": notice,
        "offering": offering,
        "kind": kind_of(notice),
        "outage": say_outage(notice),
        "changes": list_changes(notice.body),
        "published": list_published(data) if data else [],
        "facts": list_facts(offering.register_kind, lot) if data else [],
        "sheets": list_sheets(offering.register_kind, lot) if data else [],
        "checks": list_checks(data["limits"]) if data else [],
        "result": list_rows([notice])[0] if notice.kind in market.RESULT_KINDS else None,
        "others": [
            (each, kind_of(each)) for each in market.list_notices(offering.id) if each.id != notice.id
        ],
    }
    return render(request, "public/notice.html", page)


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Send the latest notices as an Atom feed."""
    home = settings.JISHI_PUBLIC_URL
    atom = Atom1Feed(
        title=_("Notices") + " · " + site().name(),
        link=home + reverse("public:notices"),
        description="",
        language="en" if language() == "en" else "zh-Hans",
        feed_url=home + reverse("public:feed"),
    )
    for notice in market.find_notices(size=FEED_ROWS).rows:
        atom.add_item(
            title=visible(title_of(notice)),
            link=home + reverse("public:notice", args=[notice.id]),
            description=visible(say_outage(notice) or facts_text(notice.offering)),
            unique_id=f"urn:jishi:notice:{notice.id}",
            pubdate=site().local(notice.at_ms),
            updateddate=site().local(notice.at_ms),
        )
    return HttpResponse(atom.writeString("utf-8"), content_type=Atom1Feed.content_type)
