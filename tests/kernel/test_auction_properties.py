"""What holds of every auction, whatever its stages and whatever is said to it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.acts import Decline, Exercise, Offer, Prefer
from jishi.kernel.sealing.commitment import commit_reserve
from tests.kernel.auction_room import CAPPED, DRAW, LOT, RAISE, REVEAL_SECRET, SEALING, Room, contribution
from tests.kernel.mechanism_run import check_replay

ALIASES = "abcd"
SHARE = {"kind": "second_quantity", "unit": "bp", "span_ms": 30, "least": 10, "most": 20, "step": 5}
QUOTE = {"kind": "sealed_quote", "span_ms": 30, "below_fen": 160}
RIGHT = {"kind": "first_refusal", "span_ms": 30}
LOTTERY = {"kind": "lottery", "span_ms": 30}
RESERVE = {"reserve_commitment": commit_reserve(LOT, 130, "s")}
COURSES: list[tuple[tuple[dict[str, Any], ...], dict[str, Any]]] = [
    ((RAISE,), {}),
    (({**RAISE, "cap_fen": 145, "greatest_increment_fen": 20}, RIGHT), RESERVE),
    ((CAPPED, LOTTERY, RIGHT), DRAW),
    (({**CAPPED, "accept_ms": 15}, SHARE, {**RIGHT, "tie": "next"}, LOTTERY), {**DRAW, **RESERVE}),
    ((CAPPED, SHARE), RESERVE),
    ((CAPPED, {**SHARE, "wins": "nearest_average", "tie": "next"}, LOTTERY), DRAW),
    (({**CAPPED, "no_jump": True}, QUOTE), {"sealing": SEALING}),
    ((CAPPED, {**SHARE, "tie": "next"}, QUOTE, {"kind": "lottery"}, RIGHT), {**DRAW, **RESERVE}),
]
WHO = st.sampled_from(ALIASES)
ACTS = st.one_of(
    st.builds(inputs.Bid, WHO, st.sampled_from([99, 100, 105, 110, 120, 130, 145, 150, 160])),
    st.builds(inputs.Bid, WHO, st.just(0)),  # the next rung, whatever it is
    st.builds(Offer, WHO, st.sampled_from([5, 10, 15, 20])),
    st.tuples(st.just("seal"), WHO, st.sampled_from([149, 150, 155, 160])),
    st.builds(inputs.SetStep, st.integers(0, 20)),
    st.builds(inputs.Withdraw, WHO),
    st.builds(Prefer, WHO, st.just("tenant")),
    st.builds(Exercise, WHO),
    st.builds(Decline, WHO),
    st.just(inputs.Suspend("why")),
    st.just(inputs.Resume()),
    st.just(inputs.Extend(260, 250)),
)
RUNGS = [(inputs.Bid("ab"[at % 2], 0), 1) for at in range(6)]
"""Quotes up the ladder, to the cap where it is 150."""
SAID = st.builds(
    lambda before, rungs, after: [*before, *rungs, *after],
    st.lists(st.tuples(st.builds(Prefer, WHO, st.just("tenant")), st.just(0)), max_size=2),
    st.sampled_from([RUNGS, RUNGS, []]),
    st.lists(st.tuples(ACTS, st.integers(0, 9)), min_size=2, max_size=20),
)


def say(room: Room, act: Any, at_ms: int) -> str | None:
    """Say an act to the room; a bid of 0 is the next rung, a seal fits the stage."""
    if isinstance(act, tuple):
        _, alias, price_fen = act
        bid: dict[str, Any] = {"price_fen": price_fen} if room.view.stage["kind"] == "sealed_quote" else {}
        if "lottery" in [stage["kind"] for stage in room.terms["stages"]]:
            bid["contribution"] = contribution(alias)
        return room.seal(alias, bid, at_ms)
    if isinstance(act, inputs.Bid) and act.price_fen == 0:
        act = inputs.Bid(act.alias, room.view.next_bid_fen or 100)
    return room.say(act, at_ms)


def finish(room: Room, at_ms: int) -> None:
    """Do what officers and clocks do until it is over."""
    room.say(inputs.Resume(), at_ms)
    for later_ms in range(at_ms, at_ms + 3_000, 500):
        room.pass_to(later_ms)
        openings = {alias: room.openings[alias] for alias in room.state.box.latest}
        room.openings = openings
        for give in (lambda at: room.say(REVEAL_SECRET, at), room.unseal, _reserve(room)):
            give(later_ms)


def _reserve(room: Room) -> Any:
    return lambda at_ms: room.say(inputs.Reveal(130, "s"), at_ms)


@given(st.sampled_from(COURSES), SAID)
def test_every_run_ends_lawfully_and_replays(course: Any, acts: Any) -> None:
    stages, terms = course
    room, at_ms = Room(ALIASES, *stages, **terms), 101
    offered: set[tuple[int, str]] = set()
    for act, wait_ms in acts:
        at_ms, before, seen = at_ms + wait_ms, room.state, len(room.taken)
        refusal = say(room, act, at_ms)
        assert refusal is None or len(room.taken) > seen or room.state == before
        if isinstance(act, Offer) and refusal is None:
            assert (room.state.at, act.alias) not in offered  # one offer each
            offered.add((room.state.at, act.alias))
        _check_price(room, stages)
    finish(room, at_ms)
    assert room.outcome["result"] in {"sold", "unsold"}
    _check_result(room, terms)
    check_replay(room)


def _check_price(room: Room, stages: Any) -> None:
    state, cap_fen = room.state, stages[0].get("cap_fen")
    if state.price_fen is not None:
        assert state.price_fen >= 100 and state.leader in state.frame.admitted
        assert cap_fen is None or state.price_fen <= cap_fen or state.box.bids
    rung_fen = room.view.next_bid_fen
    assert rung_fen is None or cap_fen is None or rung_fen <= cap_fen


def _most(stages: Any) -> int:
    """Return the highest price the notice allows anybody to pay."""
    bounds = [stage["below_fen"] - 1 for stage in stages if stage["kind"] == "sealed_quote"]
    cap_fen: int | None = stages[0]["cap_fen"]
    return max(bounds) if bounds else 10**6 if cap_fen is None else cap_fen


def _check_result(room: Room, terms: Any) -> None:
    outcome = room.outcome
    if outcome["result"] == "unsold":
        assert outcome["reason"] in {"no_quote", "below_reserve"} and outcome["awards"] == []
        return
    (award,) = outcome["awards"]
    assert award["alias"] == outcome["winner"] in room.state.frame.admitted
    assert award["pay_fen"] == outcome["price_fen"] <= _most(room.terms["stages"])
    assert "reserve_commitment" not in terms or award["pay_fen"] >= 130
    for record in outcome["offers"]:
        assert set(record["offers"].values()) <= {10, 15, 20}
    reached = [stage["stage"] for stage in outcome["stages"]]
    assert reached == sorted(set(reached)) and reached[0] == 1


@given(st.sampled_from(COURSES), SAID, st.integers(1, 10_000))
def test_a_pause_anywhere_moves_the_clock_and_nothing_else(course: Any, acts: Any, pause_ms: int) -> None:
    stages, terms = course
    room, at_ms = Room(ALIASES, *stages, **terms), 101
    for act, wait_ms in acts:
        at_ms += wait_ms
        say(room, act, at_ms)
    room.pass_to(at_ms)
    if room.state.frame.closed_ms is not None or room.state.frame.paused_ms is not None:
        return
    before, due_ms = room.state, room.mechanism.due(room.state)
    room.allow((inputs.Suspend("why"), at_ms))
    assert room.mechanism.due(room.state) is None and room.view.accepts == frozenset()
    assert room.quote("a", 110, at_ms + pause_ms) == "mechanism.suspended" or before.frame.phase != "open"
    room.allow((inputs.Resume(), at_ms + pause_ms))
    assert room.mechanism.due(room.state) == (None if due_ms is None else due_ms + pause_ms)
    assert room.state._replace(frame=before.frame, terms=before.terms) == before


@given(st.permutations(ALIASES), st.lists(WHO, max_size=3))
def test_a_lottery_after_the_cap_does_not_depend_on_the_order_of_filing(order: Any, again: Any) -> None:
    room = Room(ALIASES, CAPPED, LOTTERY, **DRAW)
    room.reach_cap("a", 150)
    for alias in [*order, *again]:
        assert room.contribute(alias, 160) is None
    finish(room, 500)
    usual = Room(ALIASES, CAPPED, LOTTERY, **DRAW)
    usual.reach_cap("a", 150)
    for alias in ALIASES:
        assert usual.contribute(alias, 160) is None
    finish(usual, 500)
    assert room.outcome == usual.outcome
