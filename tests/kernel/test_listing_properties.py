"""What holds for every listing whatever anybody does: the universal properties of a mechanism."""

import json

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jishi.kernel.mechanism import Refusal, fold
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
from jishi.kernel.mechanism.listing import LISTING
from jishi.kernel.mechanism.listing_state import OVER, next_valid_bid
from jishi.kernel.sealing.commitment import commit_reserve

LOT, SALT, START_FEN = "lot-1", "5a" * 16, 1_000
ALIASES = st.sampled_from(["a", "b", "c", "d"])
SHARES = st.sampled_from([0, 0, 0, 1, 3, 9, 10])
"""How much of the running clock an act lets pass, in tenths; at ten it comes too late."""
EVERYTHING = [
    Admit("z"),
    Bid("a", 5_000),
    Withdraw("a"),
    Continue("a"),
    Suspend("late"),
    Resume(),
    Terminate("late"),
    SetStep(1),
    Extend(10**6, 10**6),
    Reveal(1_000, SALT),
    Tick(),
]
MAY_LOWER_DUE = (Continue, Extend, Amend, Suspend, Resume, Terminate)
BYTES_OF_AN_EMPTY_STATE, BYTES_A_REGISTRANT = 1_100, 20


@st.composite
def raw_terms(draw, start=10):
    listing_end = draw(st.integers(start + 20, start + 80))
    reserve_fen = draw(st.none() | st.integers(900, 1_200))
    return {
        "lot": LOT,
        "listing_start": start,
        "listing_end": listing_end,
        "registration_end": draw(st.integers(start - 5, listing_end)),
        "start_price_fen": START_FEN,
        "increment_fen": draw(st.sampled_from([1, 7, 10])),
        "cap_fen": draw(st.none() | st.integers(1_000, 1_200)),
        "cap_rule": draw(st.sampled_from(["first", "halt"])),
        "reserve_commitment": reserve_fen and commit_reserve(LOT, reserve_fen, SALT),
        "question_ms": draw(st.integers(1, 30)),
        "round_ms": draw(st.integers(1, 30)),
        "headcount_auction": draw(st.sampled_from([None, None, None, 2, 4])),
        "free_quotes": draw(st.sampled_from(["improve", "any"])),
    }, reserve_fen


