"""Procedures: what is published is everyone's, a case its applicant's alone in the participant's room."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.models import CaseNotice
from jishi.platform.context import Actor, Context, Permit
from tests.web.case import publish_case
from tests.web.permissions.row import EVERYONE, MEMBERS, NOBODY, Row
from tests.web.world import HERE, World

PERMIT = "labour.residence_permit"
OWNER = frozenset({"bidder"})
PDF = b"%PDF-1.7 demo"
NEEDS = ("identity_card", "photo", "proof")
FORM = {
    "name": "李四", "identity": "11010519491231002X", "applicant_age": "30", "home_address": "演示省",
    "address": "长春市", "division": HERE, "months_resident": "8", "residence_proof": "home",
}  # fmt: skip


def kind(name: str = PERMIT) -> Any:
    """Fill in a procedure."""
    return lambda world: {"procedure_id": name}


def draft(world: World) -> Mapping[str, Any]:
    """Fill in a draft of a person whom "bidder" acts for."""
    filing = _filing(world)
    case = procedures.save_draft(_acting(world, "bidder"), filing).id
    return {"case_id": case, "part": "review", "need": "photo"}


def filed(world: World) -> Mapping[str, Any]:
    """Fill in a filed case that has a document and a publication."""
    filing, uploads = _filing(world), [(need, f"{need}.pdf", PDF) for need in NEEDS]
    ctx = _acting(world, "bidder")
    case = procedures.file_case(ctx, filing, uploads)
    words = {"zh": "公示", "en": "Publication"}
    notice = CaseNotice.objects.create(
        id="1" * 32, case=case, procedure=PERMIT, division=HERE, step="accept", title=words, lines=[],
        from_ms=world.now_ms, until=None, objections=True,
    )  # fmt: skip
    file = procedures.open_case(ctx, case.id).files[0]
    return {"case_id": case.id, "file_id": file.id, "notice_id": notice.id}


def objected(world: World) -> Mapping[str, Any]:
    """Fill in an objection of "member" to a publication of a case of somebody else's."""
    _case, notice = publish_case(world)
    return {"objection_id": procedures.object_to(_acting(world, "member"), notice, "系统并未上线").id}


def issued(world: World) -> Mapping[str, Any]:
    """Fill in a case whose document is issued, with its number."""
    case = filed(world)["case_id"]
    for who, decision in (("clerk", "accept"), ("clerk", "propose"), ("reviewer", "issue")):
        ctx = _acting(world, who, Permit(who, HERE))
        seq = procedures.open_case(ctx, case).seq
        procedures.decide(ctx, case, procedures.Choice(decision, seq))
    number = procedures.open_case(Context(), case).papers[0].number
    return {"case_id": case, "number": number, "decision": "ask_endorsement"}


def _filing(world: World) -> procedures.Filing:
    form = parties.PartyForm("person", "李四", "11010519491231002X")
    party = parties.register_party(_acting(world, "bidder"), form)
    return procedures.Filing(PERMIT, FORM, party=party.id)


def _acting(world: World, persona: str, *permits: Permit) -> Context:
    user = world.users[persona].pk
    own = () if permits else parties.parties_of(user, Context().now_ms())
    return replace(Context(), actor=Actor(user_id=user, name=persona, permits=permits, parties=tuple(own)))


def nothing(world: World) -> Mapping[str, Any]:
    """Fill in what is not there."""
    return {"notice_id": "none", "number": "none", "procedure_id": "labour.nothing"}


def published(world: World) -> Mapping[str, Any]:
    """Fill in a publication."""
    return {"publication_id": filed(world)["notice_id"]}


def drafted(world: World) -> Mapping[str, Any]:
    """Give what a draft of the person's says."""
    own = parties.parties_of(world.users["bidder"].pk, Context().now_ms())
    return {"procedure": PERMIT, "party": own[0], "form": FORM}


def scanned(world: World) -> Mapping[str, Any]:
    """Give a document to attach."""
    return {"file": SimpleUploadedFile("photo.pdf", PDF)}


