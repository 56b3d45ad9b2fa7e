"""Panels: each role of the desk in its own divisions, a member in the own seat, and the record for everyone."""

from collections.abc import Mapping
from typing import Any

from jishi.apps.panels.models import Expert, Member, Panel
from tests.web.permissions.row import EVERYONE, NOBODY, Given, Row
from tests.web.world import HERE, World

CLERK, REVIEWER, REGULATOR = frozenset({"clerk"}), frozenset({"reviewer"}), frozenset({"regulator"})
AUDITOR = frozenset({"auditor"})
OFFICE = CLERK | REVIEWER | REGULATOR
FAR = frozenset({"far_clerk", "far_reviewer", "far_regulator"})
TASK = {"kind": "marks", "subjects": [["B1", ""]], "criteria": [["plan", 100, ""]], "rule": None}


def expert(world: World) -> Mapping[str, Any]:
    """Fill in an expert of the pool here."""
    made = Expert.objects.create(
        id="e" * 32, number="Z1", name="某某", organisation="某单位", specialities=["道路"], division=HERE,
        added_ms=0, updated_ms=0,
    )  # fmt: skip
    return {"expert_id": made.id}


def panel(state: str) -> Given:
    """Fill in a panel in a state; "member" holds its only seat."""

    def make(world: World) -> Mapping[str, Any]:
        demand = {
            "seats": [["道路", 5]], "least_size": 5, "representatives": [], "expert_share": [2, 3],
            "most_same": None, "substitutes": 0,
        }  # fmt: skip
        made = Panel.objects.create(
            id="f" * 32, owner_kind="offering", owner_id=world.offerings["free"], division=HERE, number="A-1",
            title="宗地", state=state, names="result", demand=demand, pool=[], pool_size=0,
            recusal={"experts": {}, "organisations": {}}, pool_salt="0" * 64, pool_commitment="0" * 64,
            secret_commitment="0" * 64, convened_ms=0, task=TASK,
        )  # fmt: skip
        person = world.users["member"].pk
        accepted = "accepted" if state == "sitting" else "asked"
        Member.objects.create(
            panel=made,
            seat=1,
            alias="P1",
            person=person,
            name="某某",
            speciality="道路",
            state=accepted,
            asked_ms=0,
        )
        return {"panel_id": made.id}

    return make


def asked(stage: str) -> Given:
    """Fill in an offering that a panel would be convened for."""
    return lambda world: {"kind": "offering", "owner_id": world.offerings[stage]}


def on_b1(world: World) -> Mapping[str, Any]:
    """Give marks of the bid B1."""
    return {"subject": "B1", "B1-plan": 1}


ROWS = [
    Row("desk/experts/", OFFICE | FAR),
    Row("desk/experts/new/", CLERK | {"far_clerk"}),
    Row("desk/experts/take-in/", CLERK | {"far_clerk"}, method="POST"),
    Row("desk/experts/<str:expert_id>/", OFFICE, "here", target=expert),
    Row("desk/experts/<str:expert_id>/", CLERK, "here", "POST", expert),
    Row("desk/experts/<str:expert_id>/state/", CLERK, "here", "POST", expert),
    Row("desk/panels/", OFFICE | AUDITOR | FAR),
    Row("desk/panels/new/<str:kind>/<str:owner_id>/", CLERK, "here", target=asked("free")),
    Row(
        "desk/panels/new/<str:kind>/<str:owner_id>/",
        frozenset({"far_clerk"}),
        "there",
        target=asked("far_free"),
    ),
    Row("desk/panels/<str:panel_id>/", OFFICE | AUDITOR, "here", target=panel("drawn")),
    Row("desk/panels/<str:panel_id>/contribute/", REGULATOR | AUDITOR, "here", "POST", panel("convened")),
    Row("desk/panels/<str:panel_id>/draw/", REVIEWER, "here", "POST", panel("convened")),
    Row("desk/panels/<str:panel_id>/replace/", CLERK, "here", "POST", panel("drawn")),
    Row("desk/panels/<str:panel_id>/dissolve/", REVIEWER, "here", "POST", panel("drawn")),
    Row("me/panels/", EVERYONE - {"anonymous"}),
    *(
        Row(f"me/panels/<str:panel_id>/{path}", may, state, method, panel(state), body)
        for path, method, state, body, may in (
            ("", "GET", "drawn", None, frozenset({"member"})),
            ("", "GET", "convened", None, NOBODY),
            ("accept/", "POST", "drawn", None, frozenset({"member"})),
            ("leave/", "POST", "drawn", None, frozenset({"member"})),
            ("marks/", "POST", "sitting", on_b1, frozenset({"member"})),
            ("vote/", "POST", "sitting", None, frozenset({"member"})),
            ("close/", "POST", "sitting", None, frozenset({"member"})),
        )
    ),
    Row("panels/<str:panel_id>/", EVERYONE, target=panel("drawn")),
    Row("panels/<str:panel_id>.json", EVERYONE, target=panel("drawn")),
    Row(
        "lots/<str:offering_id>/panel/",
        NOBODY,
        "none convened",
        target=lambda w: {"offering_id": w.offerings["free"]},
    ),
]
