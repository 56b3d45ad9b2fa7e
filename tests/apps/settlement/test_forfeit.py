"""The deposit of a winner who does not sign is kept, the contract is void, the books balance."""

import json
from datetime import date

import pytest

from jishi.apps.market import api as market
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.kernel.evidence.verify import verify
from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from jishi.platform.evidence import read_stream
from jishi.platform.models import SearchRow
from tests.apps.settlement.lot import DAY_MS, DEPOSIT_FEN, make_parties, move_to, offer, register, sell

pytestmark = pytest.mark.django_db
Sold = tuple[market.Offering, list[market.Registration], settlement.Contract]


@pytest.fixture
def sold(ctx: Context) -> Sold:
    """Give a lot sold to the first of two bidders, with its drafted contract."""
    offering = offer(ctx)
    rows = register(ctx, offering, make_parties(ctx, 2))
    settlement.pay_deposits(ctx, [(row.id, None) for row in rows])
    return offering, rows, sell(ctx, offering, rows[0])


def default(ctx: Context, offering: market.Offering) -> market.Offering:
    move_to(ctx, ctx.now_ms() + 30 * DAY_MS)
    return market.declare_default(ctx, offering.id, "逾期未签")


def test_the_deposit_is_kept_and_the_loser_gets_his_back(ctx: Context, sold: Sold) -> None:
    offering, rows, contract = sold
    default(ctx, offering)
    sub = settlement.find_sub_account(rows[0].id)
    assert sub is not None
    assert (sub.state, sub.held_fen, sub.applied_fen) == ("forfeited", 0, 0)
    assert settlement.pay_refunds(ctx) == 1
    assert settlement.escrow_balances() == {
        "bank": DEPOSIT_FEN,
        "deposit": 0,
        "refund_payable": 0,
        "suspense": 0,
        "price": 0,
        "forfeit": -DEPOSIT_FEN,
        "fee": 0,
    }
    kept = [json.loads(entry.data) for entry in read_stream(offering.stream, ["DepositForfeited"])]
    assert kept == [{"alias": rows[0].alias, "amount_fen": DEPOSIT_FEN, "how": "transfer"}]
    assert settlement.get_contract(contract.id).state == "void"
    assert registers.get_entry(offering.entry_id).state == "planned"
    report = verify(market.bundle_offering(market.get_offering(offering.id)))
    assert report.ok, [check for check in report.checks if not check.ok]
    assert not SearchRow.objects.filter(kind="contract").exists()
    today = date.fromtimestamp(ctx.now_ms() / 1000)
    assert settlement.reconcile(ctx, today).differences == []


def test_a_void_contract_is_signed_by_nobody(ctx: Context, sold: Sold) -> None:
    offering, _, contract = sold
    default(ctx, offering)
    for side in ("grantee", "grantor"):
        with pytest.raises(Fault, match=r"settlement\.contract\.turn"):
            settlement.sign_contract(ctx, contract.id, side)


def test_a_winner_who_signed_is_in_no_default(ctx: Context, sold: Sold) -> None:
    offering, _, contract = sold
    settlement.sign_contract(ctx, contract.id, "grantee")
    with pytest.raises(Fault, match=r"settlement\.default\.signed"):
        default(ctx, offering)
    assert market.get_offering(offering.id).state == "published"
    assert settlement.escrow_balances()["forfeit"] == 0


def test_a_guarantee_is_called(ctx: Context) -> None:
    offering = offer(ctx)
    (row,) = register(ctx, offering, make_parties(ctx, 1))
    form = settlement.GuaranteeForm("测试银行", "BH-1", DEPOSIT_FEN, date(2027, 12, 31))
    made = settlement.file_guarantee(ctx, row.id, form, content=b"%PDF-1.7 test", name="guarantee.pdf")
    settlement.accept_guarantee(ctx, made.id)
    sell(ctx, offering, row)
    default(ctx, offering)
    assert [each.state for each in settlement.list_guarantees(ctx, "called")] == ["called"]
    kept = json.loads(read_stream(offering.stream, ["DepositForfeited"])[0].data)
    assert (kept["amount_fen"], kept["how"]) == (DEPOSIT_FEN, "guarantee")
    assert set(settlement.escrow_balances().values()) == {0}


def test_an_entry_waits_to_be_written_from_the_last_payment_on(ctx: Context, sold: Sold) -> None:
    offering, _, contract = sold

    def waiting() -> list[tuple[str, str]]:
        return list(SearchRow.objects.filter(kind="entry_due").values_list("object_id", "division"))

    for side in ("grantee", "grantor"):
        settlement.sign_contract(ctx, contract.id, side)
    assert waiting() == []
    settlement.pay_instalments(ctx, [contract.id])
    assert waiting() == [(offering.id, offering.division)]
    settlement.write_register_entry(ctx, offering.id)
    assert waiting() == []