CASE = "me/cases/<str:case_id>/"
ROWS = [
    *(
        Row(path, EVERYONE)
        for path in ("procedures/", "procedures.json", "publicity/", "publicity.json", "papers/")
    ),
    *(
        Row(f"procedures/<str:procedure_id>{end}", may, on, target=kind(name))
        for end in ("/", ".json")
        for on, name, may in (("in force", PERMIT, EVERYONE), ("in no pack", "labour.nothing", NOBODY))
    ),
    *(
        Row(f"publicity/<str:notice_id>{end}", may, on, target=target)
        for end in ("/", ".json")
        for on, target, may in (("published", filed, EVERYONE), ("none", nothing, NOBODY))
    ),
    Row("publicity/<str:notice_id>/object/", MEMBERS, "published", "POST", filed, lambda world: {"text": ""}),
    *(
        Row(f"papers/<path:number>{end}", may, on, target=target)
        for end in ("", ".json")
        for on, target, may in (("issued", issued, EVERYONE), ("none", nothing, NOBODY))
    ),
    *(Row(f"me/{path}", MEMBERS) for path in ("cases/", "messages/", "objections/")),
    Row("me/objections/<str:objection_id>/", frozenset({"member"}), "of another", target=objected),
    Row("me/cases/new/<str:procedure_id>/", MEMBERS, "in force", target=kind()),
    Row("me/cases/new/<str:procedure_id>/", NOBODY, "in no pack", target=kind("labour.nothing")),
    *(Row(f"{CASE}form/<str:part>/", OWNER, "own draft", method, draft) for method in ("GET", "POST")),
    Row(CASE, OWNER, "own draft", target=draft),
    Row(CASE, OWNER, "own, filed", target=issued),
    Row(f"{CASE}decide/<str:decision>/", OWNER, "own", "POST", issued, lambda world: {"seq": "0"}),
    Row(f"{CASE}withdraw/", OWNER, "own", "POST", filed),
    Row(f"{CASE}supplement/", OWNER, "own", "POST", filed),
    Row(f"{CASE}files/<str:file_id>/", OWNER, "own", "GET", filed),
    Row(f"{CASE}papers/<path:number>.pdf", OWNER, "own", "GET", issued),
    *(Row(f"api/v1/{path}", EVERYONE) for path in ("procedures", "publications")),
    Row("api/v1/procedures/<procedure_id>", EVERYONE, "in force", target=kind()),
    Row("api/v1/procedures/<procedure_id>", NOBODY, "in no pack", target=kind("labour.nothing")),
    Row("api/v1/publications/<publication_id>", EVERYONE, "published", target=published),
    Row("api/v1/publications/<publication_id>/objections", EVERYONE, "published", target=published),
    Row("api/v1/papers/<path:number>", EVERYONE, "issued", target=issued),
    Row("api/v1/papers/<path:number>", NOBODY, "none", target=nothing),
    Row(
        "api/v1/publications/<publication_id>/objections", MEMBERS, "published", "POST", published,
        lambda world: {"text": ""}, json=True,
    ),
    Row("api/v1/cases", MEMBERS, "own"),
    Row("api/v1/cases", OWNER, "own", "POST", body=drafted, json=True),
    Row("api/v1/cases/<case_id>", OWNER, "own draft", target=draft),
    Row("api/v1/cases/<case_id>", OWNER, "own, issued", target=issued),
    Row("api/v1/cases/<case_id>", OWNER, "own draft", "PUT", draft, drafted, json=True),
    Row("api/v1/cases/<case_id>/problems", OWNER, "own draft", target=draft),
    Row("api/v1/cases/<case_id>/submit", OWNER, "own draft", "POST", draft),
    Row("api/v1/cases/<case_id>/documents/<need>", OWNER, "own draft", "POST", draft, scanned),
    *(
        Row(f"api/v1/cases/<case_id>/{path}", OWNER, "own", "POST", filed, said, json=True)
        for path, said in (
            ("supplement", lambda world: {}),
            ("withdraw", lambda world: {}),
            ("decide", lambda world: {"decision": "accept", "seq": 0}),
        )
    ),
]  # fmt: skip
