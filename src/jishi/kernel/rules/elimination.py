"""Tell whether linear sums can all be at most zero, by eliminating quantities one after another (Fourier-Motzkin).

Sound, not complete: beyond MOST sums, or more than BRANCHES ways to choose, nothing is proved.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import gcd

MOST, BRANCHES = 300, 64
Line = tuple[tuple[str, int], ...]
"""A sum in whole numbers, said to be at most zero: the constant under the empty name, then weights by name."""
Choice = tuple[tuple[Line, ...], ...]
"""Several sets of sums, of which one holds."""


def contradict(lines: Iterable[Line]) -> bool:
    """Tell whether sums contradict each other: a positive constant is left that should be at most zero."""
    left = set(lines)
    while True:
        if any(len(line) == 1 and line[0][1] > 0 for line in left):
            return True
        left = {line for line in left if len(line) > 1}
        if not left or len(left) > MOST:
            return False
        left = _without(_cheapest(left), left)


def every_way(lines: Sequence[Line], choices: Iterable[Choice]) -> bool:
    """Tell whether whichever option is taken of each choice leads to a contradiction."""
    ways: list[tuple[Line, ...]] = [()]
    for options in choices:
        ways = [(*way, *option) for way in ways for option in options]
        ways = [way for way in ways if not contradict((*lines, *way))]
        if not ways or len(ways) > BRANCHES:
            break
    return not ways


def line(numbers: Mapping[str, int]) -> Line:
    """Make a sum of whole numbers by name, in lowest terms.

    >>> line({"": 4, "a": -6, "b": 0})
    (('', 2), ('a', -3))
    """
    divisor = gcd(*numbers.values()) or 1
    rest = sorted((name, number // divisor) for name, number in numbers.items() if name and number)
    return (("", numbers.get("", 0) // divisor), *rest)


def _cheapest(lines: Iterable[Line]) -> str:
    """Name the quantity whose elimination leaves the fewest sums."""
    up: dict[str, int] = {}
    down: dict[str, int] = {}
    for each in lines:
        for name, number in each[1:]:
            side = up if number > 0 else down
            side[name] = side.get(name, 0) + 1
    names = up.keys() | down.keys()
    return min(names, key=lambda name: (_growth(up.get(name, 0), down.get(name, 0)), name))


def _growth(up: int, down: int) -> int:
    return up * down - up - down


def _without(name: str, lines: Iterable[Line]) -> set[Line]:
    found: dict[int, list[dict[str, int]]] = {1: [], -1: []}
    kept = set()
    for each in lines:
        numbers = dict(each)
        weight = numbers.get(name, 0)
        if weight:
            found[1 if weight > 0 else -1].append(numbers)
        else:
            kept.add(each)
    return kept | {_crossed(first, second, name) for first in found[1] for second in found[-1]}


def _crossed(first: dict[str, int], second: dict[str, int], name: str) -> Line:
    """Add two sums so that the quantity drops out."""
    up, down = first[name], -second[name]
    names = first.keys() | second.keys()
    return line({each: first.get(each, 0) * down + second.get(each, 0) * up for each in names})
