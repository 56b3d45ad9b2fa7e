"""The lottery: sealed contributions, a secret revealed before they are opened, places by rank."""

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import fold, inputs
from jishi.kernel.mechanism.acts import Draw, Prefer, Seal, Unseal
from jishi.kernel.mechanism.draw import commit_secret, rank, seed_of
from jishi.kernel.mechanism.inputs import from_json, to_json
from jishi.kernel.mechanism.lottery import LOTTERY
from jishi.kernel.mechanism.sealed_box import commit_bid

LOT, SALT, SECRET = "lot-1", "00" * 32, "5a" * 32
TERMS: dict[str, Any] = {
    "lot": LOT,
    "opens": 100,
    "closes": 200,
    "registration_end": 180,
    "places": 2,
    "price_fen": 900,
    "waiting": 1,
    "draw_commitment": commit_secret(LOT, SECRET, SALT),
    "sealing": {"suite": "x25519", "members": 3, "threshold": 2},
}
REVEAL = Draw(SECRET, SALT)


def contribution(alias: str) -> str:
    return sha256(alias.encode()).hexdigest()


class Run:
    """One lottery as it goes: what was said to it, and what it answered."""

    def __init__(self, **terms: Any) -> None:
        self.state = LOTTERY.open(LOTTERY.read_terms({**TERMS, **terms}))
        self.lines: list[Any] = []
        self.openings: dict[str, Any] = {}
        self.said: list[tuple[Any, int]] = []

    def say(self, given: Any, at_ms: int) -> str | None:
        folded = fold(LOTTERY, self.state, given, at_ms)
        self.state = folded.state
        self.said += [(taken.given, taken.at_ms) for taken in folded.taken]
        return folded.refusal.code if folded.refusal else None

    def admit(self, *aliases: str) -> None:
        for alias in aliases:
            assert self.say(inputs.Admit(alias), 10) is None

    def file(self, *aliases: str, bid: Any = None) -> None:
        for alias in aliases:
            content = {"contribution": contribution(alias)} if bid is None else bid
            line = commit_bid(LOT, alias, content, SALT)
            assert self.say(Seal(alias, line), 150) is None
            self.lines.append([alias, line])
            self.openings[alias] = {"bid": content, "salt": SALT}

    def unseal(self, at_ms: int = 300) -> str | None:
        return self.say(Unseal(self.lines, self.openings), at_ms)

    @property
    def outcome(self) -> dict[str, Any]:
        return LOTTERY.outcome(self.state)

    @property
    def awaits(self) -> str:
        return LOTTERY.view(self.state).awaits


def drawn(*aliases: str, **terms: Any) -> Run:
    run = Run(**terms)
    run.admit(*aliases)
    run.file(*aliases)
    assert run.say(REVEAL, 250) is None
    assert run.unseal() is None
    return run


def test_places_and_waiting_list_go_by_the_ranking_anybody_can_make_again() -> None:
    outcome = drawn("a", "b", "c", "d", "e").outcome
    seed = seed_of(LOT, SECRET, {alias: contribution(alias) for alias in "abcde"})
    ranking = rank(seed, dict.fromkeys("abcde", 1))
    assert (outcome["seed"], outcome["ranking"]) == (seed, ranking)
    assert outcome["awards"] == [
        {"alias": ranking[0], "quantity": 1, "price_fen": 900, "pay_fen": 900, "rank": 1},
        {"alias": ranking[1], "quantity": 1, "price_fen": 900, "pay_fen": 900, "rank": 2},
    ]
    assert (outcome["waiting"], outcome["unfilled"], outcome["winner"]) == ([ranking[2]], 0, None)
    assert rank(seed_of(LOT, outcome["secret"], outcome["contributions"]), outcome["tickets"]) == ranking


def test_one_place_has_one_winner() -> None:
    outcome = drawn("a", "b", "c", places=1).outcome
    assert (outcome["winner"], outcome["price_fen"]) == (outcome["ranking"][0], 900)


def test_the_secret_comes_while_the_contributions_are_sealed() -> None:
    run = Run()
    run.admit(*"abc")
    run.file(*"abc")
    assert run.say(REVEAL, 199) == "mechanism.not_now"
    assert run.unseal(210) == "mechanism.not_now"
    assert run.awaits == "draw"
    assert run.say(Draw("5b" * 32, SALT), 220) == "lottery.secret_mismatch"
    assert run.say(Draw("5a", SALT), 220) == "lottery.secret_form"
    assert run.say(REVEAL, 230) is None
    assert run.awaits == "unseal"
    assert run.say(Seal("a", "00" * 32), 240) == "mechanism.not_now"
    assert run.unseal() is None
    assert run.outcome["result"] == "sold"


