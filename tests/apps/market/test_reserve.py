"""The reserve price (底价): sealed by two, read by nobody, opened by both once bidding is over."""

import json
from pathlib import Path

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.models import Offering
from jishi.apps.market.reads import get_offering
from jishi.kernel.fault import Fault
from jishi.platform.evidence import read_stream
from tests.apps.market.hall import START_FEN, STEP_FEN, Hall, failed_checks, register_key

RESERVE_FEN = START_FEN + 3 * STEP_FEN


def bid_up(hall: Hall, reserve_fen: int = RESERVE_FEN, quotes: int = 2) -> Offering:
    draft = hall.draft()
    hall.seal(draft, reserve_fen)
    offering = hall.publish(draft)
    hall.move(offering.listing_start)
    rows = list(hall.admit(offering, "north", "south").values())
    for n in range(quotes):
        assert hall.bid(rows[n % 2], START_FEN + n * STEP_FEN).accepted
    return hall.run_out(offering)


def test_the_notice_holds_a_commitment_and_nothing_holds_the_price(hall: Hall, var: Path) -> None:
    offering = bid_up(hall)
    notice = next(entry for entry in read_stream(offering.stream) if entry.kind == "NoticePublished")
    assert json.loads(notice.data)["terms"]["reserve_commitment"] == offering.reserve_commitment
    stored = json.dumps(list(Offering.objects.values()), default=str)
    logged = "".join(entry.data for entry in read_stream(offering.stream))
    sealed = (var / "sealed" / f"{offering.reserve_commitment}.json").read_text()
    for said in (stored, logged, sealed):
        assert str(RESERVE_FEN) not in said
    assert failed_checks(offering) == {}


@pytest.mark.parametrize(("quotes", "state", "price_fen"), [(3, "unsold", None), (4, "ended", RESERVE_FEN)])
def test_both_officers_decide_by_opening(hall: Hall, quotes: int, state: str, price_fen: int | None) -> None:
    offering = bid_up(hall, quotes=quotes)
    assert (offering.state, offering.phase) == ("noticed", "awaiting_reserve")
    waiting = hall.open_reserve(offering, "officer_two")
    assert (waiting.phase, waiting.outcome) == ("awaiting_reserve", None)
    assert hall.open_reserve(offering, "officer_two").phase == "awaiting_reserve", (
        "twice is still one officer"
    )
    hall.open_reserve(offering, "officer_one")
    stored = get_offering(offering.id)
    assert (stored.state, stored.outcome["price_fen"]) == (state, price_fen)
    assert stored.outcome["reserve_fen"] == RESERVE_FEN
    assert stored.outcome["reason"] == (None if state == "ended" else "below_reserve")
    assert failed_checks(stored) == {}


def test_nobody_opens_before_bidding_is_over(hall: Hall) -> None:
    draft = hall.draft()
    hall.seal(draft, RESERVE_FEN)
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        hall.open_reserve(draft, "officer_one")
    offering = hall.publish(draft)
    hall.move(offering.listing_start)
    with pytest.raises(Fault, match=r"market\.reserve\.early"):
        hall.open_reserve(offering, "officer_one")
    assert get_offering(offering.id).reserve_shares == {}


def test_a_wrong_passphrase_opens_nothing(hall: Hall) -> None:
    offering = bid_up(hall)
    with pytest.raises(Fault, match=r"sealing\.passphrase"):
        market.open_reserve(hall.as_("officer_one"), offering.id, "not this one")
    assert get_offering(offering.id).reserve_shares == {}


def test_an_officer_who_did_not_seal_opens_nothing(hall: Hall) -> None:
    offering = bid_up(hall)
    third = hall.as_("officer_one", user_id=hall.users["member"].pk)
    with pytest.raises(Fault, match=r"market\.reserve\.not_officer"):
        market.open_reserve(third, offering.id, "any")


def test_an_officer_of_a_bidder_opens_nothing(hall: Hall) -> None:
    offering = bid_up(hall)
    own = hall.as_("officer_one", parties=(hall.parties["north"],))
    with pytest.raises(Fault, match=r"market\.own_case"):
        market.open_reserve(own, offering.id, "the first passphrase")


def test_a_lot_nobody_quoted_for_keeps_its_secret(hall: Hall) -> None:
    offering = bid_up(hall, quotes=0)
    assert (offering.state, offering.outcome["reserve_fen"]) == ("unsold", None)
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        hall.open_reserve(offering, "officer_one")
    assert failed_checks(offering) == {}


def test_a_new_passphrase_does_not_lock_out_what_was_sealed_before(hall: Hall) -> None:
    offering = bid_up(hall, quotes=4)
    register_key(hall.as_("officer_one"), "a newer passphrase")
    hall.open_reserve(offering, "officer_two")
    assert hall.open_reserve(offering, "officer_one").state == "ended"


def test_a_price_sealed_again_replaces_the_first(hall: Hall) -> None:
    draft = hall.draft()
    first, second = hall.seal(draft, RESERVE_FEN), hall.seal(draft, START_FEN)
    assert first != second
    offering = hall.publish(draft)
    hall.move(offering.listing_start)
    hall.bid(hall.admit(offering, "north")["north"], START_FEN)
    hall.run_out(offering)
    hall.open_reserve(offering, "officer_one")
    assert hall.open_reserve(offering, "officer_two").outcome["reserve_fen"] == START_FEN
    assert failed_checks(offering) == {}


def test_a_seal_that_was_rolled_back_leaves_the_earlier_one_whole(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = hall.draft()
    hall.seal(draft, START_FEN)

    def fail(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken, pytest.raises(RuntimeError):
        broken.setattr("jishi.apps.market.actions.reserve.save", fail)
        hall.seal(draft, RESERVE_FEN)
    offering = hall.publish(draft)
    hall.move(offering.listing_start)
    hall.bid(hall.admit(offering, "north")["north"], START_FEN)
    hall.run_out(offering)
    hall.open_reserve(offering, "officer_one")
    assert hall.open_reserve(offering, "officer_two").state == "ended"


@pytest.mark.parametrize(
    ("reserve_fen", "second", "code"),
    [
        (0, "officer_two", "market.reserve.amount"),
        (2**53, "officer_two", "market.reserve.amount"),
        (RESERVE_FEN, "officer_one", "market.reserve.two_officers"),
        (RESERVE_FEN, "reviewer", "market.reserve.second"),
    ],
)
def test_a_seal_needs_a_price_and_two_officers(hall: Hall, reserve_fen: int, second: str, code: str) -> None:
    draft = hall.draft()
    register_key(hall.as_("officer_one"), "the first passphrase")
    with pytest.raises(Fault, match=code):
        market.seal_reserve_price(hall.as_("officer_one"), draft.id, reserve_fen, hall.users[second].pk)
    assert get_offering(draft.id).reserve_commitment == ""


def test_a_second_officer_without_a_key_is_told_apart(hall: Hall, settings: object, tmp_path: Path) -> None:
    settings.JISHI_VAR = tmp_path  # type: ignore[attr-defined]
    draft = hall.draft()
    register_key(hall.as_("officer_one"), "the first passphrase")
    with pytest.raises(Fault, match=r"market\.reserve\.no_key"):
        market.seal_reserve_price(
            hall.as_("officer_one"), draft.id, RESERVE_FEN, hall.users["officer_two"].pk
        )


def test_a_published_notice_is_not_sealed(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    with pytest.raises(Fault, match=r"market\.offering\.state"):
        hall.seal(offering, RESERVE_FEN)
