"""The ascending auction: its ladder and clock, and the stages after the cap as cities have run them."""

from typing import Any

import pytest

from jishi.kernel.mechanism import awards_of, inputs
from jishi.kernel.mechanism.acts import Decline, Exercise, Offer, Prefer
from jishi.kernel.mechanism.auction import AUCTION
from jishi.kernel.mechanism.auction_offer import best_of
from jishi.kernel.sealing.commitment import commit_reserve
from tests.kernel.auction_room import (
    CAPPED,
    DRAW,
    LOT,
    RAISE,
    REVEAL_SECRET,
    SALT,
    SEALING,
    Room,
    contribution,
    first_drawn,
)
from tests.kernel.mechanism_run import check_replay

# ---- open quotes


def test_the_highest_quote_wins_once_nobody_answers() -> None:
    room = Room("ab", RAISE)
    assert (room.quote("a", 100, 110), room.quote("b", 120, 195)) == (None, None)
    assert (room.view.due_ms, room.view.next_bid_fen) == (215, 130)  # a late quote leaves a whole round
    assert (room.quote("a", 130, 214), room.quote("b", 140, 234)) == (None, "mechanism.over")
    assert room.result == ("sold", "highest_quote") and room.got == {"a": 130}
    assert room.outcome["closed_at"] == 234 and room.outcome["quotes"] == 3


def test_an_early_quote_does_not_end_it_before_its_close() -> None:
    room = Room("ab", RAISE)
    assert room.quote("a", 100, 110) is None
    room.pass_to(199)
    assert room.result[0] == "open" and room.view.due_ms == 200


@pytest.mark.parametrize(
    ("stage", "price_fen", "code", "said"),
    [
        ({}, 119, "auction.below_next", {"lowest_fen": 120}),
        ({}, 125, "auction.off_ladder", {"below_fen": 120, "above_fen": 130}),
        ({}, 140, None, {}),
        ({"no_jump": True}, 130, "auction.jump", {"highest_fen": 120}),
        ({"no_jump": True}, 120, None, {}),
        ({"greatest_increment_fen": 20}, 140, "auction.jump", {"highest_fen": 130}),
        ({"greatest_increment_fen": 20}, 130, None, {}),
        ({"cap_fen": 135}, 136, "auction.above_cap", {"cap_fen": 135}),
        ({"cap_fen": 135}, 135, None, {}),  # the cap is a rung of its own
        ({"cap_fen": 115}, 115, None, {}),  # even nearer than a whole increment
        ({"cap_fen": 135, "no_jump": True}, 135, "auction.jump", {"highest_fen": 120}),
    ],
)
def test_the_ladder(stage: dict[str, Any], price_fen: int, code: str | None, said: dict[str, int]) -> None:
    room = Room("abc", {**RAISE, **stage})
    assert (room.quote("c", 100, 105), room.quote("a", 110, 110)) == (None, None)
    result = AUCTION.step(room.state, inputs.Bid("b", price_fen), 120)
    assert getattr(result, "code", None) == code
    assert said.items() <= dict(getattr(result, "params", {})).items()


def test_nobody_outbids_itself_and_only_the_leader_is_bound() -> None:
    room = Room("ab", RAISE)
    assert room.quote("a", 90, 105) == "auction.below_next"
    assert (room.quote("a", 100, 110), room.quote("a", 110, 111)) == (None, "auction.already_leading")
    assert room.say(inputs.Withdraw("a"), 112) == "mechanism.bid_binds"
    assert room.quote("b", 110, 113) is None
    assert room.say(inputs.Withdraw("a"), 114) is None  # a higher quote has freed it
    assert room.quote("a", 120, 115) == "mechanism.not_admitted"


def test_the_increment_may_be_adjusted() -> None:
    room = Room("ab", {**RAISE, "greatest_increment_fen": 30})
    room.allow((inputs.Bid("a", 100), 110), (inputs.SetStep(30), 111))
    assert room.quote("b", 120, 112) == "auction.below_next"
    assert [room.say(inputs.SetStep(step), 113) for step in (0, 31)] == ["auction.step"] * 2
    assert room.quote("b", 130, 114) is None


def test_an_extension_never_shortens_what_a_quote_prolonged() -> None:
    room = Room("ab", RAISE)
    room.allow((inputs.Bid("a", 100), 199), (inputs.Extend(210, 210), 200))
    assert room.view.due_ms == 219
    room.allow((inputs.Extend(300, 300), 201))
    assert room.view.due_ms == 300