def test_no_more_than_there_are_places_all_win_without_a_draw() -> None:
    run = Run(places=3)
    run.admit(*"cab")
    run.file(*"cab")
    assert run.say(REVEAL, 210) == "mechanism.not_now"
    assert run.unseal() is None
    outcome = run.outcome
    assert [award["alias"] for award in outcome["awards"]] == ["a", "b", "c"]
    assert (outcome["reason"], outcome["seed"], outcome["waiting"]) == ("all_win", None, [])


def test_void_contributions_take_no_part() -> None:
    run = Run()
    run.admit(*"abcdef")
    run.file(*"abc")
    run.file("d", bid={"contribution": "short"})
    run.file("e")
    run.openings["e"] = {"void": "sealing.void.shares"}
    assert run.say(REVEAL, 210) is None and run.unseal() is None
    assert sorted(run.outcome["ranking"]) == ["a", "b", "c"]
    assert {alias: void["code"] for alias, void in run.outcome["voids"].items()} == {
        "d": "lottery.contribution",
        "e": "sealing.void.shares",
    }
    assert run.outcome["seed"] == seed_of(LOT, SECRET, {alias: contribution(alias) for alias in "abc"})


def test_void_contributions_may_leave_no_more_than_the_places() -> None:
    run = Run()
    run.admit(*"abc")
    run.file(*"ab")
    run.file("c", bid={})
    assert run.say(REVEAL, 210) is None and run.unseal() is None
    assert (run.outcome["reason"], run.outcome["ranking"]) == ("all_win", ["a", "b"])


def test_where_the_notice_says_so_all_admitted_take_part() -> None:
    run = Run(without_contribution="takes_part")
    run.admit(*"abcd")
    run.file("a")
    assert run.say(REVEAL, 210) is None and run.unseal() is None
    assert sorted(run.outcome["ranking"]) == list("abcd")
    assert run.outcome["seed"] == seed_of(LOT, SECRET, {"a": contribution("a")})


@pytest.mark.parametrize(
    ("filed", "terms", "result", "reason"),
    [
        ("", {}, "unsold", "few_participants"),
        ("abc", {"minimum": 4}, "unsold", "few_participants"),
        ("", {"without_contribution": "takes_part"}, "unsold", "no_contribution"),
        ("", {"without_contribution": "takes_part", "places": 4}, "sold", "all_win"),
        ("", {"without_contribution": "takes_part", "places": 9, "minimum": 5}, "unsold", "few_participants"),
    ],
)
def test_the_close_alone_may_decide(filed: str, terms: Any, result: str, reason: str) -> None:
    run = Run(**terms)
    run.admit(*"abcd")
    run.file(*filed)
    assert run.say(inputs.Terminate("late"), 200) == "mechanism.over"
    assert (run.outcome["result"], run.outcome["reason"]) == (result, reason)
    assert bool(run.outcome["awards"]) == (result == "sold")


@pytest.mark.parametrize(
    ("terms", "reason"),
    [({"minimum": 3}, "few_participants"), ({"without_contribution": "takes_part"}, "no_contribution")],
)
def test_what_the_opening_shows_may_leave_it_unsold(terms: dict[str, Any], reason: str) -> None:
    run = Run(**terms)
    run.admit(*"abc")
    run.file(*"abc")
    run.openings = {alias: {"void": "sealing.void.shares"} for alias in "abc"}
    assert run.say(REVEAL, 210) is None and run.unseal() is None
    assert (run.outcome["result"], run.outcome["reason"]) == ("unsold", reason)


