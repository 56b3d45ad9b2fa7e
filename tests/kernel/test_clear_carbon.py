"""Uniform-price auctions that were held: their published figures agree with each other and with ours.

Prices are published to the cent or fen and volumes in whole tonnes, so revenue is exact but for the
last digit printed. The file of all auctions stands beside the project; a few stand in `data`.
"""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from jishi.kernel.mechanism.clear_uniform import Bids, clear_uniform, count_valid

EXCERPT = Path(__file__).parent / "data" / "carbon_auctions.csv"
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "carbon_auctions.csv"
HALF_A_CENT = Decimal("0.005")
COVER_ROUNDING = Decimal("0.01")  # published to two decimals, now and then cut off instead of rounded
SOURCES = [
    pytest.param(EXCERPT, 10, id="excerpt"),
    pytest.param(
        BESIDE,
        1_500,
        id="all",
        marks=pytest.mark.skipif(not BESIDE.exists(), reason=f"{BESIDE} is not here"),
    ),
]
Row = dict[str, Decimal | None]
FIGURES = (
    *("volume_t", "sold_volume_t", "floor_price", "clearing_price", "min_bid", "max_bid"),
    *("mean_bid", "median_bid", "total_bid_volume_t", "cover_ratio", "revenue"),
    *("n_bidders", "n_successful_bidders"),
)


def read(path: Path) -> Iterator[tuple[str, Row]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line, raw in enumerate(csv.DictReader(file), start=2):
            name = f"line {line}: {raw['auction_date']} {raw['market']} {raw['product']} {raw['status']}"
            yield name, {each: Decimal(raw[each]) if raw[each] else None for each in FIGURES}


def violations(row: Row) -> Iterator[str]:
    """Yield each identity of a uniform price that the published figures break."""
    price, least, most = row["clearing_price"], row["min_bid"], row["max_bid"]
    assert price is not None
    for name in ("clearing_price", "mean_bid", "median_bid"):
        value = row[name]
        if value is not None and not (least or value) <= value <= (most or value):
            yield f"{name} {value} lies outside the bids, {least} to {most}"
    if row["floor_price"] is not None and price < row["floor_price"]:
        yield f"price {price} lies below the floor {row['floor_price']}"
    sold, asked, supply = row["sold_volume_t"] or row["volume_t"], row["total_bid_volume_t"], row["volume_t"]
    if row["revenue"] is not None and sold and abs(row["revenue"] - price * sold) > HALF_A_CENT:
        yield f"revenue {row['revenue']} is not {price} x {sold}"
    if asked and supply:
        if row["sold_volume_t"] is not None and sold != min(asked, supply):
            yield f"sold {sold} of {supply}, asked for {asked}"
        if row["cover_ratio"] is not None and abs(row["cover_ratio"] - asked / supply) > COVER_ROUNDING:
            yield f"cover {row['cover_ratio']} is not {asked} / {supply}"
    if row["n_bidders"] and (row["n_successful_bidders"] or 0) > row["n_bidders"]:
        yield "more bidders succeeded than bid"


def sort_out(path: Path) -> tuple[list[Row], dict[str, list[str]]]:
    """Give the rows that can be held to the identities, and of every other row the reasons."""
    held, others = [], {}
    for name, row in read(path):
        if row["clearing_price"] is None:
            others[name] = ["no clearing price was published"]
        elif broken := list(violations(row)):
            others[name] = broken
        else:
            held.append(row)
    return held, others


@pytest.mark.parametrize(("path", "at_least"), SOURCES)
def test_published_figures_agree(path: Path, at_least: int) -> None:
    held, others = sort_out(path)
    print("\n".join(f"{name}: {'; '.join(reasons)}" for name, reasons in others.items()))
    assert len(held) >= at_least
    broken = {name: said for name, said in others.items() if said != ["no clearing price was published"]}
    assert not broken
    assert len(held) + len(others) == sum(1 for _ in read(path))


@pytest.mark.parametrize(("path", "at_least"), SOURCES)
def test_bids_with_the_published_figures_clear_at_the_published_price(path: Path, at_least: int) -> None:
    """Rebuild the plainest book with a row's least and greatest bid, demand and price, and clear it."""
    cleared = 0
    for row in sort_out(path)[0]:
        price, supply, asked = row["clearing_price"], row["volume_t"], row["total_bid_volume_t"]
        if price is None or supply is None or asked is None or row["revenue"] is None:
            continue
        bids = plainest_book(row)
        floor = cents(row["floor_price"] or row["min_bid"] or price)
        valid = bids._replace(quantities=count_valid(bids, floor).quantities)
        found = clear_uniform(valid, int(supply), floor)
        assert found.price_fen == cents(price)
        assert found.sold == min(int(asked), int(supply))
        assert found.price_fen * found.sold == cents(row["revenue"])
        cleared += 1
    assert cleared >= at_least


def plainest_book(row: Row) -> Bids:
    """Put one tonne at the greatest bid, enough at the price to exhaust the supply, the rest at the least."""
    asked, supply = int(row["total_bid_volume_t"] or 0), int(row["volume_t"] or 0)
    price, enough = row["clearing_price"], min(asked, supply) - 1
    least, most = cents(row["min_bid"] or price), cents(row["max_bid"] or price)
    rows = [(least, asked - 1 - enough, 3), (cents(price), enough, 2), (most, 1, 1)]
    columns = np.array(rows, np.int64).T
    return Bids(columns[0], columns[1], columns[2])


def cents(amount: Decimal | None) -> int:
    assert amount is not None
    return int(amount * 100)


def test_a_wrong_figure_is_named() -> None:
    row = sort_out(EXCERPT)[0][1]
    assert row["revenue"] == 14_786_135
    assert [*violations(row)] == []
    wrong = row | {"revenue": Decimal(14_786_136), "max_bid": Decimal(34), "sold_volume_t": Decimal(422_461)}
    assert [said.split()[0] for said in violations(wrong)] == ["clearing_price", "revenue"]
    assert len([*violations(row | {"floor_price": Decimal(36), "sold_volume_t": Decimal(9)})]) == 3
