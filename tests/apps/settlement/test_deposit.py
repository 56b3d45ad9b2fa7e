"""Deposits: what counts, what is too much or too late, who is admitted, who gets what back and by when."""

from dataclasses import replace
from datetime import date

import pytest

from jishi.apps.market import api as market
from jishi.apps.market.actions import resume_offering, suspend_offering
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
from jishi.platform import deadline
from jishi.platform.context import Actor, Context, Permit
from jishi.platform.evidence import read_stream
from jishi.platform.models import SearchRow
from tests.apps.settlement.lot import (
    DAY_MS,
    DEPOSIT_FEN,
    close,
    make_parties,
    move_to,
    offer,
    register,
)

pytestmark = pytest.mark.django_db


def states(offering: market.Offering) -> list[str]:
    return sorted(sub.state for sub in settlement.list_sub_accounts(offering.id))


def line(ctx: Context, number: str, amount_fen: int, **changes: object) -> settlement.BankLine:
    return replace(settlement.BankLine("B-1", number, amount_fen, ctx.now_ms()), **changes)


def test_qualified_registrations_get_their_own_numbers(ctx: Context) -> None:
    offering = offer(ctx)
    rows = register(ctx, offering, make_parties(ctx, 3))
    subs = settlement.list_sub_accounts(offering.id)
    assert {sub.registration_id for sub in subs} == {row.id for row in rows}
    assert len({sub.number for sub in subs}) == 3
    assert {(sub.due_fen, sub.missing_fen, sub.state) for sub in subs} == {
        (DEPOSIT_FEN, DEPOSIT_FEN, "awaiting")
    }


