"""Each rule of the listing for sale, one short story a rule."""

import pytest

from jishi.kernel.mechanism import Refusal
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
)
from jishi.kernel.mechanism.listing import LISTING
from jishi.kernel.mechanism.listing_state import next_valid_bid
from jishi.kernel.sealing.commitment import commit_reserve

START, REGISTRATION, END, QUESTION, ROUND = 1_000, 8_000, 10_000, 500, 300
SALT = "5a" * 16
TERMS = {
    "lot": "lot-1",
    "listing_start": START,
    "listing_end": END,
    "registration_end": REGISTRATION,
    "start_price_fen": 10_000,
    "increment_fen": 100,
    "question_ms": QUESTION,
    "round_ms": ROUND,
}


class Sale:
    """A listing driven by hand: `do` must be taken, `refused` must change nothing."""

    def __init__(self, **change):
        self.state = LISTING.open(LISTING.read_terms(TERMS | change))

    def do(self, given, at_ms):
        result = LISTING.step(self.state, given, at_ms)
        assert not isinstance(result, Refusal), result
        self.state = result.state
        return [event["type"] for event in result.events]

    def refused(self, given, at_ms):
        result = LISTING.step(self.state, given, at_ms)
        assert isinstance(result, Refusal), result
        self.params = result.params
        return result.code

    @property
    def outcome(self):
        return LISTING.outcome(self.state)

    def standing(self):
        return self.state.phase, self.state.leader, self.state.price_fen, self.state.due_ms


def free(*aliases, **change):
    """A listing in its free phase with these bidders admitted."""
    sale = Sale(**change)
    for alias in aliases or ("a", "b", "c"):
        sale.do(Admit(alias), 1)
    sale.do(Tick(), START)
    return sale


def rounds(**change):
    """A listing in its rounds: a leads with the start price, b wants to continue at END + 10."""
    sale = free(**change)
    sale.do(Bid("a", 10_000), START)
    sale.do(Tick(), END)
    sale.do(Continue("b"), END + 10)
    return sale


# The way through


def test_the_whole_way_from_schedule_to_sale():
    sale = Sale()
    assert sale.standing() == ("scheduled", None, None, START)
    for alias in ("a", "b"):
        assert sale.do(Admit(alias), 1) == ["BidderAdmitted"]
    assert sale.do(Tick(), START) == ["ListingOpened"]
    assert sale.do(Bid("a", 10_000), START) == ["BidAccepted"]
    assert sale.do(Tick(), END) == ["QuestionOpened"]
    assert sale.do(Continue("b"), END + 10) == ["RoundsOpened"]
    assert sale.do(Bid("b", 10_300), END + 20) == ["BidAccepted"]
    assert sale.standing() == ("rounds", "b", 10_300, END + 20 + ROUND)
    assert sale.do(Tick(), END + 20 + ROUND) == ["BiddingClosed"]
    assert sale.outcome == {
        "result": "sold",
        "reason": None,
        "winner": "b",
        "price_fen": 10_300,
        "quotes": 2,
        "registrants": 2,
        "reserve_fen": None,
        "ties": [],
        "closed_at": END + 20 + ROUND,
    }


def test_nobody_quotes():
    sale = free()
    sale.do(Tick(), END)
    assert (sale.outcome["result"], sale.outcome["reason"]) == ("unsold", "no_quote")


def test_a_single_registrant_is_not_asked_whether_to_continue():
    sale = free("only")
    sale.do(Bid("only", 10_200), START)
    sale.do(Tick(), END)
    assert (sale.state.phase, sale.outcome["winner"]) == ("sold", "only")


def test_nobody_continues():
    sale = free()
    sale.do(Bid("a", 10_000), START)
    sale.do(Tick(), END)
    assert sale.standing() == ("question", "a", 10_000, END + QUESTION)
    sale.do(Tick(), END + QUESTION)
    assert (sale.outcome["winner"], sale.outcome["closed_at"]) == ("a", END + QUESTION)


def test_continue_without_a_further_quote_sells_to_the_leader():
    sale = rounds()
    sale.do(Tick(), END + 10 + ROUND)
    assert (sale.outcome["winner"], sale.outcome["price_fen"]) == ("a", 10_000)


# Instants


def test_the_last_millisecond_is_in_time_and_the_next_is_late():
    sale = free()
    assert sale.refused(Bid("a", 10_000), END) == "mechanism.tick_due"
    sale.do(Bid("a", 10_000), END - 1)
    sale.do(Tick(), END)
    sale.do(Continue("b"), END + QUESTION - 1)
    ends = END + QUESTION - 1 + ROUND
    assert sale.refused(Bid("b", 10_100), ends) == "mechanism.tick_due"
    sale.do(Bid("b", 10_100), ends - 1)
    assert sale.state.due_ms == ends - 1 + ROUND


