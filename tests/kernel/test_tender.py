"""The sealed tender from notice to award: a price tender, a scored one worked by hand, and every way it can end."""

import json
from typing import Any

import pytest

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import find, fold, inputs
from jishi.kernel.mechanism.acts import Answer, Decline, Discredit, Object, Score, Seal, Seat, Unseal
from jishi.kernel.mechanism.sealed_box import commit_bid
from jishi.kernel.mechanism.tender import TENDER
from jishi.kernel.mechanism.tender_terms import THREE_DAYS
from jishi.kernel.sealing.commitment import commit_reserve
from jishi.platform.words import codes

LOT, SALT = "lot-1", "5a" * 32
OPENED = 300
TERMS = {
    "lot": LOT,
    "opens": 100,
    "closes": 200,
    "registration_end": 180,
    "sealing": {"suite": "x25519", "members": 3, "threshold": 2},
}
CRITERIA = [
    {"id": "price", "weight_bp": 3000, "full_marks": 100, "kind": "price"},
    {"id": "plan", "weight_bp": 5000, "full_marks": 100, "kind": "expert"},
    {"id": "standing", "weight_bp": 2000, "full_marks": 20, "kind": "attested"},
]
SCORED = {"method": "score", "criteria": CRITERIA, "drop_extremes": True}
PANEL = ["e1", "e2", "e3", "e4", "e5"]
MARKS: dict[str, tuple[int, ...]] = {
    "a": (80, 85, 90, 70, 95),
    "b": (70, 75, 72, 78, 90),
    "c": (90, 92, 88, 95, 60),
}
SCORED_BIDS = {
    "a": {"price_fen": 1_000_000, "marks_attested": {"standing": 15}},
    "b": {"price_fen": 900_000, "marks_attested": {"standing": 10}},
    "c": {"price_fen": 1_200_000, "marks_attested": {"standing": 20}},
}


class Run:
    """One tender, driven input by input; every state goes through JSON on its way."""

    def __init__(self, **changed: Any) -> None:
        self.state = TENDER.open(TENDER.read_terms({**TERMS, **changed}))
        self.events: list[dict[str, Any]] = []

    def put(self, given: Any, at_ms: int) -> str | None:
        """Fold one input; return the code of its refusal."""
        folded = fold(TENDER, self.state, given, at_ms)
        self.events += [event for taken in folded.taken for event in taken.events]
        self.state = TENDER.load(json.loads(json.dumps(TENDER.dump(folded.state))))
        assert self.state == folded.state
        return folded.refusal.code if folded.refusal else None

    def file(self, bids: dict[str, Any]) -> "Run":
        """Admit whoever bids, and file in this order."""
        self.bids = bids
        for alias in bids:
            self.put(inputs.Admit(alias), 10)
        for alias, bid in bids.items():
            assert self.put(Seal(alias, commit_bid(LOT, alias, bid, SALT)), 150) is None
        return self

    def unseal(self, at_ms: int = OPENED) -> "Run":
        lines = [[alias, commit_bid(LOT, alias, bid, SALT)] for alias, bid in self.bids.items()]
        openings = {alias: {"bid": bid, "salt": SALT} for alias, bid in self.bids.items()}
        assert self.put(Unseal(lines, openings), at_ms) is None
        return self

    def score(self, marks: dict[str, tuple[int, ...]] = MARKS) -> "Run":
        assert self.put(Seat(PANEL), OPENED + 1) is None
        for alias, given in marks.items():
            for expert, mark in zip(PANEL, given, strict=True):
                assert self.put(Score(expert, alias, {"plan": mark}), OPENED + 2) is None
        return self

    def tick(self, at_ms: int) -> "Run":
        """Run every clock up to an instant; the input that comes with it is one no tender takes."""
        self.put(inputs.Continue("nobody"), at_ms)
        return self

    @property
    def outcome(self) -> dict[str, Any]:
        return TENDER.outcome(self.state)

    @property
    def phase(self) -> str:
        return self.state.frame.phase


def prices(**given: int) -> dict[str, Any]:
    return {alias: {"price_fen": price_fen} for alias, price_fen in given.items()}


def priced(changed: dict[str, Any] | None = None, **given: int) -> Run:
    """Run a tender by price until its candidates are public."""
    return Run(**(changed or {})).file(prices(**given)).unseal()


def test_it_is_in_the_registry() -> None:
    assert find("tender", 1) is TENDER and TENDER.kind == "sealed"


