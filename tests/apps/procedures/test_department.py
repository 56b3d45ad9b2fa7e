"""A role bound to a department (部门) reaches of the cases only those of that department: lists, pages and acts."""

from datetime import date

import pytest
from django.test import Client

from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Choice, Filing, InboxQuery
from jishi.apps.procedures.models import Case
from jishi.apps.procedures.people import kind_of, role_of
from jishi.apps.procedures.reads.office import list_colleagues, list_missed_cases
from jishi.apps.rulings import api as rulings
from jishi.apps.rulings.api import FactTask
from jishi.kernel.fault import Fault
from jishi.platform.access import grant, permits_of
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context, Permit
from jishi.platform.models import Grant
from jishi.web.desk.inbox import read_inbox
from tests.apps.procedures.conftest import PDF, Office, instant
from tests.apps.procedures.run_file import enter_subject, read_runs
from tests.apps.procedures.test_residence import file

POLICE, LAND = "公安机关", "自然资源部门"
HERE = "220100"


def bound(office: Office, name: str, role: str, *departments: str) -> Context:
    return office.acting(name, *(Permit(role, HERE, department=each) for each in departments))


def seen(ctx: Context) -> list[str]:
    return [row.id for row in procedures.list_inbox(ctx).rows]


def test_the_inbox_shows_only_the_cases_of_ones_department(office: Office) -> None:
    case = file(office)
    assert seen(office.clerk) == seen(bound(office, "police", "clerk", POLICE)) == [case]
    assert seen(bound(office, "land", "clerk", LAND)) == []
    assert seen(bound(office, "both", "clerk", LAND, POLICE)) == [case]
    assert seen(bound(office, "either", "clerk", LAND, "")) == [
        case
    ]  # a role of no department is bound by none
    assert procedures.list_inbox(bound(office, "land", "clerk", LAND), InboxQuery(text="李四")).total == 0


def test_those_who_supervise_see_their_department(office: Office, clock: SimulatedClock) -> None:
    case = file(office)
    office.decide(office.clerk, case, "accept")
    clock.move_to(instant(date(2021, 3, 1)))
    police, land = (bound(office, name, "reviewer", name) for name in (POLICE, LAND))
    assert [row.id for row in procedures.list_cases(police).rows] == [case]
    assert procedures.list_cases(land).rows == []
    assert [row.count for row in procedures.list_missed(police)] == [1] and procedures.list_missed(land) == []
    assert len(list_missed_cases(police)) == 1 and list_missed_cases(land) == []


def test_another_department_neither_reads_nor_acts(office: Office) -> None:
    case = file(office)
    land = bound(office, "land", "clerk", LAND)
    with pytest.raises(Fault, match=r"procedures\.case\.unknown"):
        procedures.open_case(land, case)
    for act in (
        lambda: procedures.decide(land, case, Choice("accept", 1)),
        lambda: procedures.assign(land, case, None),
        lambda: procedures.recuse(land, case, "亲属", seq=1),
        lambda: procedures.request_supplement(land, case, "请补正", seq=1, items=("photo",)),
    ):
        with pytest.raises(Fault, match=r"access\.denied"):
            act()
    with pytest.raises(Fault, match=r"procedures\.case\.unknown"):
        procedures.attach_document(land, case, ("photo", "photo.pdf", PDF))
    assert procedures.open_case(office.clerk, case).seq == 1
    office.decide(bound(office, "police", "clerk", POLICE), case, "accept")
    assert procedures.open_case(office.clerk, case).row.step == "examine"


def test_a_role_is_handed_on_within_its_department(office: Office) -> None:
    case = file(office)
    police = bound(office, "police", "clerk", POLICE)
    deputy = office.user("deputy")
    until = office.ctx.now_ms() + 86_400_000
    procedures.delegate(police, deputy.pk, "clerk", until_ms=until, reason="出差")
    assert Grant.objects.get(person=deputy).department == POLICE
    permits = permits_of(deputy, office.ctx.now_ms())
    assert seen(office.acting("deputy", *permits)) == [case]
    grant(office.user("land"), "clerk", HERE, department=LAND)
    grant(office.user("second"), "clerk", HERE, department=POLICE)
    row = procedures.view_for(office.clerk, case).row
    assert {each.id for each in list_colleagues(police, row)} >= {deputy.pk, office.user("second").pk}
    assert office.user("land").pk not in {each.id for each in list_colleagues(police, row)}
    with pytest.raises(Fault, match=r"procedures\.assignee"):
        procedures.assign(police, case, office.user("land").pk)
    procedures.assign(police, case, office.user("second").pk)


def test_who_has_a_step_in_a_procedure_reads_all_of_it_and_acts_at_that_step(
    office: Office, clock: SimulatedClock
) -> None:
    clock.move_to(instant(date(2020, 12, 1)))
    run = next(run for name, _number, run in read_runs() if name == "technology.ownership_grant")
    entry = enter_subject(office.ctx, run, office.party.id, "")
    filing = Filing(
        "technology.ownership_grant", run["form"], HERE, office.party.id, subject=entry.id if entry else ""
    )
    papers = [(need, "p.pdf", PDF) for need in run["documents"]]
    case = procedures.file_case(office.applicant, filing, papers).id
    row = procedures.view_for(office.ctx, case).row
    lead, science = procedures.departments_of(kind_of(row))
    of_lead, of_science = (bound(office, each, "regulator", each) for each in (lead, science))
    assert procedures.open_case(of_science, case).row.step == "review"
    Case.objects.filter(pk=case).update(step="report", role="regulator")  # the step of the other department
    row.refresh_from_db()
    assert (seen(of_lead), seen(of_science)) == ([], [case])
    assert (role_of(of_lead, row, "regulator"), role_of(of_science, row, "regulator")) == ("", "regulator")
    assert [each.id for each in procedures.list_cases(of_lead).rows] == [case]


def waiting_task(office: Office, case: str) -> FactTask:
    """Let a rule wait for facts of the case."""
    row = Case.objects.get(pk=case)
    subject = rulings.Subject("case", case, row.division, "居住证")
    question = rulings.Question("labour.residence_permit", subject, {}, date(2020, 12, 1), "event")
    with pytest.raises(rulings.NotPermitted), rulings.recording(office.ctx):
        rulings.require_permits(office.ctx, [question])
    (task,) = rulings.list_open_tasks("case", case)
    return task


def test_what_a_rule_asks_of_a_case_waits_for_its_department(office: Office) -> None:
    task = waiting_task(office, file(office))
    police, land, free = (bound(office, f"task {name}", "clerk", name) for name in (POLICE, LAND, ""))
    seen_by = [[each.key for each in read_inbox(ctx).items] for ctx in (police, land, free)]
    assert seen_by == [[task.id], [], [task.id]]
    with pytest.raises(Fault, match=r"access\.denied"):
        rulings.state_facts(land, task.id, {"months_resident": "8"}, "房产证")
    with pytest.raises(Fault, match=r"access\.denied"):
        rulings.override_task(bound(office, "task reviewer", "reviewer", LAND), task.id, "理由充分")
    rulings.state_facts(police, task.id, {"months_resident": "8"}, "房产证")


def test_the_page_of_a_task_opens_to_its_department(office: Office) -> None:
    task = waiting_task(office, file(office))
    for department, status in ((POLICE, 200), (LAND, 403)):
        user, client = office.user(f"page {department}"), Client()
        grant(user, "clerk", HERE, department=department)
        client.force_login(user)
        assert client.get(f"/desk/tasks/{task.id}/").status_code == status
