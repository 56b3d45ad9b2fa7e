"""Bids of forms and programs stand in the line of the process, under the party's one rate and with a claim."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from jishi.apps.market import actions as market
from jishi.apps.market.actions import Claim, Command, Sent, line
from jishi.apps.market.models import Offering, Registration
from jishi.apps.market.reads import get_offering
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.inputs import Bid
from jishi.platform import metric
from jishi.platform.bucket import Buckets
from jishi.platform.clock import SimulatedClock, SystemClock
from jishi.platform.committer import Bounds, Committer
from jishi.platform.context import Context
from jishi.web.live import path
from tests.apps.market.hall import DAY_MS, START_FEN, STEP_FEN, Hall, failed_checks

pytestmark = pytest.mark.django_db(transaction=True)


class InPlace(Committer[Any]):
    """Work off what waits in the thread that waits, once it does: the order is that of the queue."""

    idle = False

    def offer(self, item: Any, tag: Any, party: str) -> None:
        """Take an item; with one of a form, work off everything."""
        super().offer(item, tag, party)
        if tag[0] is None and not self.idle:
            self.work_off()

    def work_off(self) -> None:
        """Do what the committer's thread would do."""
        while self.waiting():
            self._work_off(self._next())


@pytest.fixture
def hall(db: None) -> Hall:
    """Give an office whose lots opened a day ago on the real clock."""
    return Hall(SimulatedClock(Context().now_ms() - 23 * DAY_MS))


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[InPlace]:
    """Let this process have a queue, whose parties may bid as often as they like."""
    settings.JISHI_RATE_LIMITS = False
    made = InPlace(path._work, path._deliver, Bounds(linger_s=0.0))
    monkeypatch.setattr(path, "committer", made)
    line.use_queue(path.wait_in_queue)
    yield made
    line.use_queue(None)


class Tag:
    """Someone on the live path who does not wait here."""

    def __init__(self) -> None:
        self.results: list[Any] = []

    def call_soon_threadsafe(self, _: Any, pairs: list[tuple[Any, Any]]) -> None:
        """Keep what would be answered."""
        self.results += [result for _, result in pairs]


def now(hall: Hall, name: str) -> Context:
    return replace(hall.as_(name), clock=SystemClock())


def lot(hall: Hall) -> tuple[Offering, dict[str, Registration]]:
    offering = hall.offer()
    return offering, hall.admit(offering, "north", "south")


def live(row: Registration, up: int) -> Sent:
    given = Command(Bid(row.alias, START_FEN + up * STEP_FEN), f"{row.alias}:live-{up}", read=True)
    return Sent(row.offering_id, given, Claim(row.id, row.alias, row.ticket_series))


def refused(code: str) -> float:
    found = [
        sample.value
        for family in metric.read_families()
        for sample in family.samples
        if family.name == "jishi_refused" and sample.labels.get("reason") == code
    ]
    return found[0] if found else 0.0


def test_a_form_stands_behind_who_came_before(hall: Hall, queue: InPlace) -> None:
    offering, rows = lot(hall)
    watcher = Tag()
    for up in range(5):
        row = rows["south" if up % 2 else "north"]
        queue.offer(live(row, up), (watcher, None), row.party)
    answer = market.place_bid(now(hall, "south"), rows["south"].id, START_FEN + 9 * STEP_FEN, "key-0001")
    earlier = [outcome.seq for outcome, _ in watcher.results]
    assert earlier == list(range(answer.seq - 5, answer.seq))
    assert get_offering(offering.id).leader == rows["south"].alias
    assert failed_checks(get_offering(offering.id)) == {}
    again = market.place_bid(now(hall, "south"), rows["south"].id, START_FEN + 9 * STEP_FEN, "key-0001")
    assert again == answer


def test_a_party_s_share_holds_for_its_forms(hall: Hall, queue: InPlace) -> None:
    offering, rows = lot(hall)
    queue.bounds.share = 2
    for up in range(2):
        queue.offer(live(rows["north"], up), (Tag(), None), rows["north"].party)
    before = refused("live.share")
    with pytest.raises(Fault, match=r"live\.share"):
        market.place_bid(now(hall, "north"), rows["north"].id, START_FEN + 5 * STEP_FEN, "key-0001")
    assert refused("live.share") == before + 1
    queue.bounds.most = 2
    with pytest.raises(Fault, match=r"live\.full"):
        market.place_bid(now(hall, "south"), rows["south"].id, START_FEN + 5 * STEP_FEN, "key-0001")
    queue.work_off()
    assert get_offering(offering.id).price_fen == START_FEN
    assert (queue.count.done, queue.count.over_share, queue.count.full) == (2, 1, 1)


