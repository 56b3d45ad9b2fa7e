"""The public pages of procedures: each by its page and its JSON, publications with objections, documents by number."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.models import Case
from jishi.platform.context import Permit
from jishi.web.shell.address import find_address
from jishi.web.shell.site import market_pack
from tests.web.case import publish_case
from tests.web.test_case_filing import NEEDS, PDF, PERMIT, PERSON, STAY, acting
from tests.web.world import HERE, World


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    settings.JISHI_RATE_LIMITS = False


def issue(world: World) -> str:
    """Issue a residence permit by the actions; give its case."""
    parties.register_party(acting(world, "member"), parties.PartyForm("person", "李四", "11010519491231002X"))
    applicant = acting(world, "member")
    filing = procedures.Filing(
        PERMIT, {**PERSON, **STAY, "employer": "演示公司"}, party=applicant.actor.parties[0]
    )
    case = procedures.file_case(applicant, filing, [(n, f"{n}.pdf", PDF) for n in NEEDS]).id
    for who, decision in (("clerk", "accept"), ("clerk", "propose"), ("reviewer", "issue")):
        decide(world, case, who, decision)
    return case


def decide(world: World, case: str, who: str, decision: str, **more: Any) -> None:
    """Take a decision as a member of staff."""
    ctx = acting(world, who, Permit(who, HERE))
    seq = procedures.open_case(ctx, case).seq
    procedures.decide(ctx, case, procedures.Choice(decision, seq, **more))


def english(world: World, persona: str = "anonymous") -> Client:
    """Give a window that speaks English."""
    client = world.client(persona)
    client.cookies["django_language"] = "en"
    return client


def test_every_procedure_has_its_page_in_both_languages(world: World) -> None:
    for client, heading in ((english(world), "Steps and clocks"), (world.client("anonymous"), "环节与期限")):
        for kind in market_pack().procedures.values():
            page = client.get(f"/procedures/{kind.id}/")
            said = page.content.decode()
            assert page.status_code == 200 and heading in said and "<svg" in said, kind.id
            assert (
                "<style" not in said and " style=" not in said and "None" not in re.sub(r"<[^>]*>", "", said)
            )
    assert find_address("public:procedure", PERMIT) == f"/procedures/{PERMIT}/"


def test_the_page_says_who_may_what_is_needed_and_which_clocks_run(world: World) -> None:
    said = english(world).get(f"/procedures/{PERMIT}/").content.decode()
    for words in (
        "persons",
        "Photograph",
        "5 working days",
        "Deemed accepted",
        "within 60 days",
        "measure 16",
    ):
        assert words in said, words
    every = english(world).get("/procedures/").content.decode()
    assert every.count("/me/cases/new/") == sum(
        k.start.by == "application" and bool(k.start.kinds) for k in market_pack().procedures.values()
    )


def test_the_json_twin_says_what_the_file_says(world: World) -> None:
    client = world.client("anonymous")
    listed = json.loads(client.get("/procedures.json").content)["procedures"]
    assert {each["id"] for each in listed} == set(market_pack().procedures)
    told = json.loads(client.get(f"/procedures/{PERMIT}.json").content)
    accept = told["steps"][0]
    assert accept["clock"]["amount"] == 5 and accept["clock"]["unit"] == "working_day"
    assert accept["clock"]["clauses"] and accept["clock"]["deemed"] is True
    assert told["cases"] == {"open": 0, "ended": 0}
    issue(world)
    assert json.loads(client.get(f"/procedures/{PERMIT}.json").content)["cases"]["open"] == 1
    assert client.get("/procedures/labour.nothing.json").status_code == 404


def test_a_document_is_verified_by_its_number(world: World) -> None:
    issue(world)
    info = procedures.list_cases_of(acting(world, "member")).rows[0]
    paper = procedures.open_case(acting(world, "member"), info.id).papers[0]
    address = procedures.verify_address(paper.number)
    path = "/papers/" + address.rpartition("/papers/")[2]
    client = english(world)
    page = client.get(path)
    said = page.content.decode()
    assert page.status_code == 200 and "valid" in said and paper.number in said
    assert "李四" not in said and "11010519491231002X" not in said and "1****" in said
    twin = json.loads(client.get(f"{path}.json").content)
    assert twin["state"] == "valid" and "李四" not in json.dumps(twin, ensure_ascii=False)
    asked = client.get("/papers/", {"number": f" {paper.number} "})
    assert asked.headers["Location"] == reverse("public:paper", args=[paper.number])
    unknown = client.get("/papers/999999-2020-000001")
    assert unknown.status_code == 404 and "No document has the number" in unknown.content.decode()
    assert client.get("/papers/999999-2020-000001.json").status_code == 404


def test_the_holder_sees_the_permit_and_its_pdf_and_strangers_do_not(world: World) -> None:
    case = issue(world)
    client = english(world, "member")
    said = client.get(f"/me/cases/{case}/").content.decode()
    assert "Documents issued" in said and "Residence permit" in said and "Whose turn it is" in said
    number = procedures.open_case(acting(world, "member"), case).papers[0].number
    pdf = client.get(f"/me/cases/{case}/papers/{number}.pdf")
    assert pdf.status_code == 200 and pdf.content.startswith(b"%PDF-")
    assert pdf.headers["Content-Type"] == "application/pdf"
    for persona in ("rival", "reviewer"):
        assert world.client(persona).get(f"/me/cases/{case}/papers/{number}.pdf").status_code == 404
    assert "before its year is full" in said or "Not open yet" in said or "Ask for the endorsement" in said


def test_messages_tell_each_step_and_are_read(world: World) -> None:
    issue(world)
    client = english(world, "member")
    assert "4 unread" in client.get("/me/").content.decode()
    page = client.get("/me/messages/").content.decode()
    assert page.count("/me/cases/") >= 4 and "now at “Permit held”" in page
    client.post("/me/messages/")
    assert "unread" not in client.get("/me/messages/").content.decode()


def test_papers_asked_for_are_handed_in_and_the_case_goes_on(world: World) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    case = issue(world)
    second = file_again(world)
    ctx = acting(world, "clerk", Permit("clerk", HERE))
    procedures.request_supplement(ctx, second, "相片不清晰", seq=1, items=("photo",))
    client = english(world, "member")
    page = client.get(f"/me/cases/{second}/").content.decode()
    assert "相片不清晰" in page and "Yours: papers are missing" in page
    assert "Act on a case of yours" in client.get("/me/").content.decode()
    answer = client.post(
        f"/me/cases/{second}/supplement/",
        {"photo": SimpleUploadedFile("new.pdf", PDF + b"2"), "done": "yes", "employer": "另一公司"},
        follow=True,
    ).content.decode()
    assert "The clock of the office runs again" in answer and "new.pdf" in answer and "另一公司" in answer
    assert case != second


def file_again(world: World) -> str:
    """File another application of the same person."""
    ctx = acting(world, "member")
    filing = procedures.Filing(PERMIT, {**PERSON, **STAY, "employer": "甲公司"}, party=ctx.actor.parties[0])
    return procedures.file_case(ctx, filing, [(n, f"{n}.pdf", PDF) for n in NEEDS]).id


def test_a_case_is_withdrawn_and_a_refusal_names_its_remedy(world: World) -> None:
    issue(world)
    second, third = file_again(world), file_again(world)
    client = english(world, "member")
    answer = client.post(f"/me/cases/{second}/withdraw/", {"words": "搬家"}, follow=True).content.decode()
    assert "You withdrew the application." in answer and "搬家" in answer
    decide(world, third, "clerk", "decline", because="not_needed", words="依法不需要")
    said = client.get(f"/me/cases/{third}/").content.decode()
    assert (
        "Administrative reconsideration" in said
        and "within 60 days" in said
        and "No permit is needed" in said
    )


def test_a_decision_out_of_its_window_is_refused_with_its_reason(world: World) -> None:
    case = issue(world)
    client = english(world, "member")
    seq = procedures.open_case(acting(world, "member"), case).seq
    page = client.get(f"/me/cases/{case}/").content.decode()
    assert "Ask for the endorsement" in page and f"/me/cases/{case}/decide/ask_endorsement/" not in page
    answer = client.post(f"/me/cases/{case}/decide/ask_endorsement/", {"seq": seq})
    assert answer.status_code == 422
    assert client.post(f"/me/cases/{case}/decide/cancel/", {"seq": seq}).status_code == 404


def published(world: World) -> str:
    """Bring the first procedure whose publication a notice needs before the public; give the notice."""
    from jishi.apps.procedures.models import Case, CaseNotice

    issue(world)
    row = Case.objects.get()
    step, kind = next(
        (step, kind)
        for kind in market_pack().procedures.values()
        for step in kind.steps
        if step.publicity is not None and step.publicity.objections
    )
    assert step.publicity is not None
    line = {
        "name": "n",
        "label": {"zh": "事项", "en": "Matter"},
        "value": "x",
        "text": {"zh": "某事", "en": "x"},
    }
    made = CaseNotice.objects.create(
        id="0" * 32, case=row, procedure=kind.id, division=HERE, step=step.id,
        title={"zh": step.publicity.title.zh, "en": step.publicity.title.en}, lines=[line],
        from_ms=row.started_ms, until=date(2099, 1, 1), objections=True,
    )  # fmt: skip
    return str(made.id)


def test_a_publication_is_read_by_anybody_and_an_objection_needs_a_name(world: World) -> None:
    notice = published(world)
    client = english(world)
    page = client.get(f"/publicity/{notice}/").content.decode()
    assert "Whoever is signed in may object." in page and "Matter" in page
    assert notice in client.get("/publicity/").content.decode()
    twin = json.loads(client.get(f"/publicity/{notice}.json").content)
    assert twin["open"] is True and "value" not in twin["lines"][0]
    assert client.post(f"/publicity/{notice}/object/", {"text": "x"}).status_code == 302
    assert json.loads(client.get("/publicity.json").content)["total"] == 1
    rival = english(world, "rival")
    empty = rival.post(f"/publicity/{notice}/object/", {"text": "  "})
    assert empty.status_code == 422
    assert client.get("/publicity/none/").status_code == 404


def test_the_diagram_marks_where_a_case_stands() -> None:
    pack = packs.default_pack()
    kind = pack.procedures[PERMIT]
    plain, at = (packs.procedure_svg(pack, kind, "en", at=step) for step in ("", "held"))
    assert plain != at


def test_who_objected_reads_the_answer_and_nobody_else_does(
    world: World, mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    case, notice = publish_case(world)
    member = english(world, "member")
    sent = member.post(f"/publicity/{notice}/object/", {"text": "The photo shows another"}, follow=True)
    assert (
        "The photo shows another" in sent.content.decode() and "waits for the office" in sent.content.decode()
    )
    (own,) = procedures.list_own_objections(acting(world, "member")).rows
    clerk = acting(world, "regulator", Permit("regulator", HERE))
    with django_capture_on_commit_callbacks(execute=True):
        procedures.answer_objection(clerk, own.objection.id, "upheld", "We asked for a new photo")
    address = f"/me/objections/{own.objection.id}/"
    for page in (address, f"/publicity/{notice}/", "/me/", "/me/objections/"):
        said = member.get(page).content.decode()
        assert "We asked for a new photo" in said and "objection upheld" in said, page
    told = member.get("/me/messages/").content.decode()
    assert f'href="{address}"' in told and f"/me/cases/{case}/" not in told and "it is upheld" in told
    (mail,) = [each for each in mailoutbox if each.to == [world.users["member"].email]]
    assert "异议成立" in mail.body and "We asked for a new photo" not in mail.body
    for other in ("bidder", "clerk", "rival"):
        assert english(world, other).get(address).status_code == 404
        assert (
            "We asked for a new photo"
            not in english(world, other).get(f"/publicity/{notice}/").content.decode()
        )


def test_an_objection_to_a_case_that_ended_says_so(world: World) -> None:
    case, notice = publish_case(world)
    member = acting(world, "member")
    own = procedures.object_to(member, notice, "系统并未上线")
    Case.objects.filter(pk=case).update(phase="ended")
    assert procedures.open_own_objection(member, own.id).lapsed
    assert (
        "the case ended without an answer" in english(world, "member").get("/me/objections/").content.decode()
    )
