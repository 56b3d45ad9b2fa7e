"""A sale of packages from the notice to the awards: solved outside, proved inside, the same when replayed."""

import contextlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import Refusal, awards_of, find, fold, inputs
from jishi.kernel.mechanism.acts import Seal, Solve, Unseal
from jishi.kernel.mechanism.frame import SOLD
from jishi.kernel.mechanism.package import PACKAGE, SOLVING
from jishi.kernel.mechanism.package_settle import solve
from jishi.kernel.mechanism.package_terms import slate_of
from jishi.kernel.mechanism.sealed_box import commit_bid
from tests.kernel.package_sales import KNOWN, best_by_trying

LOT, SALT = "block-7", "5a" * 32
TERMS = {
    "lot": LOT,
    "opens": 100,
    "closes": 200,
    "registration_end": 180,
    "sealing": {"suite": "any", "members": 3, "threshold": 2},
    "lots": [{"lot": "A", "reserve_fen": 0}, {"lot": "B", "reserve_fen": 0}],
}
Bids = dict[str, Any]


def bid(*packages: tuple[str, int]) -> dict[str, Any]:
    return {"packages": [{"lots": list(lots), "price_fen": fen} for lots, fen in packages]}


def opened(bids: Bids, **terms: Any) -> tuple[Any, list[tuple[Any, int]]]:
    """Run a sale until it is opened; give the state and every input with its instant."""
    filed = [Seal(alias, commit_bid(LOT, alias, each, SALT)) for alias, each in bids.items()]
    said: list[tuple[Any, int]] = [(inputs.Admit(alias), 10) for alias in bids] + [
        (each, 110) for each in filed
    ]
    openings = {alias: {"bid": each, "salt": SALT} for alias, each in bids.items()}
    said.append((Unseal([[each.alias, each.commitment] for each in filed], openings), 250))
    return run(said, **terms), said


def run(said: list[tuple[Any, int]], **terms: Any) -> Any:
    state = PACKAGE.open(PACKAGE.read_terms({**TERMS, **terms}))
    for each, at_ms in said:
        folded = fold(PACKAGE, state, inputs.from_json(json.loads(json.dumps(inputs.to_json(each)))), at_ms)
        assert folded.refusal is None
        state = PACKAGE.load(json.loads(json.dumps(PACKAGE.dump(folded.state))))
    return state


def refusal_of(state: Any, given_: Solve) -> str:
    result = PACKAGE.step(state, given_, 300)
    assert isinstance(result, Refusal)
    return result.code


EXAMPLE: Bids = {alias: bid((lots, fen)) for alias, lots, fen in KNOWN}


@pytest.mark.parametrize(("payment", "pays"), [("bid", (28, 20)), ("vcg", (14, 12)), ("core", (17, 15))])
def test_the_known_answer_from_notice_to_award(payment: str, pays: tuple[int, int]) -> None:
    state, said = opened(EXAMPLE, payment=payment)
    view = PACKAGE.view(state)
    assert (view.phase, view.awaits, view.accepts, view.due_ms) == (SOLVING, "solve", frozenset(), None)
    after = run([*said, (solve(state), 300)], payment=payment)
    outcome = PACKAGE.outcome(after)
    assert outcome["result"] == SOLD and find("package", 1) is PACKAGE
    assert awards_of(outcome) == [
        {"alias": "b1", "lots": ["A"], "quantity": 1, "price_fen": 28, "pay_fen": pays[0]},
        {"alias": "b2", "lots": ["B"], "quantity": 1, "price_fen": 20, "pay_fen": pays[1]},
    ]
    assert (outcome["total_fen"], outcome["revenue_fen"]) == (48, sum(pays))
    assert (outcome["value_fen"], outcome["bound_fen"], outcome["gap_fen"]) == (48, 48, 0)
    assert outcome["ties"] == [] and outcome["winner"] is None
    assert [each["alias"] for each in outcome["lots"]] == ["b1", "b2"]


