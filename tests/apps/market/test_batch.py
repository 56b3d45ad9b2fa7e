"""Many bids as one transaction: each answered alone, in the order they came, and none twice."""

from collections.abc import Collection, Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from jishi.apps.market import actions as market
from jishi.apps.market import moved
from jishi.apps.market.actions import Answer, Claim, Command, Sent, fold
from jishi.apps.market.models import Offering, Registration
from jishi.apps.market.reads import get_offering
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.inputs import Bid, Continue
from jishi.platform import metric
from jishi.platform.models import CommandRecord, Deadline, EvidenceEntry
from tests.apps.market.hall import START_FEN, STEP_FEN, Hall, failed_checks

REASON = "理由"


def sent(row: Registration, price_fen: int, key: str = "", series: int = 0) -> Sent:
    claim = Claim(row.id, row.alias, series)
    return Sent(row.offering_id, Command(Bid(row.alias, price_fen), key, read=True), claim)


def codes(outcomes: list[market.Outcome]) -> list[str]:
    return [each.code for each in outcomes]


def test_a_batch_is_answered_in_the_order_it_came(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south", "east")
    prices = [("north", 0), ("south", 0), ("east", 1), ("north", 1), ("south", 2)]
    outcomes = market.settle_each(
        hall.system, [sent(rows[who], START_FEN + STEP_FEN * up) for who, up in prices]
    )
    assert codes(outcomes) == ["", "listing.below_next", "", "listing.below_next", ""]
    accepted = [each for each in outcomes if isinstance(each, Answer) and each.accepted]
    assert [each.seq for each in accepted] == [accepted[0].seq + at for at in range(3)]
    entries = EvidenceEntry.objects.filter(stream=offering.stream).in_bulk(field_name="pk").values()
    written = {row.seq: row.leaf_hash for row in entries}
    assert all(written[each.seq] == each.leaf_hash for each in accepted)
    stored = get_offering(offering.id)
    assert (stored.price_fen, stored.leader) == (START_FEN + 2 * STEP_FEN, rows["south"].alias)
    assert failed_checks(stored) == {}


def test_offerings_of_one_batch_keep_apart(hall: Hall) -> None:
    first, second = hall.offer_two()
    one, two = hall.admit(first, "north", "south"), hall.admit(second, "north", "south")
    order = [sent(two["north"], START_FEN, "k"), sent(one["north"], START_FEN, "k")]
    order += [sent(two["south"], START_FEN + STEP_FEN), sent(one["south"], START_FEN)]
    assert codes(market.settle_each(hall.system, order)) == ["", "", "", "listing.below_next"]
    assert [get_offering(each.id).quotes for each in (first, second)] == [1, 2]
    for each in (first, second):
        assert failed_checks(get_offering(each.id)) == {}


def test_a_key_is_answered_once_within_a_batch_and_across(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    bid, low = sent(rows["north"], START_FEN, "k-1"), sent(rows["south"], START_FEN, "k-2")
    first = market.settle_each(hall.system, [bid, low, bid, low])
    assert first[0] == first[2]
    assert first[1] == first[3]
    assert market.settle_each(hall.system, [low, bid]) == [first[1], first[0]]
    other = sent(rows["north"], START_FEN + STEP_FEN, "k-1")
    assert codes(market.settle_each(hall.system, [other, bid, other])) == [
        "command.key_reused",
        "",
        "command.key_reused",
    ]
    assert get_offering(offering.id).quotes == 1
    assert CommandRecord.objects.count() == 2


def test_the_portal_and_a_program_share_a_key(hall: Hall) -> None:
    offering = hall.offer()
    row = hall.admit(offering, "north")["north"]
    answer = hall.bid(row, START_FEN, "k-1")
    assert market.settle_each(hall.system, [sent(row, START_FEN, "k-1")]) == [answer]


def test_a_ticket_of_an_earlier_series_no_longer_holds(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    done = market.settle_each(hall.system, [sent(rows["north"], START_FEN, "k-1")])
    market.revoke_tickets(hall.as_("north"), rows["north"].id)
    order = [sent(rows["north"], START_FEN, "k-1"), sent(rows["north"], START_FEN + STEP_FEN, "k-2")]
    order += [sent(rows["south"], START_FEN + STEP_FEN, "k-3")]
    assert codes(market.settle_each(hall.system, order)) == ["live.ticket.revoked", "live.ticket.revoked", ""]
    again = [
        sent(rows["north"], START_FEN, "k-1", 1),
        sent(rows["north"], START_FEN + 2 * STEP_FEN, "k-2", 1),
    ]
    assert market.settle_each(hall.system, again)[0] == done[0]
    assert get_offering(offering.id).leader == rows["north"].alias


def test_a_ticket_of_another_lot_or_alias_is_refused(hall: Hall) -> None:
    first, second = hall.offer_two()
    rows = hall.admit(first, "north", "south")
    north = rows["north"]
    stolen = Sent(
        first.id, Command(Bid(rows["south"].alias, START_FEN)), Claim(north.id, rows["south"].alias, 0)
    )
    elsewhere = Sent(second.id, Command(Bid(north.alias, START_FEN)), Claim(north.id, north.alias, 0))
    assert codes(market.settle_each(hall.system, [stolen, elsewhere])) == ["live.ticket.revoked"] * 2
    assert get_offering(first.id).quotes == get_offering(second.id).quotes == 0


def test_a_registration_withdrawn_since_is_refused_for_good(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    market.withdraw_registration(hall.as_("north"), rows["north"].id)
    bid = sent(rows["north"], START_FEN, "k-1")
    for _ in range(2):
        assert codes(market.settle_each(hall.system, [bid])) == ["market.bid.not_admitted"]
    assert CommandRecord.objects.get(key="k-1").answer["code"] == "market.bid.not_admitted"


def test_a_suspended_lot_refuses_and_remembers(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north")
    market.suspend_offering(hall.as_("reviewer"), offering.id, REASON)
    assert codes(market.settle_each(hall.system, [sent(rows["north"], START_FEN, "k-1")])) == [
        "listing.suspended"
    ]
    market.resume_offering(hall.as_("reviewer"), offering.id, REASON)
    order = [sent(rows["north"], START_FEN, "k-1"), sent(rows["north"], START_FEN, "k-2")]
    assert codes(market.settle_each(hall.system, order)) == ["listing.suspended", ""]


def test_a_tick_that_is_due_runs_before_the_batch(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    market.settle_each(hall.system, [sent(rows["north"], START_FEN)])
    hall.move(get_offering(offering.id).due_ms or 0)
    asked = [
        sent(rows["south"], START_FEN + STEP_FEN),
        Sent(offering.id, Command(Continue(rows["south"].alias))),
    ]
    asked += [sent(rows["south"], START_FEN + STEP_FEN)]
    assert codes(market.settle_each(hall.system, asked)) == ["listing.continue_first", "", ""]
    stored = get_offering(offering.id)
    assert stored.phase == "rounds"
    assert Deadline.objects.get(kind="offering", ref=offering.id).due_ms == stored.due_ms
    assert failed_checks(stored) == {}


def test_a_lot_over_or_unknown_or_in_draft_takes_nothing(hall: Hall) -> None:
    offering = hall.offer()
    row = hall.admit(offering, "north")["north"]
    draft = hall.draft("T-2")
    assert hall.run_out(offering).state != "noticed"
    order = [
        sent(row, START_FEN, "k-1"),
        Sent(draft.id, Command(Bid("b", 5))),
        Sent("0" * 32, Command(Bid("b", 5))),
    ]
    expected = ["market.offering.closed", "market.offering.state", "market.offering.unknown"]
    assert codes(market.settle_each(hall.system, order)) == expected


# --- what comes while the locks are waited for


def test_what_is_drawn_under_the_locks_comes_after_and_is_answered_too(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    asked: list[set[str]] = []

    def draw(locked: Collection[str]) -> list[Sent]:
        asked.append(set(locked))
        return [sent(rows["south"], START_FEN, "k-2"), sent(rows["south"], START_FEN + STEP_FEN, "k-3")]

    outcomes = market.settle_each(hall.system, [sent(rows["north"], START_FEN, "k-1")], draw)
    assert asked == [{offering.id}]
    assert codes(outcomes) == ["", "listing.below_next", ""]
    assert set(CommandRecord.objects.values_list("key", flat=True)) == {"k-1", "k-2", "k-3"}
    assert failed_checks(get_offering(offering.id)) == {}


def test_what_is_drawn_is_drawn_once_though_the_batch_is_taken_apart(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    take = fold.Fold.take

    def fail(self: fold.Fold, given: Command) -> Answer:
        if given.key == "bad":
            raise ZeroDivisionError
        return take(self, given)

    monkeypatch.setattr(fold.Fold, "take", fail)
    drawn = [sent(rows["south"], START_FEN, "bad"), sent(rows["south"], START_FEN + STEP_FEN, "good")]

    def draw(_: Collection[str]) -> list[Sent]:
        return [drawn.pop(0) for _ in range(len(drawn))]

    outcomes = market.settle_each(hall.system, [sent(rows["north"], START_FEN, "k-1")], draw)
    assert codes(outcomes) == ["", "live.failed", ""]
    assert drawn == []


# --- what fails, fails alone


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Give a set of offerings whose state cannot be stored."""
    ids: set[str] = set()
    stored = fold.store_state

    def store(offering: Offering, *given: object) -> object:
        if offering.id in ids:
            raise IntegrityError("made to fail")
        return stored(offering, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(fold, "store_state", store)
    yield ids


def test_one_offering_that_fails_fails_alone(hall: Hall, broken: set[str]) -> None:
    first, second = hall.offer_two()
    one, two = hall.admit(first, "north"), hall.admit(second, "north")
    broken.add(first.id)
    order = [sent(one["north"], START_FEN, "k-1"), sent(two["north"], START_FEN, "k-2")]
    outcomes = market.settle_each(hall.system, order)
    assert codes(outcomes) == ["live.failed", ""]
    assert get_offering(first.id).quotes == 0
    broken.clear()
    again = market.settle_each(hall.system, order)
    assert codes(again) == ["", ""]
    assert again[1] == outcomes[1]
    assert failed_checks(get_offering(first.id)) == {}


def test_one_command_that_fails_fails_alone(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    take = fold.Fold.take

    def fail(self: fold.Fold, given: Command) -> Answer:
        if given.key == "bad":
            raise ZeroDivisionError
        return take(self, given)

    monkeypatch.setattr(fold.Fold, "take", fail)
    order = [sent(rows["north"], START_FEN, "a"), sent(rows["south"], START_FEN + STEP_FEN, "bad")]
    order += [sent(rows["south"], START_FEN + STEP_FEN, "c")]
    assert codes(market.settle_each(hall.system, order)) == ["", "live.failed", ""]
    assert set(CommandRecord.objects.values_list("key", flat=True)) == {"a", "c"}


def test_a_number_no_bundle_could_hold_spoils_its_own_bid_alone(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    wild = Sent(offering.id, Command(Bid(rows["north"].alias, 2**60), "k-1"))
    outcomes = market.settle_each(hall.system, [wild, sent(rows["south"], START_FEN, "k-2")])
    assert codes(outcomes) == ["mechanism.input.value", ""]
    assert isinstance(outcomes[0], Fault)
    assert list(CommandRecord.objects.values_list("key", flat=True)) == ["k-2"]


# --- what it costs


def test_a_batch_costs_no_more_queries_than_a_bid(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south", "east", "west")

    def count(size: int, start: int) -> int:
        names = list(rows)
        order = [
            sent(rows[names[(start + at) % 4]], START_FEN + STEP_FEN * (start + at), f"k-{start + at}")
            for at in range(size)
        ]
        with CaptureQueriesContext(connection) as caught:
            outcomes = market.settle_each(hall.system, order)
        assert codes(outcomes) == [""] * size
        return len(caught)

    one = count(1, 0)
    assert count(200, 1) == one
    assert one <= 14, one


def test_a_state_kept_is_not_read_again(hall: Hall) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    market.settle_each(hall.system, [sent(rows["north"], START_FEN)])
    with CaptureQueriesContext(connection) as caught:
        market.settle_each(hall.system, [sent(rows["south"], START_FEN + STEP_FEN)])
    read = [
        each["sql"]
        for each in caught
        if each["sql"].startswith("SELECT") and "market_offering" in each["sql"]
    ]
    assert not [sql for sql in read if '"snapshot"' in sql]
    Offering.objects.filter(pk=offering.id).update(mark=1)  # as if another process had moved it
    assert codes(market.settle_each(hall.system, [sent(rows["north"], START_FEN + 2 * STEP_FEN)])) == [""]
    assert failed_checks(get_offering(offering.id)) == {}


# --- what is counted


def counted() -> dict[str, float]:
    """Return what this process counted of bids, by name and reason."""
    own = metric.process_name()
    return {
        family.name.removeprefix("jishi_") + sample.labels.get("reason", ""): sample.value
        for family in metric.read_families()
        if family.name in ("jishi_accepted", "jishi_repeated", "jishi_refused")
        for sample in family.samples
        if sample.labels["process"] == own
    }


@pytest.mark.django_db(transaction=True)
def test_each_bid_is_counted_once_whichever_way_it_came(hall: Hall, broken: set[str]) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    before = counted()

    def grown() -> dict[str, float]:
        now = counted()
        grew = {name: now[name] - before.get(name, 0.0) for name in now}
        before.update(now)
        return {name: count for name, count in grew.items() if count}

    bid, low = sent(rows["north"], START_FEN, "k-1"), sent(rows["south"], START_FEN, "k-2")
    market.settle_each(hall.system, [bid, low, bid])
    assert grown() == {"accepted": 1, "repeated": 1, "refusedlisting.below_next": 1}
    market.settle_each(hall.system, [bid, low])
    assert grown() == {"repeated": 2}
    hall.bid(rows["south"], START_FEN + STEP_FEN, "k-3")
    assert grown() == {"accepted": 1}
    broken.add(offering.id)
    more = [sent(rows["north"], START_FEN + (2 + up) * STEP_FEN, f"k-{up + 4}") for up in range(2)]
    assert codes(market.settle_each(hall.system, more)) == ["live.failed"] * 2
    assert grown() == {"refusedlive.failed": 2}


# --- who is told


@pytest.mark.django_db(transaction=True)
def test_listeners_are_told_after_the_commit(hall: Hall, broken: set[str]) -> None:
    offering = hall.offer()
    rows = hall.admit(offering, "north", "south")
    heard: list[moved.Moved] = []
    moved.on_moved(heard.extend)
    try:
        order = [sent(rows["north"], START_FEN), sent(rows["south"], START_FEN + STEP_FEN)]
        with transaction.atomic():
            seq = market.settle_each(hall.system, order)[-1].seq  # type: ignore[union-attr]
            assert heard == []
        broken.add(offering.id)
        market.settle_each(hall.system, [sent(rows["north"], START_FEN + 2 * STEP_FEN)])
    finally:
        moved.off_moved(heard.extend)
    assert heard == [moved.Moved(offering.id, seq)]