def test_tickets_by_ground() -> None:
    run = Run(weights={"sixth_round": 3})
    run.admit(*"abc")
    assert run.say(Prefer("a", "sixth_round"), 110) is None
    assert run.say(Prefer("a", "friend"), 110) == "lottery.ground"
    assert run.say(Prefer("z", "sixth_round"), 110) == "mechanism.not_admitted"
    run.file(*"abc")
    assert run.say(REVEAL, 210) is None and run.unseal() is None
    assert run.outcome["tickets"] == {"a": 3, "b": 1, "c": 1}
    assert run.outcome["ranking"] == rank(run.outcome["seed"], {"a": 3, "b": 1, "c": 1})
    assert drawn("a", "b", "c").say(Prefer("a", "sixth_round"), 400) == "mechanism.over"
    bare = Run()
    bare.admit("a")
    assert bare.say(Prefer("a", "sixth_round"), 110) == "lottery.ground"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"places": 0}, "mechanism.terms.least"),
        ({"price_fen": -1}, "mechanism.terms.least"),
        ({"draw_commitment": "00"}, "mechanism.terms.form"),
        ({"weights": {"x": 0}}, "lottery.weights"),
        ({"weights": {"x": "3"}}, "lottery.weights"),
        ({"weights": {"x": 101}}, "lottery.weights"),
        ({"sealing": {"suite": "x25519", "members": 3}}, "sealed.sealing"),
        ({"sealing": {"suite": "sm", "members": 3, "threshold": 2}}, "lottery.suite"),
    ],
)
def test_wrong_terms_are_named(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Fault) as caught:
        LOTTERY.read_terms({**TERMS, **changed})
    assert caught.value.code == code


def test_free_of_charge_is_a_price() -> None:
    assert [award["pay_fen"] for award in drawn("a", "b", "c", price_fen=0).outcome["awards"]] == [0, 0]


@given(st.permutations("abcde"), st.permutations("abcde"), st.lists(st.sampled_from("abcde"), max_size=3))
def test_neither_admission_nor_filing_order_nor_filing_again_changes_the_draw(admitted, filed, again) -> None:
    run = Run()
    run.admit(*admitted)
    run.file(*filed, *again)
    assert run.say(REVEAL, 210) is None and run.unseal() is None
    usual = drawn(*"abcde").outcome
    assert {**run.outcome, "registrants": 5} == usual


ACTS = st.one_of(
    st.builds(inputs.Admit, st.sampled_from("abcd")),
    st.builds(inputs.Withdraw, st.sampled_from("abcd")),
    st.builds(Prefer, st.sampled_from("abcd"), st.sampled_from(["x", "y"])),
    st.just(inputs.Suspend("why")),
    st.just(inputs.Resume()),
    st.just(REVEAL),
    st.just(Draw(SECRET, "01" * 32)),
    st.sampled_from("abcd"),  # files
    st.just("unseal"),
)


@given(st.lists(st.tuples(ACTS, st.integers(0, 30)), max_size=25), st.booleans())
def test_replay_is_live_a_refusal_changes_nothing_and_a_state_survives_json(acts, everybody) -> None:
    rule = "takes_part" if everybody else "takes_no_part"
    run, at_ms = Run(weights={"x": 2}, without_contribution=rule, places=1), 50
    for alias in "abc":
        run.say(inputs.Admit(alias), 5)
    for act, wait_ms in [*acts, (inputs.Resume(), 900), (REVEAL, 1), ("unseal", 1)]:
        at_ms += wait_ms
        act = _spelled(run, act)
        before = run.state
        folded = fold(LOTTERY, before, act, at_ms)
        assert run.say(act, at_ms) is None or folded.taken or run.state == before
        if isinstance(act, Seal) and folded.refusal is None:
            run.lines.append([act.alias, act.commitment])
    again = LOTTERY.open(
        LOTTERY.read_terms(
            LOTTERY.dump_terms(
                LOTTERY.read_terms({**TERMS, "weights": {"x": 2}, "without_contribution": rule, "places": 1})
            )
        )
    )
    for act, when_ms in run.said:
        again = LOTTERY.step(again, from_json(json.loads(json.dumps(to_json(act)))), when_ms).state
    assert again == run.state
    assert LOTTERY.load(json.loads(json.dumps(LOTTERY.dump(again)))) == again
    assert json.loads(json.dumps(run.outcome)) == run.outcome
    assert len(run.outcome["awards"]) <= 1 and (run.outcome["result"] == "sold") == bool(
        run.outcome["awards"]
    )


def _spelled(run: Run, act: Any) -> Any:
    """Return the input an act stands for, against the lottery as it is."""
    if act == "unseal":
        latest = run.state.box.latest
        return Unseal(
            run.lines, {a: {"bid": {"contribution": contribution(a)}, "salt": SALT} for a in latest}
        )
    if isinstance(act, str):
        return Seal(act, commit_bid(LOT, act, {"contribution": contribution(act)}, SALT))
    return act
