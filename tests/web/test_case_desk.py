"""Cases on the desk: one inbox by days left, a page with only the lawful steps, many decided at once, clocks missed."""

import csv
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from jishi.apps.packs.api import default_pack
from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Filing
from jishi.kernel.fault import Fault
from jishi.platform import access
from jishi.platform.context import Actor, Context, Permit
from jishi.platform.models import SearchRow
from jishi.project import cli
from jishi.web.desk import home
from jishi.web.shell.case_clock import ClockSaid
from jishi.web.shell.site import site
from tests.web.case import FORM, PAPERS, PDF, PERMIT, file_case, publish_case
from tests.web.world import DAY_MS, HERE, THERE, World

pytestmark = pytest.mark.django_db


def page(client: Client, case: str) -> Any:
    """Open a case."""
    return client.get(reverse("desk:case", args=[case]))


def offered(answer: Any) -> set[str]:
    """Give what a page offers."""
    return {each.id for each in answer.context["next_steps"]}


def decide(client: Client, case: str, decision: str, seq: int, **said: str) -> Any:
    """Send a decision."""
    return client.post(reverse("desk:case_decide", args=[case, decision]), {"seq": str(seq), **said})


def test_the_page_offers_only_what_is_lawful_and_says_why_not(world: World) -> None:
    case, clerk = file_case(world), world.client("clerk")
    shown = page(clerk, case)
    assert offered(shown) == {"accept", "decline", "supplement_asked", "recused", "assigned"}
    text = shown.content.decode()
    for said in ("李四", "演示公司", "RP", "identity_card.pdf", "行政许可法"):
        assert said in text
    assert "school" not in {name for sheet in shown.context["sheets"] for name, _value in sheet.facts}
    other = page(world.client("reviewer"), case)
    assert offered(other) == {"assigned"} and other.context["barred"]
    assert page(world.client("far_clerk"), case).status_code == 404


def test_a_case_goes_from_desk_to_desk_until_the_document_is_issued(world: World) -> None:
    case, clerk, reviewer = file_case(world), world.client("clerk"), world.client("reviewer")
    assert decide(clerk, case, "accept", 1).status_code == 302
    assert decide(clerk, case, "propose", 2).status_code == 302
    assert decide(reviewer, case, "issue", 3).status_code == 302
    shown = page(clerk, case)
    paper = shown.context["case"].papers[0]
    assert paper.number in shown.content.decode()
    titles = [line.step for line in shown.context["timeline"]]
    assert len(titles) == 4 and all(line.by for line in shown.context["timeline"])
    pdf = clerk.get(reverse("desk:case_paper", args=[case, paper.number]))
    assert pdf.status_code == 200 and pdf.content.startswith(b"%PDF")


def test_documents_are_read_by_the_office_of_the_case_alone(world: World) -> None:
    case = file_case(world)
    file = procedures.open_case(Context(), case).files[0]
    address = reverse("desk:case_file", args=[case, file.id])
    assert world.client("clerk").get(address).content == PDF
    assert world.client("far_clerk").get(address).status_code == 404
    assert world.client("bidder").get(address).status_code == 403


def test_of_two_clerks_at_once_one_decides_and_one_is_told(world: World) -> None:
    case, clerk = file_case(world), world.client("clerk")
    assert decide(clerk, case, "accept", 1).status_code == 302
    late = decide(clerk, case, "decline", 1, because="not_needed", words="不需要")
    assert late.status_code == 409
    assert "刚刚有别人办过" in late.content.decode()
    assert procedures.open_case(Context(), case).row.step == "examine"


def test_a_refusal_without_its_reasons_is_said_beside_the_form(world: World) -> None:
    case, clerk = file_case(world), world.client("clerk")
    answer = decide(clerk, case, "decline", 1, because="not_needed")
    assert answer.status_code == 422 and answer.context["form"].errors["words"]
    assert decide(clerk, case, "decline", 1, because="not_needed", words="不需要许可").status_code == 302
    ended = procedures.open_case(Context(), case)
    assert (ended.row.outcome, ended.acts[-1].because, ended.acts[-1].words) == (
        "refused",
        "not_needed",
        "不需要许可",
    )
    assert "reopened" in offered(page(world.client("reviewer"), case))
    reopen = reverse("desk:case_act", args=[case, "reopened"])
    assert world.client("reviewer").post(reopen, {"seq": "2", "words": "新证据"}).status_code == 302
    assert procedures.open_case(Context(), case).row.step == "examine"


