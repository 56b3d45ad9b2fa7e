"""Sales of package bids for tests, and what trying every allocation finds."""

from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from jishi.kernel.mechanism.package_slate import Package, Slate, lay_out, places_in

Rows = list[tuple[str, str, int]]
KNOWN: Rows = [("b1", "A", 28), ("b2", "B", 20), ("b3", "AB", 32), ("b4", "A", 14), ("b5", "B", 12)]
"""The known answer: VCG 14 and 12, the bidder-optimal core payments nearest to it 17 and 15."""


def slate_from(rows: Rows, mode: str = "xor", reserves: dict[str, int] | None = None) -> Slate:
    """Lay out rows of (alias, one-letter lots, price); an alias may stand in several."""
    lots = reserves or dict.fromkeys(sorted({lot for _, asked, _ in rows for lot in asked}), 0)
    aliases = dict.fromkeys(alias for alias, _, _ in rows)
    bids = [
        (alias, [Package(alias, tuple(asked), fen) for own, asked, fen in rows if own == alias])
        for alias in aliases
    ]
    return lay_out(lots, bids, mode)


@st.composite
def slates(draw: Any, modes: tuple[str, ...] = ("xor", "or")) -> Slate:
    """Draw a sale of up to 6 lots and 8 packages; few distinct prices, so that many sales tie."""
    names = "ABCDEF"[: draw(st.integers(1, 6))]
    top = draw(st.sampled_from([2, 5, 40, 10**9, 10**13]))
    reserves = {lot: draw(st.integers(0, top // 2)) if draw(st.booleans()) else 0 for lot in names}
    asked = st.sets(st.sampled_from(names), min_size=1).map(lambda lots: "".join(sorted(lots)))
    row = st.tuples(st.sampled_from(["a", "b", "c", "d", "e"]), asked, st.integers(1, top))
    unique = st.lists(row, min_size=1, max_size=8, unique_by=lambda each: each[:2])
    return slate_from(draw(unique), draw(st.sampled_from(modes)), reserves)


def fits(slate: Slate, places: tuple[int, ...]) -> bool:
    """Tell from the bids themselves whether packages can be sold together."""
    lots = [lot for place in places for lot in slate.packages[place].lots]
    groups = [slate.groups[place] for place in places]
    return len(set(lots)) == len(lots) and len(set(groups)) == len(groups)


def best_by_trying(slate: Slate) -> tuple[int, list[int]]:
    """Try every allocation: the highest worth, and of those that have it the earliest."""
    able = list(places_in(slate.eligible))
    count = len(slate.packages)
    found = (0, [False] * count)
    for size in range(len(able) + 1):
        for places in combinations(able, size):
            if fits(slate, places):
                key = sum(slate.worth[place] for place in places), [p in places for p in range(count)]
                found = max(found, key)
    value, taken = found
    return value, [place for place in range(count) if taken[place]]
