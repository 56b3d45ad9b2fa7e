"""The contract around a mechanism: stored inputs, the registry, and driving by the clock."""

import json

import pytest

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import Refusal, advance, find, fold
from jishi.kernel.mechanism.inputs import (
    Admit,
    Amend,
    Bid,
    Continue,
    Extend,
    Resume,
    Reveal,
    SetStep,
    Suspend,
    Terminate,
    Tick,
    Withdraw,
    from_json,
    to_json,
)

EVERY_INPUT = [
    Admit("a"),
    Bid("a", 100),
    Withdraw("a"),
    Continue("a"),
    Suspend("objection"),
    Resume(),
    Terminate("objection"),
    SetStep(5),
    Extend(10, 9),
    Amend({"lot": "x"}),
    Reveal(100, "00"),
    Tick(),
]
TERMS = {
    "lot": "lot-1",
    "listing_start": 100,
    "listing_end": 200,
    "registration_end": 200,
    "start_price_fen": 1_000,
    "increment_fen": 10,
    "question_ms": 50,
    "round_ms": 30,
}


@pytest.mark.parametrize("given", EVERY_INPUT, ids=lambda given: type(given).__name__)
def test_every_input_survives_json(given):
    assert from_json(json.loads(json.dumps(to_json(given)))) == given


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({}, "mechanism.input.type"),
        ({"type": "shout"}, "mechanism.input.type"),
        ({"type": ["bid"]}, "mechanism.input.type"),
        ({"type": "bid", "alias": "a"}, "mechanism.input.fields"),
        ({"type": "tick", "at": 1}, "mechanism.input.fields"),
        ({"type": "bid", "alias": "a", "price_fen": "1"}, "mechanism.input.value"),
        ({"type": "bid", "alias": "a", "price_fen": True}, "mechanism.input.value"),
        ({"type": "bid", "alias": "a", "price_fen": 10**400}, "mechanism.input.value"),
        ({"type": "admit", "alias": None}, "mechanism.input.value"),
        ({"type": "amend", "terms": []}, "mechanism.input.value"),
    ],
)
def test_malformed_inputs_are_refused(raw, code):
    with pytest.raises(Fault) as caught:
        from_json(raw)
    assert caught.value.code == code


def test_the_registry_knows_what_is_there_and_nothing_else():
    assert (find("listing", 1).id, find("listing", 1).version) == ("listing", 1)
    for id, version in (("listing", 2), ("barter", 1)):
        with pytest.raises(Fault, match="mechanism.unknown"):
            find(id, version)


def _opened():
    listing = find("listing", 1)
    state = listing.open(listing.read_terms(TERMS))
    for alias in ("a", "b"):
        state = listing.step(state, Admit(alias), 1).state
    return listing, state


def test_fold_runs_due_ticks_first_and_keeps_them_when_the_input_is_refused():
    listing, state = _opened()
    folded = fold(listing, state, Bid("stranger", 1_000), 150)
    assert isinstance(folded.refusal, Refusal) and folded.refusal.code == "listing.not_admitted"
    assert [(taken.given, taken.at_ms) for taken in folded.taken] == [(Tick(), 100)]
    assert folded.state.phase == "free"

    folded = fold(listing, folded.state, Bid("a", 1_000), 150)
    assert folded.refusal is None
    assert [(taken.given, taken.at_ms) for taken in folded.taken] == [(Bid("a", 1_000), 150)]
    assert folded.taken[0].events[0]["type"] == "BidAccepted"


def test_advance_runs_every_clock_at_its_own_instant():
    listing, state = _opened()
    state = fold(listing, state, Bid("a", 1_000), 150).state
    assert list(advance(listing, state, 199)) == []
    assert [due_ms for _, due_ms, _ in advance(listing, state, 200)] == [200]
    ticks = list(advance(listing, state, 10_000))
    assert [due_ms for _, due_ms, _ in ticks] == [200, 250]
    assert listing.outcome(ticks[-1][2].state)["result"] == "sold"
    assert listing.outcome(ticks[-1][2].state)["closed_at"] == 250


def test_advance_says_so_when_a_mechanism_refuses_its_own_tick():
    listing, state = _opened()
    with pytest.raises(Fault, match="mechanism.stuck"):
        list(advance(listing, state._replace(last_ms=500), 1_000))
