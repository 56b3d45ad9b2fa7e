"""Sealed bids: filed as commitments, opened all at once, void only by name."""

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import Refusal, fold, inputs
from jishi.kernel.mechanism.acts import Seal, Unseal
from jishi.kernel.mechanism.frame import AWAITING_OPENING, SOLD, UNSOLD, Frame, end
from jishi.kernel.mechanism.sealed import SEALED_FIELDS, SealedMechanism
from jishi.kernel.mechanism.sealed_box import Box, check_sealing, commit_bid

LOT, SALT = "lot-1", "5a" * 32
SEALING = {"suite": "any", "members": 3, "threshold": 2}
TERMS = {"lot": LOT, "opens": 100, "closes": 200, "registration_end": 180, "sealing": SEALING}


class State(NamedTuple):
    terms: dict[str, Any]
    frame: Frame
    box: Box = Box()


class Highest(SealedMechanism):
    """The highest even price wins; an odd one breaks the terms."""

    id = "highest"
    own_terms = SEALED_FIELDS
    state_class = State

    def read_bid(self, state, alias, bid):
        if bid.get("price_fen", 1) % 2:
            raise Fault("sealed.bid")

    def decide(self, state, at_ms):
        return end(state, SOLD if state.box.bids else UNSOLD, at_ms)


TOY = Highest()


def run(*given_at: tuple[Any, int], **terms: Any) -> tuple[Any, list[str | None]]:
    state, refusals = TOY.open(TOY.read_terms({**TERMS, **terms})), []
    for each, at_ms in given_at:
        folded = fold(TOY, state, each, at_ms)
        state = folded.state
        refusals.append(folded.refusal.code if folded.refusal else None)
    return state, refusals


def price(fen: int) -> dict[str, Any]:
    return {"price_fen": fen}


def seal(alias: str, bid: Any, lot: str = LOT) -> Seal:
    return Seal(alias, commit_bid(lot, alias, bid, SALT))


def opening(bid: Any) -> dict[str, Any]:
    return {"bid": bid, "salt": SALT}


def admit(*aliases: str) -> list[tuple[Any, int]]:
    return [(inputs.Admit(alias), 10) for alias in aliases]


A, B, LATER = seal("a", price(2)), seal("b", price(4)), seal("a", price(6))
LINES = [["a", A.commitment], ["b", B.commitment], ["a", LATER.commitment]]
FILED = [*admit("a", "b"), (A, 110), (B, 120), (LATER, 130)]


def test_the_latest_bid_counts_in_the_order_of_its_filing() -> None:
    openings = {"a": opening(price(6)), "b": opening(price(4))}
    state, refusals = run(*FILED, (Unseal(LINES, openings), 199), (Unseal(LINES, openings), 250))
    assert refusals[-2:] == ["mechanism.not_now", None]
    assert state.box.bids == (("b", price(4)), ("a", price(6)))
    assert TOY.outcome(state)["result"] == "sold" and TOY.outcome(state)["quotes"] == 2


@pytest.mark.parametrize(
    ("lines", "openings", "code"),
    [
        (LINES[:2], {"a": opening(price(6)), "b": opening(price(4))}, "sealed.lines"),
        ([LINES[1], LINES[0], LINES[2]], {"a": opening(price(6)), "b": opening(price(4))}, "sealed.lines"),
        ([["a", 0.5]], {}, "sealed.lines"),
        (LINES, {"a": opening(price(6))}, "sealed.openings"),
        (LINES, {"a": opening(price(6)), "b": opening(price(4)), "c": opening({})}, "sealed.openings"),
        (LINES, {"a": opening(price(2)), "b": opening(price(4))}, "sealed.mismatch"),
        (LINES, {"a": opening(price(6)), "b": opening({"price_fen": 0.5})}, "sealed.mismatch"),
        (LINES, {"a": opening(price(6)), "b": {"void": "not a code"}}, "sealed.mismatch"),
        (LINES, {"a": opening(price(6)), "b": 4}, "sealed.mismatch"),
    ],
)
def test_an_opening_is_exactly_what_was_filed(lines: Any, openings: Any, code: str) -> None:
    state, refusals = run(*FILED, (Unseal(lines, openings), 250))
    assert refusals[-1] == code
    assert (state.frame.phase, state.box.bids, TOY.view(state).awaits) == (AWAITING_OPENING, (), "unseal")


