"""A professional title from the application to the certificate, its committee drawn by lot and voting in secret."""

from dataclasses import replace
from datetime import date

import pytest

from jishi.apps.panels import api as panels
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Filing
from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryForm
from jishi.kernel.fault import Fault
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Actor, Context, Permit
from jishi.platform.deadline import run_due
from tests.apps.procedures.conftest import PDF, Office, instant

EMPLOYER, SPECIALITY = "演示单位", "机械工程"
COMMITTEE = {
    "name": "演示商会评委会", "host": "演示商会", "host_kind": "association", "series": "engineering",
    "level": "senior", "experts": "30", "division": "220100", "approved_on": "2019-12-01",
    "approved_until": "2022-12-01",
}  # fmt: skip
FORM = {
    "name": "李四", "works_in_jilin": True, "professional_work": True, "is_employed": True, "employer": EMPLOYER,
    "urgent_talent": False, "title_series": "engineering", "title_level": "associate_senior",
    "speciality": SPECIALITY, "work_years": "8", "results": "三个项目",
}  # fmt: skip


@pytest.fixture
def case(office: Office, clock: SimulatedClock) -> str:
    clock.move_to(instant(date(2020, 12, 1)))
    for place in range(9):
        office.user(f"z{place}")
        form = panels.ExpertForm(
            number=f"Z{place:02}", name=f"专家{place}", organisation=EMPLOYER if place == 8 else f"单位{place}",
            division="220100", specialities=(SPECIALITY,), email=f"z{place}@example.org",
        )  # fmt: skip
        panels.add_expert(office.clerk, form)
    committee = registers.create_entry(office.ctx, EntryForm("labour.title_committee", COMMITTEE))
    filing = Filing("labour.title", FORM, "220100", office.party.id, subject=committee.id)
    papers = [(need, f"{need}.pdf", PDF) for need in ("education", "works", "recommendation")]
    made = procedures.file_case(office.applicant, filing, papers).id
    office.decide(office.clerk, made, "accept")
    return made


def member(office: Office, person: int | None) -> Context:
    return replace(office.ctx, actor=Actor(user_id=person, name="member"))


def review(office: Office, case: str, yes: int) -> panels.Panel:
    """Convene, draw, seat and let vote: the first `yes` members in favour."""
    panel = panels.convene(office.clerk, panels.Convening("case", case, ((SPECIALITY, 5),)))
    panels.contribute(office.acting("reg", Permit("regulator", "220100")), panel.id, "5a" * 32)
    panels.draw_members(office.reviewer, panel.id)
    seated = [each for each in panels.list_members(panel.id) if each.state != "left"]
    for each in seated:
        panels.accept_seat(member(office, each.person), panel.id)
    number = procedures.open_case(office.ctx, case).row.number
    for place, each in enumerate(seated):
        panels.cast_ballot(member(office, each.person), panel.id, {number: "yes" if place < yes else "no"})
    panels.close_panel(member(office, seated[0].person), panel.id)
    return panel


def test_two_thirds_publicity_and_the_certificate(office: Office, case: str, clock: SimulatedClock) -> None:
    panel = review(office, case, 4)
    drawn = {each.person for each in panels.list_members(panel.id)}
    assert office.user("z8").pk not in drawn  # a colleague of the applicant
    seen = procedures.open_case(office.ctx, case)
    assert (seen.row.step, seen.row.due_day) == ("publicity", date(2020, 12, 8))
    public = {each["name"]: each["value"] for each in seen.notices[-1].lines}
    assert public["name"] == "李*" and str(public["votes"]) == "4"
    clock.move_to(instant(date(2020, 12, 9)))
    run_due(office.ctx)
    ended = office.decide(office.reviewer, case, "grant")
    entry = registers.get_entry(ended.kept["title"])
    assert (ended.row.outcome, entry.data["name"], entry.data["holder"]) == (
        "granted",
        "李四",
        office.party.id,
    )
    found = procedures.find_paper(ended.papers[-1].number, date(2020, 12, 9))
    assert found is not None and "李四" not in str(found.lines)


def test_three_of_five_are_too_few(office: Office, case: str) -> None:
    review(office, case, 3)
    assert procedures.open_case(office.ctx, case).row.step == "not_passed"


def test_nobody_decides_in_the_place_of_the_committee(office: Office, case: str) -> None:
    for who in (office.clerk, office.reviewer):
        with pytest.raises(Fault, match=r"procedure\.role"):
            office.decide(who, case, "passed")
