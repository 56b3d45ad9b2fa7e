"""The books: whatever happens, every fen is somewhere, once, and the bank agrees."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from jishi.apps.market import api as market
from jishi.apps.settlement import api as settlement
from jishi.apps.settlement import ledger
from jishi.apps.settlement.bank import sandbox
from jishi.apps.settlement.models import JournalEntry, Posting, SandboxLine
from jishi.apps.settlement.schedule import local_day
from jishi.kernel.fault import Fault
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.entropy import SeededEntropy
from tests.apps.settlement.lot import DEPOSIT_FEN, MONDAY_MS, close, make_parties, offer, register, sell


@pytest.mark.django_db
def test_an_entry_out_of_balance_is_refused_whole(ctx: Context) -> None:
    for sides, code in [
        ([("bank", "a", 5), ("deposit", "b", -4)], "settlement.journal.unbalanced"),
        ([("bank", "a", 5), ("pocket", "b", -5)], "settlement.journal.account"),
    ]:
        with pytest.raises(Fault) as caught:
            ledger.post(ctx, "try", "", sides)
        assert caught.value.code == code
    assert not JournalEntry.objects.exists()


@pytest.mark.django_db
def test_books_and_bank_agree_at_the_end_of_the_day(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    settlement.pay_deposit(ctx, row.id, DEPOSIT_FEN + 3)
    settlement.post_payment(ctx, settlement.BankLine("B-9", "", 77, ctx.now_ms()))
    found = settlement.reconcile(ctx, local_day(ctx.now_ms()))
    assert (found.state, found.differences, found.unmatched_fen) == ("balanced", [], 77)
    assert found.bank_total_fen == found.ledger_total_fen == DEPOSIT_FEN + 80


@pytest.mark.django_db
def test_a_line_the_bank_never_told_of_is_found_and_taken_in(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    number = settlement.find_sub_account(row.id).number
    sandbox().take_in(ctx, [settlement.BankLine("B-1", number, DEPOSIT_FEN, ctx.now_ms())])
    day = local_day(ctx.now_ms())
    missed = {"kind": "not_booked", "ref": "B-1", "bank_fen": DEPOSIT_FEN, "ledger_fen": None}
    assert settlement.reconcile(ctx, day).differences == [missed]
    assert settlement.take_statement(ctx, day - timedelta(days=1)) == []
    assert [p.state for p in settlement.take_statement(ctx, day)] == ["matched"]
    assert settlement.take_statement(ctx, day) == []
    assert settlement.reconcile(ctx, day).state == "balanced"
    assert market.get_registration(row.id).state == "admitted"


@pytest.mark.django_db
def test_every_kind_of_damage_is_found(ctx: Context) -> None:
    offering = offer(ctx)
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    paid = settlement.pay_deposit(ctx, row.id)
    day = local_day(ctx.now_ms())
    for damage, kinds in [
        (lambda: SandboxLine.objects.all().update(amount_fen=1), ["amount"]),
        (lambda: SandboxLine.objects.all().delete(), ["not_at_bank"]),
        (lambda: settlement.SubAccount.objects.update(held_fen=1), ["sub_account"]),
        (lambda: Posting.objects.filter(ref=row.id).update(amount_fen=-1), ["sub_account", "unbalanced"]),
    ]:
        with transaction.atomic():
            damage()
            found = settlement.reconcile(ctx, day)
            assert [each["kind"] for each in found.differences] == kinds
            assert found.state == "differences"
            transaction.set_rollback(True)
    assert paid.bank_ref


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay", "pay", "stray", "match", "return", "withdraw", "refund", "repeat"]),
        st.integers(0, 2),
        st.sampled_from(
            [1, DEPOSIT_FEN // 2, DEPOSIT_FEN - 1, DEPOSIT_FEN, DEPOSIT_FEN + 1, 3 * DEPOSIT_FEN]
        ),
    ),
    max_size=14,
)


class BooksBalance(TestCase):
    """Conservation over any order of events, to the end of the lot."""

    @settings(max_examples=25)
    @given(STEPS, st.booleans())
    def test_every_fen_is_accounted_for(self, steps: list[tuple[str, int, int]], sold: bool) -> None:
        ctx = Context(clock=SimulatedClock(MONDAY_MS), entropy=SeededEntropy("books"))
        offering = offer(ctx)
        rows = register(ctx, offering, make_parties(ctx, 3))
        paid_in = 0
        for number, (kind, who, amount_fen) in enumerate(steps):
            paid_in += _do(ctx, rows[who], (kind, amount_fen, f"S-{number}"))
            _check(ctx, offering, paid_in)
        _finish(ctx, offering, rows, sold)
        _check(ctx, offering, paid_in)
        self.assertFalse(settlement.list_refunds(offering_id=offering.id, state="due"))
        self.assertEqual(settlement.escrow_balances()["deposit"], 0)


def _do(ctx: Context, row: market.Registration, step: tuple[str, int, str]) -> int:
    """Do one thing that may be refused; return what came in (fen)."""
    kind, amount_fen, ref = step
    stray = settlement.BankPayment.objects.filter(state="unmatched").first()
    if kind == "pay":
        settlement.pay_deposit(ctx, row.id, amount_fen)
        return amount_fen
    if kind == "stray":
        settlement.post_payment(ctx, settlement.BankLine(ref, "nobody", amount_fen, ctx.now_ms()))
        return amount_fen
    if kind == "repeat" and (old := settlement.BankPayment.objects.first()):
        settlement.receive_payments(
            ctx, [settlement.BankLine(old.bank_ref, old.to_number, amount_fen, ctx.now_ms())]
        )
    elif kind == "match" and stray:
        settlement.match_payment(ctx, stray.id, row.id)
    elif kind == "return" and stray:
        settlement.return_payment(ctx, stray.id)
    elif kind == "withdraw" and market.get_registration(row.id).state != "withdrawn":
        market.withdraw_registration(ctx, row.id)
    elif kind == "refund":
        settlement.pay_refunds(ctx)
    return 0


def _finish(ctx: Context, offering: market.Offering, rows: list[market.Registration], sold: bool) -> None:
    admitted = [row for row in rows if market.get_registration(row.id).state == "admitted"]
    if sold and admitted:
        contract = sell(ctx, offering, admitted[0])
        settlement.sign_contract(ctx, contract.id, "grantee")
    else:
        close(ctx, offering, None)
    settlement.pay_refunds(ctx)


def _check(ctx: Context, offering: market.Offering, paid_in: int) -> None:
    books = settlement.escrow_balances()
    sent_back = -sum(SandboxLine.objects.filter(amount_fen__lt=0).values_list("amount_fen", flat=True))
    assert sum(books.values()) == 0
    assert books["bank"] == paid_in - sent_back >= 0
    assert all(books[name] <= 0 for name in ("deposit", "refund_payable", "suspense", "price"))
    for sub in settlement.list_sub_accounts(offering.id):
        assert 0 <= sub.held_fen <= sub.due_fen
    assert settlement.reconcile(ctx, local_day(ctx.now_ms())).state == "balanced"