def test_a_clock_set_back_is_refused():
    sale = free()
    sale.do(Bid("a", 10_000), 2_000)
    assert sale.refused(Bid("b", 10_100), 1_999) == "mechanism.clock_back"
    sale.do(Bid("b", 10_100), 2_000)


def test_a_tick_before_its_time_is_refused():
    sale = Sale()
    assert sale.refused(Tick(), START - 1) == "mechanism.tick_early"
    assert sale.params == {"due_ms": START, "at_ms": START - 1}


def test_a_tick_without_a_clock_is_refused():
    sale = free()
    sale.do(Terminate("dispute"), 2_000)
    assert sale.refused(Tick(), 3_000) == "mechanism.tick_idle"


def test_a_tick_carries_the_instant_it_was_due():
    sale = free()
    assert sale.refused(Tick(), END + 1) == "mechanism.tick_late"
    sale.do(Tick(), END)


# Who may


def test_bidders_are_admitted_until_the_listing_ends():
    sale = Sale()
    sale.do(Admit("a"), 1)
    assert sale.refused(Admit("a"), 1) == "listing.already_admitted"
    sale.do(Tick(), START)
    sale.do(Admit("b"), END - 1)
    sale.do(Bid("a", 10_000), END - 1)
    sale.do(Tick(), END)
    assert sale.refused(Admit("c"), END) == "listing.admission_closed"


@pytest.mark.parametrize("given", [Bid("x", 10_000), Withdraw("x")])
def test_a_stranger_is_refused(given):
    assert free().refused(given, 2_000) == "listing.not_admitted"


def test_a_stranger_cannot_open_the_rounds():
    sale = free()
    sale.do(Bid("a", 10_000), START)
    sale.do(Tick(), END)
    assert sale.refused(Continue("x"), END) == "listing.not_admitted"
    sale.do(Continue("a"), END)


def test_a_bidder_may_withdraw_until_quoting():
    sale = free()
    sale.do(Withdraw("c"), 2_000)
    assert sale.refused(Bid("c", 10_000), 2_000) == "listing.not_admitted"
    sale.do(Bid("a", 10_000), 2_000)
    sale.do(Bid("b", 10_100), 2_000)
    assert sale.refused(Withdraw("a"), 2_000) == "listing.quote_binds"
    assert sale.refused(Withdraw("b"), 2_000) == "listing.quote_binds"
    assert sale.outcome["registrants"] == 2


def test_withdrawing_ends_with_the_listing():
    sale = rounds()
    assert sale.refused(Withdraw("c"), END + 11) == "listing.withdrawal_closed"


def test_withdrawals_can_leave_a_single_registrant():
    sale = free("a", "b")
    sale.do(Withdraw("b"), 2_000)
    sale.do(Bid("a", 10_000), 2_000)
    sale.do(Tick(), END)
    assert sale.state.phase == "sold"


# Prices


@pytest.mark.parametrize(
    ("price_fen", "code"),
    [(9_900, "listing.below_start"), (10_050, "listing.off_ladder"), (0, "listing.below_start")],
)
def test_the_first_quote_stands_on_the_ladder(price_fen, code):
    sale = free()
    assert sale.refused(Bid("a", price_fen), 2_000) == code
    assert next_valid_bid(sale.state) == 10_000


@pytest.mark.parametrize("make", [free, rounds])
def test_a_further_quote_adds_whole_increments(make):
    sale = make()
    at_ms = END + 11 if make is rounds else 2_000
    if make is free:
        sale.do(Bid("a", 10_000), at_ms)
    assert next_valid_bid(sale.state) == 10_100
    for price_fen in (10_000, 9_000, 10_099):
        assert sale.refused(Bid("b", price_fen), at_ms) == "listing.below_next"
        assert sale.params["lowest_fen"] == 10_100
    assert sale.refused(Bid("b", 10_250), at_ms) == "listing.off_ladder"
    assert (sale.params["below_fen"], sale.params["above_fen"]) == (10_200, 10_300)
    sale.do(Bid("b", 10_500), at_ms)
    assert next_valid_bid(sale.state) == 10_600


def test_a_leader_cannot_outbid_itself():
    sale = free()
    sale.do(Bid("a", 10_000), 2_000)
    assert sale.refused(Bid("a", 10_100), 2_000) == "listing.already_leading"


