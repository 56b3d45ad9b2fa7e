"""Clear ten million orders by one call auction, beside sorting their prices in the same run.

    python -m bench.clearing [--orders 10000000] [--span 20000] [--rounds 9]

Half the orders buy and half sell; ticks and quantities are int32, ticks around the middle of the ladder.
Measured: price and volume alone; with what every order gets; both again with int64 quantities; and from one
mixed column with a side flag, which must be split first. Beside them np.sort of all prices as int32 and as
int64, and np.bincount for the two ladders. The best of the rounds counts, for all. Exit code 1 if neither aim
is met: `clear` in 50 ms, or 30 times as fast as sorting.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from jishi.kernel.mechanism.clear_call import Called, Preference, Price, clear_call, price_call
from jishi.kernel.mechanism.clear_ladder import Orders, sum_by_tick
from jishi.project.bench.stage import machine

AIM_MS, AIM_RATIO = 50.0, 30.0


def main() -> None:
    """Measure and print a line a figure, then JSON."""
    options = _options()
    buys, sells = _make(options.orders, options.span)
    preference = Preference(Fraction(options.span, 2))
    found: dict[str, Any] = {"machine": machine(), "orders": options.orders, "span": options.span}
    found["ms"] = {
        name: round(min(_times(act, options.rounds)) * 1000, 1)
        for name, act in _acts(buys, sells, options.span, preference).items()
    }
    called = clear_call(buys, sells, options.span, preference)
    _check(called, buys, sells, options.span)
    price = called.price
    found["price"] = {"tick": price.tick, "rule": price.rule, "volume": price.volume}
    found["ratio"] = round(found["ms"]["sort_int64"] / found["ms"]["clear"], 2)
    for name, spent in found["ms"].items():
        print(f"{name:24} {spent:8.1f} ms   {found['ms']['sort_int64'] / spent:6.2f} x np.sort(int64)")
    print(json.dumps(found, indent=1))
    sys.exit(found["ms"]["clear"] > AIM_MS and found["ratio"] < AIM_RATIO)


def _acts(buys: Orders, sells: Orders, span: int, preference: Preference) -> dict[str, Callable[[], Any]]:
    narrow = np.concatenate([buys.ticks, sells.ticks])
    wide = narrow.astype(np.int64)
    mixed = Orders(narrow, np.concatenate([buys.quantities, sells.quantities]))
    buying = np.arange(len(narrow)) < len(buys.ticks)
    wide_sides = (_widen(buys), _widen(sells))
    return {
        "sort_int32": lambda: np.sort(narrow),
        "sort_int64": lambda: np.sort(wide),
        "bincount": lambda: [np.bincount(each.ticks, each.quantities, span) for each in (buys, sells)],
        "price": lambda: _price(buys, sells, span, preference),
        "clear": lambda: clear_call(buys, sells, span, preference),
        "price_int64": lambda: _price(*wide_sides, span, preference),
        "clear_int64": lambda: clear_call(*wide_sides, span, preference),
        "clear_mixed_column": lambda: clear_call(
            _split(mixed, buying), _split(mixed, ~buying), span, preference
        ),
    }


def _price(buys: Orders, sells: Orders, span: int, preference: Preference) -> Price:
    return price_call(sum_by_tick(buys, span), sum_by_tick(sells, span), preference)


def _widen(orders: Orders) -> Orders:
    return orders._replace(quantities=orders.quantities.astype(np.int64))


def _split(mixed: Orders, chosen: Any) -> Orders:
    rows = np.flatnonzero(chosen)
    return Orders(mixed.ticks[rows], mixed.quantities[rows])


def _make(orders: int, span: int) -> tuple[Orders, Orders]:
    """Draw both sides around the middle of the ladder, the bids a little below the offers."""
    chance, middle, spread = np.random.default_rng(4), span / 2, span / 12
    sides = []
    for shift in (-spread / 3, spread / 3):
        ticks = chance.normal(middle + shift, spread, orders // 2).clip(0, span - 1).astype(np.int32)
        sides.append(Orders(ticks, chance.integers(1, 1000, orders // 2, dtype=np.int32)))
    return sides[0], sides[1]


def _check(called: Called, buys: Orders, sells: Orders, span: int) -> None:
    """See that another way of counting finds the same volume, and that both sides come out even."""
    bids, offers = (np.bincount(side.ticks, side.quantities, span) for side in (buys, sells))
    most = int(np.minimum(np.cumsum(bids[::-1])[::-1], np.cumsum(offers)).max())
    assert called.price.volume == most == int(called.bought.sum()) == int(called.sold.sum())
    assert (called.bought <= buys.quantities).all() and (called.sold <= sells.quantities).all()


def _times(act: Callable[[], Any], rounds: int) -> list[float]:
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        spent.append(time.perf_counter() - began)
    return spent


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--orders", type=int, default=10_000_000)
    parser.add_argument("--span", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=9)
    return parser.parse_args()


if __name__ == "__main__":
    main()
