"""Offerings: found by facets, read in full, with notices, ladder, evidence, bundle and release."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from jishi.apps.catalogue import api as catalogue
from jishi.apps.market import api as market
from jishi.apps.market import reads
from jishi.web.api_v1 import shapes, show
from jishi.web.api_v1.answer import send_json

router = Router(tags=["offerings"])
FACETS = ("state", "phase", "use_class", "division")


class OfferingQuery(Schema):
    """Choose offerings. A division takes in everything below it: `220000`, `220100`, `220102`."""

    state: str = ""
    phase: str = ""
    use_class: str = ""
    factor: str = ""
    division: str = Field("", pattern="^[0-9]{0,6}$")
    q: str = Field("", max_length=100, description="words of number, title or place")
    facets: bool = Field(False, description="count offerings by facet as well")
    cursor: str | None = Field(None, max_length=60)
    size: int = Field(24, ge=1, le=100)


@router.get("", response=shapes.OfferingPage)
def find_offerings(request: HttpRequest, query: Query[OfferingQuery]) -> dict[str, Any]:
    """Page public offerings, latest change first."""
    facets = {name: getattr(query, name) for name in (*FACETS, "factor")}
    page = reads.find_offerings(facets, query.q, query.cursor, query.size)
    shown: dict[str, Any] = {
        "items": [show.show_line(row) for row in page.rows],
        "next": page.next,
        "total": page.total,
    }
    if query.facets:
        counted = reads.count_facets(facets, query.q, FACETS)
        shown["facets"] = {
            name: [{"value": value, "count": count} for value, count in rows]
            for name, rows in counted.items()
        }
    return shown


@router.get("/{offering_id}", response={200: shapes.OfferingFull, 404: shapes.Problem})
def read_offering(request: HttpRequest, offering_id: str) -> dict[str, Any]:
    """Return one public offering in full."""
    return show.show_offering(reads.get_public_offering(offering_id))


@router.get("/{offering_id}/notices", response={200: list[shapes.NoticeOut], 404: shapes.Problem})
def list_notices(request: HttpRequest, offering_id: str) -> list[dict[str, Any]]:
    """Return the notices of an offering, oldest first."""
    offering = reads.get_public_offering(offering_id)
    rows = reads.list_notices(offering_id)
    for row in rows:
        row.offering = offering
    return [show.show_notice(row) for row in rows]


@router.get("/{offering_id}/ladder", response={200: list[shapes.Rung], 404: shapes.Problem})
def list_ladder(
    request: HttpRequest,
    offering_id: str,
    after_seq: int = Query(0, ge=0),
    limit: int = Query(50, ge=1, le=500),
) -> list[dict[str, Any]]:
    """Return accepted quotes, latest first."""
    reads.get_public_offering(offering_id)
    return reads.list_ladder(offering_id, limit, after_seq)


@router.get("/{offering_id}/entries", response={200: list[shapes.EntryOut], 404: shapes.Problem})
def list_entries(
    request: HttpRequest,
    offering_id: str,
    after_seq: int = Query(0, ge=0),
    limit: int = Query(100, ge=1, le=1000),
) -> list[dict[str, Any]]:
    """Return the evidence of an offering in order; `data` of a quote is null until everyone's become public."""
    reads.get_public_offering(offering_id)
    rows = reads.list_entries(offering_id, after_seq, limit)
    kept = market.withheld_places([offering_id])
    return [show.show_entry(row, public=(row.stream, row.seq) not in kept) for row in rows]


@router.get("/{offering_id}/entries/{seq}/receipt", response={200: dict[str, Any], 404: shapes.Problem})
def read_receipt(request: HttpRequest, offering_id: str, seq: int) -> dict[str, Any]:
    """Return the signed receipt (回执) of one entry."""
    return market.receipt_of(reads.get_public_offering(offering_id).stream, seq)


@router.get("/{offering_id}/bundle", response={404: shapes.Problem})
def read_bundle(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Return the signed bundle that `jishi verify` checks, byte for byte."""
    offering = reads.get_public_offering(offering_id)
    return send_json(request, market.bundle_offering(offering), f"{offering.id}.bundle.json")


@router.get("/{offering_id}/ocds", response={404: shapes.Problem})
def read_release(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Return an OCDS 1.1 release package with this one offering."""
    offering = reads.get_public_offering(offering_id)
    path = f"/api/v1/offerings/{offering.id}/ocds"
    package = catalogue.package_of([offering.id], path=path, published_ms=offering.updated_ms)
    return send_json(request, catalogue.write_json(package), f"{offering.id}.ocds.json")