class ListingMachine(RuleBasedStateMachine):
    """Anybody does anything at any time; a plain log of what was accepted is the model."""

    @initialize(drawn=raw_terms(), admitted=st.sets(ALIASES, min_size=1), ahead=st.booleans())
    def publish(self, drawn, admitted, ahead):
        self.raw, self.reserve_fen = drawn
        self.state = LISTING.open(LISTING.read_terms(self.raw))
        self.now = 0
        self.log, self.bids = [], []
        for alias in sorted(admitted):
            self.put(Admit(alias))
        if not ahead:
            self.now = self.state.due_ms
            self.put(Tick())

    def wait(self, share):
        left = 3 if self.state.due_ms is None else self.state.due_ms - self.now
        self.now += left * share // 10

    def run_clocks(self):
        """Run what is due, as an outage that ends now would."""
        late = self.now
        while self.state.due_ms is not None and self.state.due_ms <= late:
            self.now = self.state.due_ms
            assert not isinstance(self.put(Tick()), Refusal)
        self.now = late

    def put(self, given):
        """Step, record what was accepted, and check what must hold of this one step."""
        before, frozen = self.state, json.dumps(LISTING.dump(self.state))
        result = LISTING.step(before, given, self.now)
        assert json.dumps(LISTING.dump(before)) == frozen
        if isinstance(result, Refusal):
            json.dumps(dict(result.params))
            if result.code == "mechanism.tick_due":
                assert self.now >= before.due_ms
                self.run_clocks()
            return result
        self.state = result.state
        self.log.append(json.dumps({"input": to_json(given), "at_ms": self.now, "events": result.events}))
        if isinstance(given, Bid):
            self.check_bid(given, before)
        if not isinstance(given, MAY_LOWER_DUE) and self.state.due_ms is not None:
            assert before.due_ms is not None and self.state.due_ms >= before.due_ms
        return result

    def check_bid(self, given, before):
        self.bids.append((given.alias, given.price_fen))
        assert given.alias in before.admitted and given.alias != before.leader
        assert self.now < before.due_ms
        assert given.price_fen >= START_FEN
        freely = before.phase == "free" and before.terms.free_quotes == "any"
        foot = START_FEN if freely or before.price_fen is None else before.price_fen
        assert given.price_fen == before.terms.cap_fen or (given.price_fen - foot) % before.increment_fen == 0
        if before.price_fen is not None:
            assert freely or given.price_fen > before.price_fen
            assert self.state.price_fen >= before.price_fen
        if before.phase == "rounds" and self.state.phase == "rounds":
            assert self.state.due_ms == self.now + before.terms.round_ms

    @precondition(lambda self: next_valid_bid(self.state) is not None)
    @rule(pick=st.integers(0, 3), share=SHARES, more=st.sampled_from([0, 0, 1, 2]))
    def outbid(self, pick, share, more):
        others = sorted(self.state.admitted - {self.state.leader})
        if not others:
            return
        self.wait(share)
        price_fen = next_valid_bid(self.state) + more * self.state.increment_fen
        result = self.put(Bid(others[pick % len(others)], price_fen))
        if isinstance(result, Refusal):
            assert (result.code == "listing.above_cap" and more) or (share == 10)

    @precondition(lambda self: self.state.phase not in OVER)
    @rule(alias=ALIASES, share=SHARES, price_fen=st.integers(START_FEN - 5, START_FEN + 50))
    def bid_anything(self, alias, share, price_fen):
        self.wait(share)
        self.put(Bid(alias, price_fen))

    @precondition(lambda self: self.state.price_fen is not None)
    @rule(alias=ALIASES)
    def bid_the_same(self, alias):
        self.put(Bid(alias, self.state.price_fen))

    @precondition(lambda self: self.state.phase not in OVER)
    @rule(
        given=st.one_of(
            st.builds(Admit, ALIASES),
            st.builds(Withdraw, ALIASES),
            st.builds(Continue, ALIASES),
            st.builds(SetStep, st.integers(0, 12)),
            st.builds(Extend, st.integers(0, 150), st.integers(0, 150)),
        ),
        share=SHARES,
    )
    def act(self, given, share):
        self.wait(share)
        self.put(given)

    @rule(alias=ALIASES)
    @precondition(lambda self: self.state.phase == "question")
    def go_on(self, alias):
        self.put(Continue(alias))

    @precondition(lambda self: self.state.phase not in OVER)
    @rule(share=SHARES)
    def pause(self, share):
        self.wait(share)
        before = self.state
        if isinstance(self.put(Suspend("objection")), Refusal):
            return
        assert self.state.due_ms is None
        paused_at = self.now
        self.put(Bid("a", 5_000))
        self.now += share
        assert not isinstance(self.put(Resume()), Refusal)
        if before.due_ms is not None:
            assert self.state.due_ms - self.now == before.due_ms - paused_at

    @rule(drawn=raw_terms(start=12))
    @precondition(lambda self: self.state.phase == "scheduled")
    def amend(self, drawn):
        if not isinstance(self.put(Amend(drawn[0])), Refusal):
            self.reserve_fen = drawn[1]

    @rule(off=st.integers(-1, 0))
    @precondition(lambda self: self.state.phase == "awaiting_reserve")
    def reveal(self, off):
        refused = isinstance(self.put(Reveal(self.reserve_fen + off, SALT)), Refusal)
        assert refused == (off != 0)

    @rule(late=st.integers(-2, 5), patient=st.booleans())
    @precondition(lambda self: self.state.due_ms is not None)
    def tick(self, late, patient):
        if patient and self.state.phase == "free":
            return
        due_ms = self.state.due_ms
        self.now = max(self.now, due_ms + late)
        refused = isinstance(self.put(Tick()), Refusal)
        assert refused == (self.now != due_ms)
        self.run_clocks()

    @precondition(lambda self: self.state.phase not in OVER)
    @rule(chance=st.integers(0, 19))
    def terminate(self, chance):
        if chance == 17:
            self.put(Terminate("dispute"))

    @precondition(lambda self: self.state.phase in OVER)
    @rule(drawn=raw_terms(), admitted=st.sets(ALIASES, min_size=1), late=st.sampled_from(EVERYTHING))
    def sell_the_next_lot(self, drawn, admitted, late):
        assert isinstance(self.put(late), Refusal)
        self.replay()
        self.publish(drawn, admitted, ahead=False)

    @precondition(lambda self: self.state.phase not in OVER)
    @rule()
    def go_back(self):
        if self.state.last_ms:
            result = LISTING.step(self.state, Bid("a", 5_000), self.state.last_ms - 1)
            assert isinstance(result, Refusal) and result.code == "mechanism.clock_back"

    @invariant()
    def nothing_accepted_is_lost(self):
        assert self.state.quotes == len(self.bids)
        best = max(self.bids, key=lambda bid: bid[1], default=(None, None))
        assert (self.state.leader, self.state.price_fen) == best

    @invariant()
    def ties_are_those_who_came_later(self):
        first = next((i for i, bid in enumerate(self.bids) if bid[1] == self.state.price_fen), 0)
        later = [alias for alias, price in self.bids[first + 1 :] if price == self.state.price_fen]
        assert self.state.ties == tuple(dict.fromkeys(later))

    @invariant()
    def dumping_and_loading_changes_nothing(self):
        dumped = json.dumps(LISTING.dump(self.state))
        loaded = LISTING.load(json.loads(dumped))
        assert loaded == self.state and json.dumps(LISTING.dump(loaded)) == dumped

    @invariant()
    def the_state_grows_with_registrants_only(self):
        size = len(json.dumps(LISTING.dump(self.state)))
        assert size <= BYTES_OF_AN_EMPTY_STATE + BYTES_A_REGISTRANT * len(self.state.admitted)

    @invariant()
    def the_outcome_fits_the_phase(self):
        outcome = LISTING.outcome(self.state)
        over = self.state.phase in OVER
        assert (outcome["result"] == "open") != over
        assert not over or (self.state.due_ms is None and outcome["closed_at"] is not None)
        assert (outcome["winner"] is None) == (outcome["result"] != "sold")
        if outcome["winner"] is not None:
            assert outcome["price_fen"] >= max(START_FEN, self.reserve_fen or 0)

    @invariant()
    def a_clock_runs_exactly_while_one_is_needed(self):
        waits = self.state.phase in OVER or self.state.phase == "awaiting_reserve" or self.state.suspended
        assert (self.state.due_ms is None) == waits

    def teardown(self):
        if hasattr(self, "log"):
            self.replay()

    def replay(self):
        """Fold the stored inputs alone: same events, same state, same outcome."""
        state = LISTING.open(LISTING.read_terms(self.raw))
        for line in self.log:
            entry = json.loads(line)
            result = LISTING.step(state, from_json(entry["input"]), entry["at_ms"])
            assert not isinstance(result, Refusal)
            assert json.loads(json.dumps(result.events)) == entry["events"]
            state = result.state
        assert state == self.state
        assert LISTING.outcome(state) == LISTING.outcome(self.state)


TestListing = ListingMachine.TestCase
TestListing.settings = settings(max_examples=250, stateful_step_count=40, deadline=None)


def test_the_state_does_not_grow_with_quotes():
    state = LISTING.open(
        LISTING.read_terms(
            {
                "lot": LOT,
                "listing_start": 1,
                "listing_end": 10**6,
                "registration_end": 10**6,
                "start_price_fen": START_FEN,
                "increment_fen": 1,
            }
        )
    )
    for alias in ("a", "b"):
        state = fold(LISTING, state, Admit(alias), 0).state
    sizes = []
    for turn in range(2_000):
        state = fold(LISTING, state, Bid("ab"[turn % 2], START_FEN + turn), 2 + turn).state
        sizes.append(len(json.dumps(LISTING.dump(state))))
    assert state.quotes == 2_000
    assert sizes[-1] - sizes[10] <= 10
