"""The steps an office gives a mechanism: offered when it takes them, to the role that may, said in words."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from jishi.apps.market import api as market
from jishi.apps.market.actions import object_to_result
from jishi.apps.settlement import api as settlement
from jishi.kernel.mechanism import acts
from jishi.kernel.mechanism.inputs import Bid
from jishi.kernel.mechanism.sealed_box import commit_bid
from jishi.platform.context import Context
from jishi.web.shell.site import site
from tests.apps.market.ways import many_ways
from tests.web.mechanism_lot import NONE, SALT, SEALING, Lot, draft
from tests.web.world import DAY_MS, START_FEN, STEP_FEN, World

LISTING = "land.state_grant_listing"
LONG_MS = 3 * DAY_MS


@pytest.fixture
def clerk(world: World) -> Client:
    """Sign the clerk in."""
    return world.client("clerk")


@pytest.fixture
def reviewer(world: World) -> Client:
    """Sign the reviewer in."""
    return world.client("reviewer")


@pytest.fixture
def ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sell the listing product by negotiation and other ways too."""
    monkeypatch.setenv("JISHI_PACK", str(many_ways(tmp_path)))


def page(lot: Lot, step: str = "") -> str:
    """Return the address of the lot at the desk, or of a step."""
    return f"/desk/offerings/{lot.id}/" + (f"{step}/" if step else "")


def offered(client: Client, lot: Lot) -> set[str]:
    """Return the steps a page offers."""
    return {step.id for step, _form, _url in client.get(page(lot)).context["next_steps"]}


def waiting(client: Client, lot: Lot) -> list[Any]:
    """Return what the inbox says of a lot."""
    return [item for item in client.get("/desk/").context["items"] if lot.offering.number in item.title]


def drawn(world: World) -> Lot:
    """Prepare an auction whose first stage may end in a draw."""
    stages = [
        {"kind": "ascending", "increment_fen": STEP_FEN, "round_ms": 300_000, "at_cap": "next",
         "cap_fen": START_FEN + STEP_FEN},
        {"kind": "lottery", "span_ms": LONG_MS},
    ]  # fmt: skip
    terms = {"stages": stages, "sealing": SEALING, "draw_commitment": "0" * 64}
    return draft(world, "auction", terms, increment_fen=None, ends_ms=DAY_MS)


def test_a_draw_is_committed_to_before_its_notice(world: World, clerk: Client, reviewer: Client) -> None:
    lot = drawn(world)
    assert [item.step for item in waiting(clerk, lot)] and not waiting(reviewer, lot)
    assert "commit_draw" in offered(clerk, lot) and "commit_draw" not in offered(reviewer, lot)
    refused = reviewer.post(page(lot, "publish"))
    assert refused.status_code == 422 and lot.offering.number in refused.text
    assert clerk.post(page(lot, "commit-draw")).status_code == 302
    assert lot.offering.terms["draw_commitment"] != "0" * 64
    assert "commit_draw" not in offered(clerk, lot) and waiting(reviewer, lot)


def test_the_secret_is_revealed_when_the_draw_awaits_it(
    world: World, clerk: Client, reviewer: Client
) -> None:
    lot = drawn(world)
    clerk.post(page(lot, "commit-draw"))
    rows = lot.publish().admit("north", "south")
    lot.open()
    assert "reveal_draw" not in offered(reviewer, lot)
    lot.give(Bid(rows["north"].alias, START_FEN + STEP_FEN))
    assert lot.offering.phase == "lottery"
    bids = {
        rows[party].alias: {"contribution": digit * 64} for party, digit in (("north", "1"), ("south", "2"))
    }
    filed = [acts.Seal(alias, commit_bid(lot.id, alias, bid, SALT)) for alias, bid in bids.items()]
    lot.give(*filed)
    assert lot.offering.due_ms is not None
    lot.move(lot.offering.due_ms)
    assert lot.offering.awaits == "draw"
    assert "reveal_draw" in offered(reviewer, lot) and "reveal_draw" not in offered(clerk, lot)
    (item,) = waiting(reviewer, lot)
    assert item.due_ms is not None and item.clauses
    assert reviewer.post(page(lot, "reveal-draw")).status_code == 302
    assert lot.offering.awaits == "unseal" and not waiting(reviewer, lot)
    again = reviewer.post(page(lot, "reveal-draw"))
    assert again.status_code == 422
    lot.unseal(filed, bids)
    assert lot.offering.state == "ended"


