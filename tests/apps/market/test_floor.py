"""What a notice may state at least: a lower start price once approved, a deposit or none, no unlawful term."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.floor import approved_price
from jishi.apps.market.models import Offering, Registration
from jishi.apps.market.reads import get_offering, get_registration, list_notices
from jishi.apps.packs import api as packs
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
from jishi.platform.evidence import read_stream
from jishi.platform.words import say
from tests.apps.market.hall import DAY_MS, START_FEN, STEP_FEN, Hall, failed_checks
from tests.apps.market.ways import many_ways

LEAST_FEN = START_FEN * 7 // 10
BASIS, WHY = "吉国资产权〔2026〕1号", "两次挂牌无人应价，评估复核后调整"
SEALING = {"suite": "x25519", "members": 3, "threshold": 2}
NONE: dict[str, Any] = {"start_price_fen": None, "increment_fen": None}
LAND = "products/land.state_grant_auction.toml"
LISTING = "products/land.state_grant_listing.toml"


@pytest.fixture
def ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold later listings to seven tenths of the first price."""
    monkeypatch.setenv("JISHI_PACK", str(many_ways(tmp_path)))


def unsold(hall: Hall) -> Offering:
    offering = hall.run_out(hall.offer())
    return market.publish_result(hall.as_("reviewer"), offering.id)


