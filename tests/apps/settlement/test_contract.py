"""From a confirmed sale to the entry in the register: text, signatures, instalments, and what the log says."""

import json
from dataclasses import replace
from datetime import date

import pytest

from jishi.apps.market import api as market
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.kernel.evidence.verify import verify
from jishi.kernel.fault import Fault
from jishi.platform.context import Actor, Context, Permit
from jishi.platform.evidence import read_stream
from tests.apps.settlement.lot import (
    DEPOSIT_FEN,
    START_FEN,
    STEP_FEN,
    close,
    make_parties,
    offer,
    register,
    sell,
)

pytestmark = pytest.mark.django_db
PRICE_FEN = START_FEN + STEP_FEN


@pytest.fixture
def sold(ctx: Context) -> tuple[market.Offering, list[market.Registration], settlement.Contract]:
    """Give a lot sold to the first of two bidders, with its drafted contract."""
    offering = offer(ctx)
    rows = register(ctx, offering, make_parties(ctx, 2))
    settlement.pay_deposits(ctx, [(row.id, None) for row in rows])
    contract = sell(ctx, offering, rows[0])
    return offering, rows, contract


Sold = tuple[market.Offering, list[market.Registration], settlement.Contract]


def test_the_deposit_counts_to_the_first_instalment(ctx: Context, sold: Sold) -> None:
    _, _, contract = sold
    first, rest = settlement.list_instalments(contract.id)
    assert first.amount_fen == -(-PRICE_FEN // 2)  # at least half, so up to the fen
    assert first.amount_fen + rest.amount_fen == PRICE_FEN == contract.price_fen
    assert (first.credited_fen, rest.credited_fen) == (DEPOSIT_FEN, 0)
    assert (contract.document_day, first.due_day, rest.due_day) == (
        date(2026, 4, 5),
        date(2026, 5, 5),
        date(2027, 4, 5),
    )
    assert contract.sign_by_day == date(2026, 4, 20)
    assert contract.simulated


def test_the_whole_way_to_the_register(ctx: Context, sold: Sold) -> None:
    offering, rows, contract = sold
    settlement.sign_contract(ctx, contract.id, "grantee")
    settlement.sign_contract(ctx, contract.id, "grantor")
    assert market.get_offering(offering.id).state == "contracted"
    assert registers.get_entry(offering.entry_id).state == "granted"
    first, rest = settlement.list_instalments(contract.id)
    settlement.pay_instalment(ctx, rest.id)
    with pytest.raises(Fault, match=r"settlement\.register\.unpaid") as caught:
        settlement.write_register_entry(ctx, offering.id)
    assert caught.value.params["left_fen"] == first.left_fen == first.amount_fen - DEPOSIT_FEN
    settlement.pay_instalment(ctx, first.id)
    with pytest.raises(Fault, match=r"settlement\.instalment\.paid"):
        settlement.pay_instalment(ctx, first.id)
    entry = settlement.write_register_entry(ctx, offering.id)
    assert entry.state == "registered"
    assert market.get_offering(offering.id).state == "completed"
    settlement.pay_refunds(ctx)
    assert settlement.escrow_balances() == {
        "bank": PRICE_FEN,
        "deposit": 0,
        "price": -PRICE_FEN,
        "refund_payable": 0,
        "suspense": 0,
        "forfeit": 0,
        "fee": 0,
    }
    _check_log(offering, rows[0].alias, contract)


def _check_log(offering: market.Offering, alias: str, contract: settlement.Contract) -> None:
    said = {entry.kind: json.loads(entry.data) for entry in read_stream(offering.stream)}
    assert said["DepositApplied"] == {"alias": alias, "amount_fen": DEPOSIT_FEN}
    signed = {"number": contract.number, "alias": alias, "pdf_sha256": contract.pdf_sha256}
    assert said["ContractSigned"] == signed
    assert said["RegisterWritten"]["entry"] == offering.entry_id
    assert verify(market.bundle_offering(market.get_offering(offering.id))).ok


def test_signatures_have_an_order_and_an_owner(ctx: Context, sold: Sold) -> None:
    offering, rows, contract = sold
    winner = replace(ctx, actor=Actor(name="w", parties=(rows[0].party,)))
    loser = replace(ctx, actor=Actor(name="l", parties=(rows[1].party,)))
    reviewer = replace(ctx, actor=Actor(name="r", permits=(Permit("reviewer", offering.division),)))
    for who, side, code in [
        (reviewer, "grantor", "settlement.contract.turn"),
        (reviewer, "grantee", "access.denied"),
        (loser, "grantee", "access.denied"),
        (winner, "grantor", "access.denied"),
        (winner, "witness", "settlement.contract.side"),
    ]:
        with pytest.raises(Fault) as caught:
            settlement.sign_contract(who, contract.id, side)
        assert caught.value.code == code
    settlement.sign_contract(winner, contract.id, "grantee")
    both = replace(reviewer, actor=replace(reviewer.actor, parties=(rows[0].party,)))
    with pytest.raises(Fault, match=r"settlement\.own_case"):
        settlement.sign_contract(both, contract.id, "grantor")
    assert settlement.sign_contract(reviewer, contract.id, "grantor").state == "signed"


def test_a_contract_waits_for_the_published_result(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    settlement.pay_deposit(ctx, row.id)
    close(ctx, offering, row)
    with pytest.raises(Fault, match=r"settlement\.contract\.no_sale"):
        settlement.draft_contract(ctx, offering.id)
    market.confirm_sale(ctx, offering.id)
    contract = settlement.draft_contract(ctx, offering.id)
    with pytest.raises(Fault, match=r"settlement\.contract\.drafted"):
        settlement.draft_contract(ctx, offering.id)
    settlement.sign_contract(ctx, contract.id, "grantee")
    with pytest.raises(Fault, match=r"settlement\.contract\.unpublished"):
        settlement.sign_contract(ctx, contract.id, "grantor")
    with pytest.raises(Fault, match=r"settlement\.contract\.unsigned"):
        settlement.pay_instalments(ctx, [contract.id])


def test_a_winner_under_guarantee_pays_the_whole_price(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    form = settlement.GuaranteeForm("演示银行", "G-1", DEPOSIT_FEN, date(2026, 6, 30))
    settlement.accept_guarantee(ctx, settlement.file_guarantee(ctx, row.id, form).id)
    contract = sell(ctx, offering, row)
    settlement.sign_contracts(ctx, [contract.id], "grantee")
    settlement.sign_contracts(ctx, [contract.id], "grantor")
    assert [g.state for g in settlement.list_guarantees(ctx, "released")] == ["released"]
    assert settlement.pay_instalments(ctx, [contract.id]) == 2
    assert settlement.escrow_balances()["bank"] == PRICE_FEN


def test_only_the_party_and_the_desk_read_the_contract(ctx: Context, sold: Sold) -> None:
    _, rows, contract = sold
    content, name = settlement.read_contract_pdf(
        replace(ctx, actor=Actor(name="w", parties=(rows[0].party,))), contract.id
    )
    assert content.startswith(b"%PDF-") and name == f"{contract.number}.pdf"
    with pytest.raises(Fault, match=r"access\.denied"):
        settlement.read_contract_pdf(
            replace(ctx, actor=Actor(name="l", parties=(rows[1].party,))), contract.id
        )
