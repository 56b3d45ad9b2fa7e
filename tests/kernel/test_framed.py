"""The frame of mechanisms, driven by the smallest mechanism that can stand in it."""

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import Refusal, awards_of, fold, inputs
from jishi.kernel.mechanism.book import Book, enter, is_whole
from jishi.kernel.mechanism.contract import Step
from jishi.kernel.mechanism.field import REQUIRED, Field
from jishi.kernel.mechanism.frame import OPEN, SOLD, UNSOLD, Frame, end
from jishi.kernel.mechanism.framed import FramedMechanism, Rule
from jishi.kernel.mechanism.listing import LISTING
from jishi.kernel.mechanism.listing_terms import Terms

TERMS = {"lot": "lot-1", "opens": 100, "closes": 200, "registration_end": 180, "price_fen": 500}


class State(NamedTuple):
    terms: dict[str, Any]
    frame: Frame
    takers: tuple[tuple[str, int], ...] = ()
    book: Book = Book()


class FirstCome(FramedMechanism):
    """Whoever bids the price first has the lot."""

    id = "first_come"
    kind = "shop"
    own_terms = (Field("price_fen", "fen"), Field("cap", "share_bp", None, most=10_000, optional=True))
    state_class = State

    def rules(self):
        return {inputs.Bid: Rule(self.take, frozenset({OPEN}), by_bidder=True)}

    def take(self, state, given, at_ms):
        if given.price_fen != state.terms["price_fen"]:
            return Refusal("mechanism.not_now", {"input": "bid", "phase": OPEN})
        book = enter(state.book, [given.alias])
        return Step(state._replace(takers=(*state.takers, (given.alias, at_ms)), book=book), ())

    def is_bound(self, state, alias):
        return any(taker == alias for taker, _ in state.takers)

    def run_out(self, state, at_ms):
        return end(state, SOLD if state.takers else UNSOLD, at_ms)

    def result(self, state):
        return {"winner": state.takers[0][0] if state.takers else None, "price_fen": 500}


TOY = FirstCome()


def run(*given: tuple[Any, int]) -> tuple[Any, list[str | None]]:
    state, refusals = TOY.open(TOY.read_terms(TERMS)), []
    for each, at_ms in given:
        folded = fold(TOY, state, each, at_ms)
        state = folded.state
        refusals.append(folded.refusal.code if folded.refusal else None)
    return state, refusals


def test_a_life_from_schedule_to_sale() -> None:
    state, refusals = run(
        (inputs.Admit("a"), 10),
        (inputs.Admit("a"), 11),
        (inputs.Bid("a", 500), 50),
        (inputs.Bid("b", 500), 120),
        (inputs.Bid("a", 500), 130),
        (inputs.Withdraw("a"), 140),
        (inputs.Continue("a"), 141),
        (inputs.Terminate("late"), 200),
    )
    assert refusals == [
        None,
        "mechanism.already_admitted",
        "mechanism.not_now",
        "mechanism.not_admitted",
        None,
        "mechanism.bid_binds",
        "mechanism.unwelcome",
        "mechanism.over",
    ]
    outcome = TOY.outcome(state)
    assert (outcome["result"], outcome["winner"], outcome["closed_at"]) == ("sold", "a", 200)
    assert TOY.view(state).over


def test_a_pause_moves_every_clock_and_instant_to_come() -> None:
    state, refusals = run(
        (inputs.Admit("a"), 10),
        (inputs.Suspend("why"), 150),
        (inputs.Bid("a", 500), 160),
        (inputs.Resume(), 170),
        (inputs.Bid("a", 500), 219),
    )
    assert refusals[2] == "mechanism.suspended" and refusals[4] is None
    assert (state.terms["opens"], state.terms["registration_end"], state.terms["closes"]) == (100, 200, 220)
    assert TOY.due(state) == 220
    assert TOY.view(state).accepts == {"bid"}


def test_extension_and_supplement() -> None:
    state, refusals = run(
        (inputs.Admit("a"), 10),
        (inputs.Amend({**TERMS, "closes": 300}), 20),
        (inputs.Amend({**TERMS, "lot": "other"}), 21),
        (inputs.Extend(290, 200), 110),
        (inputs.Extend(400, 390), 120),
    )
    assert refusals == [None, None, "mechanism.amend_lot", "mechanism.extend_forward", None]
    assert TOY.due(state) == 400 and state.frame.admitted == {"a"}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 250)), max_size=8))
def test_a_state_survives_json_and_a_refusal_changes_nothing(moves: list[tuple[str, int]]) -> None:
    state = TOY.open(TOY.read_terms(TERMS))
    for alias, at_ms in sorted(moves, key=lambda move: move[1]):
        state = fold(TOY, state, inputs.Admit(alias), at_ms).state
        folded = fold(TOY, state, inputs.Bid(alias, 500), at_ms)
        again = TOY.load(json.loads(json.dumps(TOY.dump(folded.state))))
        assert again == folded.state
        if folded.refusal and not folded.taken:
            assert folded.state == state
        state = folded.state


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"closes": 100}, "span"),
        ({"registration_end": 201}, "registration"),
        ({"price_fen": 0}, "least"),
        ({"price_fen": "5"}, "kind"),
        ({"cap": 10_001}, "most"),
        ({"lot": " "}, "form"),
        ({"more": 1}, "unknown"),
    ],
)
def test_wrong_terms_are_named(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Fault) as caught:
        TOY.read_terms({**TERMS, **changed})
    assert caught.value.code == f"mechanism.terms.{code}"


def test_a_book_is_whole_only_with_its_lines_in_order() -> None:
    lines = [["a", 1], ["b", 2], ["a", 1]]
    book = Book()
    for line in lines:
        book = enter(book, line)
    assert is_whole(book, lines)
    assert not is_whole(book, lines[:2])
    assert not is_whole(book, [lines[1], lines[0], lines[2]])


def test_the_listing_describes_exactly_its_terms() -> None:
    assert [field.name for field in LISTING.model] == list(Terms._fields)
    required = [field.name for field in LISTING.model if field.default is REQUIRED]
    assert required == [name for name in Terms._fields if name not in Terms._field_defaults]
    stated = {field.name: field.default for field in LISTING.model if field.default is not REQUIRED}
    assert stated == Terms._field_defaults


def test_awards_of_a_single_winner() -> None:
    assert awards_of({"winner": "a", "price_fen": 7}) == [
        {"alias": "a", "quantity": 1, "price_fen": 7, "pay_fen": 7}
    ]
    assert awards_of({"winner": None, "price_fen": None}) == []