def approve(hall: Hall, offering: Offering, price_fen: int = LEAST_FEN // 2, **changes: Any) -> Offering:
    said = {"basis": BASIS, "reason": WHY, **changes}
    return market.approve_start_price(hall.as_("reviewer"), offering.id, price_fen, **said)


def test_below_the_floor_only_what_was_approved_is_listed(ways: None, hall: Hall) -> None:
    offering = unsold(hall)
    form = hall.form(offering.entry_id, "T-2", start_price_fen=LEAST_FEN // 2)
    with pytest.raises(Fault, match=r"relisting\.approval"):
        market.relist_offering(hall.as_("clerk"), offering.id, form)
    approve(hall, offering, START_FEN)
    assert approved_price(offering.id) == START_FEN
    with pytest.raises(Fault, match=r"relisting\.approval"):
        market.relist_offering(hall.as_("clerk"), offering.id, form)
    approve(hall, offering)
    with pytest.raises(Fault, match=r"relisting\.approval") as caught:
        lower = replace(form, start_price_fen=LEAST_FEN // 2 - 1)
        market.relist_offering(hall.as_("clerk"), offering.id, lower)
    assert caught.value.params["least_fen"] == LEAST_FEN // 2
    again = market.relist_offering(hall.as_("clerk"), offering.id, form)
    assert again.start_price_fen == LEAST_FEN // 2
    hall.publish(again)
    stated = json.loads(read_stream(offering.stream, ["StartPriceApproved"])[-1].data)
    assert stated == {"price_fen": LEAST_FEN // 2, "clauses": [BASIS]}
    notice = list_notices(offering.id)[-1]
    assert (notice.kind, notice.body["reason"], notice.body["clauses"]) == ("approval", WHY, [BASIS])
    assert failed_checks(offering) == {}


def test_an_approval_is_of_one_round(ways: None, hall: Hall) -> None:
    offering = unsold(hall)
    approve(hall, offering)
    form = hall.form(offering.entry_id, "T-2", start_price_fen=LEAST_FEN // 2)
    second = hall.run_out(hall.publish(market.relist_offering(hall.as_("clerk"), offering.id, form)))
    market.publish_result(hall.as_("reviewer"), second.id)
    start = hall.clock.now_ms() + 22 * DAY_MS
    third = replace(
        form,
        number="T-3",
        listing_start=start,
        listing_end=start + 12 * DAY_MS,
        registration_end=start + 11 * DAY_MS,
    )
    with pytest.raises(Fault, match=r"relisting\.approval"):
        market.relist_offering(hall.as_("clerk"), second.id, third)


@pytest.mark.parametrize(
    ("price_fen", "changes", "code"),
    [
        (LEAST_FEN, {"basis": " "}, "market.approval.basis"),
        (LEAST_FEN, {"reason": ""}, "market.reason_missing"),
        (0, {}, "market.price_missing"),
        (2**53, {}, "market.price_missing"),
    ],
)
def test_an_approval_states_price_ground_and_reason(
    ways: None, hall: Hall, price_fen: int, changes: dict[str, str], code: str
) -> None:
    offering = unsold(hall)
    with pytest.raises(Fault) as caught:
        approve(hall, offering, price_fen, **changes)
    assert caught.value.code == code
    assert all(say(code, caught.value.params, language) for language in ("zh", "en"))


def test_nothing_is_approved_for_a_lot_that_runs(hall: Hall) -> None:
    with pytest.raises(Fault, match=r"market\.approval\.round"):
        approve(hall, hall.offer())


# --- no deposit


@pytest.fixture
def optional(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for no deposit."""
    copy = Path(shutil.copytree(packs.locate_pack("jilin"), tmp_path / "optional"))
    text = (copy / LISTING).read_text("utf-8")
    head, guard = text.split("\n[guard]", 1)
    lawful = guard.replace('notice = "land.notice_check"\n', "").replace('offer = "land.offerable"\n', "")
    (copy / LISTING).write_text(f"{head}\ndeposit_optional = true\n\n[guard]{lawful}", "utf-8")
    monkeypatch.setenv("JISHI_PACK", str(copy))


def test_a_product_that_needs_a_deposit_takes_no_notice_without(hall: Hall) -> None:
    with pytest.raises(Fault, match=r"market\.deposit_missing") as caught:
        hall.draft(deposit_fen=0)
    assert caught.value.params["product"] == "land.state_grant_listing"
    with pytest.raises(Fault, match=r"market\.deposit_range"):
        hall.draft("T-2", deposit_fen=-1)


def test_without_a_deposit_whoever_qualifies_is_admitted(
    optional: None, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the floor of residential land is a share of its start price, which this fen keeps at nothing
    monkeypatch.setattr("jishi.apps.market.actions.notice.check_deposit", lambda *given: None)
    offering = hall.offer(deposit_fen=0)
    row = hall.file(offering, "north")["north"]
    (passed,) = market.qualify_registrations(hall.as_("clerk"), offering.id, [row.id])
    assert passed.state == get_registration(row.id).state == Registration.ADMITTED
    assert passed.deposit_how == "none"
    sub = settlement.find_sub_account(row.id)
    assert sub is not None and (sub.state, sub.held_fen, sub.missing_fen) == ("funded", 0, 0)
    assert hall.bid(passed, START_FEN).accepted
    sold = hall.run_out(offering)
    market.confirm_sale(hall.as_("reviewer"), offering.id)
    assert settlement.list_refunds(offering_id=offering.id) == [] and sold.state == "ended"
    assert failed_checks(get_offering(offering.id)) == {}


# --- terms a law forbids


def under_the_bidding_law(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, applies: str) -> None:
    copy = Path(shutil.copytree(packs.locate_pack("jilin"), tmp_path / f"law-{applies}"))
    text = (copy / LAND).read_text("utf-8")
    assert "tender_law_applies = false" in text
    (copy / LAND).write_text(
        text.replace("tender_law_applies = false", f"tender_law_applies = {applies}"), "utf-8"
    )
    monkeypatch.setenv("JISHI_PACK", str(copy))


def tender(hall: Hall, number: str = "T-1", **terms: Any) -> Offering:
    stated = {"sealing": SEALING, **terms}
    return hall.draft(number, product="land.state_grant_auction", mechanism="tender", terms=stated, **NONE)


def test_a_tender_under_the_bidding_law_states_no_minimum_price(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_the_bidding_law(tmp_path, monkeypatch, "true")
    with pytest.raises(Fault, match=r"market\.terms\.refused") as caught:
        tender(hall, min_price_fen=STEP_FEN)
    assert caught.value.params["clauses"] == "招标投标法实施条例 27"
    assert "招标投标法实施条例 27" in say(caught.value.code, caught.value.params, "zh")
    draft = tender(hall, "T-2")
    stated = hall.form(
        draft.entry_id, "T-2", product="land.state_grant_auction", mechanism="tender",
        terms={"sealing": SEALING, "min_price_fen": STEP_FEN}, **NONE,
    )  # fmt: skip
    with pytest.raises(Fault, match=r"market\.terms\.refused"):
        market.revise_offering(hall.as_("clerk"), draft.id, stated)
    assert hall.publish(draft).state == "noticed"


def test_a_grant_of_land_keeps_its_own_rules(hall: Hall) -> None:
    assert hall.publish(tender(hall, min_price_fen=STEP_FEN)).terms["min_price_fen"] == STEP_FEN