def test_nobody_finds_a_button_on_their_own_case(world: World) -> None:
    form = parties.PartyForm("person", "李四", "11010519491231002X")
    party = parties.register_party(Context(), form).id
    parties.add_representative(Context(), party, world.users["clerk"].pk)
    ctx = Context(
        actor=Actor(user_id=world.users["clerk"].pk, parties=(party,), permits=(Permit("clerk", HERE),))
    )
    case = procedures.file_case(ctx, Filing(PERMIT, FORM, party=party), PAPERS).id
    shown = page(world.client("clerk"), case)
    assert offered(shown) == set() and len(shown.context["barred"]) == 1
    assert decide(world.client("clerk"), case, "accept", 1).status_code == 422
    assert procedures.open_case(Context(), case).row.step == "accept"
    access.grant(world.users["officer_one"], "clerk", HERE)
    assert "accept" in offered(page(world.client("officer_one"), case))


def test_a_rule_that_says_no_bars_the_decision_that_needs_it(world: World) -> None:
    case, clerk = file_case(world, months_resident="5"), world.client("clerk")
    decide(clerk, case, "accept", 1)
    shown = page(clerk, case)
    assert "propose" not in offered(shown) and "propose_refusal" in offered(shown)
    assert any("不允许" in each.sentence for each in shown.context["barred"])
    assert any(not said.permits and said.clauses for said in shown.context["said"])


def test_papers_are_asked_for_and_handed_in_at_the_desk(world: World) -> None:
    case, clerk = file_case(world), world.client("clerk")
    ask = reverse("desk:case_act", args=[case, "supplement_asked"])
    assert clerk.post(ask, {"seq": "1", "items": ["photo"]}).status_code == 422
    assert clerk.post(ask, {"seq": "1", "items": ["photo"], "words": "相片不清晰"}).status_code == 302
    shown = page(clerk, case)
    assert shown.context["case"].row.paused == "supplement" and offered(shown) & {"accept"} == set()
    assert shown.context["pauses"][0][2] is None
    access.grant(world.users["member"], "clerk", HERE)
    hand = reverse("desk:case_act", args=[case, "supplemented"])
    sent = {"seq": "2", **FORM, "document-photo": SimpleUploadedFile("new.pdf", PDF + b"2")}
    assert world.client("member").post(hand, sent).status_code == 302
    assert procedures.open_case(Context(), case).row.paused == ""


def test_a_clock_is_stopped_and_runs_on(world: World) -> None:
    case, clerk = file_case(world), world.client("clerk")
    decide(clerk, case, "accept", 1)
    stop = reverse("desk:case_act", args=[case, "suspended"])
    assert clerk.post(stop, {"seq": "2", "ground": "verification", "words": "异地核查"}).status_code == 302
    stood = page(clerk, case)
    assert stood.context["clock"].suspended and "resumed" in offered(stood)
    run = reverse("desk:case_act", args=[case, "resumed"])
    assert clerk.post(run, {"seq": "3", "words": ""}).status_code == 302
    assert page(clerk, case).context["clock"].last_day is not None


def test_the_inbox_is_one_list_by_what_is_left_page_by_page(world: World, monkeypatch: Any) -> None:
    cases = [file_case(world, now_ms=world.now_ms - n * DAY_MS) for n in range(5)]
    far = file_case(world, division=THERE)
    clerk = world.client("clerk")
    whole = clerk.get("/desk/").context["items"]
    assert {each.key for each in whole if each.kind == "case"} == set(cases) and far not in str(whole)
    assert {"registration", "case"} <= {each.kind for each in whole}
    dated = [item.due_ms for item in whole if item.due_ms is not None]
    assert dated == sorted(dated)
    paged: list[str] = []
    address = "/desk/"
    monkeypatch.setattr(home, "page_inbox", _small(home.page_inbox))
    for _n in range(40):
        shown = clerk.get(address).context["page"]
        paged += [item.kind + item.key for item in shown.rows]
        if shown.next is None:
            break
        address = f"/desk/?after={shown.next}"
    assert paged == [item.kind + item.key for item in whole]


def _small(read: Any) -> Any:
    return lambda ctx, inbox, asked, cursor=None: read(ctx, inbox, asked, cursor, size=3)


