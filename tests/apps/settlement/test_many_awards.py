"""A sale with many winners: every award confirmed, a contract each, one entry granted when all have signed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from jishi.apps.catalogue import api as catalogue
from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.kernel.evidence.verify import verify
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import acts
from jishi.kernel.mechanism.draw import commit_secret
from jishi.kernel.mechanism.sealed_box import commit_bid
from jishi.platform.context import Context
from jishi.platform.evidence import read_stream
from tests.apps.settlement.lot import (
    DAY_MS,
    DEPOSIT_FEN,
    PRODUCT,
    close,
    make_parties,
    move_to,
    offer,
    register,
)

pytestmark = pytest.mark.django_db
UNIT_FEN = 15_000_000
NONE: dict[str, Any] = {"start_price_fen": None, "increment_fen": None}
SECRET, SALT = "5e" * 32, "5a" * 32
SEALING = {"suite": "x25519", "members": 3, "threshold": 2}
Rows = list[market.Registration]


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the pack, its product sold at a fixed price and by lottery also."""
    copy = Path(shutil.copytree(packs.locate_pack("jilin"), tmp_path_factory.mktemp("pack") / "ways"))
    file = copy / "products" / f"{PRODUCT}.toml"
    added = "".join(f'\n[[mechanism]]\nid = "{name}"\nversion = 1\n' for name in ("fixed_price", "lottery"))
    file.write_text(file.read_text("utf-8").replace("\n[[step]]", added + "\n[[step]]", 1), "utf-8")
    return copy