def test_without_a_quote_or_with_too_few_bidders_nothing_is_sold() -> None:
    room = Room("ab", RAISE)
    room.pass_to(200)
    assert room.result == ("unsold", "no_quote")
    room = Room("ab", RAISE, least_bidders=3)
    room.pass_to(100)
    assert room.result == ("unsold", "few_bidders") and room.outcome["closed_at"] == 100


def test_the_first_at_the_cap_may_have_it() -> None:
    room = Room("ab", {**RAISE, "cap_fen": 150})
    room.reach_cap("b")
    assert room.result == ("sold", "cap_reached") and room.got == {"b": 150}


def test_a_lone_bidder_at_the_cap_passes_every_stage_over() -> None:
    room = Room("a", CAPPED, {"kind": "lottery", "span_ms": 50}, **DRAW)
    room.reach_cap()
    assert room.result == ("sold", "cap_reached") and room.got == {"a": 150}


@pytest.mark.parametrize(("reserve_fen", "result"), [(120, "sold"), (121, "unsold")])
def test_the_reserve_price_decides_last(reserve_fen: int, result: str) -> None:
    room = Room("a", RAISE, reserve_commitment=commit_reserve(LOT, reserve_fen, "s"))
    assert room.quote("a", 120, 110) is None
    room.pass_to(200)
    assert (room.view.phase, room.view.awaits) == ("awaiting_reserve", "reveal")
    assert room.say(inputs.Reveal(reserve_fen + 1, "s"), 210) == "auction.reserve_mismatch"
    assert room.say(inputs.Reveal(reserve_fen, "s"), 220) is None
    assert room.outcome["result"] == result and room.outcome["reserve_fen"] == reserve_fen
    assert room.outcome["reason"] == ("highest_quote" if result == "sold" else "below_reserve")


@pytest.mark.parametrize(
    ("aliases", "too_few", "result", "got"),
    [
        ("a", "sole", ("sold", "sole_bidder"), {"a": 100}),
        ("ab", "sole", ("unsold", "few_bidders"), {}),
        ("ab", "convert", ("converted", "few_bidders"), {}),
        ("", "convert", ("unsold", "few_bidders"), {}),
        ("abc", "sole", ("unsold", "no_quote"), {}),
    ],
)
def test_too_few_bidders_do_what_the_notice_says(aliases: str, too_few: str, result: Any, got: Any) -> None:
    """Benxi 2017: one or two by listing, three or more by auction."""
    room = Room(aliases, RAISE, least_bidders=3, too_few=too_few)
    room.pass_to(100 if len(aliases) < 3 else 200)
    assert room.result == result and room.got == got
    check_replay(room)


def test_the_sole_bidder_still_waits_for_the_reserve_price() -> None:
    reserve = commit_reserve(LOT, 101, "s")
    room = Room("a", RAISE, least_bidders=2, too_few="sole", reserve_commitment=reserve)
    room.pass_to(100)
    assert room.view.awaits == "reveal"
    room.allow((inputs.Reveal(101, "s"), 110))
    assert room.result == ("unsold", "below_reserve")


ACCEPT = {**CAPPED, "accept_ms": 30}


def test_others_may_accept_the_cap_and_only_they_go_on() -> None:
    room = Room("abcd", ACCEPT, {"kind": "second_quantity", "unit": "m2", "span_ms": 50})
    room.reach_cap("b", 150)
    assert (room.view.phase, room.view.due_ms, room.view.next_bid_fen) == ("open", 180, 150)
    assert room.quote("b", 150, 151) == "auction.already_leading"
    assert (room.quote("a", 140, 152), room.quote("a", 160, 153)) == (
        "auction.below_next",
        "auction.above_cap",
    )
    assert (room.quote("a", 150, 179), room.quote("a", 150, 179)) == (None, "auction.offered")
    assert room.say(inputs.Withdraw("a"), 179) == "mechanism.bid_binds"
    assert room.say(inputs.Extend(900, 900), 179) == "mechanism.not_now"
    assert room.quote("c", 150, 180) == "mechanism.not_now"  # the next stage has begun
    assert (room.view.phase, room.view.stage["eligible"]) == ("second_quantity", ["b", "a"])
    assert room.say(Offer("c", 9), 190) == "auction.not_eligible"
    room.allow((Offer("a", 5), 190))
    room.pass_to(230)
    assert room.got == {"a": 150} and room.outcome["second"] == {"m2": 5}
    check_replay(room)