def test_the_inbox_narrows_and_is_saved(world: World) -> None:
    old, new = file_case(world, now_ms=world.now_ms - 60 * DAY_MS), file_case(world)
    clerk = world.client("clerk")

    def keys(query: str) -> list[str]:
        return [item.key for item in clerk.get(f"/desk/?{query}").context["items"]]

    assert keys("kind=case&due=over") == [old] and keys(f"procedure={PERMIT}") == [old, new]
    assert keys("procedure=credit.repair") == [] and keys("department=公安机关") == [old, new]
    assert keys(f"division={THERE}") == [] and set(keys("kind=case&text=居住证")) == {old, new}
    lines = list(csv.reader(StringIO(clerk.get("/desk/inbox.csv?kind=case").getvalue().decode("utf-8-sig"))))
    assert len(lines) == 3 and "居住证" in lines[1][0]
    assert clerk.get("/desk/inbox.xlsx").getvalue()[:2] == b"PK"


def test_many_are_decided_at_once_each_for_itself(world: World) -> None:
    first, second = file_case(world), file_case(world)
    clerk = world.client("clerk")
    decide(clerk, second, "accept", 1)
    address = reverse("desk:cases_step")
    listed = clerk.get(address, {"procedure": PERMIT, "step": "accept", "decision": "accept"})
    assert [each.row.id for each in listed.context["rows"]] == [first]
    sent = {
        "procedure": PERMIT,
        "step": "accept",
        "decision": "accept",
        "case": [f"{first}.1", f"{second}.1"],
    }
    done = {each.id: each.sentence for each in clerk.post(address, sent).context["done"]}
    assert done[first] == "" and "刚刚有别人办过" in done[second]
    assert procedures.open_case(Context(), first).row.step == "examine"


def test_missed_clocks_are_seen_by_department_and_saved(world: World) -> None:
    old = file_case(world, now_ms=world.now_ms - 60 * DAY_MS)
    shown = world.client("regulator").get(reverse("desk:cases_missed"))
    assert shown.context["total"] == 1 and shown.context["counts"][0][0] == "公安机关"
    asked = {"procedure": PERMIT, "step": "accept", "division": HERE}
    rows = world.client("regulator").get(reverse("desk:cases_missed"), asked).context["rows"]
    assert [each.row.id for each in rows] == [old]
    saved = world.client("regulator").get(reverse("desk:cases_missed_save", args=["csv"])).getvalue().decode()
    assert (
        "RP" in saved
        and world.client("far_regulator").get(reverse("desk:cases_missed")).context["total"] == 0
    )
    assert world.client("clerk").get(reverse("desk:cases_missed")).status_code == 403


def test_a_role_is_handed_to_a_deputy_and_taken_back(world: World) -> None:
    case, clerk = file_case(world), world.client("clerk")
    deputy = world.users["officer_one"]
    until = site().local(world.now_ms + 3 * DAY_MS).strftime("%Y-%m-%dT%H:%M")
    sent = {"role": f"clerk@{HERE}", "deputy": str(deputy.pk), "until": until, "reason": "出差"}
    assert clerk.post(reverse("desk:absence"), sent).status_code == 302
    assert "accept" in offered(page(world.client("officer_one"), case))
    row = clerk.get(reverse("desk:absence")).context["rows"][0][0]
    assert clerk.post(reverse("desk:absence_end", args=[row.id])).status_code == 302
    assert offered(page(world.client("officer_one"), case)) <= {"assigned"}


def test_a_case_is_assigned_to_a_colleague(world: World) -> None:
    case, clerk = file_case(world), world.client("clerk")
    assign = reverse("desk:case_act", args=[case, "assigned"])
    assert clerk.post(assign, {"seq": "1", "person": str(world.users["treasurer"].pk)}).status_code == 422
    assert clerk.post(assign, {"seq": "1", "person": str(world.users["clerk"].pk)}).status_code == 302
    assert [item.key for item in clerk.get("/desk/?mine=1").context["items"]] == [case]


def test_every_procedure_has_a_page_with_its_diagram(world: World) -> None:
    clerk = world.client("clerk")
    assert clerk.get(reverse("desk:procedures")).status_code == 200
    for procedure in default_pack().procedures:
        shown = clerk.get(reverse("desk:procedure", args=[procedure]))
        assert shown.status_code == 200 and "<svg" in shown.content.decode(), procedure


def test_no_page_asks_once_a_case(world: World, django_assert_max_num_queries: Any) -> None:
    for _n in range(12):
        file_case(world)
    clerk = world.client("clerk")
    with django_assert_max_num_queries(45):
        assert len(clerk.get("/desk/?kind=case").context["items"]) == 12
    with django_assert_max_num_queries(45):
        clerk.get(reverse("desk:cases_step"), {"procedure": PERMIT, "step": "accept", "decision": "accept"})