def test_part_payments_add_up_and_only_the_whole_admits(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    assert settlement.pay_deposit(ctx, row.id, DEPOSIT_FEN - 1).state == "matched"
    assert market.get_registration(row.id).state == "qualified"
    settlement.pay_deposit(ctx, row.id)
    assert market.get_registration(row.id).state == "admitted"
    assert states(offering) == ["funded"]
    assert [e.kind for e in read_stream(offering.stream)].count("DepositSecured") == 1


def test_too_much_is_owed_back_at_once(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    settlement.pay_deposit(ctx, row.id, DEPOSIT_FEN + 7)
    settlement.pay_deposit(ctx, row.id, 5)  # a second click
    refunds = settlement.list_refunds(offering_id=offering.id)
    assert sorted((r.amount_fen, r.cause, r.state) for r in refunds) == [
        (5, "excess", "due"),
        (7, "excess", "due"),
    ]
    assert states(offering) == ["funded"]
    with pytest.raises(Fault, match=r"settlement\.deposit\.paid"):
        settlement.pay_deposit(ctx, row.id)


def test_two_payments_of_one_batch_for_one_deposit(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    paid = settlement.pay_deposits(ctx, [(row.id, DEPOSIT_FEN), (row.id, DEPOSIT_FEN)])
    assert [p.state for p in paid] == ["matched", "matched"]
    assert settlement.escrow_balances()["deposit"] == -DEPOSIT_FEN
    assert settlement.escrow_balances()["refund_payable"] == -DEPOSIT_FEN


def test_a_payment_one_millisecond_late_is_late(ctx: Context) -> None:
    offering = offer(ctx)
    rows = register(ctx, offering, make_parties(ctx, 2))
    numbers = [settlement.find_sub_account(row.id).number for row in rows]
    move_to(ctx, offering.registration_end)
    in_time = line(ctx, numbers[0], DEPOSIT_FEN, at_ms=offering.registration_end - 1)
    late = line(ctx, numbers[1], DEPOSIT_FEN, at_ms=offering.registration_end, bank_ref="B-2")
    answers = settlement.receive_payments(ctx, [in_time, late])
    assert [a.state for a in answers] == ["matched", "late"]
    assert [market.get_registration(row.id).state for row in rows] == ["admitted", "qualified"]
    refund = settlement.list_refunds(offering_id=offering.id)[0]
    assert (refund.cause, refund.amount_fen, refund.clauses) == ("late", DEPOSIT_FEN, [])


def test_a_payment_told_after_the_close_runs_the_clock_first(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    number = settlement.find_sub_account(row.id).number
    move_to(ctx, offering.listing_end + DAY_MS)
    told = line(ctx, number, DEPOSIT_FEN, at_ms=offering.registration_end - 1)
    assert settlement.receive_payments(ctx, [told])[0].state == "late"
    assert market.get_offering(offering.id).state == "unsold"
    assert states(offering) == ["refund_due"]
    assert settlement.pay_refunds(ctx, offering_ids=[offering.id]) == 1
    assert states(offering) == ["refunded"]


def test_a_reference_told_twice_gets_the_same_answer(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    told = line(ctx, settlement.find_sub_account(row.id).number, DEPOSIT_FEN)
    first = settlement.receive_payments(ctx, [told])
    assert settlement.receive_payments(ctx, [told, told]) == [*first, *first]
    assert settlement.escrow_balances()["bank"] == DEPOSIT_FEN


def test_an_unplaced_payment_is_placed_by_hand(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    lost = line(ctx, "", DEPOSIT_FEN, payer="王某", payer_account="6222", reference="保证金")
    payment = settlement.post_payment(ctx, lost)
    assert payment.state == "unmatched"
    assert SearchRow.objects.filter(kind="payment", object_id=payment.id).exists()
    assert settlement.payer_of(ctx, payment.id)["payer"] == "王某"
    assert "王某" not in settlement.BankPayment.objects.get(pk=payment.id).sealed
    assert settlement.match_payment(ctx, payment.id, row.id).state == "matched"
    assert market.get_registration(row.id).state == "admitted"
    assert settlement.escrow_balances()["suspense"] == 0
    assert not SearchRow.objects.filter(kind="payment", object_id=payment.id).exists()
    with pytest.raises(Fault, match=r"settlement\.payment\.placed"):
        settlement.return_payment(ctx, payment.id)


def test_an_unplaced_payment_is_sent_back(ctx: Context) -> None:
    payment = settlement.post_payment(ctx, line(ctx, "SBX-wrong", 12_345))
    assert settlement.return_payment(ctx, payment.id).state == "returned"
    assert set(settlement.escrow_balances().values()) == {0}


@pytest.mark.parametrize("amount_fen", [0, -1])
def test_nothing_and_less_is_no_payment(ctx: Context, amount_fen: int) -> None:
    with pytest.raises(Fault, match=r"settlement\.amount"):
        settlement.receive_payments(ctx, [line(ctx, "", amount_fen)])


def test_while_suspended_money_is_held_and_admits_later(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    suspend_offering(ctx, offering.id, "核查")
    settlement.pay_deposit(ctx, row.id)
    assert states(offering) == ["held"]
    deadline.run_due(ctx)
    assert states(offering) == ["held"]
    resume_offering(ctx, offering.id, "核查完毕")
    move_to(ctx, ctx.now_ms() + 60_000)
    deadline.run_due(ctx)
    assert states(offering) == ["funded"]
    assert market.get_registration(row.id).state == "admitted"


def test_losers_are_due_their_deposit_within_five_working_days(ctx: Context) -> None:
    offering = offer(ctx)
    rows = register(ctx, offering, make_parties(ctx, 3))
    settlement.pay_deposits(ctx, [(row.id, None) for row in rows])
    ended = close(ctx, offering, rows[0])
    refunds = settlement.list_refunds(offering_id=offering.id, state="due")
    assert {r.sub_account_id for r in refunds} == {rows[1].id, rows[2].id}
    assert {(r.cause, r.limit) for r in refunds} == {("lost", "land.deposit_refund_workdays")}
    assert refunds[0].clauses == ["39号令 21"]
    # The listing ended on Sunday 5 April 2026, the Monday after it was a holiday (清明).
    assert (refunds[0].start_day, refunds[0].due_day) == (date(2026, 4, 5), date(2026, 4, 13))
    market.confirm_sale(ctx, ended.id)
    assert states(offering) == ["applied", "refund_due", "refund_due"]
    assert settlement.pay_refunds(ctx, up_to=date(2026, 4, 12)) == 0
    assert settlement.pay_refunds(ctx, up_to=date(2026, 4, 13)) == 2
    assert settlement.pay_refunds(ctx) == 0
    told = [entry.data for entry in read_stream(offering.stream) if entry.kind == "DepositRefunded"]
    assert len(told) == 2 and '"due_day":"2026-04-13"' in told[0] and '"simulated":true' in told[0]
    assert settlement.escrow_balances()["bank"] == DEPOSIT_FEN
    assert settlement.escrow_balances()["price"] == -DEPOSIT_FEN


def test_a_part_payment_comes_back_when_the_lot_is_not_sold(ctx: Context) -> None:
    offering = offer(ctx)
    rows = register(ctx, offering, make_parties(ctx, 2))
    settlement.pay_deposit(ctx, rows[0].id, 100)
    close(ctx, offering, None)
    assert states(offering) == ["closed", "refund_due"]
    assert [r.cause for r in settlement.list_refunds(offering_id=offering.id)] == ["no_sale"]


def test_termination_and_withdrawal_release_deposits(ctx: Context) -> None:
    offering = offer(ctx)
    rows = register(ctx, offering, make_parties(ctx, 2))
    settlement.pay_deposits(ctx, [(row.id, None) for row in rows])
    market.withdraw_registration(ctx, rows[0].id)
    market.terminate_offering(ctx, offering.id, "规划调整")
    assert sorted(r.cause for r in settlement.list_refunds(offering_id=offering.id)) == [
        "no_sale",
        "withdrawn",
    ]
    again = settlement.pay_deposit(ctx, rows[1].id, 50)  # money after the end
    assert again.state == "late"


def test_a_refund_beyond_the_known_calendar_has_no_day(ctx: Context) -> None:
    move_to(ctx, ctx.now_ms() + 290 * DAY_MS)
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    settlement.pay_deposit(ctx, row.id)
    close(ctx, offering, None)
    assert settlement.list_refunds(offering_id=offering.id)[0].due_day is None


def guarantee(**changes: object) -> settlement.GuaranteeForm:
    form = settlement.GuaranteeForm("演示银行", "G-1", DEPOSIT_FEN, date(2026, 6, 30))
    return replace(form, **changes)


def test_an_accepted_guarantee_admits_and_is_released(ctx: Context) -> None:
    offering = offer(ctx)
    rows = register(ctx, offering, make_parties(ctx, 2))
    filed = settlement.file_guarantee(ctx, rows[0].id, guarantee(), content=b"%PDF-1.7 scan", name="g.pdf")
    assert [g.id for g in settlement.list_guarantees(ctx)] == [filed.id]
    settlement.accept_guarantee(ctx, filed.id)
    assert market.get_registration(rows[0].id).deposit_how == "guarantee"
    with pytest.raises(Fault, match=r"settlement\.guarantee\.decided"):
        settlement.accept_guarantee(ctx, filed.id)
    with pytest.raises(Fault, match=r"settlement\.guarantee\.known"):
        settlement.file_guarantee(ctx, rows[1].id, guarantee())
    close(ctx, offering, None)
    assert [g.state for g in settlement.list_guarantees(ctx, "released")] == ["released"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_fen": DEPOSIT_FEN - 1}, "settlement.guarantee.low"),
        ({"valid_until": date(2026, 4, 5)}, "settlement.guarantee.short"),
        ({"number": " "}, "settlement.guarantee.blank"),
    ],
)
def test_a_guarantee_that_cannot_serve_is_refused(
    ctx: Context, changes: dict[str, object], code: str
) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    with pytest.raises(Fault) as caught:
        settlement.file_guarantee(ctx, row.id, guarantee(**changes))
    assert caught.value.code == code


def test_a_refused_guarantee_leaves_the_deposit_to_be_paid(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    filed = settlement.file_guarantee(ctx, row.id, guarantee())
    assert settlement.refuse_guarantee(ctx, filed.id, "印章不清").refusal == "印章不清"
    settlement.pay_deposit(ctx, row.id)
    assert states(offering) == ["funded"]


def test_only_the_party_pays_and_only_a_treasurer_of_the_place_refunds(ctx: Context) -> None:
    offering = offer(ctx)
    own, other = make_parties(ctx, 2)
    row = register(ctx, offering, [own])[0]
    stranger = replace(ctx, actor=Actor(name="x", parties=(other,)))
    with pytest.raises(Fault, match=r"access\.denied"):
        settlement.pay_deposit(stranger, row.id)
    settlement.pay_deposit(replace(ctx, actor=Actor(name="y", parties=(own,))), row.id)
    close(ctx, offering, None)
    far = replace(ctx, actor=Actor(name="z", permits=(Permit("treasurer", "222401"),)))
    assert settlement.pay_refunds(far) == 0
    with pytest.raises(Fault, match=r"access\.denied"):
        settlement.pay_refunds(far, offering_ids=[offering.id])
    near = replace(ctx, actor=Actor(name="z", permits=(Permit("treasurer", "220100"),)))
    assert settlement.pay_refunds(near) == 1


def test_the_deposit_page_says_everything(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    settlement.pay_deposit(ctx, row.id, DEPOSIT_FEN + 1)
    view = settlement.show_deposit(ctx, row.id)
    assert (view.sub.paid_fen, view.due_ms) == (DEPOSIT_FEN, offering.registration_end)
    assert (len(view.payments), len(view.refunds), view.bank_simulated) == (1, 1, True)