def test_the_lowest_price_within_the_bounds_is_sold_to_after_the_publicity() -> None:
    run = priced({"control_price_fen": 1000, "min_price_fen": 700}, a=900, b=800, c=1001, d=699)
    assert run.phase == "publicity" and TENDER.due(run.state) == OPENED + THREE_DAYS
    view = TENDER.view(run.state)
    assert (view.leader, view.price_fen, view.stage["candidates"]) == ("b", 800, ["b", "a"])
    assert run.outcome["winner"] is None and run.outcome["awards"] == []
    outcome = run.tick(OPENED + THREE_DAYS).outcome
    assert (outcome["result"], outcome["winner"], outcome["price_fen"]) == ("sold", "b", 800)
    assert outcome["awards"] == [{"alias": "b", "quantity": 1, "price_fen": 800, "pay_fen": 800}]
    assert outcome["closed_at"] == OPENED + THREE_DAYS
    assert {alias: void["code"] for alias, void in outcome["voids"].items()} == {
        "c": "tender.bid.above_control",
        "d": "tender.bid.below_minimum",
    }
    assert [each["alias"] for each in outcome["ranking"]] == ["b", "a"]


def test_the_highest_price_wins_where_the_terms_say_so() -> None:
    run = priced({"direction": "high"}, a=900, b=800, c=1001).tick(OPENED + THREE_DAYS)
    assert (run.outcome["winner"], run.outcome["direction"]) == ("c", "high")


def test_fewer_than_three_bidders_are_not_opened() -> None:
    run = Run().file(prices(a=5, b=6)).tick(200)
    assert (run.outcome["result"], run.outcome["reason"], run.outcome["quotes"]) == ("unsold", "too_few", 2)
    assert Run(min_bidders=2).file(prices(a=5, b=6)).tick(200).phase == "awaiting_opening"
    assert Run().tick(200).outcome["reason"] == "too_few"


def test_bids_that_break_the_terms_are_void_by_code() -> None:
    bids: dict[str, Any] = {
        "a": {"price_fen": 0},
        "b": {"price_fen": "12"},
        "c": {"price": 12},
        "d": {"price_fen": 12, "marks_attested": {"standing": 1}},
        "e": {"price_fen": 12, "marks_attested": [1]},
    }
    outcome = Run().file(bids).unseal().outcome
    assert (outcome["result"], outcome["reason"]) == ("unsold", "no_valid_bid")
    assert {alias: void["code"] for alias, void in outcome["voids"].items()} == {
        "a": "tender.bid.price",
        "b": "tender.bid.price",
        "c": "tender.bid.fields",
        "d": "tender.marks.criteria",
        "e": "tender.bid.attested",
    }
    assert {void["code"] for void in outcome["voids"].values()} <= codes()


def test_a_scored_tender_by_hand() -> None:
    """Price 30 (lowest over this one), plan 50 (extremes dropped), standing 20 of 20.

    a: 27.00 + 85 % of 50 + 15 = 84.50; b: 30.00 + 75 % of 50 + 10 = 77.50; c: 22.50 + 90 % of 50 + 20 = 87.50.
    """
    run = Run(**SCORED).file(SCORED_BIDS).unseal()
    assert (run.phase, TENDER.view(run.state).awaits) == ("scoring", "seat")
    run.score()
    assert run.phase == "publicity"
    assert run.outcome["scores"] == {
        "a": {"points": {"price": 2700, "plan": 4250, "standing": 1500}, "deducted": 0, "total": 8450},
        "b": {"points": {"price": 3000, "plan": 3750, "standing": 1000}, "deducted": 0, "total": 7750},
        "c": {"points": {"price": 2250, "plan": 4500, "standing": 2000}, "deducted": 0, "total": 8750},
    }
    outcome = run.tick(10 * THREE_DAYS).outcome
    assert (outcome["winner"], outcome["price_fen"]) == ("c", 1_200_000)
    assert outcome["candidates"] == ["c", "a", "b"] and outcome["experts"] == PANEL