def test_one_winner_of_everything_pays_the_reserves_at_least() -> None:
    lots = [{"lot": "A", "reserve_fen": 10}, {"lot": "B", "reserve_fen": 5}]
    bids = {"a": bid(("AB", 40)), "b": bid(("A", 9)), "c": bid(("A", 12), ("B", 6))}
    state, _ = opened(bids, lots=lots, payment="vcg")
    result = PACKAGE.step(state, solve(state), 300)
    assert not isinstance(result, Refusal)
    outcome = PACKAGE.outcome(result.state)
    assert (outcome["winner"], outcome["price_fen"], outcome["value_fen"]) == (
        "a",
        17,
        25,
    )  # c's 12 displaced, B at 5
    assert outcome["excluded"] == [
        {"package": 1, "alias": "b", "lots": ["A"], "price_fen": 9, "reason": "below_reserve"}
    ]


def test_or_lets_a_bidder_win_several_and_xor_does_not() -> None:
    bids = {"a": bid(("A", 10), ("B", 10)), "b": bid(("B", 8))}
    for bidding, awards in (
        ("or", [("a", ["A", "B"], 20)]),
        ("xor", [("a", ["A"], 10), ("b", ["B"], 8)]),
    ):
        state, _ = opened(bids, bidding=bidding)
        outcome = PACKAGE.outcome(PACKAGE.step(state, solve(state), 300).state)  # type: ignore[union-attr]
        assert [(each["alias"], each["lots"], each["price_fen"]) for each in outcome["awards"]] == awards


def test_the_earlier_of_equals_wins_and_the_tie_is_said() -> None:
    state, _ = opened({"late": bid(("AB", 10)), "x": bid(("A", 5)), "y": bid(("B", 5))})
    later = Solve([1, 2], solve(state).certificate)
    assert refusal_of(state, later) == "package.not_first"
    outcome = PACKAGE.outcome(PACKAGE.step(state, solve(state), 300).state)  # type: ignore[union-attr]
    assert outcome["winner"] == "late" and outcome["first"] is True and outcome["ties"] == []
    state, _ = opened({"x": bid(("A", 5)), "y": bid(("B", 5)), "late": bid(("AB", 10))})
    outcome = PACKAGE.outcome(PACKAGE.step(state, solve(state), 300).state)  # type: ignore[union-attr]
    tie = {"package": 2, "lots": ["A", "B"], "price_fen": 10, "first": "x", "later": ["late"]}
    assert outcome["ties"] == [{**tie, "broken_by": "earlier_package"}]


def test_an_untrusted_solver_gets_nothing_past_the_check() -> None:
    state, _ = opened(EXAMPLE, payment="core")
    good = solve(state)
    assert refusal_of(state, Solve([2], good.certificate)) == "package.gap"
    assert refusal_of(state, Solve([], good.certificate)) == "package.allocation.empty"
    assert refusal_of(state, Solve([0, 3], good.certificate)) == "package.allocation.conflict"
    assert refusal_of(state, Solve(good.allocation, {})) == "package.certificate.parts"
    noted = {**good.certificate, "note": "trust me"}
    assert refusal_of(state, Solve(good.allocation, noted)) == "package.certificate.parts"
    unpaid = {**good.certificate, "payment": {}}
    assert refusal_of(state, Solve(good.allocation, unpaid)) == "package.payment.form"
    listed = {**good.certificate, "payment": []}
    assert refusal_of(state, Solve(good.allocation, listed)) == "package.certificate.parts"
    loose = {**good.certificate, "prices": [{"over": 1, "lots": [10, 10]}], "tree": [{"leaf": 0}]}
    assert refusal_of(state, Solve(good.allocation, loose)) == "package.gap"


def test_a_gap_counts_only_where_the_notice_allows_it() -> None:
    state, _ = opened(EXAMPLE, gap_bp=400)
    prices = [{"over": 1, "lots": [14, 16]}]  # b3 2 above them, b1 14, b2 4: 50
    loose = Solve([0, 1], {"prices": prices, "tree": [{"leaf": 0}], "payment": {}})
    result = PACKAGE.step(state, loose, 300)
    assert not isinstance(result, Refusal)
    outcome = PACKAGE.outcome(result.state)
    assert (outcome["bound_fen"], outcome["gap_fen"], outcome["first"]) == (50, 2, False)
    state, _ = opened(EXAMPLE, gap_bp=399)
    assert refusal_of(state, loose) == "package.gap"