def test_whoever_alone_accepts_the_cap_has_it() -> None:
    room = Room("abc", ACCEPT, {"kind": "lottery", "span_ms": 50}, **DRAW)
    room.reach_cap("b", 150)
    room.pass_to(180)
    assert room.result == ("sold", "cap_reached") and room.got == {"b": 150}
    assert room.outcome["closed_at"] == 180


def test_all_who_accepted_the_cap_are_drawn_between_whether_they_contribute_or_not() -> None:
    room = Room("abcd", ACCEPT, {"kind": "lottery", "span_ms": 50}, **DRAW)
    room.reach_cap("b", 150)
    room.allow((inputs.Bid("a", 150), 160), (inputs.Bid("d", 150), 161))
    room.pass_to(180)
    assert room.contribute("c", 190) == "auction.not_eligible"
    assert room.contribute("a", 190) is None
    room.pass_to(230)
    room.allow((REVEAL_SECRET, 240))
    assert room.unseal(241) is None
    assert room.got == {first_drawn("abd", "a")[0]: 150}


# ---- stages, as notices have stated them


def test_xuzhou_2021_half_above_the_start_price_the_lottery_decides() -> None:
    """Bidding stops at a premium of 50 %; a draw among all who want the lot at that price."""
    room = Room("abcd", CAPPED, {"kind": "lottery", "span_ms": 50}, **DRAW)
    room.reach_cap("a", 150)
    assert (room.view.phase, room.view.due_ms, room.view.stage["index"]) == ("lottery", 200, 1)
    assert [room.contribute(alias, 160) for alias in "bc"] == [None, None]  # a is bound, d lets it be
    assert room.contribute("z", 161) == "mechanism.not_admitted"
    room.pass_to(200)
    assert (room.view.phase, room.view.awaits) == ("awaiting_draw", "draw")
    assert room.unseal(205) == "mechanism.not_now"  # the secret comes while all is sealed
    room.allow((REVEAL_SECRET, 210))
    assert room.unseal(220) is None
    ranking = first_drawn("abc", "bc")
    assert room.result == ("sold", "drawn") and room.got == {ranking[0]: 150}
    assert room.outcome["ties"] == [
        {"stage": 2, "first": ranking[0], "later": ranking[1:], "broken_by": "lottery"}
    ]
    assert room.ended_by == [("ascending", "cap_reached"), ("lottery", "drawn")]
    check_replay(room)


def test_changsha_2022_of_one_batch_some_at_the_start_some_above_some_drawn() -> None:
    """22 lots under one rule: 19 went at the start price, 1 above it, 2 reached the cap and were drawn."""
    at_start, above, drawn = (Room("abc", CAPPED, {"kind": "lottery", "span_ms": 50}, **DRAW) for _ in "123")
    at_start.allow((inputs.Bid("a", 100), 150))
    above.allow((inputs.Bid("a", 100), 150), (inputs.Bid("b", 140), 190))
    drawn.reach_cap("c", 150)
    assert drawn.contribute("a", 160) is None
    for room in (at_start, above, drawn):
        room.pass_to(210)
    drawn.allow((REVEAL_SECRET, 220))
    assert drawn.unseal(230) is None
    assert (at_start.got, above.got) == ({"a": 100}, {"b": 140})
    assert drawn.got == {first_drawn("ac", "a")[0]: 150}
    assert [room.outcome["reason"] for room in (at_start, above, drawn)] == [
        "highest_quote",
        "highest_quote",
        "drawn",
    ]


def test_qingdao_2019_at_the_cap_the_lowest_price_of_homes() -> None:
    homes = {"kind": "second_quantity", "unit": "home_fen_m2", "span_ms": 50, "most": 900, "wins": "lowest"}
    room = Room("abc", CAPPED, homes)
    room.reach_cap("a", 150)
    room.allow((Offer("a", 900), 155), (Offer("b", 820), 160), (Offer("c", 820), 165))
    room.pass_to(200)
    assert room.got == {"b": 150} and room.outcome["second"] == {"home_fen_m2": 820}
    assert room.outcome["ties"] == [{"stage": 2, "first": "b", "later": ["c"], "broken_by": "earlier"}]


