"""The residence permit from the application through its yearly endorsement, under the law of 2020."""

from datetime import date

import pytest

from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Choice, Filing
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.deadline import run_due
from tests.apps.procedures.conftest import PDF, Office, instant

FORM = {
    "name": "李四",
    "identity": "11010519491231002X",
    "applicant_age": "30",
    "home_address": "演示省演示路1号",
    "address": "长春市演示路2号",
    "division": "220102",
    "months_resident": "8",
    "residence_proof": "job",
    "employer": "演示公司",
    "school": "answered by mistake, not asked",
}
PAPERS = [(need, f"{need}.pdf", PDF) for need in ("identity_card", "photo", "proof")]


def file(office: Office, **form: str) -> str:
    filing = Filing("labour.residence_permit", {**FORM, **form}, party=office.party.id)
    return procedures.file_case(office.applicant, filing, PAPERS).id


def issued(office: Office) -> str:
    case = file(office)
    office.decide(office.clerk, case, "accept")
    office.decide(office.clerk, case, "propose")
    office.decide(office.reviewer, case, "issue")
    return case


def test_a_permit_is_issued_endorsed_suspended_and_restored(
    office: Office, clock: SimulatedClock, ctx: Context
) -> None:
    case = file(office)
    filed = procedures.open_case(office.applicant, case)
    assert (filed.row.number, filed.row.step, filed.row.role) == ("RP2020-000001", "accept", "clerk")
    assert filed.row.due_day == date(2020, 11, 30)  # five working days after the 23rd
    assert "school" not in filed.form and filed.form["name"] == "李四"
    office.decide(office.clerk, case, "accept")
    office.decide(office.clerk, case, "propose")
    held = office.decide(office.reviewer, case, "issue")
    assert held.row.step == "held" and held.row.due_day == date(2021, 11, 23)
    entry = registers.get_entry(held.kept["permit"])
    assert (entry.state, entry.number, entry.data["endorse_by"]) == (
        "active",
        "220102-2020-000001",
        "2021-11-23",
    )
    paper = procedures.find_paper("220102-2020-000001", date(2020, 11, 24))
    assert paper is not None and paper.state == "valid"
    shown = {line["name"]: line["value"] for line in paper.lines}
    assert shown["name"] == "李*" and shown["identity"].endswith("*X") and "address" not in shown
    with pytest.raises(Fault, match="procedure.window"):
        office.decide(office.applicant, case, "ask_endorsement")
    clock.move_to(instant(date(2021, 10, 23)))
    office.decide(office.applicant, case, "ask_endorsement")
    endorsed = office.decide(office.second, case, "endorse")
    assert endorsed.row.step == "held" and endorsed.row.due_day == date(2022, 10, 23)
    clock.move_to(instant(date(2022, 10, 23), 23))
    run_due(ctx)
    assert procedures.open_case(ctx, case).row.step == "held"
    clock.move_to(instant(date(2022, 10, 24), 0))
    run_due(ctx)
    assert procedures.open_case(ctx, case).row.step == "suspended"
    assert registers.get_entry(held.kept["permit"]).state == "suspended"
    office.decide(office.applicant, case, "ask_late")
    office.decide(office.clerk, case, "endorse")
    restored = registers.get_entry(held.kept["permit"])
    assert (restored.state, restored.data["counts_from"]) == ("active", "2022-10-24")


def test_the_evidence_tells_every_act_and_no_secret(office: Office) -> None:
    case = issued(office)
    entries = evidence.read_stream(f"case/{case}")
    assert [each.kind for each in entries] == ["CaseFiled", *["CaseDecided"] * 3]
    text = " ".join(each.data for each in entries)
    assert "李四" not in text and "11010519491231002X" not in text and "演示公司" not in text


def test_the_one_who_examined_does_not_approve(office: Office, ctx: Context) -> None:
    case = file(office)
    office.decide(office.clerk, case, "accept")
    office.decide(office.clerk, case, "propose")
    both = office.acting("clerk", *office.reviewer.actor.permits)
    with pytest.raises(Fault, match="procedure.same_person"):
        office.decide(both, case, "issue")
    with pytest.raises(Fault, match="procedure.role"):
        office.decide(office.second, case, "issue")
    with pytest.raises(Fault, match="access.denied"):
        office.decide(office.elsewhere, case, "issue")


