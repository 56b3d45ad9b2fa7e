"""A call auction from the first order to the outcome: public and sealed, by hand and by what must hold."""

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import Refusal, find, fold, inputs
from jishi.kernel.mechanism.acts import Cancel, Clear, Order, Seal, Unseal
from jishi.kernel.mechanism.call_auction import CALL_AUCTION
from jishi.kernel.mechanism.clear_call import Preference
from jishi.kernel.mechanism.order_book import State, standing
from jishi.kernel.mechanism.sealed_box import commit_bid
from tests.kernel.plain_clearing import SPAN, searched, served

LOT, SALT = "lot-1", "5a" * 32
TERMS = {"lot": LOT, "opens": 100, "closes": 200, "registration_end": 180}
SEALING = {"suite": "any", "members": 3, "threshold": 2}
ALIASES = ("a", "b", "c", "d")
Said = tuple[Any, int]


def run(*given_at: Said, **terms: Any) -> tuple[State, list[str | None]]:
    state: State = CALL_AUCTION.open(CALL_AUCTION.read_terms({**TERMS, **terms}))
    refusals: list[str | None] = []
    for each, at_ms in given_at:
        before = CALL_AUCTION.dump(state)
        folded = fold(CALL_AUCTION, state, each, at_ms)
        if folded.refusal and not folded.taken:
            assert CALL_AUCTION.dump(folded.state) == before
        state = folded.state
        refusals.append(folded.refusal.code if folded.refusal else None)
    return state, refusals


def admitted() -> list[Said]:
    return [(inputs.Admit(alias), 10) for alias in ALIASES]


def cents(yuan: str) -> int:
    return int(Fraction(yuan) * 100)


# The worked example of docs/mechanisms/call_auction.md: tonnes at yuan a tonne, ticks of 0.10.
EXAMPLE = [
    Order("a", "buy", cents("41.0"), 300),
    Order("b", "buy", cents("40.5"), 400),
    Order("c", "sell", cents("39.8"), 250),
    Order("b", "buy", cents("40.2"), 100),
    Order("d", "sell", cents("40.2"), 350),
    Order("c", "sell", cents("40.8"), 200),
]
EXAMPLE_LINES = [[each.alias, each.side, each.price_fen, each.quantity] for each in EXAMPLE]


def test_the_worked_example() -> None:
    said = [(each, 110 + place) for place, each in enumerate(EXAMPLE)]
    terms = {"tick_fen": 10, "reference_fen": cents("40.3"), "quantity_step": 10}
    state, refusals = run(*admitted(), *said, (Clear(EXAMPLE_LINES), 250), **terms)
    assert refusals == [None] * 11
    outcome = CALL_AUCTION.outcome(state)
    # At 40.3 to 40.5: 700 bid, 600 offered. At 40.2: 800 bid. The reference decides between 40.3, 40.4, 40.5.
    assert (outcome["price_fen"], outcome["volume"], outcome["rule"]) == (4030, 600, "reference")
    assert outcome["steps"] == [
        {"rule": "volume", "low_fen": 4020, "high_fen": 4050},
        {"rule": "imbalance", "low_fen": 4030, "high_fen": 4050},
        {"rule": "reference", "low_fen": 4030, "high_fen": 4030},
    ]
    assert (outcome["demand"], outcome["supply"]) == (700, 600)
    assert outcome["awards"] == [
        {"alias": "a", "quantity": 300, "price_fen": 4030, "pay_fen": 1_209_000},
        {"alias": "b", "quantity": 300, "price_fen": 4030, "pay_fen": 1_209_000},
    ]
    assert outcome["sales"] == [
        {"alias": "c", "quantity": 250, "price_fen": 4030, "pay_fen": 1_007_500},
        {"alias": "d", "quantity": 350, "price_fen": 4030, "pay_fen": 1_410_500},
    ]
    assert outcome["ties"] == [
        {"price_fen": 4050, "first": "b", "later": [], "broken_by": "supply", "asked": 400, "given": 300}
        | {"side": "buy"}
    ]
    assert (outcome["turnover_fen"], outcome["result"], outcome["quotes"]) == (2_418_000, "sold", 6)


def test_equal_orders_are_told_apart_by_time_alone() -> None:
    said = [(Order("a", "buy", 5, 4), 110), (Order("b", "buy", 5, 4), 110), (Order("c", "sell", 5, 6), 110)]
    lines = [["a", "buy", 5, 4], ["b", "buy", 5, 4], ["c", "sell", 5, 6]]
    outcome = CALL_AUCTION.outcome(run(*admitted(), *said, (Clear(lines), 200))[0])
    assert [(each["alias"], each["quantity"]) for each in outcome["awards"]] == [("a", 4), ("b", 2)]
    (tie,) = outcome["ties"]
    assert (tie["first"], tie["later"], tie["broken_by"]) == ("a", ["b"], "earlier_quote")