def test_the_increment_can_change_midway():
    sale = free()
    sale.do(Bid("a", 10_000), 2_000)
    sale.do(SetStep(70), 2_000)
    assert sale.refused(Bid("b", 10_100), 2_000) == "listing.off_ladder"
    sale.do(Bid("b", 10_140), 2_000)
    assert (sale.state.increment_fen, next_valid_bid(sale.state)) == (70, 10_210)
    assert sale.refused(SetStep(0), 2_000) == "listing.step_not_positive"
    sale.do(Tick(), END)
    assert sale.refused(SetStep(50), END) == "listing.step_fixed"
    sale.do(Continue("a"), END)
    due_ms = sale.state.due_ms
    sale.do(SetStep(50), END + 1)
    assert sale.state.due_ms == due_ms
    sale.do(Bid("a", 10_190), END + 1)


@pytest.mark.parametrize(
    ("make", "at_ms", "code"),
    [
        (Sale, 1, "listing.not_started"),
        (lambda: _asked(), END, "listing.continue_first"),
        (lambda: _awaiting(), END + QUESTION, "listing.over"),
        (lambda: _sold(), END + QUESTION, "listing.over"),
    ],
)
def test_no_quote_outside_the_quoting_phases(make, at_ms, code):
    sale = make()
    assert sale.refused(Bid("b", 10_100), at_ms) == code
    assert next_valid_bid(sale.state) is None


def _asked(**change):
    sale = free(**change)
    sale.do(Bid("a", 10_000), START)
    sale.do(Tick(), END)
    return sale


def _sold(**change):
    sale = _asked(**change)
    sale.do(Tick(), END + QUESTION)
    return sale


def _awaiting(reserve_fen=10_000):
    return _sold(reserve_commitment=commit_reserve("lot-1", reserve_fen, SALT))


# Free quotes of any height


def test_any_quotes_need_not_improve_and_the_earlier_of_equal_ones_leads():
    sale = free(free_quotes="any")
    sale.do(Bid("a", 10_500), 2_000)
    sale.do(Bid("b", 10_200), 2_000)
    assert sale.standing()[:3] == ("free", "a", 10_500)
    sale.do(Bid("b", 10_500), 2_000)
    sale.do(Bid("c", 10_500), 2_000)
    sale.do(Bid("b", 10_500), 2_000)
    assert sale.standing()[:3] == ("free", "a", 10_500)
    assert sale.outcome["ties"] == [
        {"price_fen": 10_500, "first": "a", "later": ["b", "c"], "broken_by": "earlier_quote"}
    ]
    assert (sale.outcome["quotes"], next_valid_bid(sale.state)) == (5, 10_600)
    assert sale.refused(Bid("b", 9_900), 2_000) == "listing.below_start"
    assert sale.refused(Bid("b", 10_550), 2_000) == "listing.off_ladder"


def test_a_higher_quote_forgets_the_ties_below():
    sale = free(free_quotes="any")
    for alias, price_fen in (("a", 10_000), ("b", 10_000), ("c", 10_100)):
        sale.do(Bid(alias, price_fen), 2_000)
    assert (sale.state.leader, sale.outcome["ties"]) == ("c", [])


def test_any_quotes_must_improve_once_the_rounds_begin():
    sale = rounds(free_quotes="any")
    assert sale.refused(Bid("b", 10_000), END + 11) == "listing.below_next"


def test_any_quotes_keep_to_the_ladder_from_the_start_price_after_a_new_step():
    sale = free(free_quotes="any")
    sale.do(Bid("a", 10_100), 2_000)
    sale.do(SetStep(70), 2_000)
    assert next_valid_bid(sale.state) == 10_140
    sale.do(Bid("b", 10_140), 2_000)
    assert sale.state.leader == "b"


# Cap


def test_the_first_to_reach_the_cap_wins_at_once():
    sale = free(cap_fen=10_250)
    assert sale.refused(Bid("a", 10_300), 2_000) == "listing.above_cap"
    sale.do(Bid("a", 10_200), 2_000)
    assert next_valid_bid(sale.state) == 10_250
    assert sale.do(Bid("b", 10_250), 2_000) == ["BidAccepted", "BiddingClosed"]
    assert (sale.outcome["result"], sale.outcome["winner"]) == ("sold", "b")
    assert (sale.outcome["reason"], sale.outcome["closed_at"]) == ("cap_reached", 2_000)


def test_the_cap_can_halt_the_sale_without_a_winner():
    sale = rounds(cap_fen=10_200, cap_rule="halt")
    sale.do(Bid("b", 10_200), END + 11)
    assert sale.state.phase == "capped"
    assert (sale.outcome["result"], sale.outcome["reason"]) == ("halted", "cap_reached")
    assert (sale.outcome["winner"], sale.outcome["price_fen"]) == (None, 10_200)
    assert sale.refused(Bid("a", 10_200), END + 12) == "listing.over"


