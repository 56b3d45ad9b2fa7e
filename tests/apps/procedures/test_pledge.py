"""Security registered twice on one thing: told by its mark, ranked by time, moved up by a cancellation."""

from datetime import date

import pytest

from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Filing
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.deadline import run_due
from tests.apps.procedures.conftest import Office, instant

FORM = {
    "collateral_kind": "receivable", "receivable_source": "service", "collateral_mark": "No. 1234 5678",
    "description": "应收账款", "debtor": "演示公司", "secured_fen": "1000000元", "contract_no": "HT-1",
    "registration_months": "12",
}  # fmt: skip
DAY = date(2022, 3, 1)


@pytest.fixture(autouse=True)
def spring(clock: SimulatedClock) -> None:
    clock.move_to(instant(DAY))


def file(office: Office, division: str = "220100", **changed: str) -> str:
    filing = Filing("capital.pledge", {**FORM, **changed}, division, office.party.id)
    return procedures.file_case(office.applicant, filing).id


def register(office: Office, case: str) -> procedures.CaseInfo:
    return office.decide(office.applicant, case, "register")


def behind(office: Office, case: str) -> procedures.CaseInfo:
    return office.decide(office.applicant, case, "register_behind", answers={"knows_earlier": True})


def ranks(seen: procedures.CaseInfo) -> list[int | None]:
    return [
        each.priority for each in registers.list_encumbrances(seen.kept["collateral"]) if not each.lifted_ms
    ]


def test_a_second_registration_is_told_and_ranks_behind(office: Office, clock: SimulatedClock) -> None:
    first = register(office, file(office))
    again = file(office, "220200", collateral_mark="ｎｏ．12345678")
    with pytest.raises(Fault, match=r"rulings\.refused"):
        register(office, again)
    clock.move_to(instant(DAY, 11))
    second = behind(office, again)
    assert second.kept["collateral"] == first.kept["collateral"]
    held = registers.list_encumbrances(first.kept["collateral"])
    assert [each.id for each in held] == [first.kept["right"], second.kept["right"]]
    assert ranks(second) == [1, 2]
    rank = next(each for each in second.papers[-1].lines if each["name"] == "rank")
    assert rank["value"] == 2
    assert second.papers[-1].lines[0]["value"] == registers.get_entry(second.kept["security"]).data["secured"]


def test_a_cancellation_moves_the_second_up(office: Office, clock: SimulatedClock) -> None:
    first = register(office, file(office))
    clock.move_to(instant(DAY, 11))
    second = behind(office, file(office))
    office.decide(office.applicant, first.row.id, "settled")
    office.decide(office.applicant, first.row.id, "cancel")
    assert ranks(second) == [1]
    assert registers.get_entry(second.kept["security"]).state == "registered"


def test_another_thing_is_another_entry(office: Office) -> None:
    first = register(office, file(office))
    other = register(office, file(office, collateral_mark="87654321"))
    factored = register(office, file(office, collateral_kind="factoring"))
    assert len({each.kept["collateral"] for each in (first, other, factored)}) == 3


def test_the_number_itself_stands_nowhere_in_the_open(office: Office) -> None:
    case = register(office, file(office))
    for name in ("collateral", "security"):
        assert "5678" not in str(registers.get_entry(case.kept[name]).data)
    assert "5678" not in str(case.papers)


def test_what_ran_out_keeps_no_place_and_what_was_extended_does(
    office: Office, clock: SimulatedClock, ctx: Context
) -> None:
    first = register(office, file(office))  # until 2023-03-01
    clock.move_to(instant(DAY, 11))
    second = behind(office, file(office, registration_months="24"))
    third = behind(office, file(office, registration_months="36"))
    clock.move_to(instant(date(2023, 1, 2)))
    extended = office.decide(office.applicant, first.row.id, "extend", answers={"more_months": 3})
    assert registers.list_encumbrances(first.kept["collateral"])[0].until_day == date(2023, 6, 1)
    clock.move_to(instant(date(2023, 6, 1), 23))
    run_due(ctx)
    assert ranks(extended) == [1, 2, 3]  # its last day counts
    clock.move_to(instant(date(2023, 6, 2), 0))
    run_due(ctx)
    lapsed, *rest = registers.list_encumbrances(first.kept["collateral"])
    assert (lapsed.priority, lapsed.lifted_reason) == (None, "lapsed")
    assert [each.id for each in rest] == [second.kept["right"], third.kept["right"]]
    assert [each.priority for each in rest] == [1, 2]
    assert registers.get_entry(first.kept["security"]).state == "expired"
    kinds = [each.kind for each in evidence.read_stream(f"entry/{first.kept['collateral']}")]
    assert kinds.count("EncumbranceLapsed") == 1 and kinds.count("EncumbranceProlonged") == 1
    with pytest.raises(Fault, match=r"registers\.burden\.over"):
        registers.prolong_encumbrance(ctx.as_system(), lapsed.id, date(2030, 1, 1))
    again = behind(office, file(office))
    assert (
        ranks(again) == [1, 2, 3] and registers.list_encumbrances(first.kept["collateral"])[-1].priority == 3
    )
    office.decide(office.applicant, first.row.id, "settled")
    office.decide(office.applicant, first.row.id, "cancel")
    assert ranks(again) == [1, 2, 3]
