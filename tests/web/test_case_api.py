"""Filing by program: a draft, what is wrong with it, its documents, the case as it then stands, the paper it issues."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jishi.apps.market.actions import answer_objection
from jishi.apps.parties import api as parties
from jishi.platform.context import Context
from tests.web.case import publish_case
from tests.web.test_case_filing import NEEDS, PDF, PERMIT, PERSON, STAY, acting
from tests.web.test_case_public import decide
from tests.web.world import World


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    settings.JISHI_RATE_LIMITS = False


def send(client: Client, path: str, body: Any = None, method: str = "post") -> Any:
    """Send JSON to the API; give status and answer."""
    send = getattr(client, method)
    answer = send(f"/api/v1{path}", json.dumps(body or {}), content_type="application/json")
    return answer.status_code, json.loads(answer.content)


def test_a_case_is_filed_and_followed_by_program(world: World) -> None:
    party = parties.register_party(
        acting(world, "member"), parties.PartyForm("person", "李四", "11010519491231002X")
    )
    client = world.client("member")
    draft = {"procedure": PERMIT, "party": party.id, "form": {**PERSON, **STAY}}
    status, case = send(client, "/cases", draft)
    assert status == 201 and case["phase"] == "draft"
    path = f"/cases/{case['id']}"
    status, problem = send(client, f"{path}/submit")
    assert status == 422 and problem["params"]["problems"] == 4
    wrong = json.loads(client.get(f"/api/v1{path}/problems").content)
    assert {each["params"]["field"] for each in wrong} == {
        "employer", "documents.identity_card", "documents.photo", "documents.proof",
    }  # fmt: skip
    draft["form"] = {**PERSON, **STAY, "employer": "演示公司"}
    assert send(client, path, draft, "put")[0] == 200
    for need in NEEDS:
        file = SimpleUploadedFile(f"{need}.pdf", PDF)
        assert client.post(f"/api/v1{path}/documents/{need}", {"file": file}).status_code == 201
    status, filed = send(client, f"{path}/submit")
    assert status == 200 and (filed["step"], filed["role"]) == ("accept", "clerk") and filed["due_day"]
    assert filed["may"] == ["withdrawn"] and filed["decisions"] == []
    for who, decision in (("clerk", "accept"), ("clerk", "propose"), ("reviewer", "issue")):
        decide(world, case["id"], who, decision)
    held = json.loads(client.get(f"/api/v1{path}").content)
    (number,) = held["papers"]
    assert held["step"] == "held" and [each["kind"] for each in held["acts"]] == ["filed", *["decided"] * 3]
    paper = json.loads(world.client("anonymous").get(f"/api/v1/papers/{number}").content)
    assert paper["state"] == "valid" and "李四" not in json.dumps(paper, ensure_ascii=False)
    late = send(client, f"{path}/decide", {"decision": "ask_endorsement", "seq": held["seq"]})
    assert late[0] == 422 and late[1]["code"] == "procedure.window"
    moved = send(client, f"{path}/decide", {"decision": "ask_endorsement", "seq": 0})
    assert moved[1]["code"] == "procedures.case.moved"
    assert json.loads(client.get("/api/v1/cases").content)["total"] == 1


def test_a_program_reads_procedures_and_is_no_office(world: World) -> None:
    listed = json.loads(world.client("anonymous").get("/api/v1/procedures").content)
    one = json.loads(world.client("anonymous").get(f"/api/v1/procedures/{PERMIT}").content)
    assert one["id"] in {each["id"] for each in listed} and one["steps"][0]["clock"]["amount"] == 5
    draft = {"procedure": PERMIT, "party": world.parties["north"], "form": {}}
    assert send(world.client("clerk"), "/cases", draft)[0] == 403
    assert send(world.client("anonymous"), "/cases", draft)[0] == 401


def test_an_objection_to_a_result_is_filed_counted_and_answered_by_program(world: World) -> None:
    member, anyone = world.client("member"), world.client("anonymous")
    path = f"/offerings/{world.offerings['published']}/objections"
    assert json.loads(anyone.get(f"/api/v1{path}").content) == {"filed": 0, "answered": 0}
    assert send(anyone, path, {"text": "程序有误"})[0] == 401
    status, made = send(member, path, {"text": "程序有误"})
    assert status == 201 and made["state"] == "open"
    assert send(member, path, {"text": "程序有误"})[1]["id"] == made["id"], "the same words count once"
    assert send(member, path, {"text": " "})[0] == 422
    answer_objection(Context().as_system(), made["id"], "已核查，程序无误")
    counted = anyone.get(f"/api/v1{path}").content.decode()
    assert json.loads(counted) == {"filed": 1, "answered": 1} and "程序有误" not in counted
    (own,) = json.loads(member.get("/api/v1/objections?to=offering").content)["items"]
    assert (own["to"], own["text"], own["answer"], own["state"]) == (
        world.offerings["published"], "程序有误", "已核查，程序无误", "answered",
    )  # fmt: skip
    assert json.loads(world.client("rival").get("/api/v1/objections?to=offering").content)["items"] == []
    early = send(member, f"/offerings/{world.offerings['free']}/objections", {"text": "有误"})
    assert early[0] in (409, 422) and early[1]["code"] == "market.result.unpublished"
    assert send(member, f"/offerings/{world.offerings['draft']}/objections", {"text": "有误"})[0] == 404


def test_an_objection_to_a_publication_is_counted_and_read_by_who_filed_it(world: World) -> None:
    _case, notice = publish_case(world)
    member, anyone = world.client("member"), world.client("anonymous")
    path = f"/publications/{notice}/objections"
    assert send(member, path, {"text": "系统并未上线"})[0] == 201
    assert send(member, path, {"text": "再次"})[0] == 409, "once a publication"
    counted = json.loads(anyone.get(f"/api/v1{path}").content)
    assert counted == {"filed": 1, "answered": 0}
    (own,) = json.loads(member.get("/api/v1/objections").content)["items"]
    assert own["to"] == notice and own["state"] == "open" and own["text"] == "系统并未上线"
    assert json.loads(world.client("rival").get("/api/v1/objections").content)["total"] == 0
    assert anyone.get("/api/v1/publications/none/objections").status_code == 404
    anyone.cookies["django_language"] = "en"
    assert "objections: 1, answered: 0" in anyone.get(f"/publicity/{notice}/").content.decode()
