"""What an engine gives for a block of cases, and what becomes of it as a column of a derived fact."""

from dataclasses import dataclass

import numpy as np

from jishi.kernel.rules.coding import Block
from jishi.kernel.rules.column import Ints, Known
from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.rowwise import NONE


@dataclass(frozen=True)
class Outcome:
    """Answers of a block: numbers of words (NONE: no answer) or stored values, and where they are known."""

    answer: Ints
    known: Known
    conflict: Known = None
    why: Ints | None = None
    """Of a formula, why a value is there or not."""


def taken(block: Block, at: Ints) -> Block:
    """Give some rows of a block."""
    parts = {
        name: (values.take(at), None if known is None else known.take(at))
        for name, (values, known) in block.parts.items()
    }
    rows = block.start + at if block.rows is None else block.rows.take(at)
    return Block(block.start, len(at), parts, block.days.take(at) if block.dated else block.days, rows)


def in_conflict(found: Outcome, conflict: Known, valued: bool) -> Outcome:
    """Take back the answers of cases in which a derived fact is in conflict."""
    if conflict is None:
        return found
    both = conflict if found.conflict is None else conflict | found.conflict
    if not valued:
        return Outcome(np.where(both, NONE, found.answer), None, both)
    return Outcome(found.answer, ~both if found.known is None else found.known & ~both, both)


def as_column(found: Outcome, words: tuple[str, ...] | None, fact: Fact) -> tuple[Ints, Known]:
    """Turn answers into a column of a derived fact: its places in the fact's vocabulary, or its values."""
    if words is None:
        return found.answer, found.known
    place = {word: at for at, word in enumerate(fact.vocabulary.words if fact.vocabulary else ())}
    places = np.array([place.get(word, NONE) for word in (*words, "")], dtype=np.int32)[found.answer]
    return np.maximum(places, 0), places >= 0


def unknown_rows(known: Known) -> Ints:
    """List the rows that are not known."""
    return np.flatnonzero(~known) if known is not None else np.zeros(0, dtype=np.int64)


def filled(given: tuple[Ints, Known], at: Ints, found: tuple[Ints, Known]) -> tuple[Ints, Known]:
    """Keep what the cases state, and fill what they do not."""
    values, known = given[0].astype(found[0].dtype), given[1]
    if known is None:
        return given
    both = known.copy()
    values[at], both[at] = found[0], True if found[1] is None else found[1]
    return values, both


def spread(mask: Ints, at: Ints, size: int) -> Ints:
    """Put a mask of some rows back among all."""
    found = np.zeros(size, dtype=bool)
    found[at] = mask
    return found
