"""Procedures, their publications and the documents they issue: what anybody may read."""

from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router

from jishi.apps.procedures import api as procedures
from jishi.kernel.fault import Fault
from jishi.web.api_v1 import case_shapes, shapes
from jishi.web.public.procedures import notice, paper, procedure
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import market_pack, site

router = Router(tags=["procedures"])


@router.get("/procedures", response=list[case_shapes.ProcedureLine])
def list_procedures(request: HttpRequest) -> list[dict[str, Any]]:
    """Return every procedure (办事事项) of the pack in force."""
    return procedure.list_short()


@router.get("/procedures/{procedure_id}", response={200: dict[str, Any], 404: shapes.Problem})
def read_procedure(request: HttpRequest, procedure_id: str) -> dict[str, Any]:
    """Return one procedure: fields, documents, steps with their clocks and clauses, ends, counts of cases."""
    kind = market_pack().procedures.get(procedure_id)
    if kind is None:
        raise Http404
    return procedure.describe(kind, site().day(ctx_of(request).now_ms()))


@router.get("/publications", response=case_shapes.PublicationPage)
def list_publications(
    request: HttpRequest,
    *,
    procedure: str = "",
    division: str = Query("", pattern="^[0-9]{0,6}$"),
    cursor: str | None = Query(None, max_length=60),
    size: int = Query(30, ge=1, le=100),
) -> dict[str, Any]:
    """Page publications (公示) of cases, newest first."""
    page = procedures.list_notices(procedure, division, cursor, size)
    return {"items": [notice.show_notice(row) for row in page.rows], "next": page.next, "total": page.total}


@router.get("/publications/{publication_id}", response={200: case_shapes.Publication, 404: shapes.Problem})
def read_publication(request: HttpRequest, publication_id: str) -> dict[str, Any]:
    """Return one publication."""
    return notice.show_notice(notice.find(publication_id))


@router.get("/papers/{path:number}", response={200: case_shapes.PaperOut, 404: shapes.Problem})
def verify_paper(request: HttpRequest, number: str) -> dict[str, Any]:
    """Verify an issued document (证照、文书) by its number: valid, lapsed or revoked; personal lines masked."""
    found = paper.find(request, number)
    if found is None:
        raise Fault("procedures.paper.unknown", number=number)
    return paper.show_paper(found)