def test_a_sale_at_the_cap_still_awaits_its_reserve():
    sale = free(cap_fen=10_200, reserve_commitment=commit_reserve("lot-1", 10_200, SALT))
    sale.do(Bid("a", 10_200), 2_000)
    assert (sale.state.phase, sale.outcome["result"]) == ("awaiting_reserve", "open")
    sale.do(Reveal(10_200, SALT), 3_000)
    assert (sale.outcome["result"], sale.outcome["reason"]) == ("sold", "cap_reached")


# Reserve price


@pytest.mark.parametrize(
    ("reserve_fen", "result", "reason", "winner"),
    [(10_000, "sold", None, "a"), (10_001, "unsold", "below_reserve", None)],
)
def test_the_reserve_decides(reserve_fen, result, reason, winner):
    sale = _awaiting(reserve_fen)
    assert (sale.state.phase, sale.state.due_ms) == ("awaiting_reserve", None)
    assert (sale.outcome["result"], sale.outcome["winner"]) == ("open", None)
    assert sale.do(Reveal(reserve_fen, SALT), END + 9_000) == ["ReserveOpened"]
    assert (sale.outcome["result"], sale.outcome["reason"]) == (result, reason)
    assert (sale.outcome["winner"], sale.outcome["reserve_fen"]) == (winner, reserve_fen)
    assert sale.outcome["closed_at"] == END + QUESTION


@pytest.mark.parametrize("given", [Reveal(9_999, SALT), Reveal(10_000, "00" * 16)])
def test_a_wrong_opening_is_refused(given):
    sale = _awaiting(10_000)
    assert sale.refused(given, END + 9_000) == "listing.reserve_mismatch"
    sale.do(Reveal(10_000, SALT), END + 9_000)


def test_a_reserve_cannot_be_opened_early_or_without_a_commitment():
    commitment = commit_reserve("lot-1", 10_000, SALT)
    assert rounds(reserve_commitment=commitment).refused(Reveal(10_000, SALT), END + 11) == (
        "listing.no_reserve_awaited"
    )
    assert _sold().refused(Reveal(10_000, SALT), END + QUESTION) == "listing.over"


def test_without_a_quote_no_reserve_is_awaited():
    sale = free(reserve_commitment=commit_reserve("lot-1", 10_000, SALT))
    sale.do(Tick(), END)
    assert sale.outcome["reason"] == "no_quote"


# Headcount


def test_enough_registrants_convert_the_listing_when_registration_ends():
    sale = free(headcount_auction=3)
    assert sale.state.due_ms == REGISTRATION
    sale.do(Bid("a", 10_000), 2_000)
    sale.do(Tick(), REGISTRATION)
    assert (sale.outcome["result"], sale.outcome["reason"]) == ("converted", "headcount")
    assert (sale.outcome["winner"], sale.outcome["closed_at"]) == (None, REGISTRATION)


def test_too_few_registrants_go_on_and_late_qualifications_still_count():
    sale = free("a", "b", headcount_auction=3)
    sale.do(Tick(), REGISTRATION)
    assert sale.standing() == ("free", None, None, END)
    sale.do(Admit("c"), END - 1)
    sale.do(Tick(), END)
    assert sale.state.phase == "converted"


def test_registration_may_end_before_the_listing_starts():
    sale = Sale(headcount_auction=2, registration_end=500)
    for alias in ("a", "b"):
        sale.do(Admit(alias), 1)
    assert sale.do(Tick(), START) == ["ListingOpened", "BiddingClosed"]
    assert sale.state.phase == "converted"


# Officers


def test_a_pause_in_the_rounds_keeps_the_remaining_time():
    sale = rounds()
    sale.do(Bid("b", 10_100), END + 100)
    sale.do(Suspend("objection"), END + 150)
    assert (sale.state.suspended, sale.state.due_ms, next_valid_bid(sale.state)) == (True, None, None)
    for given in (Bid("a", 10_200), Suspend("again"), SetStep(5)):
        assert sale.refused(given, END + 9_000) == "listing.suspended"
    assert sale.refused(Tick(), END + 9_000) == "mechanism.tick_idle"
    sale.do(Resume(), END + 9_000)
    assert (sale.state.suspended, sale.state.due_ms) == (False, END + 9_000 + ROUND - 50)
    assert sale.refused(Resume(), END + 9_000) == "listing.not_suspended"


