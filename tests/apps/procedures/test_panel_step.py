"""A step with a panel: convened, drawn, voted in secret; the ballot takes the decision, nobody else can."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client

from jishi.apps.packs import api as packs
from jishi.apps.panels import api as panels
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Filing
from jishi.apps.procedures.models import Case
from jishi.apps.procedures.people import departments_of, kind_of
from jishi.kernel.fault import Fault
from jishi.platform.access import grant
from jishi.platform.context import Actor, Context, Permit
from tests.apps.procedures.conftest import Office
from tests.apps.procedures.made_law import FILES, law_of, write_pack


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> packs.Pack:
    return packs.load_pack_from(write_pack(tmp_path_factory.mktemp("law") / "pack", FILES))


@pytest.fixture(autouse=True)
def law(made: packs.Pack, db: None) -> Iterator[packs.Pack]:
    with law_of(made) as pack:
        yield pack


@pytest.fixture
def case(office: Office) -> str:
    for place in range(9):
        email = f"z{place}@example.org"
        office.user(f"z{place}")
        form = panels.ExpertForm(
            number=f"Z{place:02}", name=f"专家{place}", organisation="演示单位" if place == 8 else f"单位{place}",
            division="220100", specialities=("工程",), email=email,
        )  # fmt: skip
        panels.add_expert(office.clerk, form)
    filing = Filing("labour.test_title", {"employer": "演示单位"}, "220102", office.party.id)
    return procedures.file_case(office.applicant, filing).id


def sit(office: Office, case: str) -> panels.Panel:
    panel = panels.convene(office.clerk, panels.Convening("case", case, (("工程", 5),)))
    panels.contribute(office.acting("reg", Permit("regulator", "220100")), panel.id, "5a" * 32)
    panels.draw_members(office.reviewer, panel.id)
    for member in members(panel):
        panels.accept_seat(as_(office, member.person), panel.id)
    return panel


def members(panel: panels.Panel) -> list[panels.Member]:
    return [each for each in panels.list_members(panel.id) if each.state != "left"]


def as_(office: Office, user_id: int | None) -> Context:
    return replace(office.ctx, actor=Actor(user_id=user_id, name="member"))


@pytest.mark.parametrize(("yes", "end"), [(4, "granted"), (3, "failed")])
def test_the_ballot_decides(office: Office, case: str, yes: int, end: str) -> None:
    panel = sit(office, case)
    number = procedures.open_case(office.ctx, case).row.number
    for place, member in enumerate(members(panel)):
        vote = {number: "yes" if place < yes else "no"}
        panels.cast_ballot(as_(office, member.person), panel.id, vote)
    panels.close_panel(as_(office, members(panel)[0].person), panel.id)
    after = procedures.open_case(office.ctx, case)
    assert after.row.step == end
    assert (after.answers["review"]["yes"], after.answers["review"]["present"]) == (yes, 5)


def test_nobody_takes_the_decision_of_a_panel(office: Office, case: str) -> None:
    with pytest.raises(Fault, match=r"procedure\.role"):
        office.decide(office.clerk, case, "passed")


def test_who_is_of_the_case_keeps_out(office: Office, case: str) -> None:
    owner = panels.owner_of("case")
    conflict = owner.conflict(case, office.ctx.now_ms())
    assert conflict.organisations == {"演示单位": "employer"}
    assert conflict.people == {office.user("li").pk: "represents"}


def test_a_role_of_another_department_neither_convenes_nor_moves_the_panel(office: Office, case: str) -> None:
    own = departments_of(kind_of(Case.objects.get(pk=case)))[0]

    def bound(role: str, department: str) -> Context:
        return office.acting(f"{role} of {department}", Permit(role, "220100", department=department))

    asked = panels.Convening("case", case, (("工程", 5),))
    with pytest.raises(Fault, match=r"access\.denied"):
        panels.convene(bound("clerk", "另一部门"), asked)
    panel = panels.convene(bound("clerk", own), asked)
    with pytest.raises(Fault, match=r"access\.denied"):
        panels.contribute(bound("regulator", "另一部门"), panel.id, "5a" * 32)
    panels.contribute(bound("regulator", own), panel.id, "5a" * 32)
    for act in (
        lambda: panels.draw_members(bound("reviewer", "另一部门"), panel.id),
        lambda: panels.dissolve_panel(bound("reviewer", "另一部门"), panel.id, "理由"),
    ):
        with pytest.raises(Fault, match=r"access\.denied"):
            act()
    panels.draw_members(bound("reviewer", own), panel.id)
    leaving = members(panel)[0]
    with pytest.raises(Fault, match=r"access\.denied"):
        panels.replace_member(bound("clerk", "另一部门"), panel.id, leaving.alias, "relative")
    panels.replace_member(bound("clerk", own), panel.id, leaving.alias, "relative")


def test_the_desk_shows_the_panels_of_ones_department(office: Office, case: str) -> None:
    panel = panels.convene(office.clerk, panels.Convening("case", case, (("工程", 5),)))
    own = departments_of(kind_of(Case.objects.get(pk=case)))[0]
    for department, status in ((own, 200), ("", 200), ("另一部门", 403)):
        user = office.user(f"desk {department}")
        grant(user, "clerk", "220100", department=department)
        client = Client()
        client.force_login(user)
        assert client.get(f"/desk/panels/{panel.id}/").status_code == status
        listed = client.get("/desk/panels/").context["page"]
        assert ([each.id for each in listed.rows], listed.total) == (
            ([panel.id], 1) if status == 200 else ([], 0)
        )
        assert client.get(f"/desk/panels/new/case/{case}/").status_code == (302 if status == 200 else 403)