def test_poor_credit_takes_the_first_rank_from_the_best_score() -> None:
    """5 % off 87.50 leaves 83.13, which is less than 84.50."""
    run = Run(**SCORED, credit_rule="score", credit_bp=[500, 700, 1000])
    assert run.put(Discredit("c", 1), 20) == "mechanism.not_admitted"
    run.file(SCORED_BIDS)
    assert run.put(Discredit("c", 4), 160) == "tender.credit_level"
    assert run.put(Discredit("c", 1), 160) is None
    run.unseal().score()
    assert run.put(Discredit("c", 0), OPENED + 9) == "mechanism.not_now"
    assert run.outcome["scores"]["c"]["total"] == 8313 and run.outcome["scores"]["c"]["deducted"] == 437
    assert run.outcome["candidates"] == ["a", "c", "b"]


def test_a_surcharge_changes_the_order_and_not_the_price() -> None:
    run = Run(credit_rule="surcharge", credit_bp=[500, 700, 1000]).file(prices(a=1000, b=1060, c=2000))
    assert run.put(Discredit("a", 2), 160) is None
    outcome = run.unseal().tick(10 * THREE_DAYS).outcome
    assert (outcome["winner"], outcome["price_fen"]) == ("b", 1060)
    assert outcome["ranking"][1] == {"alias": "a", "rank": 2, "price_fen": 1000}
    assert priced(None, a=1000, b=1060, c=2000).put(Discredit("a", 1), OPENED + 1) == "mechanism.not_now"
    assert Run().file(prices(a=1)).put(Discredit("a", 1), 160) == "tender.credit_level"


def test_a_surcharge_counts_in_the_price_score_and_nowhere_else() -> None:
    """b bids 900,000 and compares at 945,000: still the best, while a and c come nearer."""
    run = Run(**SCORED, credit_rule="surcharge", credit_bp=[500]).file(SCORED_BIDS)
    assert run.put(Discredit("b", 1), 250) is None  # the bids are filed and still sealed
    scores = run.unseal().score().outcome["scores"]
    assert {alias: each["points"]["price"] for alias, each in scores.items()} == {
        "a": 2835,  # 945,000 / 1,000,000 of 30
        "b": 3000,
        "c": 2363,  # 23.625
    }
    assert scores["b"]["total"] == 7750 and scores["b"]["deducted"] == 0


@pytest.mark.parametrize(
    ("experts", "code"),
    [
        (["e1", "e2", "e3", "e4"], "tender.panel.size"),
        (["e1", "e2", "e3", "e4", "e5", "e6"], "tender.panel.size"),
        (["e1", "e2", "e3", "e4", "e4"], "tender.panel.size"),
        (["e1", "e2", "e3"], "tender.panel.size"),
        (["e1", "e2", "e3", "e4", "a"], "tender.panel.bidder"),
        (["e1", "e2", "e3", "e4", " "], "tender.panel.names"),
        (["e1", "e2", "e3", "e4", ["e5"]], "tender.panel.names"),
        (["e1", "e2", "e3", "e4", "e5", "e6", "e7"], None),
    ],
)
def test_a_panel_is_odd_and_at_least_five(experts: list[Any], code: str | None) -> None:
    run = Run(**SCORED).file(SCORED_BIDS).unseal()
    assert run.put(Seat(experts), 400) == code


def test_marks_are_given_once_by_the_panel_for_bids_that_count() -> None:
    bids = {**SCORED_BIDS, "d": {"price_fen": 5}}  # without attested marks
    run = Run(**SCORED).file(bids).unseal()
    assert run.put(Score("e1", "a", {"plan": 80}), 400) == "tender.score.expert"
    run.put(Seat(PANEL), 401)
    assert run.put(Score("e9", "a", {"plan": 80}), 402) == "tender.score.expert"
    assert run.put(Score("e1", "d", {"plan": 80}), 403) == "tender.score.bid"
    assert run.put(Score("e1", "a", {"plan": 101}), 404) == "tender.marks.value"
    assert run.put(Score("e1", "a", {"price": 80}), 405) == "tender.marks.criteria"
    assert run.put(Score("e1", "a", {"plan": 80}), 406) is None
    assert run.put(Score("e1", "a", {"plan": 90}), 407) == "tender.score.twice"
    assert TENDER.view(run.state).stage["missing_marks"] == 14


def test_an_expert_replaced_takes_the_marks_along() -> None:
    run = Run(**SCORED).file(SCORED_BIDS).unseal()
    run.put(Seat(PANEL), 400)
    for alias in "abc":
        for expert in PANEL[:4]:
            run.put(Score(expert, alias, {"plan": 50}), 401)
    run.put(Seat(["e1", "e2", "e3", "e5", "e6"]), 402)
    assert TENDER.view(run.state).stage["missing_marks"] == 6
    assert run.put(Score("e4", "a", {"plan": 50}), 403) == "tender.score.expert"