JINAN = {"kind": "second_quantity", "unit": "infrastructure_fen", "span_ms": 20 * 60 * 1000}


def test_jinan_2017_at_the_cap_the_infrastructure_fund_once_in_twenty_minutes() -> None:
    """From zero, one offer each, the highest wins, of equal ones the earlier."""
    room = Room("abc", CAPPED, JINAN)
    room.reach_cap("a", 150)
    assert room.view.due_ms == 150 + 1_200_000 and room.view.accepts == {"offer"}
    room.allow((Offer("b", 700), 1_000), (Offer("c", 900), 2_000), (Offer("a", 900), 3_000))
    assert room.say(Offer("b", 1_000), 4_000) == "auction.offered"
    assert room.view.stage["offers"] == 3
    room.pass_to(1_200_149)
    assert room.result[0] == "open"
    room.pass_to(1_200_150)
    assert room.result == ("sold", "best_offer") and room.got == {"c": 150}
    assert room.outcome["second"] == {"infrastructure_fen": 900}
    assert awards_of(room.outcome)[0]["second"] == {"infrastructure_fen": 900}
    assert room.outcome["ties"] == [{"stage": 2, "first": "c", "later": ["a"], "broken_by": "earlier"}]
    assert room.outcome["offers"][0]["offers"] == {"b": 700, "c": 900, "a": 900}
    check_replay(room)


def test_jinan_2017_where_nobody_offers_the_first_at_the_cap_has_it() -> None:
    room = Room("abc", CAPPED, JINAN)
    room.reach_cap("b")
    room.pass_to(10**7)
    assert room.result == ("sold", "no_offer") and room.got == {"b": 150} and room.outcome["second"] == {}


SHARE = {
    "kind": "second_quantity",
    "unit": "share_bp",
    "span_ms": 50,
    "least": 1_000,
    "most": 2_000,
    "step": 100,
}


def test_dongguan_2021_the_built_in_share_nearest_to_the_average() -> None:
    """Shares of 10 to 20 %; the average of 1000, 1300 and 2000 is 1433 and a third."""
    room = Room("abc", CAPPED, {**SHARE, "wins": "nearest_average"})
    room.reach_cap("a", 150)
    assert [room.say(Offer("a", amount), 155) for amount in (900, 1_050, 2_100)] == [
        "auction.amount_between"
    ] * 3
    room.allow((Offer("a", 1_000), 160), (Offer("b", 1_300), 170), (Offer("c", 2_000), 180))
    room.pass_to(200)
    assert room.got == {"b": 150} and room.outcome["second"] == {"share_bp": 1_300}


def test_dongguan_2021_equal_shares_then_a_last_quote_nearest_to_the_average_is_the_price() -> None:
    last = {"kind": "sealed_quote", "span_ms": 50, "below_fen": 180, "wins": "nearest_average"}
    room = Room("abcd", CAPPED, {**SHARE, "tie": "next"}, last, sealing=SEALING)
    room.reach_cap("d", 150)
    room.allow(
        *(
            (Offer(alias, amount), 160)
            for alias, amount in {"a": 2_000, "b": 2_000, "c": 2_000, "d": 1_900}.items()
        )
    )
    room.pass_to(200)
    assert (room.view.phase, room.view.stage["eligible"]) == ("sealed_quote", ["a", "b", "c"])
    assert room.seal("d", {"price_fen": 160}, 210) == "auction.not_eligible"
    for alias, price_fen in {"a": 155, "b": 164, "c": 179}.items():
        assert room.seal(alias, {"price_fen": price_fen}, 220) is None
    room.pass_to(250)
    assert room.view.awaits == "unseal"
    assert room.unseal(260) is None
    # the average is 166, b is 2 away; its own quote is the price
    assert room.got == {"b": 164} and room.result == ("sold", "best_sealed_quote")
    assert room.outcome["second"] == {"share_bp": 2_000}
    check_replay(room)


HEFEI = ({**CAPPED, "no_jump": True}, {"kind": "sealed_quote", "span_ms": 600_000, "below_fen": 200})


def hefei(aliases: str, *prices: tuple[str, int]) -> Room:
    """Raise by the step to the mark, then quote in writing once within ten minutes, then draw."""
    room = Room(aliases, *HEFEI, {"kind": "lottery"}, **DRAW)
    assert room.quote("a", 110, 110) == "auction.jump"
    for step, price_fen in enumerate(range(100, 160, 10)):
        assert room.quote("ab"[step % 2], price_fen, 120 + step) is None
    assert room.view.phase == "sealed_quote" and room.view.due_ms == 125 + 600_000
    for alias, price_fen in prices:
        assert room.seal(alias, {"price_fen": price_fen, "contribution": contribution(alias)}, 1_000) is None
    room.pass_to(700_000)
    return room


