"""Votes on paper, filing for another, publication and objections, fees, burdens, events and the calendar."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Filing, Happening
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context, Permit
from jishi.platform.deadline import run_due
from tests.apps.procedures.conftest import PDF, Office, instant
from tests.apps.procedures.made_law import FILES, law_of, write_pack

VOTES = {"assembly": {"members": 90, "present": 70, "yes": 60, "no": 10}}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> packs.Pack:
    """Load Jilin's pack with the procedures of this test: TOML alone."""
    return packs.load_pack_from(write_pack(tmp_path_factory.mktemp("law") / "pack", FILES))


@pytest.fixture(autouse=True)
def law(made: packs.Pack, db: None) -> Iterator[packs.Pack]:
    with law_of(made) as pack:
        yield pack


class Village:
    """A township that files for a collective."""

    def __init__(self, office: Office) -> None:
        form = parties.PartyForm("organisation", "演示乡人民政府", "91350100M000100Y43")
        self.township = parties.register_party(office.acting("town"), form)
        form = parties.PartyForm("organisation", "演示村经济合作社", "11220281013524671G")
        self.collective = parties.register_party(office.acting("village"), form)
        self.ctx = office.acting("town", parties=(self.township.id,))


@pytest.fixture
def village(office: Office) -> Village:
    return Village(office)


def filing(village: Village, **votes: int) -> Filing:
    counts = {"assembly": {**VOTES["assembly"], **votes}}
    form = {"price": "25万元", "leader": "王五大三"}
    return Filing(
        "land.test_entry",
        form,
        "220102",
        village.township.id,
        village.collective.id,
        "township",
        votes=counts,
    )


def entered(village: Village) -> str:
    papers = [("papers", "p.pdf", PDF), ("mandate", "m.pdf", PDF)]
    return procedures.file_case(village.ctx, filing(village), papers).id


def test_a_vote_without_two_thirds_stops_the_filing(village: Village) -> None:
    papers = [("papers", "p.pdf", PDF), ("mandate", "m.pdf", PDF)]
    with pytest.raises(Fault, match="procedures.vote.failed") as caught:
        procedures.file_case(village.ctx, filing(village, yes=59, no=11), papers)
    assert (caught.value.params["yes"], caught.value.params["needed"]) == (59, 60)
    with pytest.raises(Fault, match="ballot.tally"):
        procedures.file_case(village.ctx, filing(village, yes=80), papers)
    with pytest.raises(Fault, match="procedures.document.missing"):
        procedures.file_case(village.ctx, filing(village), papers[:1])


def test_a_publication_ends_only_when_no_objection_stands(
    village: Village, office: Office, clock: SimulatedClock, ctx: Context
) -> None:
    case = entered(village)
    (notice,) = procedures.list_notices().rows
    assert notice.until == date(2020, 12, 13) and notice.open
    texts = {line["name"]: line["text"]["zh"] for line in notice.lines}
    assert texts == {"price": "250,000.00 元", "leader": "王***"}
    nosy = office.acting("nosy")
    objection = procedures.object_to(nosy, notice.id, "界址有争议")
    with pytest.raises(Fault, match="procedures.objection.twice"):
        procedures.object_to(nosy, notice.id, "again")
    clock.move_to(instant(date(2020, 12, 14), 1))
    run_due(ctx)
    assert procedures.open_case(ctx, case).row.step == "show"
    with pytest.raises(Fault, match="procedures.notice.closed"):
        procedures.object_to(office.acting("late"), notice.id, "too late")
    procedures.answer_objection(office.clerk, objection.id, "dismissed", "已核对界址")
    run_due(ctx)
    after = procedures.open_case(ctx, case)
    assert after.row.step == "fee" and not after.notices[0].open
    assert registers.get_entry(after.kept["right"]).data["price"] == 25_000_000
    assert [each.answer for each in after.objections] == ["已核对界址"]


def paid(village: Village, office: Office, clock: SimulatedClock, ctx: Context) -> str:
    case = entered(village)
    clock.move_to(instant(date(2020, 12, 14), 1))
    run_due(ctx)
    treasurer = office.acting("money", Permit("treasurer", "220100"))
    seq = procedures.open_case(ctx, case).seq
    with pytest.raises(Fault, match="procedures.fee.amount"):
        procedures.record_fee(treasurer, case, "paid", seq=seq, paid_fen=1, reference="R1")
    procedures.record_fee(treasurer, case, "paid", seq=seq, paid_fen=8000, reference="R1")
    return case


