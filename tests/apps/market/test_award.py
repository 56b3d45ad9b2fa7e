"""Confirmation, publication, objections, and what sibling rooms write afterwards."""

import json

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.models import Objection, Registration
from jishi.apps.market.publication import bundle_offering, receipt_of
from jishi.apps.market.reads import find_results, get_offering, list_notices, list_objections
from jishi.apps.registers import api as registers
from jishi.kernel.evidence.receipt import verify_receipt
from jishi.kernel.fault import Fault
from jishi.platform.evidence import read_stream
from tests.apps.market.hall import START_FEN, STEP_FEN, Hall, failed_checks


def test_a_sale_is_confirmed_and_published(hall: Hall) -> None:
    offering = hall.sell()
    assert (offering.state, offering.outcome["price_fen"]) == ("ended", START_FEN + STEP_FEN)
    (winner,) = market.confirm_sale(hall.as_("reviewer"), offering.id)
    assert winner.party == hall.parties["south"]
    assert failed_checks(offering) == {}
    market.publish_result(hall.as_("reviewer"), offering.id)
    stored = get_offering(offering.id)
    assert stored.state == "published"
    assert registers.get_entry(offering.entry_id).state == "offered", "still this lot's until it is granted"
    result = find_results().rows[0]
    assert (result.offering, result.body["winner"], result.body["price_fen"]) == (
        stored,
        winner.party,
        START_FEN + STEP_FEN,
    )
    published = json.loads(read_stream(offering.stream)[-1].data)
    assert published["winner_commitment"] == winner.commitment
    assert winner.party not in json.dumps(published)
    assert failed_checks(offering) == {}


def test_each_step_happens_once_and_in_order(hall: Hall) -> None:
    offering = hall.sell()
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        market.publish_result(hall.as_("reviewer"), offering.id)
    market.confirm_sale(hall.as_("reviewer"), offering.id)
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        market.confirm_sale(hall.as_("reviewer"), offering.id)
    market.publish_result(hall.as_("reviewer"), offering.id)
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        market.publish_result(hall.as_("reviewer"), offering.id)


def test_no_sale_is_published_once_and_frees_the_parcel(hall: Hall) -> None:
    offering = hall.run_out(hall.offer())
    market.publish_result(hall.as_("reviewer"), offering.id)
    assert registers.get_entry(offering.entry_id).state == "planned"
    body = list_notices(offering.id)[-1].body
    assert (body["result"], body["reason"], body["winner"]) == ("unsold", "no_quote", None)
    with pytest.raises(Fault, match=r"market\.result\.published"):
        market.publish_result(hall.as_("reviewer"), offering.id)
    assert failed_checks(offering) == {}


def test_an_officer_of_any_bidder_confirms_and_publishes_nothing(hall: Hall) -> None:
    offering = hall.sell()
    own = hall.as_("reviewer", parties=(hall.parties["north"],))  # who lost
    with pytest.raises(Fault, match=r"market\.own_case"):
        market.confirm_sale(own, offering.id)
    market.confirm_sale(hall.as_("reviewer"), offering.id)
    with pytest.raises(Fault, match=r"market\.own_case"):
        market.publish_result(own, offering.id)


def test_a_lot_without_a_buyer_is_not_confirmed(hall: Hall) -> None:
    offering = hall.run_out(hall.offer())
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        market.confirm_sale(hall.as_("reviewer"), offering.id)


def test_whoever_is_signed_in_objects_to_a_published_result(hall: Hall) -> None:
    offering = hall.sell()
    with pytest.raises(Fault, match=r"market\.result\.unpublished"):
        market.object_to_result(hall.as_("member"), offering.id, "异议")
    market.confirm_sale(hall.as_("reviewer"), offering.id)
    market.publish_result(hall.as_("reviewer"), offering.id)
    objection = market.object_to_result(hall.as_("member"), offering.id, " 程序有误 ")
    assert list_objections(offering.id) == [objection]
    assert (objection.text, objection.person) == ("程序有误", hall.users["member"].pk)
    for text, code in ((" ", "market.text_missing"), ("字" * 4001, "market.text_long")):
        with pytest.raises(Fault, match=code):
            market.object_to_result(hall.as_("member"), offering.id, text)
    with pytest.raises(Fault, match=r"market\.offering\.unknown"):
        market.object_to_result(hall.as_("member"), "0" * 32, "异议")
    assert Objection.objects.count() == 1


def test_a_sibling_room_writes_what_it_did(hall: Hall) -> None:
    offering = hall.sell()
    market.confirm_sale(hall.as_("reviewer"), offering.id)
    market.publish_result(hall.as_("reviewer"), offering.id)
    news = [("ContractSigned", {"number": "C-1", "pdf_sha256": "0" * 64})]
    market.write_evidence(hall.system, offering.id, news, "contracted")
    assert get_offering(offering.id).state == "contracted"
    assert read_stream(offering.stream)[-1].kind == "ContractSigned"
    assert failed_checks(offering) == {}


def test_a_receipt_promises_an_entry(hall: Hall) -> None:
    offering = hall.sell()
    receipt = receipt_of(offering.stream, 3)
    assert receipt["leaf_hash"] == read_stream(offering.stream)[2].leaf_hash
    assert verify_receipt(receipt, bundle_offering(get_offering(offering.id))).ok
    with pytest.raises(Fault, match=r"market\.receipt\.unknown"):
        receipt_of(offering.stream, 999)


def test_a_draft_has_no_bundle(hall: Hall) -> None:
    with pytest.raises(Fault, match=r"market\.bundle\.draft"):
        bundle_offering(hall.draft())


def test_a_changed_row_no_longer_fits_its_bundle(hall: Hall) -> None:
    offering = hall.sell()
    assert failed_checks(offering) == {}
    offering.snapshot["leader"] = Registration.objects.get(party=hall.parties["north"]).alias
    offering.save()
    assert failed_checks(offering) == {"outcome": "verify.outcome.differs"}