def test_hefei_2016_equal_sealed_quotes_are_drawn_between() -> None:
    room = hefei("abcd", ("a", 180), ("b", 199), ("c", 199), ("d", 200))
    assert room.unseal(700_001) == "mechanism.not_now"
    room.allow((REVEAL_SECRET, 700_002))
    assert room.unseal(700_003) is None
    ranking = first_drawn(
        "bc", "abc"
    )  # d's quote is void, not being below the bound; a's part still mixes in
    assert room.got == {ranking[0]: 199} and room.result == ("sold", "drawn")
    assert room.outcome["voids"]["d"]["code"] == "auction.bid.high"
    assert room.ended_by == [
        ("ascending", "cap_reached"),
        ("sealed_quote", "equal_quotes"),
        ("lottery", "drawn"),
    ]
    check_replay(room)


def test_hefei_2016_a_quote_alone_at_the_top_needs_no_draw() -> None:
    room = hefei("abc", ("a", 180), ("c", 190))
    room.allow((REVEAL_SECRET, 700_002))
    assert room.unseal(700_003) is None
    assert room.got == {"c": 190} and room.outcome["seed"] is None and room.outcome["ties"] == []
    one = hefei("abc", ("c", 150))
    assert one.view.awaits == "unseal"  # nobody can be equal to the only one
    assert one.unseal(700_003) is None and one.got == {"c": 150}


def test_hefei_2016_without_a_quote_that_counts_the_first_at_the_mark_has_it() -> None:
    none = hefei("abc")
    assert none.result == ("sold", "no_sealed_bid") and none.got == {"b": 150}
    low = hefei("abc", ("c", 149))
    assert low.unseal(700_003) is None
    assert low.got == {"b": 150} and low.outcome["voids"]["c"]["code"] == "auction.bid.low"


def test_one_sealed_quote_each_but_a_contribution_may_be_filed_again() -> None:
    room = Room("abc", *HEFEI[:1], {"kind": "lottery", "span_ms": 50}, **DRAW)
    for step, price_fen in enumerate(range(100, 160, 10)):
        assert room.quote("ab"[step % 2], price_fen, 120 + step) is None
    assert [room.contribute("c", 130), room.contribute("c", 131)] == [None, None]
    sealed = Room("abc", CAPPED, {"kind": "sealed_quote", "span_ms": 50}, sealing=SEALING)
    sealed.reach_cap()
    assert sealed.seal("c", {"price_fen": 160}, 155) is None
    assert sealed.seal("c", {"price_fen": 170}, 156) == "sealed.filed_already"
    assert sealed.seal("b", {"price_fen": 160}, 157) is None
    sealed.pass_to(200)
    assert sealed.unseal(210) is None
    assert sealed.got == {"c": 160} and sealed.outcome["ties"][0]["broken_by"] == "earlier"


@pytest.mark.parametrize(
    ("filed", "void", "reason", "winner"),
    [("", "", "alone", "a"), ("a", "", "alone", "a"), ("bc", "bc", "alone", "a"), ("ab", "ab", "alone", "a")],
)
def test_whoever_is_left_alone_in_a_lottery_after_the_cap_has_it(filed, void, reason, winner) -> None:
    room = Room("abc", CAPPED, {"kind": "lottery", "span_ms": 50}, **DRAW)
    room.reach_cap()
    for alias in filed:
        assert room.contribute(alias, 160) is None
    room.openings |= {alias: {"void": "sealing.void.shares"} for alias in void}
    room.pass_to(200)
    if room.result[0] == "open":
        room.allow((REVEAL_SECRET, 210))
        assert room.unseal(220) is None
    assert room.result == ("sold", reason) and room.got == {winner: 150}