def test_nobody_decides_their_own_case(office: Office) -> None:
    case = file(office)
    own = office.acting("li", *office.clerk.actor.permits)
    with pytest.raises(Fault, match="procedure.own_case"):
        office.decide(own, case, "accept")


def test_of_two_who_decide_at_once_one_is_refused(office: Office) -> None:
    case = file(office)
    seq = procedures.open_case(office.clerk, case).seq
    procedures.decide(office.clerk, case, Choice("accept", seq))
    with pytest.raises(Fault, match="procedures.case.moved") as caught:
        procedures.decide(office.second, case, Choice("decline", seq, "not_needed", "no"))
    assert caught.value.params["now"] == "examine"


def test_who_is_not_entitled_is_not_proposed(office: Office) -> None:
    case = file(office, months_resident="5")
    office.decide(office.clerk, case, "accept")
    with pytest.raises(Fault, match="rulings.refused"):
        office.decide(office.clerk, case, "propose")
    office.decide(office.clerk, case, "propose_refusal", words="不满半年")
    refused = office.decide(office.reviewer, case, "refuse", because="not_half_year", words="居住不满半年")
    assert (refused.row.phase, refused.row.outcome) == ("ended", "refused")


def test_a_supplement_stops_the_clock(office: Office, clock: SimulatedClock, ctx: Context) -> None:
    case = file(office)
    procedures.request_supplement(office.clerk, case, "相片不清晰", seq=1, items=("photo",))
    waiting = procedures.open_case(office.applicant, case)
    assert (waiting.row.paused, waiting.row.due_day) == ("supplement", date(2020, 12, 23))
    with pytest.raises(Fault, match="procedure.suspended"):
        office.decide(office.clerk, case, "accept")
    clock.move_to(instant(date(2020, 11, 30)))
    procedures.attach_document(office.applicant, case, ("photo", "new.pdf", PDF + b"2"))
    procedures.supplement(office.applicant, case)
    assert procedures.open_case(ctx, case).row.due_day == date(2020, 12, 7)


def test_silence_is_acceptance_and_papers_that_never_come_end_it(
    office: Office, clock: SimulatedClock, ctx: Context
) -> None:
    silent, waiting = file(office), file(office)
    procedures.request_supplement(office.clerk, waiting, "缺证明", seq=1)
    clock.move_to(instant(date(2020, 12, 1), 0))
    run_due(ctx)
    assert procedures.open_case(ctx, silent).row.step == "examine"
    clock.move_to(instant(date(2020, 12, 24), 0))
    run_due(ctx)
    ended = procedures.open_case(ctx, waiting).row
    assert (ended.phase, ended.step) == ("ended", "lapsed")
    late = procedures.open_case(ctx, silent).row  # examined by nobody since the 1st: fifteen days are over
    assert late.overdue and late.step == "examine"


def test_strangers_see_nothing(office: Office) -> None:
    case = file(office)
    with pytest.raises(Fault, match="procedures.case.unknown"):
        procedures.open_case(office.acting("nosy"), case)
    with pytest.raises(Fault, match="procedures.case.unknown"):
        procedures.open_case(office.elsewhere, case)


def test_what_is_missing_is_named(office: Office) -> None:
    with pytest.raises(Fault, match="procedures.document.missing"):
        procedures.file_case(
            office.applicant, Filing("labour.residence_permit", FORM, party=office.party.id), PAPERS[:2]
        )
    with pytest.raises(Fault, match="entry.required") as caught:
        file(office, employer="")
    assert caught.value.params["field"] == "employer"


