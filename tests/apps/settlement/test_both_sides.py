"""Who receives: sellers of a call auction are paid once all buyers have paid; an office that buys pays its supplier."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.apps.settlement.schedule import local_day, plan_instalments
from jishi.kernel.evidence.verify import verify
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import acts
from jishi.kernel.mechanism.sealed_box import commit_bid
from jishi.platform.context import Context
from jishi.platform.evidence import read_stream
from jishi.platform.words import say
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
NONE: dict[str, Any] = {"start_price_fen": None, "increment_fen": None}
SALT = "5a" * 32
SEALING = {"suite": "x25519", "members": 3, "threshold": 2}
UNIT_FEN = 40_000_003
Rows = list[market.Registration]


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the pack, its product sold by call auction, a fifth left as fee, and bought by tender."""
    copy = Path(shutil.copytree(packs.locate_pack("jilin"), tmp_path_factory.mktemp("pack") / "sides"))
    file = copy / "products" / f"{PRODUCT}.toml"
    text = file.read_text("utf-8")
    for old, new in (
        ("templates/land_grant_contract.typ", "templates/transfer_contract.typ"),
        ("\n[guard]", '\nseller_fee = "land.deposit_min_ratio"\n\n[guard]'),
        ("\n[[step]]", '\n[[mechanism]]\nid = "call_auction"\nversion = 1\n\n[[step]]'),
        ("\n[[step]]", '\n[[mechanism]]\nid = "tender"\nversion = 1\n\n[[step]]'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")
    return copy


@pytest.fixture(autouse=True)
def run_on_it(ways: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JISHI_PACK", str(ways))


def admitted(ctx: Context, offering: market.Offering, count: int) -> Rows:
    rows = register(ctx, offering, make_parties(ctx, count))
    settlement.pay_deposits(ctx, [(row.id, None) for row in rows])
    return rows


def sign(ctx: Context, contract: settlement.Contract) -> None:
    settlement.sign_contract(ctx, contract.id, "grantee")
    settlement.sign_contract(ctx, contract.id, "grantor")


def publish(ctx: Context, offering: market.Offering) -> dict[str, settlement.Contract]:
    """Confirm and publish, and draft the contracts; by party."""
    market.confirm_sale(ctx, offering.id)
    market.publish_result(ctx, offering.id)
    return {row.party: row for row in settlement.draft_contracts(ctx, [offering.id])}


def failed(offering: market.Offering) -> set[str]:
    report = verify(market.bundle_offering(market.get_offering(offering.id)))
    return {check.name for check in report.checks if not check.ok}


def said(offering: market.Offering, kind: str) -> list[dict[str, Any]]:
    return [json.loads(row.data) for row in read_stream(offering.stream, [kind])]


def traded(ctx: Context) -> tuple[market.Offering, Rows]:
    """Trade: the first buys four units, two of each of the next two; the last seller asks too much."""
    offering = offer(ctx, mechanism="call_auction", terms={"order_most": 100}, **NONE)
    rows = admitted(ctx, offering, 4)
    lines = [
        (0, "buy", UNIT_FEN, 4),
        (1, "sell", UNIT_FEN, 2),
        (2, "sell", UNIT_FEN, 2),
        (3, "sell", 2 * UNIT_FEN, 9),
    ]
    sent = [market.Command(acts.Order(rows[at].alias, side, fen, n)) for at, side, fen, n in lines]
    assert all(answer.accepted for answer in market.submit(ctx, offering.id, sent))
    close(ctx, offering, None)
    market.clear_book(ctx, offering.id)
    found = market.get_offering(offering.id)
    assert found.outcome is not None and found.outcome["volume"] == 4
    return found, rows


def test_sellers_are_paid_out_of_what_buyers_paid(ctx: Context) -> None:
    offering, rows = traded(ctx)
    refunds = settlement.list_refunds(offering_id=offering.id)
    assert [row.sub_account_id for row in refunds] == [rows[3].id], "sellers who sold keep their deposit in"
    contracts = publish(ctx, offering)
    assert set(contracts) == {row.party for row in rows[:3]}
    buyer, *sellers = (contracts[row.party] for row in rows[:3])
    assert (buyer.price_fen, buyer.receives_fen, buyer.payer) == (4 * UNIT_FEN, 0, "winner")
    share_fen, fee_fen = 2 * UNIT_FEN, 16_000_001  # a fifth of 80 000 006, rounded down
    assert [(row.price_fen, row.receives_fen, row.fee_fen) for row in sellers] == [
        (0, share_fen, fee_fen)
    ] * 2
    assert [settlement.list_instalments(row.id) for row in sellers] == [[], []]
    for row in (buyer, *sellers):
        sign(ctx, row)
    assert market.get_offering(offering.id).state == "contracted"
    causes = [row.cause for row in settlement.list_refunds(offering_id=offering.id)]
    assert causes.count("excess") == 2 and "proceeds" not in causes, (
        "deposits back, nothing before the buyer has paid"
    )
    settlement.pay_instalments(ctx, [buyer.id])
    due = [row for row in settlement.list_refunds(offering_id=offering.id) if row.cause == "proceeds"]
    assert {row.sub_account_id: row.amount_fen for row in due} == {
        row.id: share_fen - fee_fen for row in rows[1:3]
    }
    balances = settlement.escrow_balances()
    assert (balances["price"], balances["fee"]) == (0, -2 * fee_fen)
    settlement.pay_refunds(ctx)
    assert settlement.escrow_balances()["bank"] == 2 * fee_fen
    assert {each["amount_fen"] for each in said(offering, "ProceedsPaid")} == {share_fen - fee_fen}
    settlement.write_register_entry(ctx, offering.id)
    assert market.get_offering(offering.id).state == "completed"
    assert {row.state for row in settlement.list_contracts(offering.id)} == {"registered"}
    assert failed(offering) == set()


def test_a_seller_who_does_not_sign_forfeits(ctx: Context) -> None:
    offering, rows = traded(ctx)
    contracts = publish(ctx, offering)
    sign(ctx, contracts[rows[0].party])
    move_to(ctx, ctx.now_ms() + 30 * DAY_MS)
    with pytest.raises(Fault, match=r"market\.default\.which"):
        market.declare_default(ctx, offering.id, "逾期未签")
    market.declare_default(ctx, offering.id, "逾期未签", registration_id=rows[1].id)
    assert settlement.escrow_balances()["forfeit"] == -DEPOSIT_FEN
    with pytest.raises(Fault, match=r"market\.default\.no_winner"):
        market.declare_default(ctx, offering.id, "逾期未签", registration_id=rows[3].id)


def procured(ctx: Context) -> tuple[market.Offering, Rows]:
    """Buy from the lowest of three bidders."""
    terms = {"direction": "low", "control_price_fen": 10 * UNIT_FEN, "sealing": SEALING}
    offering = offer(ctx, mechanism="tender", terms=terms, **NONE)
    rows = admitted(ctx, offering, 3)
    bids = {row.alias: {"price_fen": place * UNIT_FEN} for place, row in enumerate(rows, 1)}
    seals = [acts.Seal(alias, commit_bid(offering.id, alias, bid, SALT)) for alias, bid in bids.items()]
    assert all(each.accepted for each in market.submit(ctx, offering.id, [market.Command(s) for s in seals]))
    close(ctx, offering, None)
    lines = [[each.alias, each.commitment] for each in seals]
    openings = {alias: {"bid": bid, "salt": SALT} for alias, bid in bids.items()}
    market.decide_step(ctx, offering.id, acts.Unseal(lines, openings))
    return close(ctx, market.get_offering(offering.id), None), rows


def test_the_office_pays_whom_it_buys_from(ctx: Context) -> None:
    offering, rows = procured(ctx)
    assert market.is_procured(offering) and market.owed_of(offering) == {rows[0].alias: 0}
    (contract,) = publish(ctx, offering).values()
    sub = settlement.find_sub_account(rows[0].id)
    assert sub is not None and (sub.held_fen, sub.applied_fen) == (DEPOSIT_FEN, 0), "not counted to a price"
    assert (contract.party, contract.price_fen, contract.payer) == (rows[0].party, UNIT_FEN, "office")
    assert settlement.list_instalments(contract.id) == []
    with pytest.raises(Fault, match=r"settlement\.office\.nothing") as caught:
        settlement.record_office_payment(ctx, offering.id)
    assert all(offering.number in say(caught.value.code, caught.value.params, each) for each in ("zh", "en"))
    sign(ctx, contract)
    with pytest.raises(Fault, match=r"settlement\.register\.unpaid"):
        settlement.write_register_entry(ctx, offering.id)
    assert settlement.record_office_payment(ctx, offering.id) == UNIT_FEN
    settlement.pay_refunds(ctx)
    assert set(settlement.escrow_balances().values()) == {0}, "no price passes the escrow account"
    settlement.write_register_entry(ctx, offering.id)
    assert registers.get_entry(offering.entry_id).state == "registered"
    assert said(offering, "OfficePaid") == [{"number": contract.number, "amount_fen": UNIT_FEN}]
    assert failed(offering) == {"sealing"}


def test_the_whole_price_is_due_where_a_product_names_no_instalments(ctx: Context) -> None:
    day = local_day(ctx.now_ms())
    (plan,) = plan_instalments("capital.emission_right", 100, day, 30)
    assert (plan.amount_fen, plan.credited_fen, plan.due_day) == (100, 30, day)
    assert plan_instalments("capital.emission_right", 0, day, 0) == ()