def test_what_may_not_be_entered() -> None:
    terms = {
        "tick_fen": 5,
        "low_fen": 90,
        "high_fen": 110,
        "quantity_step": 10,
        "order_most": 100,
        "per_bidder": 150,
        "orders_per_bidder": 3,
        "cancel_until": 150,
    }
    said: list[tuple[Any, str | None]] = [
        (Order("a", "hold", 100, 10), "orders.side"),
        (Order("a", "buy", 101, 10), "orders.tick"),
        (Order("a", "buy", 0, 10), "orders.tick"),
        (Order("a", "buy", 85, 10), "orders.low"),
        (Order("a", "buy", 115, 10), "orders.high"),
        (Order("a", "buy", 100, 0), "orders.quantity"),
        (Order("a", "buy", 100, 110), "orders.quantity"),
        (Order("a", "buy", 100, 15), "orders.quantity"),
        (Order("z", "buy", 100, 10), "mechanism.not_admitted"),
        (Order("a", "buy", 100, 100), None),
        (Order("a", "buy", 100, 60), "orders.limit"),
        (Order("a", "sell", 100, 10), "orders.both_sides"),
        (Order("a", "buy", 110, 50), None),
        (Order("b", "sell", 100, 100), None),
        (Cancel("b", 1), "orders.unknown"),
        (Cancel("a", 9), "orders.unknown"),
        (inputs.Withdraw("a"), "mechanism.bid_binds"),
        (Cancel("a", 1), None),
        (Cancel("a", 1), "orders.unknown"),
        (Order("a", "buy", 90, 50), None),
        (Order("a", "buy", 90, 40), None),
        (Order("a", "buy", 90, 10), "orders.count"),
        (Seal("a", "0" * 64), "orders.public"),
        (Clear([]), "mechanism.not_now"),
    ]
    state, refusals = run(*admitted(), *((each, 110) for each, _ in said), **terms)
    assert refusals[len(ALIASES) :] == [code for _, code in said]
    assert state.orders["a"] == [[2, "buy", 110, 50], [5, "buy", 90, 50], [6, "buy", 90, 40]]
    late = fold(CALL_AUCTION, state, Cancel("a", 2), 150).refusal
    assert late is not None and late.code == "orders.cancel_late"
    assert CALL_AUCTION.view(state).accepts == {"order", "cancel"}
    assert CALL_AUCTION.view(state).stage["buy_quantity"] == 140


def test_an_amount_no_reader_keeps_exact_is_refused() -> None:
    assert run(*admitted(), (Order("a", "buy", 2**53 - 1, 2), 110))[1][-1] == "orders.amount"


def test_both_sides_where_the_terms_allow_it_each_with_its_own_limit() -> None:
    said = [
        Order("a", "buy", 9, 4),
        Order("a", "sell", 5, 4),
        Order("a", "sell", 5, 2),
        Order("a", "buy", 9, 1),
    ]
    refusals = run(*admitted(), *((each, 110) for each in said), both_sides=True, per_bidder=5)[1]
    assert refusals[len(ALIASES) :] == [None, None, "orders.limit", None]


@pytest.mark.parametrize(
    "lines",
    [
        [["a", "buy", 5, 4]],
        [["b", "sell", 5, 4], ["a", "buy", 5, 4]],
        [["a", "buy", 5, 4], ["b", "sell", 5, 3]],
        [["a", "buy", 0.5, 4], ["b", "sell", 5, 4]],
    ],
)
def test_only_the_whole_book_can_be_cleared(lines: Any) -> None:
    said = [(Order("a", "buy", 5, 4), 110), (Order("b", "sell", 5, 4), 120)]
    state, refusals = run(*admitted(), *said, (Clear(lines), 210))
    assert refusals[-1] == "orders.lines"
    assert (state.frame.phase, CALL_AUCTION.view(state).awaits) == ("clearing", "clear")
    whole = Clear([["a", "buy", 5, 4], ["b", "sell", 5, 4]])
    assert fold(CALL_AUCTION, state, whole, 220).state.frame.phase == "sold"


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ([], "no_order"),
        ([Order("a", "buy", 5, 4)], "no_sell"),
        ([Order("a", "sell", 5, 4)], "no_buy"),
        ([Order("a", "sell", 6, 4), Order("b", "buy", 5, 4)], "no_cross"),
    ],
)
def test_without_a_price_nothing_is_sold(orders: list[Order], reason: str) -> None:
    lines = [[each.alias, each.side, each.price_fen, each.quantity] for each in orders]
    state, _ = run(*admitted(), *((each, 110) for each in orders), (Clear(lines), 200))
    outcome = CALL_AUCTION.outcome(state)
    assert (outcome["result"], outcome["reason"], outcome["price_fen"]) == ("unsold", reason, None)
    assert (outcome["awards"], outcome["sales"], outcome["volume"]) == ([], [], 0)


