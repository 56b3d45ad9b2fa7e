"""The draw: even, the same for whoever makes it, and made again with a shell alone."""

import math
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from itertools import islice, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.draw import (
    MOST_TICKETS,
    WORDS,
    below,
    commit_secret,
    pick,
    rank,
    seed_for,
    seed_of,
    words_of,
)
from tests.house.tree import DOCS

LOT, SECRET = "lot-1", "5a" * 32
SEEDS = [sha256(f"{number}".encode()).hexdigest() for number in range(12_000)]
FOUR = dict.fromkeys("abcd", 1)
ONE_IN_A_MILLION = 1e-6
hexes = st.binary(min_size=32, max_size=32).map(bytes.hex)
aliases = st.text(st.characters(min_codepoint=33, max_codepoint=0x9FFF), min_size=1, max_size=4)


def evenness(counts: list[int], expected: list[float]) -> float:
    """Return how likely counts at least as uneven are under the expected ones (chi-square)."""
    distance = sum((seen - want) ** 2 / want for seen, want in zip(counts, expected, strict=True))
    return float(chi2.sf(distance, len(counts) - 1))


def evenness_of_orders(order: Callable[[str], list[str]]) -> float:
    seen = Counter(tuple(order(seed)) for seed in SEEDS)
    return evenness([seen[each] for each in permutations("abcd")], [len(SEEDS) / math.factorial(4)] * 24)


def test_every_order_of_four_is_as_likely_as_any_other() -> None:
    assert evenness_of_orders(lambda seed: rank(seed, FOUR)) > 1e-3


def test_the_check_of_evenness_sees_a_bent_shuffle() -> None:
    def swap_with_any(seed: str) -> list[str]:
        """Shuffle wrongly: each ticket swaps with any of all four, so 256 ways fall on 24 orders."""
        left, words = list("abcd"), words_of(seed)
        for place in range(4):
            other = below(words, 4)
            left[place], left[other] = left[other], left[place]
        return left

    def by_remainder_of_a_digit(seed: str) -> list[str]:
        """Draw wrongly: 16 values fall unevenly on three."""
        left, words = list("abcd"), words_of(seed)
        return [left.pop(next(words) % 16 % len(left)) for _ in range(4)]

    assert evenness_of_orders(swap_with_any) < ONE_IN_A_MILLION
    assert evenness_of_orders(by_remainder_of_a_digit) < ONE_IN_A_MILLION


def test_first_places_fall_by_tickets() -> None:
    weights = {"a": 1, "b": 2, "c": 5}
    first = Counter(rank(seed, weights)[0] for seed in SEEDS)
    want = [len(SEEDS) * weights[alias] / 8 for alias in weights]
    assert evenness([first[alias] for alias in weights], want) > 1e-3
    second = Counter(rank(seed, weights)[1] for seed in SEEDS if rank(seed, weights)[0] == "c")
    assert evenness([second["a"], second["b"]], [first["c"] / 3, first["c"] * 2 / 3]) > 1e-3


def test_every_order_of_five_can_be_drawn() -> None:
    found = {tuple(rank(seed, dict.fromkeys("abcde", 1))) for seed in SEEDS[:2_000]}
    assert found == set(permutations("abcde"))


def test_one_changed_digit_changes_everything() -> None:
    base = {"a": "aa" * 32, "b": "bb" * 32}
    seeds = {
        seed_of(LOT, SECRET, base),
        seed_of("lot-2", SECRET, base),
        seed_of(LOT, "5b" + SECRET[2:], base),
        seed_of(LOT, SECRET, {**base, "b": "bb" * 31 + "bc"}),
        seed_of(LOT, SECRET, {"a": base["b"], "b": base["a"]}),
        seed_of(LOT, SECRET, {"a": base["a"]}),
    }
    assert len(seeds) == 6
    assert len({seed_for(SECRET, purpose) for purpose in ("a", "b", "0")} | {SECRET}) == 4
    assert commit_secret(LOT, SECRET, "00" * 32) != commit_secret(LOT, SECRET, "01" * 32)


@given(st.dictionaries(aliases, hexes, min_size=1, max_size=6), hexes, st.randoms())
def test_neither_seed_nor_order_depends_on_who_came_first(parts, secret, random) -> None:
    shuffled = list(parts.items())
    random.shuffle(shuffled)
    seed = seed_of(LOT, secret, parts)
    assert seed == seed_of(LOT, secret, dict(shuffled))
    assert rank(seed, dict.fromkeys(parts, 1)) == rank(seed, {alias: 1 for alias, _ in shuffled})


@given(hexes, st.dictionaries(aliases, st.integers(1, 4), max_size=12), st.integers(0, 14))
def test_a_ranking_names_everybody_once_and_a_pick_is_its_beginning(seed, tickets, places) -> None:
    ranking = rank(seed, tickets)
    assert sorted(ranking) == sorted(tickets)
    assert pick(seed, tickets, places) == ranking[:places]


def test_words_of_the_uneven_rest_are_passed_over() -> None:
    rest = WORDS % 7
    assert rest > 0
    words = iter([WORDS - 1, WORDS - rest, WORDS - rest - 1])
    assert below(words, 7) == 6
    assert next(words, None) is None
    assert all(0 <= word < WORDS for word in islice(words_of(SECRET), 100))


@pytest.mark.parametrize("tickets", [{"a": 0}, {"a": -1, "b": 5}, {"a": MOST_TICKETS, "b": 1}])
def test_tickets_out_of_bounds_are_refused(tickets: dict[str, int]) -> None:
    with pytest.raises(Fault, match="draw.tickets"):
        rank(SECRET, tickets)


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="needs sha256sum")
def test_the_documented_shell_lines_draw_the_same() -> None:
    page = (DOCS / "mechanisms" / "lottery.md").read_text("utf-8")
    (script,) = re.findall(r"```sh\n(.+?)```", page, re.DOTALL)
    said = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout
    contributions = dict(re.findall(r'\["(\w+)","([0-9a-f]{64})"\]', script))
    secret = re.findall(r'"secret":"([0-9a-f]{64})"', script)[0]
    seed = seed_of("lot-1", secret, contributions)
    assert len(contributions) == 4
    assert said.split() == [seed, *rank(seed, dict.fromkeys(contributions, 1))]
