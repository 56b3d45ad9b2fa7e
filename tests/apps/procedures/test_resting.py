"""A right held for a year waits for its holder only when there is something to do, and then says so."""

from datetime import date

from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.projection import rebuild
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.deadline import run_due
from jishi.platform.models import Deadline
from jishi.platform.search import find_mine
from tests.apps.procedures import test_pledge, test_residence
from tests.apps.procedures.conftest import Office, instant


def waits(office: Office) -> list[str]:
    """Say which steps wait for the applicant now."""
    return [row.state for row in find_mine([office.party.id])]


def at(clock: SimulatedClock, ctx: Context, day: date, hour: int = 10) -> None:
    clock.move_to(instant(day, hour))
    run_due(ctx)


def told(office: Office) -> list[str]:
    return [row.code for row in procedures.list_messages(office.applicant).rows]


def test_a_permit_waits_from_the_day_its_endorsement_may_be_asked_for(
    office: Office, clock: SimulatedClock, ctx: Context
) -> None:
    case = test_residence.issued(office)  # endorsed until 2021-11-23, at the earliest a month before
    assert waits(office) == []
    at(clock, ctx, date(2021, 10, 22), 23)
    assert waits(office) == [] and "procedures.told.awake" not in told(office)
    at(clock, ctx, date(2021, 10, 23), 0)
    assert waits(office) == ["held"] and told(office)[0] == "procedures.told.awake"
    run_due(ctx)
    assert told(office).count("procedures.told.awake") == 1
    office.decide(office.applicant, case, "ask_endorsement")
    assert waits(office) == []
    office.decide(office.second, case, "endorse")
    assert waits(office) == []
    at(clock, ctx, date(2022, 10, 24), 0)
    assert waits(office) == ["suspended"]  # a late endorsement may be asked for at any time


def test_a_pledge_waits_ninety_days_before_its_registration_ends(
    office: Office, clock: SimulatedClock, ctx: Context
) -> None:
    clock.move_to(instant(test_pledge.DAY))
    case = test_pledge.file(office)
    assert waits(office) == ["confirm"]
    test_pledge.register(office, case)  # until 2023-03-01
    assert waits(office) == []
    at(clock, ctx, date(2022, 11, 30), 23)
    assert waits(office) == []
    at(clock, ctx, date(2022, 12, 1), 0)
    (row,) = find_mine([office.party.id])
    assert (row.state, row.due_ms) == ("standing", instant(date(2023, 3, 2), 0))
    office.decide(office.applicant, case, "extend", answers={"more_months": 12})
    assert waits(office) == []
    assert Deadline.objects.get(kind="case_wake", ref=case).due_ms == instant(date(2023, 12, 2), 0)
    office.decide(office.applicant, case, "settled")
    assert waits(office) == ["cancel"] and not Deadline.objects.filter(kind="case_wake").exists()


def test_built_anew_a_resting_case_still_wakes(office: Office, clock: SimulatedClock, ctx: Context) -> None:
    test_residence.issued(office)
    Deadline.objects.filter(kind="case_wake").delete()
    rebuild(clock.now_ms())
    assert waits(office) == []
    at(clock, ctx, date(2021, 10, 23), 0)
    assert waits(office) == ["held"]