def test_a_pause_moves_only_what_lies_ahead():
    sale = free()
    sale.do(Suspend("objection"), REGISTRATION + 500)
    sale.do(Resume(), REGISTRATION + 700)
    terms = sale.state.terms
    assert (terms.listing_start, terms.registration_end, terms.listing_end) == (
        START,
        REGISTRATION,
        END + 200,
    )
    assert sale.state.due_ms == END + 200


def test_a_pause_before_the_start_moves_everything():
    sale = Sale()
    sale.do(Suspend("objection"), 400)
    sale.do(Resume(), 5_400)
    terms = sale.state.terms
    assert sale.state.due_ms == terms.listing_start == START + 5_000
    assert (terms.registration_end, terms.listing_end) == (REGISTRATION + 5_000, END + 5_000)


def test_a_pause_while_the_reserve_is_awaited_starts_no_clock():
    sale = _awaiting()
    sale.do(Suspend("objection"), END + 1_000)
    assert sale.refused(Reveal(10_000, SALT), END + 1_001) == "listing.suspended"
    sale.do(Resume(), END + 1_002)
    assert sale.state.due_ms is None
    sale.do(Reveal(10_000, SALT), END + 1_003)


@pytest.mark.parametrize("make", [Sale, free, _asked, rounds, _awaiting])
@pytest.mark.parametrize("suspended", [False, True])
def test_an_open_sale_can_be_terminated_anywhere(make, suspended):
    sale = make()
    at_ms = sale.state.last_ms
    if suspended:
        sale.do(Suspend("objection"), at_ms)
    sale.do(Terminate("title dispute"), at_ms)
    assert (sale.outcome["result"], sale.outcome["reason"]) == ("terminated", "title dispute")
    assert (sale.outcome["winner"], sale.outcome["price_fen"]) == (None, None)
    assert (sale.state.due_ms, sale.state.suspended) == (None, False)
    assert sale.refused(Terminate("again"), at_ms) == "listing.over"


def test_an_extension_moves_the_ends():
    sale = free()
    assert sale.refused(Extend(END, REGISTRATION), 2_000) == "listing.extend_forward"
    assert sale.refused(Extend(END + 1, REGISTRATION - 1), 2_000) == "listing.extend_registration"
    assert sale.refused(Extend(END + 1, END + 2), 2_000) == "listing.extend_registration"
    sale.do(Extend(END + 1_000, REGISTRATION + 10), 2_000)
    assert (sale.state.due_ms, sale.state.terms.registration_end) == (END + 1_000, REGISTRATION + 10)
    sale.do(Bid("a", 10_000), END)
    sale.do(Tick(), END + 1_000)
    assert sale.refused(Extend(END + 9_000, END), END + 1_001) == "listing.extend_late"


def test_an_extension_before_the_start_leaves_the_start():
    sale = Sale()
    sale.do(Extend(END + 1_000, END), 1)
    assert (sale.state.phase, sale.state.due_ms) == ("scheduled", START)


def test_an_extended_registration_is_counted_again():
    sale = free("a", "b", headcount_auction=3)
    sale.do(Tick(), REGISTRATION)
    sale.do(Extend(END + 1_000, END), REGISTRATION + 1)
    assert sale.state.due_ms == END
    sale.do(Admit("c"), REGISTRATION + 2)
    sale.do(Tick(), END)
    assert sale.state.phase == "converted"


def test_supplemented_terms_start_over_and_keep_the_admitted():
    sale = Sale()
    sale.do(Admit("a"), 1)
    later = TERMS | {"listing_start": 50_000, "listing_end": 60_000, "start_price_fen": 20_000}
    sale.do(Amend(later), 500)
    assert sale.standing() == ("scheduled", None, None, 50_000)
    assert (sale.state.admitted, sale.state.terms.start_price_fen) == ({"a"}, 20_000)
    assert sale.refused(Admit("b"), 499) == "mechanism.clock_back"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lot": "lot-2"}, "listing.amend_lot"),
        ({"listing_start": 500}, "listing.amend_start"),
        ({"increment_fen": 0}, "listing.terms.least"),
    ],
)
def test_bad_supplements_are_refused(change, code):
    assert Sale().refused(Amend(TERMS | change), 500) == code


def test_terms_cannot_change_once_the_listing_has_started():
    assert free().refused(Amend(TERMS | {"listing_start": 9_000}), 2_000) == "listing.amend_late"


def test_continue_belongs_to_the_question_period():
    assert free().refused(Continue("a"), 2_000) == "listing.no_question"
    assert rounds().refused(Continue("a"), END + 11) == "listing.no_question"