def test_sealed_orders_clear_like_public_ones() -> None:
    bids = {
        "a": {"orders": [["buy", 4100, 300]]},
        "b": {"orders": [["buy", 4050, 400], ["buy", 4020, 100]]},
        "c": {"orders": [["sell", 3980, 250], ["sell", 4080, 200]]},
        "d": {"orders": [["sell", 4020, 350]]},
    }
    filed = [(Seal(alias, commit_bid(LOT, alias, bid, SALT)), 110) for alias, bid in bids.items()]
    lines = [[each.alias, each.commitment] for each, _ in filed]
    openings = {alias: {"bid": bid, "salt": SALT} for alias, bid in bids.items()}
    terms = {"tick_fen": 10, "reference_fen": 4030, "sealing": SEALING}
    state, refusals = run(*admitted(), *filed, (Order("a", "buy", 10, 1), 150), **terms)
    assert refusals[-1] == "orders.sealed" and CALL_AUCTION.view(state).accepts == {"seal"}
    state = fold(CALL_AUCTION, state, Unseal(lines, openings), 210).state
    outcome = CALL_AUCTION.outcome(state)
    assert (outcome["price_fen"], outcome["volume"], outcome["quotes"]) == (4030, 600, 4)
    assert CALL_AUCTION.load(json.loads(json.dumps(CALL_AUCTION.dump(state)))) == state


@pytest.mark.parametrize(
    ("bid", "code"),
    [
        ({"order": []}, "orders.form"),
        ({"orders": 5}, "orders.form"),
        ({"orders": []}, "orders.count"),
        ({"orders": [["buy", 5, 1]] * 3}, "orders.count"),
        ({"orders": [["buy", 5]]}, "orders.form"),
        ({"orders": [["buy", 5, True]]}, "orders.form"),
        ({"orders": [["buy", "5", 1]]}, "orders.form"),
        ({"orders": [["buy", 5, 1], ["sell", 9, 1]]}, "orders.both_sides"),
        ({"orders": [["buy", 5, 0]]}, "orders.quantity"),
    ],
)
def test_sealed_orders_that_break_the_terms_are_void(bid: Any, code: str) -> None:
    seal = Seal("a", commit_bid(LOT, "a", bid, SALT))
    unseal = Unseal([["a", seal.commitment]], {"a": {"bid": bid, "salt": SALT}})
    terms = {"sealing": SEALING, "orders_per_bidder": 2}
    outcome = CALL_AUCTION.outcome(run(*admitted(), (seal, 110), (unseal, 200), **terms)[0])
    assert outcome["voids"]["a"]["code"] == code
    assert (outcome["result"], outcome["reason"]) == ("unsold", "no_buy")


def test_sealed_orders_beyond_the_limit_are_cut_and_said() -> None:
    bids = {"a": {"orders": [["buy", 9, 6], ["buy", 8, 6]]}, "b": {"orders": [["sell", 5, 20]]}}
    filed = [(Seal(alias, commit_bid(LOT, alias, bid, SALT)), 110) for alias, bid in bids.items()]
    openings = {alias: {"bid": bid, "salt": SALT} for alias, bid in bids.items()}
    unseal = Unseal([[each.alias, each.commitment] for each, _ in filed], openings)
    outcome = CALL_AUCTION.outcome(run(*admitted(), *filed, (unseal, 200), sealing=SEALING, per_bidder=10)[0])
    assert outcome["volume"] == 10
    assert [(each["alias"], each["quantity"], each["reason"]) for each in outcome["excluded"]] == [
        ("a", 2, "over_cap"),
        ("b", 10, "over_cap"),
    ]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"low_fen": 9, "high_fen": 8}, "orders.terms.bounds"),
        ({"cancel_until": 99}, "orders.terms.cancel_until"),
        ({"cancel_until": 201}, "orders.terms.cancel_until"),
        ({"sealing": {}}, "sealed.sealing"),
        ({"preference": "chance"}, "mechanism.terms.choice"),
    ],
)
def test_terms_that_contradict_each_other(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Fault) as caught:
        CALL_AUCTION.read_terms({**TERMS, **changed})
    assert caught.value.code == code