def test_without_an_expert_criterion_no_panel_is_asked() -> None:
    criteria = [{**CRITERIA[0], "weight_bp": 8000}, CRITERIA[2]]
    run = Run(method="score", criteria=criteria).file(SCORED_BIDS).unseal()
    assert run.phase == "publicity" and run.outcome["candidates"] == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("tie", "result", "winner"), [("earlier", "publicity", "b"), ("halt", "halted", None)]
)
def test_a_tie_for_the_first_rank(tie: str, result: str, winner: str | None) -> None:
    run = priced({"tie": tie}, b=800, a=800, c=900)
    assert (run.phase, TENDER.view(run.state).leader) == (result, winner)
    assert run.outcome["ties"][0]["later"] == ["a"]
    if tie == "halt":
        assert (run.outcome["reason"], run.events[-1]["tied"]) == ("tie", ["b", "a"])


def test_equal_scores_may_go_to_the_better_price() -> None:
    bids = {alias: {"price_fen": fen} for alias, fen in (("a", 900), ("b", 800), ("c", 850))}
    run = Run(method="score", tie="price", criteria=[{**CRITERIA[1], "weight_bp": 10_000}])
    run.file(bids).unseal().score(dict.fromkeys("abc", (70, 70, 70, 70, 70)))
    assert run.outcome["candidates"] == ["b", "c", "a"]
    assert run.outcome["ties"][0]["broken_by"] == "price"


def test_an_objection_must_be_answered_before_the_award() -> None:
    run = priced(None, a=900, b=800, c=1001)
    mine, other = "1a" * 32, "2b" * 32
    assert run.put(Object("words"), 400) == "objection.form"
    assert run.put(Object(mine), 400) is None
    assert run.put(Object(mine), 401) == "objection.known"
    assert run.put(Object(other), 401) is None
    assert run.put(Answer("3c" * 32, False), 402) == "objection.none"
    assert run.put(Answer(other, False), 402) is None
    assert run.put(Answer(other, True), 403) == "objection.none"
    run.tick(OPENED + THREE_DAYS)
    assert (run.phase, TENDER.view(run.state).awaits) == ("awaiting_answer", "answer")
    assert run.put(Object("4d" * 32), OPENED + THREE_DAYS + 1) == "mechanism.not_now"
    assert run.put(Answer(mine, False), OPENED + THREE_DAYS + 5) is None
    assert (run.outcome["winner"], run.outcome["closed_at"]) == ("b", OPENED + THREE_DAYS + 5)


def test_an_answer_does_not_shorten_the_publicity() -> None:
    run = priced(None, a=900, b=800, c=1001)
    run.put(Object("1a" * 32), 400)
    assert run.put(Answer("1a" * 32, False), 401) is None
    assert (run.phase, TENDER.due(run.state)) == ("publicity", OPENED + THREE_DAYS)


def test_an_upheld_objection_puts_the_first_out_and_shows_the_next_anew() -> None:
    run = priced(None, a=900, b=800, c=1001)
    run.put(Object("1a" * 32), 400)
    run.tick(OPENED + THREE_DAYS)
    at_ms = OPENED + THREE_DAYS + 7
    assert run.put(Answer("1a" * 32, True), at_ms) is None
    assert (run.phase, TENDER.due(run.state)) == ("publicity", at_ms + THREE_DAYS)
    outcome = run.tick(at_ms + THREE_DAYS).outcome
    assert (outcome["winner"], outcome["left"]) == ("a", [{"alias": "b", "reason": "excluded"}])


def test_an_upheld_objection_may_end_it() -> None:
    run = priced({"upheld": "terminate"}, a=900, b=800, c=1001)
    run.put(Object("1a" * 32), 400)
    assert run.put(Answer("1a" * 32, True), 401) is None
    assert (run.outcome["result"], run.outcome["reason"]) == ("terminated", "objection_upheld")


def test_the_next_candidate_follows_whoever_declines_until_none_is_left() -> None:
    run = priced({"candidates": 2}, a=900, b=800, c=1001)
    assert run.put(Decline("c"), 400) == "tender.no_candidate"  # the third is no candidate
    assert run.put(Decline("b"), 400) is None
    assert (TENDER.view(run.state).leader, TENDER.due(run.state)) == ("a", OPENED + THREE_DAYS)
    assert run.put(Decline("b"), 401) == "tender.no_candidate"
    assert run.put(Decline("a"), 402) is None
    assert (run.outcome["result"], run.outcome["reason"]) == ("unsold", "no_candidate")