@pytest.mark.parametrize("void", [False, True])
def test_equal_offers_nobody_draws_between_go_to_the_earlier(void: bool) -> None:
    room = Room("abc", CAPPED, {**SHARE, "tie": "next"}, {"kind": "lottery", "span_ms": 50}, **DRAW)
    room.reach_cap("a", 150)
    room.allow((Offer("c", 2_000), 160), (Offer("b", 2_000), 161))
    room.pass_to(200)
    if void:
        assert room.contribute("b", 210) is None
        room.openings["b"] = {"void": "sealing.void.shares"}
        room.pass_to(250)
        room.allow((REVEAL_SECRET, 251))
        assert room.unseal(252) is None
    room.pass_to(300)
    assert room.result == ("sold", "no_contribution") and room.got == {"c": 150}
    assert room.outcome["ties"] == [{"stage": 3, "first": "c", "later": ["b"], "broken_by": "earlier"}]


def test_the_secret_is_the_one_of_the_notice() -> None:
    room = Room("ab", CAPPED, {"kind": "lottery", "span_ms": 50}, **DRAW)
    room.reach_cap()
    assert room.contribute("b", 160) is None
    room.pass_to(200)
    assert room.say(REVEAL_SECRET.__class__("5b" * 32, SALT), 201) == "lottery.secret_mismatch"
    assert room.say(REVEAL_SECRET.__class__("5b", SALT), 201) == "lottery.secret_form"


# ---- the right of first refusal

RIGHT = {"kind": "first_refusal", "span_ms": 30, "grounds": ["co_owner", "tenant"]}


def reached(**terms: Any) -> Room:
    """Three holders and an outsider, who leads with 120 at the close."""
    room = Room("tuvx", RAISE, RIGHT, **terms)
    room.allow((Prefer("t", "tenant"), 20), (Prefer("u", "co_owner"), 30), (Prefer("v", "co_owner"), 40))
    assert room.say(Prefer("x", "friend"), 50) == "auction.ground"
    assert room.quote("x", 120, 110) is None
    room.pass_to(200)
    return room


def test_the_strongest_ground_recorded_first_takes_the_price_reached() -> None:
    room = reached()
    assert room.view.stage["eligible"] == ["t", "u", "v"] and room.view.due_ms == 230
    assert room.say(Exercise("x"), 205) == "first_refusal.not_entitled"
    room.allow((Exercise("v"), 206), (Exercise("t"), 207))
    assert room.say(Decline("t"), 208) == "first_refusal.answered"
    room.allow((Exercise("u"), 209))
    assert room.result == ("sold", "first_refusal") and room.got == {"u": 120}
    assert room.outcome["ties"] == [{"stage": 2, "first": "u", "later": ["v"], "broken_by": "recorded"}]
    check_replay(room)


def test_rights_of_equal_ground_may_be_drawn_between() -> None:
    """The holders take what the leader offered beside the price, not what they offered themselves."""
    stages = (
        CAPPED,
        {"kind": "second_quantity", "unit": "m2", "span_ms": 50},
        {**RIGHT, "tie": "next"},
        {"kind": "lottery", "span_ms": 40},
    )
    room = Room("tuvx", *stages, **DRAW)
    room.allow((Prefer("t", "tenant"), 20), (Prefer("u", "co_owner"), 30), (Prefer("v", "co_owner"), 40))
    room.reach_cap("v", 150)
    room.allow((Offer("x", 90), 160), (Offer("v", 10), 161))
    room.pass_to(200)
    assert room.view.phase == "first_refusal"
    room.allow((Exercise("v"), 206), (Exercise("t"), 207), (Exercise("u"), 208))
    assert (room.view.phase, room.view.stage["eligible"], room.view.due_ms) == ("lottery", ["u", "v"], 248)
    assert room.contribute("t", 210) == "auction.not_eligible"
    assert room.contribute("v", 210) is None
    room.pass_to(248)
    room.allow((REVEAL_SECRET, 250))
    assert room.unseal(260) is None
    ranking = first_drawn("uv", "v")
    assert room.result == ("sold", "drawn") and room.got == {ranking[0]: 150}
    assert room.outcome["second"] == {"m2": 90} and room.outcome["exercised"] == ["v", "t", "u"]
    assert room.ended_by == [
        ("ascending", "cap_reached"),
        ("second_quantity", "best_offer"),
        ("first_refusal", "equal_rights"),
        ("lottery", "drawn"),
    ]
    check_replay(room)