def test_packages_are_solved_by_the_clerk(world: World, clerk: Client, reviewer: Client) -> None:
    lots = [{"lot": "A", "reserve_fen": 100}, {"lot": "B", "reserve_fen": 100}]
    lot = draft(world, "package", {"lots": lots, "sealing": SEALING}, **NONE).publish()
    rows = lot.admit("north", "south")
    lot.open()
    early = clerk.post(page(lot, "solve-packages"))
    assert early.status_code == 422 and lot.offering.number in early.text
    bids = {
        "north": {"packages": [{"lots": ["A", "B"], "price_fen": 900}]},
        "south": {"packages": [{"lots": ["A"], "price_fen": 500}]},
    }
    lot.seal(bids, rows)
    assert "solve_packages" in offered(clerk, lot) and "solve_packages" not in offered(reviewer, lot)
    (item,) = waiting(clerk, lot)
    assert item.due_ms is not None
    assert clerk.post(page(lot, "solve-packages")).status_code == 302
    assert lot.offering.state == "ended" and "confirm" in offered(reviewer, lot)


def test_an_agreement_is_recorded_and_objections_to_it_are_decided(
    ways: None, world: World, clerk: Client, reviewer: Client
) -> None:
    terms = {"floor_fen": START_FEN, "first_refusal_ms": DAY_MS, "publicity_ms": 40 * DAY_MS}
    lot = draft(world, "negotiation", terms, product=LISTING, ends_ms=5 * DAY_MS, **NONE).publish()
    held = lot.file("south")["south"]
    row = lot.admit("north")["north"]
    lot.open()
    assert {"agree", "prefer"} <= offered(clerk, lot) and not {"agree", "prefer"} & offered(reviewer, lot)
    (item,) = [each for each in waiting(clerk, lot) if each.kind == "offering"]
    assert item.due_ms == lot.offering.due_ms
    assert clerk.post(page(lot, "prefer"), {"registration": held.id, "ground": "承租人"}).status_code == 302
    twice = clerk.post(page(lot, "prefer"), {"registration": held.id, "ground": "承租人"})
    assert twice.status_code == 422 and twice.context["form"].errors["registration"]
    low = clerk.post(page(lot, "agree"), {"registration": row.id, "price_fen": "1元"})
    assert low.status_code == 422 and low.context["form"].errors["price_fen"]
    said = {"registration": row.id, "price_fen": "110万元"}
    assert clerk.post(page(lot, "agree"), said).status_code == 302
    assert (lot.offering.phase, lot.offering.price_fen) == ("publicity", 110_000_000)
    assert "agree" not in offered(clerk, lot) and "answer" not in offered(reviewer, lot)

    made = object_to_result(world.acting(Context(), "member"), lot.id, "价格偏低")
    assert "answer" in offered(reviewer, lot) and "answer" not in offered(clerk, lot)
    assert [each.kind for each in waiting(reviewer, lot)] == ["objection_step"]
    asked = reviewer.get(page(lot, "answer")).context["form"]
    assert asked.fields["objection"].choices == [(made.id, "价格偏低")]
    bare = reviewer.post(page(lot, "answer"), {"objection": made.id, "answer": "已核实"})
    assert bare.status_code == 422 and bare.context["form"].errors["upheld"]
    decided = {"objection": made.id, "answer": "已核实", "upheld": "no"}
    assert reviewer.post(page(lot, "answer"), decided).status_code == 302
    assert lot.offering.phase == "publicity" and "answer" not in offered(reviewer, lot)
    assert not waiting(reviewer, lot)

    second = object_to_result(world.acting(Context(), "member"), lot.id, "程序有误")
    assert clerk.post(f"/desk/objections/{second.id}/", {"answer": "x"}).status_code in (302, 403)
    said = {"answer": "成立", "upheld": "yes"}
    assert reviewer.post(f"/desk/objections/{second.id}/", said).status_code == 302
    assert lot.offering.state == "unsold" and lot.offering.outcome is not None
    assert lot.offering.outcome["reason"] == "objection_upheld"


