"""A text that one database cannot hold is refused for itself alone; its neighbours are stored in one transaction."""

from pathlib import Path

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.actions import Claim, Command, Sent, batch
from jishi.apps.market.reads import get_offering
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import acts, inputs
from jishi.platform.models import CommandRecord
from tests.apps.market.hall import START_FEN, Hall, failed_checks
from tests.apps.market.ways import many_ways

NUL, HALF, LONG = chr(0), chr(0xD800), "buy" * 10_000


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return many_ways(tmp_path_factory.mktemp("pack"))


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note the size of each transaction that is tried."""
    tried: list[int] = []
    settle_once = batch._settle_once

    def count(ctx: object, sent: list[Sent], draw: object = None) -> object:
        tried.append(len(sent))
        return settle_once(ctx, sent, draw)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "_settle_once", count)
    return tried


def test_a_poisoned_text_leaves_its_neighbours_in_one_batch(
    hall: Hall, ways: Path, once: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JISHI_PACK", str(ways))
    terms = {"tick_fen": 100}
    offering = hall.offer(mechanism="call_auction", terms=terms, start_price_fen=None, increment_fen=None)
    row = hall.admit(offering, "north")["north"]

    def sent(given: inputs.Input, key: str) -> Sent:
        return Sent(offering.id, Command(given, key, read=True), Claim(row.id, row.alias, row.ticket_series))

    def order(side: str, key: str) -> Sent:
        return sent(acts.Order(row.alias, side, START_FEN, 1), key)

    order_of = [
        order("buy", "a"),
        order(NUL, "b"),
        order(HALF, "c"),
        order(LONG, "d"),
        order("buy", f"e{NUL}"),
    ]
    order_of += [
        sent(acts.Seal(row.alias, NUL), "f"),
        order("up", "g"),
        order("buy", f"h{HALF}"),
        order("buy", "i"),
    ]
    outcomes = market.settle_each(hall.system, order_of)
    text = "mechanism.input.text"
    assert [each.code for each in outcomes] == [
        "", text, text, text, "market.key_text", text, "orders.side", "market.key_text", "",
    ]  # fmt: skip
    assert once == [9]
    assert outcomes[3].params == {"type": "order", "field": "side", "most": 200}
    assert set(CommandRecord.objects.values_list("key", flat=True)) == {"a", "g", "i"}
    assert failed_checks(get_offering(offering.id)) == {}


def test_what_a_form_sends_is_refused_before_it_is_folded(
    hall: Hall, ways: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JISHI_PACK", str(ways))
    terms = {"tick_fen": 100}
    offering = hall.offer(mechanism="call_auction", terms=terms, start_price_fen=None, increment_fen=None)
    row = hall.admit(offering, "north")["north"]
    for side, key, code in (
        (NUL, "key-1", "mechanism.input.text"),
        (HALF, "key-1", "mechanism.input.text"),
        (LONG, "key-1", "mechanism.input.text"),
        ("buy", NUL, "market.key_text"),
    ):
        with pytest.raises(Fault, match=code.replace(".", r"\.")):
            market.take_part(hall.as_("north"), row.id, acts.Order(row.alias, side, START_FEN, 1), key)
    assert market.take_part(
        hall.as_("north"), row.id, acts.Order(row.alias, "buy", START_FEN, 1), "key-1"
    ).accepted


def test_what_cannot_be_read_is_not_repeated_whole() -> None:
    for raw in (
        {"type": "x" * 9_000},
        {"type": "bid", **{f"name{each}": 1 for each in range(2_000)}},
        {"type": "bid", "alias": "A", "price_fen": "9" * 9_000},
    ):
        with pytest.raises(Fault) as caught:
            inputs.from_json(raw)
        assert max(len(str(value)) for name, value in caught.value.params.items() if name != "known") < 200
