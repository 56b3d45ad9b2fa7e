"""Build one OCDS 1.1 release that restates an offering as it stands; what each field means: docs/ocds.md."""

from jishi.apps.catalogue.agreement import build_contract
from jishi.apps.catalogue.document import notice_document
from jishi.apps.catalogue.facts import Award, ReleaseFacts
from jishi.apps.catalogue.tender import build_items, build_tender
from jishi.apps.catalogue.value import Json, instant, money, party, reference

AWARDED = ("ended", "confirmed", "published", "contracted", "completed", "defaulted")
OF_AWARD = ("result", "default")


def build_release(facts: ReleaseFacts) -> Json:
    """Return the release of an offering. Amounts are exact decimals: write it with `write_json`."""
    lot, publisher = facts.lot, facts.publisher
    ocid = publisher.ocid(lot.id)
    awards = [_build_award(facts, each) for each in facts.awards] if lot.state in AWARDED else []
    contracts = [build_contract(facts, each) for each in facts.agreements]
    release: Json = {
        "ocid": ocid,
        "id": f"{ocid}-{lot.seq}",
        "date": instant(lot.updated_ms, publisher.offset_minutes),
        "tag": _tags(facts, bool(awards)),
        "initiationType": "tender",
        "language": "zh",
        "parties": _parties(facts),
        "buyer": reference(facts.grantor),
        "planning": {"rationale": lot.product},
        "tender": build_tender(facts),
    }
    if awards:
        release["awards"] = awards
    if contracts:
        release["contracts"] = contracts
    if lot.previous_id:
        release["relatedProcesses"] = [_previous(facts)]
    return release


def _tags(facts: ReleaseFacts, awarded: bool) -> list[str]:
    if facts.lot.state == "terminated":
        return ["tenderCancellation"]
    if facts.lot.state == "defaulted":
        return ["awardCancellation"]
    tags = ["planning", "tender"]
    if awarded:
        tags.append("award")
    if facts.agreements:
        tags.append("contract")
        if any(one.credited_fen or one.paid_fen for each in facts.agreements for one in each.payments):
            tags.append("implementation")
        if all(each.fulfilled for each in facts.agreements):
            tags.append("contractTermination")
    return tags


def _parties(facts: ReleaseFacts) -> list[Json]:
    grantor_roles, winner_roles = ["buyer", "procuringEntity"], ["tenderer", "supplier"]
    if facts.agreements:
        grantor_roles, winner_roles = [*grantor_roles, "payee"], [*winner_roles, "payer"]
    won = {each.id for award in facts.awards for each in award.suppliers}
    return [
        party(facts.grantor, grantor_roles),
        *(party(each, winner_roles if each.id in won else ["tenderer"]) for each in facts.tenderers),
    ]


def _build_award(facts: ReleaseFacts, given: Award) -> Json:
    lot, offset = facts.lot, facts.publisher.offset_minutes
    award: Json = {
        "id": given.id,
        "title": given.title,
        "status": _award_status(lot.state, given),
        "value": money(given.value_fen),
        "items": build_items(lot),
    }
    if lot.closed_ms is not None:
        award["date"] = instant(lot.closed_ms, offset)
    if given.suppliers:
        award["suppliers"] = [reference(each) for each in given.suppliers]
    if results := [each for each in facts.notices if each.kind in OF_AWARD]:
        award["documents"] = [notice_document(facts, each) for each in results]
    return award


def _award_status(state: str, given: Award) -> str:
    if given.cancelled:
        return "cancelled"
    return "pending" if state == "ended" else "active"


def _previous(facts: ReleaseFacts) -> Json:
    before = facts.lot.previous_id
    return {
        "id": "1",
        "relationship": ["unsuccessfulProcess"],
        "scheme": "ocid",
        "identifier": facts.publisher.ocid(before),
        "uri": f"{facts.publisher.address}/api/v1/offerings/{before}/ocds",
    }
