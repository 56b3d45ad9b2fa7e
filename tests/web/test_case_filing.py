"""Applying in a procedure through the pages: saved part by part, resumed, filed; a fault stands beside its field."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.apps.registers import api as registers
from jishi.platform.context import Actor, Context, Permit
from tests.web.world import HERE, World

PERMIT = "labour.residence_permit"
PDF = b"%PDF-1.7 demo"
PERSON = {
    "name": "李四",
    "identity": "11010519491231002X",
    "applicant_age": "30",
    "home_address": "演示省演示路1号",
}
STAY = {"address": "长春市演示路2号", "division": HERE, "months_resident": "8", "residence_proof": "job"}
SHOWN = "address,division,months_resident,residence_proof"
NEEDS = ("identity_card", "photo", "proof")


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    settings.JISHI_RATE_LIMITS = False


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    """Sign in somebody who acts for one person, in English."""
    ctx = acting(world, "member")
    parties.register_party(ctx, parties.PartyForm("person", "李四", "11010519491231002X"))
    client = world.client("member")
    client.cookies["django_language"] = "en"
    yield client


def acting(world: World, persona: str, *permits: Permit) -> Context:
    """Give the context of a persona."""
    user = world.users[persona]
    own = parties.parties_of(user.pk, Context().now_ms()) if not permits else ()
    return replace(
        Context(), actor=Actor(user_id=user.pk, name=persona, permits=tuple(permits), parties=tuple(own))
    )


def begin(client: Client) -> str:
    """Begin a draft; give its id."""
    page = client.get(f"/me/cases/new/{PERMIT}/").content.decode()
    party = page.split('name="party" value="')[1].split('"')[0]
    answer = client.post(f"/me/cases/new/{PERMIT}/", {"party": party, "go": "on"})
    assert answer.status_code == 302, answer.content.decode()
    assert answer.headers["Location"].endswith("/form/person/")
    return str(answer.headers["Location"].split("/")[3])


def fill(client: Client, case: str) -> None:
    """Fill in every part."""
    assert post(client, case, "person", **PERSON, shown=",".join(PERSON)).status_code == 302
    stay = {**STAY, "employer": "演示公司", "shown": f"{SHOWN},employer"}
    assert post(client, case, "stay", **stay).status_code == 302
    files = {need: SimpleUploadedFile(f"{need}.pdf", PDF) for need in NEEDS}
    answer = client.post(f"/me/cases/{case}/form/documents/", {**files, "go": "on"})
    assert answer.headers["Location"].endswith("/form/review/")


def post(client: Client, case: str, part: str, **said: str) -> Any:
    """Send one part."""
    return client.post(f"/me/cases/{case}/form/{part}/", {"go": "on", **said})


def test_a_case_is_filed_part_by_part(client: Client, world: World) -> None:
    case = begin(client)
    fill(client, case)
    page = client.get(f"/me/cases/{case}/form/review/").content.decode()
    assert "Everything asked for is here." in page and "演示公司" in page and "photo.pdf" in page
    filed = post(client, case, "review", file="yes")
    assert filed.headers["Location"] == f"/me/cases/{case}/"
    page = client.get(f"/me/cases/{case}/").content.decode()
    assert "The office checks that your papers are complete." in page and "行政许可法" in page
    assert "<svg" in page and "the clerk in charge" in page
    assert client.get(f"/me/cases/{case}/form/review/").status_code == 400  # it is no draft any more
    assert "RP20" in client.get("/me/cases/").content.decode()


def test_a_draft_is_saved_half_filled_and_resumed(client: Client) -> None:
    case = begin(client)
    left = client.post(f"/me/cases/{case}/form/person/", {"leave": "yes", "name": "李四"})
    assert left.headers["Location"] == "/me/cases/"
    assert "draft, not filed" in client.get("/me/cases/").content.decode()
    assert client.get(f"/me/cases/{case}/").headers["Location"].endswith("/form/review/")
    page = client.get(f"/me/cases/{case}/form/person/").content.decode()
    assert 'value="李四"' in page and 'class="error"' not in page
    review = client.get(f"/me/cases/{case}/form/review/").content.decode()
    assert "Before you can file" in review and "disabled" in review
    again = client.get(f"/me/cases/{case}/form/person/?check=1").content.decode()
    assert again.count('class="error"') == 3  # identity, age, registered address


def test_what_is_wrong_stands_beside_its_field(client: Client) -> None:
    case = begin(client)
    answer = post(
        client, case, "person", **{**PERSON, "identity": "110105194912310021"}, shown=",".join(PERSON)
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    field = page.split('for="id_identity"')[1].split('<div class="field')[0]
    assert 'class="error"' in field and page.count('class="error"') == 1
    assert (
        'value="李四"' in client.get(f"/me/cases/{case}/form/person/").content.decode()
    )  # saved all the same


def test_a_question_that_depends_is_asked_in_place_and_without_script(client: Client) -> None:
    case = begin(client)
    page = client.get(f"/me/cases/{case}/form/stay/").content.decode()
    assert 'name="employer"' not in page and "change from:#id_residence_proof" in page
    redrawn = client.post(f"/me/cases/{case}/form/stay/", {**STAY, "redraw": "yes"}).content.decode()
    assert 'name="employer"' in redrawn and 'name="school"' not in redrawn and 'class="error"' not in redrawn
    answer = post(client, case, "stay", **STAY, shown=SHOWN)  # without script: it was not on the page yet
    said = answer.content.decode()
    assert 'name="employer"' in said and "More is asked because of your answers" in said
    study = post(client, case, "stay", **{**STAY, "residence_proof": "study"}, shown=SHOWN).content.decode()
    assert 'name="school"' in study and 'name="employer"' not in study


def test_documents_are_checked_replaced_and_removed(client: Client) -> None:
    case = begin(client)
    address = f"/me/cases/{case}/form/documents/"
    bad = client.post(address, {"photo": SimpleUploadedFile("photo.exe", b"MZ"), "go": "on"}, follow=True)
    assert "PDF, PNG, JPEG" in bad.content.decode() and '">attached<' not in bad.content.decode()
    page = client.post(address, {"photo": SimpleUploadedFile("a.pdf", PDF), "attach": "yes"}, follow=True)
    said = page.content.decode()
    assert "a.pdf" in said
    file_id = said.split('name="remove" value="')[1].split('"')[0]
    gone = client.post(address, {"remove": file_id}, follow=True).content.decode()
    assert "a.pdf" not in gone


def test_a_guardian_files_for_another_by_code(client: Client, world: World) -> None:
    ctx = acting(world, "bidder")
    other = parties.register_party(ctx, parties.PartyForm("person", "王五", "440308199901011517"))
    page = client.get(f"/me/cases/new/{PERMIT}/").content.decode()
    party = page.split('name="party" value="')[1].split('"')[0]
    said = {"party": party, "behalf_how": "guardian", "go": "on"}
    missing = client.post(f"/me/cases/new/{PERMIT}/", said)
    assert missing.status_code == 422 and "State the code" in missing.content.decode()
    made = client.post(f"/me/cases/new/{PERMIT}/", {**said, "code": "440308199901011517"})
    case = made.headers["Location"].split("/")[3]
    review = client.get(f"/me/cases/{case}/form/review/").content.decode()
    assert other.name in review and "A guardian or close relative" in review
    assert "Proof of guardianship or kinship" in review


def test_a_draft_is_thrown_away(client: Client) -> None:
    case = begin(client)
    client.post(f"/me/cases/{case}/form/person/", {"discard": "yes"})
    assert client.get(f"/me/cases/{case}/").status_code == 404


def test_a_stranger_sees_no_draft_and_no_case(client: Client, world: World) -> None:
    case = begin(client)
    for persona in ("rival", "clerk", "regulator"):
        other = world.client(persona)
        for path in ("", "form/person/", "form/review/"):
            assert other.get(f"/me/cases/{case}/{path}").status_code == 404
        assert other.post(f"/me/cases/{case}/withdraw/").status_code == 404


def test_every_procedure_that_may_be_applied_for_begins(client: Client, world: World) -> None:
    from jishi.web.shell.site import market_pack

    offered = [k for k in market_pack().procedures.values() if k.start.by == "application" and k.start.kinds]
    assert offered
    for kind in offered:
        for language in ("en", "zh-hans"):
            client.cookies["django_language"] = language
            answer = client.get(f"/me/cases/new/{kind.id}/")
            assert answer.status_code == 200, kind.id


def test_every_part_of_every_procedure_shows(world: World) -> None:
    from jishi.web.shell.guided import Draft
    from jishi.web.shell.site import market_pack

    ctx, client = acting(world, "bidder"), world.client("bidder")
    for kind in market_pack().procedures.values():
        if kind.start.by != "application" or not kind.start.kinds:
            continue
        filing = procedures.Filing(kind.id, division=HERE, party=world.parties["north"])
        draft = Draft(ctx, procedures.save_draft(ctx, filing).id)
        for part in draft.parts:
            for query in ("", "?check=1"):
                answer = client.get(f"/me/cases/{draft.id}/form/{part.id}/{query}")
                assert answer.status_code in (200, 422), (kind.id, part.id)


def test_a_collective_chooses_its_parcel_and_states_the_vote(world: World) -> None:
    kind, client = "land.collective_entry", english(world, "bidder")
    for number, holder in (("JT-1", "north"), ("JT-2", "south")):
        data: dict[str, Any] = {
            "parcel_no": number,
            "place": "演示村东",
            "division": HERE,
            "area_cm2": "5000",
        }
        data |= {
            "uses": [{"name": "工业用地"}],
            "tenure": "collective",
            "right_holder": world.parties[holder],
        }
        registers.create_entry(Context(), registers.EntryForm("land.parcel", data, state="planned"))
    start = {"party": world.parties["north"], "words": "演示村东", "division": HERE}
    found = client.post(f"/me/cases/new/{kind}/", {**start, "find": "yes"}).content.decode()
    assert "JT-1" in found and "JT-2" not in found
    other = client.post(f"/me/cases/new/{kind}/", {**start, "words": "JT-2", "go": "on"})
    assert other.status_code == 422 and "JT-2</b>" not in other.content.decode()
    case = client.post(f"/me/cases/new/{kind}/", {**start, "words": "JT-1", "go": "on"})
    form = case.headers["Location"].split("/form/")[0] + "/form/"
    client.post(f"{form}vote/", {"voting_body": "members", "shown": "voting_body", "go": "on"})
    short = {"members-members": "90", "members-present": "70", "members-yes": "50", "members-no": "20"}
    failed = client.post(f"{form}votes/", {**short, "go": "on"})
    assert failed.status_code == 422 and "Not passed: 50 in favour, 60 needed." in failed.content.decode()
    enough = {**short, "members-yes": "60", "members-no": "10"}
    assert client.post(f"{form}votes/", {**enough, "go": "on"}).status_code == 302
    review = client.get(f"{form}review/").content.decode()
    assert "60 / 70 / 90" in review and "JT-1" in review and "Vote of the members" in review


def english(world: World, persona: str) -> Client:
    """Give a window that speaks English."""
    client = world.client(persona)
    client.cookies["django_language"] = "en"
    return client