def test_the_inbox_shows_what_waits_for_the_role(office: Office) -> None:
    case = file(office)
    assert [row.id for row in procedures.list_inbox(office.clerk).rows] == [case]
    number = procedures.open_case(office.clerk, case).row.number
    for text, found in ((number, [case]), ("居住证", [case]), ("居住证 RP2020", [case]), ("不动产", [])):
        query = procedures.InboxQuery(text=text)
        assert [row.id for row in procedures.list_inbox(office.clerk, query).rows] == found
    assert procedures.list_inbox(office.reviewer).rows == []
    assert procedures.list_inbox(office.elsewhere).rows == []
    ways = procedures.ways_of(office.clerk, procedures.view_for(office.clerk, case))
    assert {way.decision: way.refusal for way in ways.decisions} == {"accept": None, "decline": None}
    assert ways.acts == {"supplement_asked", "recused"}


def test_a_draft_is_resumed_and_tells_all_that_is_missing(office: Office) -> None:
    filing = Filing("labour.residence_permit", {"name": "李四"}, "220102", office.party.id)
    draft = procedures.save_draft(office.applicant, filing).id
    found = {str(each.params.get("field")) for each in procedures.check_draft(office.applicant, draft)}
    assert {"identity", "division", "documents.photo", "documents.proof"} <= found and "name" not in found
    procedures.save_draft(
        office.applicant, Filing("labour.residence_permit", FORM, party=office.party.id), draft
    )
    for upload in PAPERS:
        procedures.attach_document(office.applicant, draft, upload)
    assert procedures.check_draft(office.applicant, draft) == []
    assert procedures.open_case(office.applicant, draft).form["employer"] == "演示公司"
    with pytest.raises(Fault, match="procedures.case.unknown"):
        procedures.open_case(office.clerk, draft)
    procedures.submit(office.applicant, draft)
    with pytest.raises(Fault, match="procedures.draft.filed"):
        procedures.submit(office.applicant, draft)
    files = procedures.open_case(office.clerk, draft).files
    assert procedures.read_document(office.clerk, draft, files[0].id) == (
        files[0].name,
        "application/pdf",
        PDF,
    )
    with pytest.raises(Fault, match="procedures.case.unknown"):
        procedures.read_document(office.elsewhere, draft, files[0].id)


def test_a_case_is_withdrawn_while_it_may_be(office: Office) -> None:
    case = file(office)
    with pytest.raises(Fault, match="access.denied"):
        procedures.withdraw(office.clerk, case)
    procedures.withdraw(office.applicant, case, "不再需要")
    ended = procedures.open_case(office.applicant, case)
    assert (ended.row.phase, ended.row.outcome, ended.acts[-1].words) == ("ended", "withdrawn", "不再需要")
    with pytest.raises(Fault, match="procedure.ended"):
        office.decide(office.clerk, case, "accept")


def test_people_are_told_where_their_case_stands(office: Office) -> None:
    case = file(office)
    office.decide(office.clerk, case, "accept")
    told = procedures.list_messages(office.applicant).rows
    assert [each.params["step_en"] for each in told] == ["Examination", "Acceptance"]
    assert procedures.count_unread(office.applicant) == 2
    assert procedures.mark_read(office.applicant) == 2 and procedures.count_unread(office.applicant) == 0


def test_a_case_is_given_to_a_colleague_and_its_rows_are_made_anew(office: Office) -> None:
    from jishi.apps.procedures.projection import rebuild
    from jishi.platform.access import grant
    from jishi.platform.search import find_inbox

    case = file(office)
    with pytest.raises(Fault, match="procedures.assignee"):
        procedures.assign(office.clerk, case, office.user("second").pk)
    grant(office.user("second"), "clerk", "220100")
    procedures.assign(office.clerk, case, office.user("second").pk)
    query = procedures.InboxQuery(mine=True)
    assert [row.id for row in procedures.list_inbox(office.second, query).rows] == [case]
    assert procedures.list_inbox(office.clerk, query).rows == []
    assert evidence.read_stream(f"case/{case}")[-1].kind == "CaseAssigned"
    before = [(each.object_id, each.state) for each in find_inbox(["case"], ["2201"])]
    assert rebuild(office.ctx.now_ms()) == 1
    assert (
        [(each.object_id, each.state) for each in find_inbox(["case"], ["2201"])]
        == before
        == [(case, "accept")]
    )