@pytest.mark.parametrize("queued", [True, False])
def test_representatives_of_one_party_share_its_rate_on_every_way(
    hall: Hall, queue: InPlace, settings: Any, monkeypatch: pytest.MonkeyPatch, queued: bool
) -> None:
    settings.JISHI_RATE_LIMITS = True
    monkeypatch.setattr(line, "OFTEN", Buckets(rate=0.01, burst=3))
    if not queued:
        line.use_queue(None)
    _, rows = lot(hall)
    first = now(hall, "north")
    second = replace(first, actor=replace(first.actor, user_id=hall.users["member"].pk, name="member"))
    north = rows["north"]
    line.check_rate(north.party)  # as the live path does
    assert market.place_bid(first, north.id, START_FEN, "key-0001").accepted
    code = market.place_bid(second, north.id, START_FEN + STEP_FEN, "key-0002").code
    assert code == "listing.already_leading"
    before = refused("live.often")
    for ctx in (first, second):
        with pytest.raises(Fault, match=r"live\.often") as caught:
            market.place_bid(ctx, north.id, START_FEN + 2 * STEP_FEN, "key-0003")
        assert caught.value.params["wait_ms"] > 0
    assert refused("live.often") == before + 2
    assert market.place_bid(now(hall, "south"), rows["south"].id, START_FEN + 3 * STEP_FEN, "key-1").accepted


@pytest.mark.parametrize("queued", [True, False])
def test_authority_that_ends_on_the_way_is_seen_with_the_lot_locked(
    hall: Hall, queue: InPlace, monkeypatch: pytest.MonkeyPatch, queued: bool
) -> None:
    offering, rows = lot(hall)
    check_rate = line.check_rate

    def meanwhile(party: str) -> None:
        market.revoke_tickets(hall.as_("north"), rows["north"].id)  # as the end of a mandate does
        check_rate(party)

    monkeypatch.setattr(line, "check_rate", meanwhile)
    if not queued:
        line.use_queue(None)
    with pytest.raises(Fault, match=r"market\.bid\.authority"):
        market.place_bid(now(hall, "north"), rows["north"].id, START_FEN, "key-0001")
    monkeypatch.setattr(line, "check_rate", check_rate)
    assert get_offering(offering.id).quotes == 0
    assert market.place_bid(now(hall, "north"), rows["north"].id, START_FEN, "key-0001").accepted


def test_who_gets_no_answer_in_time_asks_again_under_the_key(
    hall: Hall, queue: InPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(path, "LONGEST_WAIT_S", 0.05)
    offering, rows = lot(hall)
    queue.idle = True
    before, unanswered = refused("live.unanswered"), metric._unanswered._value.get()
    with pytest.raises(Fault, match=r"live\.unanswered"):
        market.place_bid(now(hall, "north"), rows["north"].id, START_FEN, "key-0001")
    assert refused("live.unanswered") == before  # what becomes of it is counted, and once
    assert metric._unanswered._value.get() == unanswered + 1
    assert get_offering(offering.id).quotes == 0
    queue.work_off()
    queue.idle = False
    assert get_offering(offering.id).quotes == 1
    assert market.place_bid(now(hall, "north"), rows["north"].id, START_FEN, "key-0001").accepted
    assert get_offering(offering.id).quotes == 1


def test_a_form_is_taken_while_the_queue_is_put_away(hall: Hall, queue: InPlace) -> None:
    offering, rows = lot(hall)

    class Closing(list[Any]):
        """A queue that is there when it is looked for and gone when it is taken, as where the server stops."""

        def __bool__(self) -> bool:
            return True

    line._queues, kept = Closing(), line._queues
    try:
        assert market.place_bid(now(hall, "north"), rows["north"].id, START_FEN, "key-0001").accepted
    finally:
        line._queues = kept
    assert get_offering(offering.id).quotes == 1


def test_a_batch_that_fails_is_told_to_a_form_too(
    hall: Hall, queue: InPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Any:
        raise OSError("the disk is full")

    monkeypatch.setattr(path, "settle_each", fail)
    _, rows = lot(hall)
    with pytest.raises(Fault, match=r"live\.failed"):
        market.place_bid(now(hall, "north"), rows["north"].id, START_FEN, "key-0001")


def test_inside_a_transaction_that_writes_more_nobody_waits_for_the_queue(hall: Hall, queue: InPlace) -> None:
    offering, rows = lot(hall)
    with transaction.atomic():
        assert market.place_bid(now(hall, "north"), rows["north"].id, START_FEN, "key-0001").accepted
        transaction.set_rollback(True)
    assert (queue.count.taken, get_offering(offering.id).quotes) == (0, 0)


def test_who_waits_is_told_by_another_thread(queue: InPlace) -> None:
    queue.idle = True
    answer = market.Answer(False, "listing.over")
    queue.work = lambda batch: [(answer, None)] * len(batch)
    told: list[Any] = []
    thread = threading.Thread(target=lambda: told.append(path.wait_in_queue("a bid", "someone")))  # type: ignore[arg-type]
    thread.start()
    while not queue.waiting():
        pass
    queue.work_off()
    thread.join(5)
    assert told == [answer]
