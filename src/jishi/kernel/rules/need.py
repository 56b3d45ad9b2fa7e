"""What is still needed: the shortest list of facts that would settle a cell, whatever their values.

Exact while the search is small (SUBSETS lists, CELLS cells each); beyond, the list is only irredundant.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from jishi.kernel.fault import Fault
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.node import facts_of
from jishi.kernel.rules.rule import Row
from jishi.kernel.rules.select import Key, Selector
from jishi.kernel.rules.witness import Witness

SUBSETS, CELLS = 300, 4000


def shortest_need(selector: Selector, key: Key, known: frozenset[str]) -> tuple[str, ...]:
    """List the fewest missing facts whose values, whatever they are, would settle the cell."""
    asked, witness = _asked(selector, key, known), Witness(selector, key[0])
    tried = 0
    for size in range(1, len(asked)):
        for wanted in combinations(asked, size):
            tried += 1
            if tried > SUBSETS:
                return _irredundant(witness, key, known, asked)
            if settles(witness, key, known | set(wanted)):
                return wanted
    return asked


def settles(witness: Witness, key: Key, known: frozenset[str]) -> bool:
    """Tell whether every value the facts now known may take gives a definite answer."""
    selector = witness.selector
    choices: list[Sequence[int]] = [(key[0],)]
    cells = 1
    for axis, cell in zip(selector.axes, key[1:], strict=True):
        free = cell == axis.unknown and all(name in known or name == AS_OF for name in axis.facts)
        choices.append(range(axis.size) if free else (cell,))
        cells *= len(choices[-1])
    return cells <= CELLS and all(_definite(witness, each) for each in product(*choices))


def _definite(witness: Witness, key: Key) -> bool:
    try:
        found = witness.selector.select(key).row is not None
    except Fault:
        return True  # no case lies here: the rows of one rank exclude each other
    return found or not witness.possible(key)


def _asked(selector: Selector, key: Key, known: frozenset[str]) -> tuple[str, ...]:
    """List the unknown facts that the rows which may still hold ask about."""
    rows = [selector.rows[at] for at in selector.select(key).possible]
    unknown = [axis.facts for axis, cell in zip(selector.axes, key[1:], strict=True) if cell == axis.unknown]
    missing = {name for names in unknown for name in names if name not in known and name != AS_OF}
    return tuple(name for name in _in_order(rows) if name in missing)


def _in_order(rows: Sequence[Row]) -> Iterator[str]:
    yield from dict.fromkeys(name for row in rows for name in facts_of(row.when))


def _irredundant(
    witness: Witness, key: Key, known: frozenset[str], asked: tuple[str, ...]
) -> tuple[str, ...]:
    kept = list(asked)
    for name in asked:
        without = [each for each in kept if each != name]
        if without and settles(witness, key, known | set(without)):
            kept = without
    return tuple(kept)