def test_it_is_found_by_name() -> None:
    assert find("call_auction", 1) is CALL_AUCTION


MOVES = st.lists(
    st.tuples(
        st.sampled_from(ALIASES),
        st.sampled_from(["buy", "sell", "cancel"]),
        st.integers(1, SPAN - 1),
        st.integers(0, 6),
    ),
    max_size=14,
)


@given(moves=MOVES, reference=st.none() | st.integers(1, SPAN), cap=st.none() | st.integers(4, 12))
def test_what_holds_of_every_call_auction(
    moves: list[tuple[str, str, int, int]], reference: int | None, cap: int | None
) -> None:
    terms = {**TERMS, "reference_fen": reference, "per_bidder": cap, "orders_per_bidder": 4}
    state: State = CALL_AUCTION.open(CALL_AUCTION.read_terms(terms))
    log: list[tuple[Any, int]] = []
    lines: list[Any] = []

    def put(each: Any, at_ms: int) -> None:
        nonlocal state
        before = json.dumps(CALL_AUCTION.dump(state))
        folded = fold(CALL_AUCTION, state, each, at_ms)
        assert json.dumps(CALL_AUCTION.dump(state)) == before
        state = folded.state
        log.extend((taken.given, taken.at_ms) for taken in folded.taken)
        if folded.refusal is None and isinstance(each, Order):
            lines.append([each.alias, each.side, each.price_fen, each.quantity])
        elif folded.refusal is None and isinstance(each, Cancel):
            lines.append([each.alias, "cancel", each.order])

    for alias in ALIASES:
        put(inputs.Admit(alias), 10)
    for place, (alias, side, price, quantity) in enumerate(moves):
        each = Cancel(alias, price) if side == "cancel" else Order(alias, side, price, quantity)
        put(each, 100 + place)
    rows = standing(lines)
    held = sorted([alias, *line[1:]] for alias, own in state.orders.items() for line in own)
    assert held == sorted([list(row) for row in rows])
    put(inputs.Tick(), 199)
    put(Clear(lines), 200)
    outcome = CALL_AUCTION.outcome(state)
    check_outcome(outcome, rows, reference, cap)
    again = CALL_AUCTION.open(CALL_AUCTION.read_terms(terms))
    for each, at_ms in log:
        stored = inputs.from_json(json.loads(json.dumps(inputs.to_json(each))))
        step = CALL_AUCTION.step(again, stored, at_ms)
        assert not isinstance(step, Refusal)
        again = step.state
        assert CALL_AUCTION.load(json.loads(json.dumps(CALL_AUCTION.dump(again)))) == again
    assert CALL_AUCTION.outcome(again) == outcome


def check_outcome(outcome: dict[str, Any], rows: list[Any], reference: int | None, cap: int | None) -> None:
    """Hold an outcome against the slow way of clearing the same orders, and add it up."""
    buys = [(row.price_fen, row.quantity) for row in rows if row.side == "buy"]
    sells = [(row.price_fen, row.quantity) for row in rows if row.side == "sell"]
    wanted = None if reference is None else Fraction(reference)
    price, volume = searched(buys, sells, Preference(wanted))
    assert (outcome["price_fen"], outcome["volume"]) == (price, volume)
    assert outcome["result"] == ("sold" if volume else "unsold")
    for name, side, own, sign in (("awards", "buy", buys, -1), ("sales", "sell", sells, 1)):
        expected: dict[str, int] = {}
        owners = [row.alias for row in rows if row.side == side]
        for alias, got in zip(owners, served(own, volume, sign), strict=True):
            expected[alias] = expected.get(alias, 0) + got
        found = {each["alias"]: each["quantity"] for each in outcome[name]}
        assert found == {alias: got for alias, got in expected.items() if got}
        assert sum(found.values()) == volume
        assert cap is None or max(found.values(), default=0) <= cap
        assert sum(each["pay_fen"] for each in outcome[name]) == volume * (price or 0)


def test_a_state_does_not_grow_with_what_was_cancelled() -> None:
    state, _ = run(*admitted(), (Order("a", "buy", 5, 4), 110))
    small = len(json.dumps(CALL_AUCTION.dump(state)))
    for place in range(1, 60):
        state = fold(CALL_AUCTION, state, Cancel("a", 2 * place - 1), 110).state
        state = fold(CALL_AUCTION, state, Order("a", "buy", 5, 4), 110).state
    assert state.book.size == 119 and state.entered == 60
    assert len(json.dumps(CALL_AUCTION.dump(state))) <= small + 12
