"""Notices, results, the change feed and the OCDS package: what is read in pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from jishi.apps.catalogue import api as catalogue
from jishi.apps.market import reads
from jishi.apps.market.api import withheld_places
from jishi.apps.parties import api as parties
from jishi.platform.evidence import read_log
from jishi.web.api_v1 import shapes, show
from jishi.web.api_v1.answer import send_json

router = Router(tags=["catalogue"])
OFFERING = "offering/"


@router.get("/notices", response=shapes.NoticePage)
def find_notices(
    request: HttpRequest, cursor: str | None = None, size: int = Query(30, ge=1, le=100)
) -> dict[str, Any]:
    """Page all notices, newest first."""
    page = reads.find_notices(cursor, size)
    return {"items": [show.show_notice(row) for row in page.rows], "next": page.next, "total": page.total}


@router.get("/notices/{notice_id}", response={200: shapes.NoticeOut, 404: shapes.Problem})
def read_notice(request: HttpRequest, notice_id: str) -> dict[str, Any]:
    """Return one notice."""
    return show.show_notice(reads.get_notice(notice_id))


@router.get("/results", response=shapes.ResultPage)
def find_results(
    request: HttpRequest, cursor: str | None = None, size: int = Query(30, ge=1, le=100)
) -> dict[str, Any]:
    """Page published results, newest first."""
    page = reads.find_results(cursor, size)
    names = parties.find_parties(show.winners_in([row.body for row in page.rows]))
    items = [show.show_result(row, names) for row in page.rows]
    return {"items": items, "next": page.next, "total": page.total}


@router.get("/changes", response=shapes.Changes)
def read_changes(
    request: HttpRequest,
    after: int = Query(-1, ge=-1, description="the last index you have; -1 reads from the start"),
    limit: int = Query(100, ge=1, le=500),
) -> dict[str, Any]:
    """Return what happened after an index, in order. An entry is never given an index below one already read."""
    rows = read_log(after, limit)
    named = {row.stream.removeprefix(OFFERING) for row in rows if row.stream.startswith(OFFERING)}
    public = {OFFERING + offering_id for offering_id in reads.list_public(named)}
    kept = withheld_places(named)
    items = [
        show.show_entry(row, public=row.stream in public and (row.stream, row.seq) not in kept)
        for row in rows
    ]
    last = items[-1]["index"] if items else after
    return {"items": items, "next": last, "more": len(items) == limit}


@router.get("/ocds")
def read_package(
    request: HttpRequest, cursor: str | None = None, size: int = Query(50, ge=1, le=200)
) -> HttpResponse:
    """Page the OCDS 1.1 releases of every public offering, latest change first; `links.next` is the next page."""
    page = reads.find_offerings({}, "", cursor, size)
    path = f"/api/v1/ocds?size={size}"
    here = f"{path}&cursor={cursor}" if cursor else path
    latest_ms = max((row.updated_ms for row in page.rows), default=0)
    package = catalogue.package_of([row.id for row in page.rows], path=here, published_ms=latest_ms)
    if page.next:
        package["links"] = {"next": f"{catalogue.publisher().address}{path}&cursor={page.next}"}
    return send_json(request, catalogue.write_json(package))