@pytest.fixture(autouse=True)
def run_on_it(ways: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JISHI_PACK", str(ways))


def admitted(ctx: Context, offering: market.Offering, count: int) -> Rows:
    rows = register(ctx, offering, make_parties(ctx, count))
    settlement.pay_deposits(ctx, [(row.id, None) for row in rows])
    return rows


def shop(ctx: Context, *quantities: int) -> tuple[market.Offering, Rows]:
    """Sell five units at a fixed price, so many to each bidder and none to one more."""
    terms = {"price_fen": UNIT_FEN, "stock": 5, "rule": "subscription"}
    offering = offer(ctx, mechanism="fixed_price", terms=terms, **NONE)
    rows = admitted(ctx, offering, len(quantities) + 1)
    sent = [market.Command(acts.Buy(row.alias, n)) for row, n in zip(rows, quantities, strict=False)]
    assert all(answer.accepted for answer in market.submit(ctx, offering.id, sent))
    return close(ctx, offering, None), rows


def published(ctx: Context, *quantities: int) -> tuple[market.Offering, Rows]:
    offering, rows = shop(ctx, *quantities)
    market.confirm_sale(ctx, offering.id)
    market.publish_result(ctx, offering.id)
    return market.get_offering(offering.id), rows


def sign(ctx: Context, contract: settlement.Contract) -> None:
    settlement.sign_contract(ctx, contract.id, "grantee")
    settlement.sign_contract(ctx, contract.id, "grantor")


def assert_verifies(offering: market.Offering, *but: str) -> None:
    """Hold every check of the bundle but those named."""
    report = verify(market.bundle_offering(market.get_offering(offering.id)))
    assert {check.name: check.code for check in report.checks if not check.ok}.keys() == set(but)


def said(offering: market.Offering, kind: str) -> list[dict[str, Any]]:
    return [json.loads(row.data) for row in read_stream(offering.stream, [kind])]


def test_the_whole_way_of_two_winners(ctx: Context) -> None:
    offering, rows = shop(ctx, 2, 3)
    assert [row.id for row in market.confirm_sale(ctx, offering.id)] == [rows[0].id, rows[1].id]
    assert [each["award"]["quantity"] for each in said(offering, "AwardConfirmed")] == [2, 3]
    market.publish_result(ctx, offering.id)
    (result,) = said(offering, "ResultPublished")
    assert [each["commitment"] for each in result["awards"]] == [row.commitment for row in rows[:2]]
    body = market.list_notices_of([offering.id])[-1].body
    assert [(each["party"], each["pay_fen"]) for each in body["awards"]] == [
        (rows[0].party, 2 * UNIT_FEN),
        (rows[1].party, 3 * UNIT_FEN),
    ]
    assert_verifies(offering)

    first, second = settlement.draft_contracts(ctx, [offering.id])
    by_party = {each.party: each for each in (first, second)}
    first, second = (by_party[row.party] for row in rows[:2])
    assert (first.price_fen, second.price_fen) == (2 * UNIT_FEN, 3 * UNIT_FEN)
    assert first.number == f"C-{offering.number}-{rows[0].alias}"
    sign(ctx, first)
    assert market.get_offering(offering.id).state == "published", "one winner has still to sign"
    assert registers.get_entry(offering.entry_id).state == "offered"
    sign(ctx, second)
    assert market.get_offering(offering.id).state == "contracted"
    assert registers.get_entry(offering.entry_id).state == "granted"

    settlement.pay_instalments(ctx, [first.id])
    with pytest.raises(Fault, match=r"settlement\.register\.unpaid") as caught:
        settlement.write_register_entry(ctx, offering.id)
    assert caught.value.params["left_fen"] == 3 * UNIT_FEN - DEPOSIT_FEN
    settlement.pay_instalments(ctx, [second.id])
    assert settlement.write_register_entry(ctx, offering.id).state == "registered"
    assert market.get_offering(offering.id).state == "completed"
    assert {each.state for each in settlement.list_contracts(offering.id)} == {"registered"}
    settlement.pay_refunds(ctx)
    balances = settlement.escrow_balances()
    assert (balances["bank"], balances["price"], balances["deposit"]) == (5 * UNIT_FEN, -5 * UNIT_FEN, 0)
    assert_verifies(offering)


def test_each_winner_is_an_award_and_a_contract_of_the_release(ctx: Context) -> None:
    offering, rows = published(ctx, 2, 3)
    sign(ctx, settlement.draft_contract(ctx, offering.id, rows[1].id))
    release = catalogue.release_of(offering.id)
    assert [(each["value"]["amount"], each["status"]) for each in release["awards"]] == [
        (2 * UNIT_FEN // 100, "active"),
        (3 * UNIT_FEN // 100, "active"),
    ]
    assert len({each["suppliers"][0]["id"] for each in release["awards"]}) == 2
    assert [each["awardID"] for each in release["contracts"]] == [release["awards"][1]["id"]]
    assert release["tender"]["awardCriteriaDetails"] == "一口价" and "awardCriteria" not in release["tender"]
    move_to(ctx, ctx.now_ms() + 30 * DAY_MS)
    market.declare_default(ctx, offering.id, "逾期未签", registration_id=rows[0].id)
    after = catalogue.release_of(offering.id)
    assert [each["status"] for each in after["awards"]] == ["cancelled", "active"]


def test_only_who_won_keeps_a_deposit_in(ctx: Context) -> None:
    offering, rows = shop(ctx, 1, 4)
    assert [each.sub_account_id for each in settlement.list_refunds(offering_id=offering.id)] == [rows[2].id]
    market.confirm_sale(ctx, offering.id)
    excess = {
        each.sub_account_id: (each.cause, each.amount_fen)
        for each in settlement.list_refunds(offering_id=offering.id)
    }
    assert excess == {rows[2].id: ("lost", DEPOSIT_FEN), rows[0].id: ("excess", DEPOSIT_FEN - UNIT_FEN)}


def test_a_contract_is_drafted_for_the_winner_named(ctx: Context) -> None:
    offering, rows = published(ctx, 2, 3)
    with pytest.raises(Fault, match=r"settlement\.contract\.which"):
        settlement.draft_contract(ctx, offering.id)
    with pytest.raises(Fault, match=r"settlement\.contract\.drafted"):
        settlement.draft_contract(ctx, offering.id, rows[2].id)
    contract = settlement.draft_contract(ctx, offering.id, rows[1].id)
    assert contract.party == rows[1].party
    assert settlement.find_contract(offering.id, rows[0].id) is None
    assert settlement.find_contract(offering.id, rows[1].id) == contract
    assert settlement.draft_contract(ctx, offering.id).party == rows[0].party, "only one is left"


def test_one_winner_defaults_and_the_other_sale_stands(ctx: Context) -> None:
    offering, rows = published(ctx, 2, 3)
    contracts = {each.party: each for each in settlement.draft_contracts(ctx, [offering.id])}
    sign(ctx, contracts[rows[0].party])
    move_to(ctx, ctx.now_ms() + 30 * DAY_MS)
    with pytest.raises(Fault, match=r"market\.default\.which"):
        market.declare_default(ctx, offering.id, "逾期未签")
    with pytest.raises(Fault, match=r"market\.default\.no_winner"):
        market.declare_default(ctx, offering.id, "逾期未签", registration_id=rows[2].id)
    with pytest.raises(Fault, match=r"settlement\.default\.signed"):
        market.declare_default(ctx, offering.id, "逾期未签", registration_id=rows[0].id)
    after = market.declare_default(ctx, offering.id, "逾期未签", registration_id=rows[1].id)
    assert after.state == "contracted", "every sale that stands is signed"
    assert registers.get_entry(offering.entry_id).state == "granted"
    assert market.standing_aliases(after) == [rows[0].alias]
    assert settlement.escrow_balances()["forfeit"] == -DEPOSIT_FEN
    settlement.pay_instalments(ctx, [contracts[rows[0].party].id])
    assert settlement.write_register_entry(ctx, offering.id).state == "registered"
    assert_verifies(offering)


def test_when_all_default_the_lot_is_free_again(ctx: Context) -> None:
    offering, rows = published(ctx, 2, 3)
    move_to(ctx, ctx.now_ms() + 30 * DAY_MS)
    first = market.declare_default(ctx, offering.id, "逾期未签", registration_id=rows[0].id)
    assert first.state == "published"
    assert market.declare_default(ctx, offering.id, "逾期未签").state == "defaulted"
    assert registers.get_entry(offering.entry_id).state == "planned"
    assert_verifies(offering)


# --- a right that costs nothing


def drawn(ctx: Context) -> tuple[market.Offering, Rows]:
    """Draw two of three who contributed; a place costs nothing."""
    commitment = commit_secret("0" * 32, SECRET, SALT)
    terms = {"places": 2, "price_fen": 0, "draw_commitment": commitment, "sealing": SEALING}
    offering = offer(ctx, mechanism="lottery", terms=terms, **NONE)
    return offering, admitted(ctx, offering, 3)


@pytest.fixture
def lottery(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> tuple[market.Offering, Rows]:
    """Give a lottery that is over; its lot's id is known beforehand, so that the secret can be committed to."""
    from jishi.apps.market.actions import offering as preparing

    monkeypatch.setattr(preparing, "new_id", lambda entropy: "0" * 32)
    offering, rows = drawn(ctx)
    bids = {row.alias: {"contribution": f"{place}" * 64} for place, row in enumerate(rows, 1)}
    seals = [acts.Seal(row.alias, commit_bid(offering.id, row.alias, bids[row.alias], SALT)) for row in rows]
    assert all(each.accepted for each in market.submit(ctx, offering.id, [market.Command(s) for s in seals]))
    offering = close(ctx, offering, None)
    assert offering.awaits == "draw"
    lines = [[each.alias, each.commitment] for each in seals]
    openings = {alias: {"bid": bid, "salt": SALT} for alias, bid in bids.items()}
    sent = [market.Command(each) for each in (acts.Draw(SECRET, SALT), acts.Unseal(lines, openings))]
    assert all(answer.accepted for answer in market.submit(ctx, offering.id, sent))
    return market.get_offering(offering.id), rows


Lottery = tuple[market.Offering, Rows]


def test_a_right_that_costs_nothing_needs_no_payment(ctx: Context, lottery: Lottery) -> None:
    offering, _ = lottery
    winners = market.confirm_sale(ctx, offering.id)
    assert len(winners) == 2
    held = [settlement.find_sub_account(row.id) for row in winners]
    assert [sub and (sub.state, sub.held_fen) for sub in held] == [("funded", DEPOSIT_FEN)] * 2
    market.publish_result(ctx, offering.id)
    for contract in settlement.draft_contracts(ctx, [offering.id]):
        assert contract.price_fen == 0 and settlement.list_instalments(contract.id) == []
        sign(ctx, contract)
    settlement.write_register_entry(ctx, offering.id)
    assert market.get_offering(offering.id).state == "completed"
    settlement.pay_refunds(ctx)
    assert set(settlement.escrow_balances().values()) == {0}
    assert_verifies(offering, "sealing")  # no committee took part


def test_the_deposit_of_a_free_right_is_kept_from_who_does_not_sign(ctx: Context, lottery: Lottery) -> None:
    offering, _ = lottery
    first, _ = market.confirm_sale(ctx, offering.id)
    market.publish_result(ctx, offering.id)
    move_to(ctx, ctx.now_ms() + 30 * DAY_MS)
    market.declare_default(ctx, offering.id, "逾期未签", registration_id=first.id)
    balances = settlement.escrow_balances()
    assert (balances["forfeit"], balances["price"]) == (-DEPOSIT_FEN, 0)
    assert_verifies(offering, "sealing")  # no committee took part