@pytest.mark.parametrize(
    ("bids", "reason"),
    [
        ({}, "no_bid"),
        ({"a": {"price_fen": 5}}, "no_valid_bid"),
        ({"a": bid(("A", 9))}, "below_reserve"),
    ],
)
def test_what_leaves_it_unsold(bids: Bids, reason: str) -> None:
    lots = [{"lot": "A", "reserve_fen": 10}]
    if bids:
        state, _ = opened(bids, lots=lots)
    else:
        state = fold(PACKAGE, run([], lots=lots), inputs.Admit("late"), 250).state
    outcome = PACKAGE.outcome(state)
    assert (outcome["result"], outcome["reason"], outcome["awards"]) == ("unsold", reason, [])


def test_a_void_bid_is_named_and_leaves_the_others() -> None:
    state, _ = opened({"a": bid(("A", 5)), "b": bid(("Z", 50))})
    assert PACKAGE.outcome(state)["voids"]["b"]["code"] == "package.bid.lot"
    assert solve(state).allocation == [0]


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"lots": []}, "package.terms.lots"),
        ({"lots": [{"lot": "A"}]}, "package.terms.lot"),
        ({"lots": [{"lot": " ", "reserve_fen": 0}]}, "package.terms.lot"),
        ({"lots": [{"lot": "A", "reserve_fen": -1}]}, "package.terms.lot"),
        ({"lots": ["A"]}, "package.terms.lot"),
        ({"lots": [{"lot": "A", "reserve_fen": 0}] * 2}, "package.terms.twice"),
        ({"bidding": "or", "payment": "core"}, "package.terms.core"),
        ({"gap_bp": 1, "payment": "vcg"}, "package.terms.gap"),
        ({"sealing": {"suite": "any", "members": 1, "threshold": 1}}, "sealed.sealing"),
        ({"payment": "second"}, "mechanism.terms.choice"),
    ],
)
def test_terms_that_cannot_be_are_refused(terms: Any, code: str) -> None:
    with pytest.raises(Fault) as caught:
        PACKAGE.read_terms({**TERMS, **terms})
    assert caught.value.code == code


names = st.sampled_from(["A", "B", "AB", "BA", "Z"])
some_bids = st.lists(st.tuples(names, st.integers(0, 12)), min_size=1, max_size=3)
many = st.dictionaries(st.sampled_from(["a", "b", "c"]), some_bids, min_size=1)
rules = st.sampled_from([("xor", "bid"), ("xor", "vcg"), ("xor", "core"), ("or", "bid"), ("or", "vcg")])


@given(many, rules, st.integers(0, 6))
def test_every_sale_ends_the_same_when_replayed(bids: Any, rule: tuple[str, str], reserve_fen: int) -> None:
    terms = {
        "bidding": rule[0],
        "payment": rule[1],
        "lots": [{"lot": lot, "reserve_fen": reserve_fen} for lot in "AB"],
    }
    state, said = opened({alias: bid(*each) for alias, each in bids.items()}, **terms)
    if state.frame.phase == SOLVING:
        said.append((solve(state), 300))
        state = run(said, **terms)
        value, allocation = best_by_trying(slate_of(state.terms, state.box.bids))
        outcome = PACKAGE.outcome(state)
        assert [each["package"] for each in outcome["accepted"]] == allocation
        assert outcome["value_fen"] == value == outcome["bound_fen"]
        for award in outcome["awards"]:
            assert reserve_fen * award["quantity"] <= award["pay_fen"] <= award["price_fen"]
        sold = [lot for award in outcome["awards"] for lot in award["lots"]]
        assert len(sold) == len(set(sold))
    assert PACKAGE.outcome(run(said, **terms)) == PACKAGE.outcome(state)
    assert PACKAGE.dump(run(said, **terms)) == PACKAGE.dump(state)


def test_the_example_of_the_page_prints_what_the_page_says() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "mechanisms" / "package.md"
    (example,) = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    said = [line.removeprefix("# ") for line in example.splitlines() if line.startswith("# ")]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example, "package.md", "exec"), {})
    assert printed.getvalue().splitlines() == said != []


def test_whoever_replays_a_sale_needs_no_solver() -> None:
    asked = "import sys; from jishi.kernel.mechanism import find; find('package', 1); print('scipy' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
