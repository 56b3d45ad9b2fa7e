"""The tender of a release: status, prices, periods, items and documents of an offering (标的)."""

from typing import Any

from jishi.apps.catalogue.document import bundle_document, notice_document, notice_name
from jishi.apps.catalogue.facts import Announcement, Lot, ReleaseFacts
from jishi.apps.catalogue.value import (
    LAND_USE_SCHEME,
    Json,
    end_of_day,
    instant,
    money,
    reference,
    square_metres,
)

# A lot that found no buyer is unsuccessful, also where its cap was reached or it goes on as an auction.
STATUSES = {
    "noticed": "active",
    "unsold": "unsuccessful",
    "halted": "unsuccessful",
    "converted": "unsuccessful",
    "terminated": "cancelled",
}


def build_tender(facts: ReleaseFacts) -> Json:
    """Return the tender of an offering; a start price is the least value, the cap (if any) the greatest."""
    lot = facts.lot
    said = [each for each in facts.notices if each.kind not in ("result", "default")]
    tender: Json = {
        "id": lot.number,
        "title": lot.title,
        "description": _description(lot),
        "status": tender_status(lot),
        "procuringEntity": reference(facts.grantor),
        "items": build_items(lot),
        **_values(lot),
        "procurementMethod": "open",
        "procurementMethodDetails": lot.method,
        **_criteria(lot),
        "submissionMethod": ["electronicAuction"],
        "submissionMethodDetails": f"{facts.publisher.address}/lots/{lot.id}/",
        "documents": [*(notice_document(facts, each) for each in said), bundle_document(facts)],
        **_periods(facts),
    }
    if lot.closed_ms is not None:
        tender["numberOfTenderers"] = lot.registrants
    if facts.tenderers:
        tender["tenderers"] = [reference(each) for each in facts.tenderers]
    if amendments := [_amendment(facts, each) for each in said if each.kind != "notice"]:
        tender["amendments"] = amendments
    return tender


def _criteria(lot: Lot) -> Json:
    code, details = lot.criteria
    return {**({"awardCriteria": code} if code else {}), "awardCriteriaDetails": details}


def _values(lot: Lot) -> Json:
    """Return the values of a lot that states a start price or a cap; other mechanisms have no such value."""
    stated = {"value": lot.cap_fen or lot.start_price_fen, "minValue": lot.start_price_fen}
    return {name: money(fen) for name, fen in stated.items() if fen is not None}


def tender_status(lot: Lot) -> str:
    """Return the closed code of the tender's status."""
    if lot.state == "noticed" and lot.phase == "scheduled":
        return "planned"
    return STATUSES.get(lot.state, "complete")


def build_items(lot: Lot) -> list[Json]:
    """Return one item a land use, classified by GB/T 21010 where the notice names exactly one class."""
    uses: list[dict[str, Any]] = lot.lot.get("uses") or [{"name": lot.title}]
    whole = lot.lot.get("area_cm2") if len(uses) == 1 else None
    return [_build_item(number, use, whole) for number, use in enumerate(uses, 1)]


def _build_item(number: int, use: dict[str, Any], whole_cm2: int | None) -> Json:
    name = use.get("name") or "土地使用权"
    years = use.get("term_years")
    item: Json = {"id": str(number), "description": f"{name}（出让年限 {years} 年）" if years else name}
    if use.get("code"):
        item["classification"] = {"scheme": LAND_USE_SCHEME, "id": use["code"], "description": name}
    area_cm2 = use.get("area_cm2") or whole_cm2
    if area_cm2:
        item["quantity"] = square_metres(area_cm2)
        item["unit"] = {"scheme": "UNCEFACT", "id": "MTK", "name": "平方米"}
    return item


def _description(lot: Lot) -> str:
    parts = [lot.place, lot.lot.get("place"), lot.lot.get("parcel_no"), lot.lot.get("conditions")]
    marks = ["已中止"] if lot.suspended else []
    if lot.simulated:
        marks.append("演示数据，非真实交易")
    return "；".join(str(part) for part in (*parts, *marks) if part)


def _periods(facts: ReleaseFacts) -> Json:
    lot, offset = facts.lot, facts.publisher.offset_minutes
    award: Json = {"startDate": instant(lot.closed_ms or lot.listing_end, offset)}
    if lot.award_day is not None:
        award["endDate"] = end_of_day(lot.award_day, offset)
    return {
        "tenderPeriod": _period(lot.listing_start, lot.listing_end, offset),
        "enquiryPeriod": _period(lot.notice_ms, lot.registration_end, offset),
        "awardPeriod": award,
    }


def _period(start_ms: int, end_ms: int, offset: int) -> Json:
    return {"startDate": instant(start_ms, offset), "endDate": instant(end_ms, offset)}


def _amendment(facts: ReleaseFacts, notice: Announcement) -> Json:
    return {
        "id": notice.id,
        "date": instant(notice.at_ms, facts.publisher.offset_minutes),
        "description": notice_name(notice),
        "rationale": notice.reason or notice_name(notice),
    }
