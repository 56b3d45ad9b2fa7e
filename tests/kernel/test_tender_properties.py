"""What holds for every tender whatever anybody does: replay, refusals, the winner, the size of the state."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.mechanism import Refusal, fold, inputs
from jishi.kernel.mechanism.acts import Answer, Decline, Discredit, Object, Score, Seal, Seat, Unseal
from jishi.kernel.mechanism.sealed_box import commit_bid
from jishi.kernel.mechanism.tender import TENDER
from jishi.kernel.mechanism.tender_terms import THREE_DAYS

LOT, SALT = "lot-1", "5a" * 32
ALIASES = ("a", "b", "c", "d")
PANEL = ("e1", "e2", "e3", "e4", "e5")
ONE, TWO = "1a" * 32, "2b" * 32
TERMS = {
    "lot": LOT,
    "opens": 100,
    "closes": 200,
    "registration_end": 180,
    "sealing": {"suite": "x25519", "members": 3, "threshold": 2},
}
CRITERIA = [
    {"id": "price", "weight_bp": 4000, "full_marks": 100, "kind": "price"},
    {"id": "plan", "weight_bp": 6000, "full_marks": 10, "kind": "expert"},
]
alias = st.sampled_from(ALIASES)
fen = st.integers(40, 120)
filings = st.lists(st.tuples(alias, fen), max_size=10)
everybody = st.tuples(*(st.tuples(st.just(each), fen) for each in ALIASES)).map(list)
busy = st.builds(lambda first, more: first + more, everybody, filings)
terms = st.fixed_dictionaries(
    {
        "direction": st.sampled_from(["low", "high"]),
        "control_price_fen": st.none() | st.integers(80, 110),
        "min_price_fen": st.none() | st.integers(50, 80),
        "min_bidders": st.integers(1, 3),
        "tie": st.sampled_from(["earlier", "halt"]),
        "upheld": st.sampled_from(["next", "terminate"]),
        "candidates": st.integers(1, 3),
    }
)
methods = st.sampled_from(
    [
        {},
        {"method": "score", "criteria": CRITERIA},
        {"method": "score", "criteria": CRITERIA, "drop_extremes": True, "price_formula": "average"},
        {"credit_rule": "surcharge", "credit_bp": [500, 1000]},
    ]
)
sheet = st.builds(
    lambda e, a, m: Score(e, a, {"plan": m}), st.sampled_from(PANEL), alias, st.integers(-1, 10)
)
publicity = st.one_of(
    st.builds(Decline, alias),
    st.builds(Object, st.sampled_from([ONE, TWO])),
    st.builds(Answer, st.sampled_from([ONE, TWO]), st.booleans()),
)
moves = st.one_of(
    publicity,
    publicity,
    sheet,
    st.builds(Discredit, alias, st.integers(-1, 3)),
    st.builds(inputs.Withdraw, alias),
    st.just(Seat(list(PANEL))),
    st.just(inputs.Suspend("why")),
    st.just(inputs.Resume()),
    st.just(inputs.Continue("nobody")),
)
waits = st.sampled_from([0, 1, 5, 5, THREE_DAYS])


class Live:
    """A tender as it runs, with a log of what was taken."""

    def __init__(self, changed: dict[str, Any]) -> None:
        self.raw = {**TERMS, **changed}
        self.state = TENDER.open(TENDER.read_terms(self.raw))
        self.log: list[tuple[str, int]] = []
        self.now = 10

    def put(self, given: Any) -> Any:
        before, kept = self.state, json.dumps(TENDER.dump(self.state))
        folded = fold(TENDER, before, given, self.now)
        assert json.dumps(TENDER.dump(before)) == kept
        if isinstance(folded.refusal, Refusal):
            json.dumps(dict(folded.refusal.params))
            if not folded.taken:
                assert folded.state == before
        json.dumps([taken.events for taken in folded.taken])
        self.log += [(json.dumps(inputs.to_json(t.given)), t.at_ms) for t in folded.taken]
        self.state = folded.state
        return folded.refusal

    def file(self, filed: list[tuple[str, int]]) -> None:
        for each in ALIASES:
            self.put(inputs.Admit(each))
        self.now = 150
        self.lines, self.bids = [], {}
        for each, price_fen in filed:
            bid = {"price_fen": price_fen}
            commitment = commit_bid(LOT, each, bid, SALT)
            assert self.put(Seal(each, commitment)) is None
            self.lines.append([each, commitment])
            self.bids[each] = bid

    def unseal(self) -> Any:
        self.now = 300
        return self.put(Unseal(self.lines, {a: {"bid": bid, "salt": SALT} for a, bid in self.bids.items()}))

    @property
    def outcome(self) -> dict[str, Any]:
        return TENDER.outcome(self.state)


def replayed(live: Live) -> dict[str, Any]:
    state = TENDER.open(TENDER.read_terms(live.raw))
    for raw, at_ms in live.log:
        result = TENDER.step(state, inputs.from_json(json.loads(raw)), at_ms)
        assert not isinstance(result, Refusal)
        state = TENDER.load(json.loads(json.dumps(TENDER.dump(result.state))))
    assert state == live.state
    return TENDER.outcome(state)


@given(terms, methods, busy, st.booleans(), st.lists(st.tuples(moves, waits), min_size=2, max_size=20))
def test_a_replay_ends_as_the_live_run_and_a_refusal_changes_nothing(changed, method, filed, whole, played):
    live = Live({**changed, **method})
    live.file(filed)
    live.unseal()
    if whole:  # a panel does all its work, which chance alone would never do
        live.put(Seat(list(PANEL)))
        for place, (expert, each) in enumerate((e, a) for e in PANEL for a in ALIASES):
            live.put(Score(expert, each, {"plan": place * len(filed) % 11}))
    for given_input, wait in played:
        live.now += wait
        live.put(given_input)
    assert json.dumps(replayed(live)) == json.dumps(live.outcome)
    check_end(live)


def check_end(live: Live) -> None:
    """Whoever was sold to is a candidate who stands; whoever is not sold to is awarded nothing."""
    outcome = live.outcome
    assert len(outcome["candidates"]) <= live.raw["candidates"] or outcome["reason"] == "tie"
    if outcome["result"] != "sold":
        assert outcome["winner"] is None and outcome["awards"] == []
        return
    gone = {each["alias"] for each in outcome["left"]}
    standing = [each for each in outcome["candidates"] if each not in gone]
    assert outcome["winner"] == standing[0]
    assert outcome["price_fen"] == live.bids[outcome["winner"]]["price_fen"]


@given(terms, filings)
def test_the_winner_by_price_is_the_best_of_the_valid_latest_bids(changed, filed):
    live = Live(changed)
    live.file(filed)
    live.unseal()
    live.now += THREE_DAYS
    live.put(inputs.Continue("nobody"))
    low, high = changed["min_price_fen"] or 0, changed["control_price_fen"] or 10**9
    latest = dict(filed)
    valid = {each: price for each, price in latest.items() if low <= price <= high}
    outcome = live.outcome
    if len(latest) < changed["min_bidders"]:
        assert outcome["reason"] == "too_few" and not outcome["voids"]
        return
    assert outcome["voids"].keys() == latest.keys() - valid.keys()
    if outcome["result"] == "sold":
        best = (min if changed["direction"] == "low" else max)(valid.values())
        assert outcome["price_fen"] == best == valid[outcome["winner"]]
        order = [each for each, _ in filed]
        last = {each: len(order) - 1 - order[::-1].index(each) for each in valid if valid[each] == best}
        assert outcome["winner"] == min(last, key=last.__getitem__)
    else:
        assert outcome["reason"] == ("tie" if valid else "no_valid_bid")


@given(st.permutations(ALIASES), st.dictionaries(alias, fen, min_size=3), st.randoms(use_true_random=False))
def test_the_order_of_filing_matters_only_to_ties(order, bids, random):
    outcomes = []
    for names in (order, random.sample(order, len(order))):
        live = Live({"tie": "halt"})
        live.file([(each, bids[each]) for each in names if each in bids])
        live.unseal()
        outcomes.append({each["alias"]: each["rank"] for each in live.outcome["ranking"]})
    assert outcomes[0] == outcomes[1]


@given(
    st.lists(st.lists(st.integers(0, 10), min_size=5, max_size=5), min_size=3, max_size=4),
    st.permutations(PANEL),
)
def test_neither_the_seats_nor_the_order_of_scoring_matter(marks, seats):
    totals = []
    for panel in (PANEL, seats):
        live = Live({"method": "score", "criteria": CRITERIA, "drop_extremes": True})
        live.file([(each, 60 + place) for place, each in enumerate(ALIASES[: len(marks)])])
        live.unseal()
        live.put(Seat(list(panel)))
        for expert in panel:
            for each, given_marks in zip(ALIASES, marks, strict=False):
                mark = given_marks[PANEL.index(expert)]
                assert live.put(Score(expert, each, {"plan": mark})) is None
        assert live.state.frame.phase == "publicity"
        totals.append(live.outcome["scores"])
    assert totals[0] == totals[1]
    for each, given_marks in zip(ALIASES, marks, strict=False):
        mean = sum(sorted(given_marks)[1:-1]) / 3
        assert abs(totals[0][each]["points"]["plan"] - mean * 600) <= 0.5


def test_the_state_does_not_grow_with_the_bids():
    sizes = []
    for count in (4, 400):
        live = Live({})
        live.file([(ALIASES[place % 4], 60 + place % 7) for place in range(count)])
        sizes.append(len(json.dumps(TENDER.dump(live.state))))
        assert live.unseal() is None
    assert sizes[1] - sizes[0] <= 4  # the digits of the count
