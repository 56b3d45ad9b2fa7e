"""Objections (异议) by program: how many there are for everybody, one's own with their answers, and a new one.

Words and names are the objector's and the office's alone; who asks without signing in reads counts. What was filed
is answered by the office and cannot be withdrawn.
"""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Status

from jishi.apps.market import actions
from jishi.apps.market import reads as market
from jishi.apps.procedures import api as procedures
from jishi.web.api_v1 import case_shapes, shapes
from jishi.web.api_v1.limit import BIDDING, Limit
from jishi.web.api_v1.signing import SIGNED_IN
from jishi.web.public.procedures import notice
from jishi.web.public.views.results import WRITING
from jishi.web.shell.posting import ctx_of

router = Router(tags=["objections"])
MISSING = {404: shapes.Problem}
REFUSED = dict.fromkeys((401, 403, 404, 409, 422, 429), shapes.Problem)
OPEN, ANSWERED, LAPSED = "open", "answered", "lapsed"


@router.get(
    "/publications/{publication_id}/objections", response={200: case_shapes.ObjectionCount, **MISSING}
)
def count_to_publication(request: HttpRequest, publication_id: str) -> dict[str, Any]:
    """Count the objections to a publication (公示) of a case."""
    filed, answered = procedures.count_objections(notice.find(publication_id).id)
    return {"filed": filed, "answered": answered}


@router.post(
    "/publications/{publication_id}/objections", response={201: case_shapes.ObjectionOut, **REFUSED},
    auth=SIGNED_IN, throttle=[BIDDING],
)  # fmt: skip
def object_to_publication(request: HttpRequest, publication_id: str, payload: case_shapes.ObjectionIn) -> Any:
    """Object to a publication while it is open, once."""
    made = procedures.object_to(ctx_of(request), publication_id, payload.text)
    return Status(201, {"id": made.id, "state": made.state, "at_ms": made.at_ms})


@router.get("/offerings/{offering_id}/objections", response={200: case_shapes.ObjectionCount, **MISSING})
def count_to_offering(request: HttpRequest, offering_id: str) -> dict[str, Any]:
    """Count the objections to the result of an offering, or to what it made public before."""
    lot = market.get_public_offering(offering_id)
    filed, answered = market.count_objections([lot.id]).get(lot.id, (0, 0))
    return {"filed": filed, "answered": answered}


@router.post(
    "/offerings/{offering_id}/objections", response={201: case_shapes.ObjectionOut, **REFUSED},
    auth=SIGNED_IN, throttle=[Limit(WRITING)],
)  # fmt: skip
def object_to_offering(request: HttpRequest, offering_id: str, payload: case_shapes.ObjectionIn) -> Any:
    """Object to a published result, or to candidates or a price while they are public; the same words count once."""
    lot = market.get_public_offering(offering_id)
    made = actions.object_to_result(ctx_of(request), lot.id, payload.text)
    return Status(201, {"id": made.id, "state": OPEN, "at_ms": made.at_ms})


@router.get("/objections", response={200: case_shapes.ObjectionPage, **REFUSED}, auth=SIGNED_IN)
def list_own(
    request: HttpRequest,
    *,
    to: Literal["publication", "offering"] = "publication",
    cursor: str | None = Query(None, max_length=60),
    size: int = Query(30, ge=1, le=100),
) -> dict[str, Any]:
    """Page the caller's own objections to publications of cases, or to offerings (200 at most), newest first."""
    ctx = ctx_of(request)
    if to == "offering":
        rows = [_of_offering(each) for each in market.list_own_objections(ctx.actor.user_id or 0)]
        return {"items": rows, "next": None, "total": len(rows)}
    page = procedures.list_own_objections(ctx, cursor, size)
    return {"items": [_of_publication(each) for each in page.rows], "next": page.next, "total": page.total}


def _of_offering(row: Any) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in ("id", "text", "answer", "at_ms", "answered_ms")}
    return {**said, "to": row.offering_id, "state": OPEN if row.answered_ms is None else ANSWERED}


def _of_publication(own: procedures.OwnObjection) -> dict[str, Any]:
    row = own.objection
    said = {name: getattr(row, name) for name in ("id", "text", "answer", "at_ms", "answered_ms")}
    return {**said, "to": own.notice.id, "state": LAPSED if own.lapsed else row.state}
