"""The API: what is public is everyone's, a registration is its party's and its office's, a token its owner's."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from tests.web.permissions.row import EVERYONE, MEMBERS, NOBODY, Given, Row
from tests.web.permissions.target import offering, registration, result_notice
from tests.web.world import START_FEN, STEP_FEN, World

OFFICE_HERE = frozenset({"clerk", "reviewer", "regulator"})
RULE = "labour.residence_permit"
LAW = ("rules", "rules/<rule_id>", "clauses", "clauses/<path:clause_id>", "parameters")
PARTS = ("", "/notices", "/ladder", "/entries", "/entries/<seq>/receipt", "/bundle", "/ocds", "/objections")
KEY = {"Idempotency-Key": "table-0001"}


def quote(party: str, world: World) -> Mapping[str, Any]:
    """Give a quote for a party's registration."""
    return {"registration": world.registrations["rounds", party], "price_fen": START_FEN + 2 * STEP_FEN}


def go_on(party: str, world: World) -> Mapping[str, Any]:
    """Give the wish to continue for a party's registration."""
    return {"registration": world.registrations["question", party]}


def law(rule: str = RULE, clause: str = "居住证暂行条例 2") -> Given:
    """Fill in a rule and a clause."""
    return lambda world: {"rule_id": rule, "clause_id": clause}


def asked(world: World) -> Mapping[str, Any]:
    """Give what a rule is asked about."""
    return {"facts": {}, "text": "仅限男性"}


ROWS = [
    *(Row(f"api/v1/{path}", EVERYONE, "in force", target=law()) for path in LAW),
    *(
        Row(f"api/v1/{path}", NOBODY, "in no pack", target=law("labour.nothing", "无此法 1"))
        for path in LAW
        if "<" in path
    ),
    *(
        Row(f"api/v1/rules/<rule_id>/{deed}", may, on, "POST", target=law(rule), body=asked, json=True)
        for deed in ("decide", "scan", "decide-many")
        for on, rule, may in (
            ("in force", RULE, EVERYONE),
            ("in no pack", "labour.nothing", NOBODY),
        )
    ),
    *(
        Row(f"api/v1/{path}", EVERYONE)
        for path in ("docs", "openapi.json", "offerings", "notices", "results", "changes", "ocds")
    ),
    Row("api/v1/notices/<notice_id>", EVERYONE, "published", target=result_notice),
    *(
        Row(f"api/v1/offerings/<offering_id>{part}", may, on, target=offering(stage, seq=1))
        for part in PARTS
        for on, stage, may in (
            ("public", "free", EVERYONE),
            ("public, other division", "far_free", EVERYONE),
            ("draft", "draft", NOBODY),
            ("draft, other division", "far_draft", NOBODY),
        )
    ),
    *(
        Row(
            "api/v1/offerings/<offering_id>/objections", may, on, "POST", offering(stage),
            lambda world: {"text": "有误"}, json=True,
        )
        for on, stage, may in (
            ("published", "published", MEMBERS),
            ("no result yet", "free", MEMBERS),
            ("draft", "draft", NOBODY),
        )
    ),
    Row("api/v1/objections", MEMBERS, "own"),
    *(
        Row(
            f"api/v1/{path}",
            frozenset({who}),
            f"of {party}",
            "POST",
            body=partial(said, party),
            json=True,
            headers=KEY,
        )
        for path, said in (("bids", quote), ("bids/continue", go_on))
        for who, party in (("bidder", "north"), ("rival", "south"))
    ),
    Row("api/v1/registrations", MEMBERS, "own"),
    *(
        Row(
            "api/v1/registrations/<registration_id>",
            frozenset(may),
            f"of {party}, {stage}",
            target=registration(stage, party),
        )
        for stage, party, may in (
            ("free", "north", OFFICE_HERE | {"bidder"}),
            ("free", "south", OFFICE_HERE | {"rival"}),
            ("far_free", "north", {"far_clerk", "far_reviewer", "far_regulator", "bidder"}),
        )
    ),
    *(
        Row(
            "api/v1/registrations/<registration_id>/ticket",
            frozenset({who}),
            f"of {party}",
            method,
            target=registration("rounds", party),
            headers=KEY,
        )
        for method in ("POST", "DELETE")
        for who, party in (("bidder", "north"), ("rival", "south"))
    ),
    *(
        Row(
            "api/v1/registrations/<registration_id>/acts",
            frozenset({who}),
            f"of {party}",
            method,
            target=registration("rounds", party),
            body=(lambda world: {"type": "continue"}) if method == "POST" else None,
            json=method == "POST",
            headers=KEY,
        )
        for method in ("GET", "POST")
        for who, party in (("bidder", "north"), ("rival", "south"))
    ),
    Row("api/v1/tokens", MEMBERS, "own"),
    Row("api/v1/tokens", MEMBERS, "own", "POST", body=lambda world: {"name": "robot"}, json=True),
    Row(
        "api/v1/tokens/<token_id>", NOBODY, "of nobody", "DELETE", target=lambda world: {"token_id": "0" * 32}
    ),
]  # fmt: skip