def test_an_officer_files_for_a_walk_in_part_by_part(world: World) -> None:
    clerk = world.client("clerk")
    begun = clerk.post(reverse("desk:case_new", args=[PERMIT]), {"division": HERE})
    assert begun.status_code == 302, begun.context["form"].errors
    case = begun.url.split("/")[3]
    for part in ("person", "stay"):
        form = clerk.get(reverse("desk:case_form", args=[case, part])).context["form"]
        sent = {name: FORM[name] for name in form.fields if name in FORM}
        clerk.post(reverse("desk:case_form", args=[case, part]), sent)
    clerk.post(reverse("desk:case_form", args=[case, "stay"]), {name: FORM[name] for name in FORM})
    assert any(row.id == case for row, _title in clerk.get(reverse("desk:procedures")).context["drafts"])
    papers = {need: SimpleUploadedFile(name, content) for need, name, content in PAPERS}
    clerk.post(reverse("desk:case_form", args=[case, "documents"]), papers)
    review = reverse("desk:case_form", args=[case, "review"])
    assert clerk.get(review).context["wrong"] == []
    assert clerk.post(review).url == reverse("desk:case", args=[case])
    assert procedures.open_case(Context(), case).row.step == "accept"
    assert world.client("reviewer").get(reverse("desk:case_new", args=[PERMIT])).status_code == 403


def test_an_officer_files_nothing_in_another_division(world: World) -> None:
    actor = Actor(user_id=world.users["clerk"].pk, permits=(Permit("clerk", HERE),))
    ctx = Context(actor=actor)
    draft = procedures.save_draft(ctx, Filing(PERMIT, {}))
    with pytest.raises(Fault, match="access.denied"):
        procedures.save_draft(ctx, Filing(PERMIT, {**FORM, "division": THERE}), draft.id)


def test_objections_to_a_publication_are_answered_on_the_page_of_the_case(world: World) -> None:
    case, notice = publish_case(world)
    regulator = world.client("regulator")
    objector = Context(actor=Actor(user_id=world.users["bidder"].pk))
    objection = procedures.object_to(objector, notice, "系统并未上线").id
    shown = page(regulator, case)
    assert "系统并未上线" in shown.content.decode() and shown.context["objections"][0][1] is not None
    address = reverse("desk:case_answer", args=[case, objection])
    assert regulator.post(address, {"seq": "4", "verdict": "dismissed", "words": ""}).status_code == 422
    sent = {"seq": "4", "verdict": "dismissed", "words": "已现场核实"}
    assert regulator.post(address, sent).status_code == 302
    answered = page(regulator, case)
    assert "已现场核实" in answered.content.decode() and answered.context["objections"][0][1] is None


def test_the_lists_written_anew_by_command_are_the_same(world: World) -> None:
    def rows() -> list[dict[str, Any]]:
        wanted = SearchRow.objects.filter(kind__in=("case", "case_resting")).order_by(
            "kind", "object_id", "party"
        )
        return [{name: each[name] for name in each if name != "id"} for each in wanted.values()]

    file_case(world)
    file_case(world, now_ms=world.now_ms - 20 * DAY_MS)
    ended = file_case(world)
    clerk = Context(actor=Actor(user_id=world.users["clerk"].pk, permits=(Permit("clerk", HERE),)))
    procedures.decide(clerk, ended, procedures.Choice("decline", 1, "not_competent", "不在本辖区"))
    procedures.save_draft(clerk, Filing(PERMIT, {}))
    before = rows()
    assert len(before) == 3
    SearchRow.objects.filter(kind="case").delete()
    SearchRow.objects.filter(object_id=ended).update(kind="case", title="wrong")
    done = CliRunner().invoke(cli.app, ["rebuild"])
    assert done.exit_code == 0 and "3" in done.output, done.output
    assert rows() == before
    seen: list[tuple[int, int]] = []
    procedures.rebuild_lists(world.now_ms, lambda done, total: seen.append((done, total)))
    assert seen == [(3, 3)] and rows() == before
    done = CliRunner().invoke(cli.app, ["rebuild", "--words"])
    assert done.exit_code == 0 and str(SearchRow.objects.count()) in done.output, done.output


def test_a_clock_of_working_days_counts_them_over_and_left() -> None:
    clock = ClockSaid(
        title="", amount="", since=None, last_day=date(2026, 11, 17), left=-7, cites=(), overdue=True,
        suspended=False, then="", provisional=False, total=3, used=3, unit="working_day",
    )  # fmt: skip
    assert clock.working == 5  # the 21st and 22nd are a weekend
    assert replace(clock, left=3).working == 2  # the 15th is a Sunday
    assert replace(clock, unit="calendar_day").working is None