def test_a_burden_is_put_on_and_lifted_and_the_case_reopened(
    village: Village, office: Office, clock: SimulatedClock, ctx: Context
) -> None:
    case = paid(village, office, clock, ctx)
    with pytest.raises(Fault, match="entry.required"):
        office.decide(office.clerk, case, "enter")
    held = office.decide(office.clerk, case, "enter", answers={"creditor": "演示银行"})
    entry = held.kept["right"]
    assert [each.holder for each in registers.blocking_encumbrances(entry)] == ["演示银行"]
    done = office.decide(office.second, case, "release")
    assert registers.blocking_encumbrances(entry) == ()
    assert registers.get_entry(entry).data["price"] == 100
    with pytest.raises(Fault, match="procedure.reason.missing"):
        procedures.reopen(office.reviewer, case, " ", seq=done.seq)
    procedures.reopen(office.reviewer, case, "漏登", seq=done.seq)
    assert procedures.open_case(ctx, case).row.step == "lift"


def test_an_event_begins_one_case_and_its_missed_clock_another(
    village: Village, office: Office, clock: SimulatedClock, ctx: Context
) -> None:
    paid(village, office, clock, ctx)
    regulator = office.acting("reg", Permit("regulator", "220000"))
    (row,) = procedures.list_inbox(regulator).rows
    assert (row.procedure, row.title, row.due_day) == (
        "land.test_follow",
        "监管 25000000",
        date(2020, 12, 21),
    )
    clock.move_to(instant(date(2020, 12, 22), 0))
    assert [each.count for each in procedures.list_missed(regulator)] == [1]  # before any clock ran
    run_due(ctx)
    rows = procedures.list_inbox(regulator).rows
    assert len(rows) == 2 and rows[0].overdue and not rows[1].overdue
    found = Happening("finding.land.notice_check", "parcel-1", "220102")
    assert len(procedures.start_by_event(ctx, found)) == 1
    assert procedures.start_by_event(ctx, found) == []


def test_the_calendar_begins_a_case_in_each_prefecture(
    office: Office, clock: SimulatedClock, ctx: Context
) -> None:
    assert procedures.plan_duties(ctx) >= 1
    clock.move_to(instant(date(2021, 1, 10), 0) - 1)
    run_due(ctx)
    assert procedures.count_cases("land.test_duty") == {}
    clock.move_to(instant(date(2021, 1, 10), 0))
    procedures.plan_duties(ctx)
    run_due(ctx)
    begun = procedures.count_cases("land.test_duty")["open"]
    assert begun == 9
    procedures.run_duty(ctx, "land.test_duty")
    assert procedures.count_cases("land.test_duty")["open"] == begun
    clock.move_to(instant(date(2021, 4, 10), 0))
    run_due(ctx)
    assert procedures.count_cases("land.test_duty")["open"] == 2 * begun


def test_a_running_case_keeps_the_version_it_began_with(
    village: Village, office: Office, tmp_path: Path, ctx: Context
) -> None:
    case = entered(village)
    text = FILES["procedures/land.test_entry.toml"].replace("异议成立，终止", "终止办理")
    changed = packs.load_pack_from(
        write_pack(tmp_path / "new", FILES | {"procedures/land.test_entry.toml": text})
    )
    with law_of(changed):
        view = procedures.view_for(ctx, case)
        assert view.kind.step("show").decisions[1].title.zh == "异议成立，终止"
        assert office.decide(office.clerk, case, "stopped", words="异议成立").row.phase == "ended"


def test_a_role_is_delegated_for_a_time(office: Office, clock: SimulatedClock) -> None:
    until = instant(date(2020, 12, 1))
    deputy = office.user("deputy")
    with pytest.raises(Fault, match="procedures.delegation.role"):
        procedures.delegate(office.clerk, deputy.pk, "reviewer", until_ms=until, reason="休假")
    made = procedures.delegate(office.clerk, deputy.pk, "clerk", until_ms=until, reason="休假")
    from jishi.platform.access import permits_of

    assert [each.role for each in permits_of(deputy, until - 1)] == ["clerk"] and permits_of(
        deputy, until
    ) == ()
    procedures.end_delegation(office.clerk, made.id)
    assert permits_of(deputy, office.ctx.now_ms()) == ()


def test_bulk_decisions_stand_each_for_itself(village: Village, office: Office) -> None:
    one, two = entered(village), entered(village)
    answers = procedures.decide_many(
        office.clerk,
        {
            one: procedures.Choice("stopped", 1, words="撤销"),
            two: procedures.Choice("stopped", 0, words="撤销"),
        },
    )
    assert [each.refusal and each.refusal[0] for each in answers] == [None, "procedures.case.moved"]