def test_whoever_declined_is_not_asked_again_and_without_contributions_the_record_decides() -> None:
    room = Room("ctux", RAISE, {**RIGHT, "tie": "next"}, {"kind": "lottery", "span_ms": 40}, **DRAW)
    rights = {"c": "co_owner", "u": "tenant", "t": "tenant"}
    room.allow(*((Prefer(alias, ground), 20) for alias, ground in rights.items()))
    room.allow((inputs.Bid("x", 120), 110))
    room.pass_to(200)
    room.allow((Decline("c"), 205), (Exercise("t"), 206), (Exercise("u"), 207))
    room.pass_to(247)
    assert room.result == ("sold", "no_contribution") and room.got == {"u": 120}
    assert room.outcome["ties"] == [{"stage": 3, "first": "u", "later": ["t"], "broken_by": "earlier"}]


def test_one_holder_alone_needs_no_draw() -> None:
    room = Room("tux", RAISE, {**RIGHT, "tie": "next"}, {"kind": "lottery", "span_ms": 40}, **DRAW)
    room.allow((Prefer("t", "tenant"), 20), (Prefer("u", "co_owner"), 30), (inputs.Bid("x", 120), 110))
    room.pass_to(200)
    room.allow((Exercise("t"), 206), (Exercise("u"), 207))
    assert room.result == ("sold", "first_refusal") and room.got == {"u": 120}
    slept = Room("tx", RAISE, {**RIGHT, "tie": "next"}, {"kind": "lottery", "span_ms": 40}, **DRAW)
    slept.allow((Prefer("t", "tenant"), 20), (inputs.Bid("x", 120), 110))
    slept.pass_to(230)
    assert slept.result == ("sold", "highest_quote") and slept.got == {"x": 120}


def test_rights_let_go_or_slept_on_leave_it_to_the_leader() -> None:
    declined, slept = reached(), reached()
    declined.allow(*((Decline(alias), 210) for alias in "tuv"))
    slept.pass_to(230)
    assert declined.got == slept.got == {"x": 120}
    assert (declined.outcome["closed_at"], slept.outcome["closed_at"]) == (210, 230)


def test_a_right_is_offered_only_at_a_price_that_sells() -> None:
    room = reached(reserve_commitment=commit_reserve(LOT, 500, "s"))
    assert room.view.phase == "awaiting_reserve"
    room.allow((inputs.Reveal(500, "s"), 210))
    assert room.result == ("unsold", "below_reserve")
    room = reached(reserve_commitment=commit_reserve(LOT, 100, "s"))
    room.allow((inputs.Reveal(100, "s"), 210))
    assert (room.view.phase, room.view.due_ms) == ("first_refusal", 240)


def test_a_holder_who_leads_is_stepped_before_only_by_a_stronger_ground() -> None:
    room = Room("tu", RAISE, RIGHT)
    room.allow((Prefer("t", "tenant"), 20), (Prefer("u", "co_owner"), 30), (inputs.Bid("u", 100), 110))
    room.pass_to(200)
    assert room.result == ("sold", "highest_quote") and room.got == {"u": 100}
    assert Room("t", RAISE).say(Prefer("t", "tenant"), 20) == "first_refusal.none"


def test_nearest_to_the_average_may_be_on_either_side() -> None:
    assert best_of((("a", 10), ("b", 20)), "nearest_average") == ("a", "b")
    assert best_of((("a", 0), ("b", 9), ("c", 10), ("d", 30)), "nearest_average") == ("c",)


def test_two_quantities_one_after_the_other_both_go_with_the_price() -> None:
    years = {"kind": "second_quantity", "unit": "lease_years", "span_ms": 50}
    room = Room("abc", CAPPED, {**SHARE, "tie": "next"}, years)
    room.reach_cap("a", 150)
    room.allow((Offer("c", 2_000), 160), (Offer("b", 2_000), 161), (Offer("a", 1_000), 162))
    room.pass_to(200)
    assert room.say(Offer("a", 99), 210) == "auction.not_eligible"
    room.allow((Offer("b", 20), 211), (Offer("c", 19), 212))
    room.pass_to(250)
    assert room.got == {"b": 150}
    assert room.outcome["second"] == {"share_bp": 2_000, "lease_years": 20}
    assert [past["stage"] for past in room.outcome["offers"]] == [2, 3]


def test_a_holder_who_was_never_admitted_is_not_waited_for() -> None:
    room = Room("x", RAISE, RIGHT)
    room.allow((Prefer("t", "tenant"), 20), (inputs.Bid("x", 100), 110))
    room.pass_to(200)
    assert room.result == ("sold", "highest_quote") and room.outcome["closed_at"] == 200