def test_poor_credit_is_recorded_before_the_opening(world: World, clerk: Client) -> None:
    terms = {"sealing": SEALING, "credit_rule": "surcharge", "credit_bp": [500, 1000], "direction": "low",
             "control_price_fen": 2 * START_FEN}  # fmt: skip
    lot = draft(world, "tender", terms, ends_ms=DAY_MS, **NONE).publish()
    row = lot.admit("north")["north"]
    lot.open()
    assert "discredit" in offered(clerk, lot)
    form = clerk.get(page(lot, "discredit")).context["form"]
    assert [value for value, _said in form.fields["level"].choices] == ["0", "1", "2"]
    unknown = clerk.post(page(lot, "discredit"), {"registration": row.id, "level": "3"})
    assert unknown.status_code == 422 and unknown.context["form"].errors["level"]
    assert clerk.post(page(lot, "discredit"), {"registration": row.id, "level": "2"}).status_code == 302
    assert lot.offering.snapshot is not None and lot.offering.snapshot["credit"] == {row.alias: 2}


def test_nothing_is_recorded_where_the_notice_knows_none(world: World, clerk: Client) -> None:
    lot = draft(world, "tender", {"sealing": SEALING}, ends_ms=DAY_MS, **NONE).publish()
    lot.admit("north")
    lot.open()
    assert not {"discredit", "prefer", "agree", "increment"} & offered(clerk, lot)
    refused = clerk.post(page(lot, "discredit"), {"registration": "x", "level": "1"})
    assert refused.status_code == 422


def test_the_winner_in_default_is_chosen_where_several_won(
    ways: None, world: World, reviewer: Client
) -> None:
    terms = {"price_fen": START_FEN, "stock": 5, "rule": "first_come"}
    lot = draft(world, "fixed_price", terms, product=LISTING, ends_ms=-20 * DAY_MS, **NONE).publish()
    rows = lot.admit("north", "south")
    lot.open()
    lot.give(acts.Buy(rows["north"].alias, 2), acts.Buy(rows["south"].alias, 3))
    for step in ("confirm", "publish-result"):
        assert reviewer.post(page(lot, step)).status_code == 302
    shown = reviewer.get(page(lot, "declare-default")).context["form"].fields["winner"].choices
    assert {value for value, _said in shown} == {row.id for row in rows.values()}
    assert all("有限公司" in said for _value, said in shown)
    said = {"reason": "书面拒签", "refused_day": site().day(Context().now_ms()).isoformat()}
    assert reviewer.post(page(lot, "declare-default"), said).context["form"].errors["winner"]
    chosen = {**said, "winner": rows["south"].id}
    assert reviewer.post(page(lot, "declare-default"), chosen).status_code == 302
    assert market.standing_aliases(lot.offering) == [rows["north"].alias]


def test_the_next_candidate_is_awarded_after_a_default(world: World, reviewer: Client) -> None:
    terms = {"sealing": SEALING, "min_bidders": 2}
    lot = draft(world, "tender", terms, ends_ms=-20 * DAY_MS, **NONE).publish()
    rows = lot.admit("north", "south")
    lot.open()
    lot.seal({"north": {"price_fen": 3 * START_FEN}, "south": {"price_fen": 2 * START_FEN}}, rows)
    assert lot.offering.due_ms is not None
    lot.move(lot.offering.due_ms)
    for step in ("confirm", "publish-result", "draft-contract"):
        assert reviewer.post(page(lot, step)).status_code == 302
    assert "award_next" not in offered(reviewer, lot)
    refused = reviewer.post(page(lot, "award-next"))
    assert refused.status_code == 422 and lot.offering.number in refused.text
    said = {"reason": "书面拒签", "refused_day": site().day(Context().now_ms()).isoformat()}
    assert reviewer.post(page(lot, "declare-default"), said).status_code == 302
    assert "award_next" in offered(reviewer, lot)
    assert reviewer.post(page(lot, "award-next")).status_code == 302
    assert lot.offering.state == "published" and "draft_contract" in offered(reviewer, lot)
    assert reviewer.post(page(lot, "draft-contract")).status_code == 302
    drafted = [row for row in settlement.list_contracts(lot.id) if row.state == "draft"]
    assert [(row.party, row.price_fen) for row in drafted] == [(world.parties["south"], 2 * START_FEN)]
    assert "南方建设有限公司" in Client().get("/results/").text