def test_a_tie_behind_the_first_counts_when_the_first_leaves() -> None:
    run = priced({"tie": "halt"}, a=900, b=800, c=900)
    assert TENDER.view(run.state).leader == "b"
    assert run.put(Decline("b"), 400) is None
    assert (run.outcome["result"], run.outcome["reason"]) == ("halted", "tie")


def test_those_tied_across_the_limit_are_no_candidates() -> None:
    run = priced({"tie": "halt", "candidates": 2}, a=900, b=800, c=900)
    assert run.outcome["candidates"] == ["b"]


@pytest.mark.parametrize(
    ("direction", "reserve_fen", "winner"),
    [("low", 800, "b"), ("low", 799, None), ("high", 1001, "c"), ("high", 1002, None)],
)
def test_the_reserve_price_is_opened_after_the_bids(
    direction: str, reserve_fen: int, winner: str | None
) -> None:
    sealed = commit_reserve(LOT, reserve_fen, SALT)
    run = priced({"direction": direction, "reserve_commitment": sealed}, a=900, b=800, c=1001)
    assert (run.phase, TENDER.view(run.state).awaits) == ("awaiting_reserve", "reveal")
    assert run.put(inputs.Reveal(reserve_fen + 1, SALT), 400) == "tender.reserve_mismatch"
    assert run.put(inputs.Reveal(reserve_fen, SALT), 400) is None
    outcome = run.tick(400 + THREE_DAYS).outcome
    assert (outcome["winner"], outcome["reserve_fen"]) == (winner, reserve_fen)
    if winner is None:
        assert outcome["reason"] == "no_valid_bid"
        assert outcome["voids"]["a"]["code"] == "tender.bid.reserve"


def test_without_a_valid_bid_no_reserve_is_asked_for() -> None:
    sealed = commit_reserve(LOT, 850, SALT)
    run = priced({"min_price_fen": 5000, "reserve_commitment": sealed}, a=900, b=800, c=1001)
    assert (run.outcome["result"], run.outcome["reason"]) == ("unsold", "no_valid_bid")


def test_a_suspension_stops_the_publicity() -> None:
    run = priced(None, a=900, b=800, c=1001)
    run.put(inputs.Suspend("objection"), 400)
    assert run.put(Decline("b"), 500) == "mechanism.suspended"
    run.put(inputs.Resume(), 600)
    assert TENDER.due(run.state) == OPENED + THREE_DAYS + 200


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"control_price_fen": 5, "min_price_fen": 6}, "tender.terms.bounds"),
        ({"panel_least": 6}, "tender.terms.panel"),
        ({"panel_least": 3}, "mechanism.terms.least"),
        ({"method": "score"}, "tender.terms.criteria"),
        ({"criteria": CRITERIA}, "tender.terms.criteria"),
        ({**SCORED, "criteria": CRITERIA[:2]}, "tender.criteria.weights"),
        ({**SCORED, "price_formula": "linear"}, "tender.terms.linear"),
        ({**SCORED, "price_formula": "linear", "direction": "high"}, "tender.terms.linear"),
        ({"tie": "price"}, "tender.terms.tie"),
        ({"credit_rule": "score", "credit_bp": [500]}, "tender.terms.credit"),
        ({"credit_rule": "surcharge"}, "tender.terms.credit"),
        ({"credit_bp": [500]}, "tender.terms.credit"),
        ({"credit_rule": "surcharge", "credit_bp": [10_000]}, "tender.terms.credit_bp"),
        ({"publicity_ms": THREE_DAYS - 1}, "mechanism.terms.least"),
        ({"candidates": 4}, "mechanism.terms.most"),
        ({"sealing": {}}, "sealed.sealing"),
    ],
)
def test_terms_that_contradict_each_other_are_named(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Fault) as caught:
        TENDER.read_terms({**TERMS, **changed})
    assert caught.value.code == code


def test_every_phase_and_reason_is_said_in_words() -> None:
    reasons = ("too_few", "no_valid_bid", "tie", "no_candidate", "objection_upheld")
    assert {f"mechanism.reason.{each}" for each in reasons} <= codes()
    assert {f"mechanism.phase.{each}" for each in TENDER.phases if each != "open"} <= codes()
