"""Filing by program: a draft, what is wrong with it, its documents, the case as it then stands, the paper it issues."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jishi.apps.parties import api as parties
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