def test_void_is_said_by_the_committee_or_found_in_the_bid_and_never_stops_the_opening() -> None:
    odd, words = seal("b", price(3)), seal("c", "buy me")
    filed = [*admit("a", "b", "c"), (A, 110), (odd, 120), (words, 130)]
    lines = [["a", A.commitment], ["b", odd.commitment], ["c", words.commitment]]
    openings = {"a": {"void": "sealing.cipher"}, "b": opening(price(3)), "c": opening("buy me")}
    state, refusals = run(*filed, (Unseal(lines, openings), 250))
    assert refusals[-1] is None and state.frame.phase == UNSOLD
    assert {alias: void["code"] for alias, void in TOY.outcome(state)["voids"].items()} == {
        "a": "sealing.cipher",
        "b": "sealed.bid",
        "c": "sealed.bid",
    }


def test_a_copied_commitment_opens_for_nobody_else() -> None:
    copied = Seal("b", A.commitment)
    lines = [["a", A.commitment], ["b", A.commitment]]
    both = {"a": opening(price(2)), "b": opening(price(2))}
    _, refusals = run(*admit("a", "b"), (A, 110), (copied, 120), (Unseal(lines, both), 250))
    assert refusals[-1] == "sealed.mismatch"


def test_nothing_filed_is_unsold_at_the_close() -> None:
    state, _ = run(*admit("a"), (inputs.Terminate("late"), 200))
    assert TOY.outcome(state)["reason"] == "no_bid"


def test_whoever_leaves_takes_the_bid_along_unless_the_notice_binds_it() -> None:
    leave = (inputs.Withdraw("a"), 140)
    state, refusals = run(*FILED, leave, (Unseal(LINES, {"b": opening(price(4))}), 250))
    assert refusals[-2:] == [None, None] and state.box.bids == (("b", price(4)),)
    _, refusals = run(*FILED, leave, revisions="none")
    assert refusals[-2:] == ["sealed.filed_already", "mechanism.bid_binds"]


def test_who_is_not_admitted_files_nothing_and_a_commitment_has_its_form() -> None:
    _, refusals = run(*admit("a"), (B, 110), (Seal("a", "5A" * 32), 120))
    assert refusals[-2:] == ["mechanism.not_admitted", "sealed.commitment"]


@pytest.mark.parametrize(
    "changed", [{"members": 1}, {"threshold": 1}, {"members": 33}, {"suite": ""}, {"x": 1}]
)
def test_a_committee_that_cannot_open_is_refused(changed: dict[str, Any]) -> None:
    check_sealing(SEALING)
    with pytest.raises(Fault, match="sealed.sealing"):
        check_sealing({**SEALING, **changed})


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=12))
def test_nothing_filed_is_lost_and_a_state_survives_json(filed: list[tuple[str, int]]) -> None:
    state, lines = TOY.open(TOY.read_terms(TERMS)), []
    for alias in "abc":
        state = fold(TOY, state, inputs.Admit(alias), 10).state
    for alias, fen in filed:
        act = seal(alias, price(fen))
        state = fold(TOY, state, act, 150).state
        lines.append([alias, act.commitment])
    latest = dict(filed)
    openings = {alias: opening(price(fen)) for alias, fen in latest.items()}
    folded = fold(TOY, state, Unseal(lines, openings), 300)
    assert isinstance(folded.refusal, Refusal) == (not filed)
    assert folded.state.box.by_alias == {a: price(fen) for a, fen in latest.items() if fen % 2 == 0}
    assert TOY.load(json.loads(json.dumps(TOY.dump(folded.state)))) == folded.state
