"""A price that is not paid by its day: written down and told once, and a case begins that demands it."""

import json
from datetime import date

import pytest

from jishi.apps.market import api as market
from jishi.apps.procedures import api as procedures
from jishi.apps.settlement import api as settlement
from jishi.kernel.calendar.zone import start_of_day_ms
from jishi.platform.context import Context
from jishi.platform.deadline import run_due
from jishi.platform.evidence import read_stream
from jishi.platform.models import Deadline
from tests.apps.settlement.lot import make_parties, move_to, offer, register, sell

pytestmark = pytest.mark.django_db
CASE = "market.payment_overdue"


@pytest.fixture
def signed(ctx: Context) -> tuple[market.Offering, settlement.Contract]:
    """Give a lot sold under a signed contract, whose price is to be paid by 2026-05-05 and 2027-04-05."""
    offering = offer(ctx)
    rows = register(ctx, offering, make_parties(ctx, 2))
    settlement.pay_deposits(ctx, [(row.id, None) for row in rows])
    contract = sell(ctx, offering, rows[0])
    settlement.sign_contract(ctx, contract.id, "grantee")
    settlement.sign_contract(ctx, contract.id, "grantor")
    return offering, contract


def told(offering: market.Offering) -> list[dict[str, object]]:
    return [json.loads(each.data) for each in read_stream(offering.stream, ["PaymentOverdue"])]


def at(ctx: Context, day: date, hours: int = 0) -> None:
    move_to(ctx, start_of_day_ms(day, 480) + hours * 3_600_000)
    run_due(ctx)


def test_it_is_told_once_when_its_day_is_over(
    ctx: Context, signed: tuple[market.Offering, settlement.Contract]
) -> None:
    offering, contract = signed
    first, _rest = settlement.list_instalments(contract.id)
    at(ctx, date(2026, 5, 5), 23)
    assert told(offering) == [] and procedures.count_cases(CASE) == {}
    at(ctx, date(2026, 5, 6))
    said = {"number": contract.number, "instalment": 1, "due_day": "2026-05-05", "left_fen": first.left_fen}
    assert told(offering) == [said]
    at(ctx, date(2026, 8, 1))
    Deadline.objects.create(kind="instalment", ref=first.id, due_ms=ctx.now_ms(), run_ms=ctx.now_ms())
    run_due(ctx)  # even where its deadline is run again
    assert told(offering) == [said] and procedures.count_cases(CASE) == {"open": 1}
    (row,) = procedures.list_cases(ctx.as_system(), CASE).rows
    case = procedures.open_case(ctx.as_system(), row.id)
    assert case.party == contract.party and case.row.division == offering.division
    assert case.form["contract_number"] == contract.number and case.form["due_day"] == "2026-05-05"


def test_what_is_paid_in_time_is_never_overdue(
    ctx: Context, signed: tuple[market.Offering, settlement.Contract]
) -> None:
    offering, contract = signed
    first, rest = settlement.list_instalments(contract.id)
    settlement.pay_instalment(ctx, first.id)
    at(ctx, date(2026, 6, 1))
    assert told(offering) == []
    at(ctx, date(2027, 4, 6))
    assert [each["instalment"] for each in told(offering)] == [2]
    settlement.pay_instalment(ctx, rest.id)
    assert not Deadline.objects.filter(kind="instalment").exists()


def test_deadlines_of_contracts_from_before_are_set_again(
    ctx: Context, signed: tuple[market.Offering, settlement.Contract]
) -> None:
    offering, contract = signed
    settlement.pay_instalment(ctx, settlement.list_instalments(contract.id)[1].id)
    Deadline.objects.filter(kind="instalment").delete()
    assert settlement.watch_again() == 1
    at(ctx, date(2026, 5, 6))
    assert [each["instalment"] for each in told(offering)] == [1]
    assert settlement.watch_again() == 0


def test_paid_late_before_anybody_ticked_is_told_by_nobody(
    ctx: Context, signed: tuple[market.Offering, settlement.Contract]
) -> None:
    offering, contract = signed
    move_to(ctx, start_of_day_ms(date(2026, 5, 7), 480))
    settlement.pay_instalments(ctx, [contract.id])
    run_due(ctx)
    assert told(offering) == [] and procedures.count_cases(CASE) == {}
