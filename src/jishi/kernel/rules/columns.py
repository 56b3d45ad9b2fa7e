"""Decide many cases at once: `decide_columns(law, rule, columns, as_of)`, equal to the single form.

Columns hold stored values (see `column`); `as_of` is one day or one for each case. Blocks of
rows are worked on by a few threads; what is unknown stays unknown.
"""

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from jishi.kernel.fault import Fault
from jishi.kernel.rules.answers import Answers, over_blocks
from jishi.kernel.rules.column import Source, read_days, sources_of
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.engines import Engine, Shape, engine_for


def decide_columns(
    law: Law, rule_id: str, columns: Any, as_of: Any, *, on_conflict: Literal["error", "report"] = "error"
) -> Answers:
    """Decide every row of some columns under the law of a day, or of each row's own.

    Columns the rule does not ask about are left alone. Two rows of one rank that disagree in a
    case raise `rules.conflict_in` with the case, or are marked with `on_conflict="report"`.
    """
    sources = sources_of(law.book.facts, columns)
    days = read_days(as_of)
    asked = set(facts_asked(law, rule_id))
    mine = {name: source for name, source in sources.items() if name in asked}
    size = next((source.size for source in sources.values()), 1 if isinstance(days, int) else len(days))
    must_fit(days, size)
    nullable = {name: source.nullable for name, source in mine.items()}
    shape = Shape(nullable, days if isinstance(days, int) else None, on_conflict == "report", size)
    engine = engine_for(law, rule_id, shape)
    answers = _empty(rule_id, engine, (mine, days, size))
    for _ in over_blocks(size, lambda start: _work(engine, answers, start)):
        pass
    return answers


def facts_asked(law: Law, rule_id: str) -> Iterator[str]:
    """Yield the facts a rule asks about, and those the rules of its derived facts do."""
    yield from law.rule(rule_id).facts
    for rule in law.decider(rule_id).derived.values():
        yield from facts_asked(law, rule)


def must_fit(days: Any, size: int) -> None:
    """Check that there is a day for each case; raise `rules.column_length`."""
    if not isinstance(days, int) and len(days) != size:
        raise Fault("rules.column_length", lengths={"as_of": len(days), "columns": size})


def _empty(rule_id: str, engine: Engine, held: tuple[dict[str, Source], Any, int]) -> Answers:
    sources, days, size = held
    words = engine.words is not None
    return Answers(
        engine=engine,
        rule=rule_id,
        words=engine.words,
        answer=np.zeros(size, dtype=np.int16 if words else np.int64),
        known=None if words else np.zeros(size, dtype=bool),
        conflict=np.zeros(size, dtype=bool) if engine.shape.report else None,
        sources=sources,
        days=days,
    )


def _work(engine: Engine, into: Answers, start: int) -> None:
    block = into.block(start)
    found, rows = engine.work(block), slice(start, start + block.size)
    into.answer[rows] = found.answer
    if into.known is not None:
        into.known[rows] = True if found.known is None else found.known
    if into.conflict is not None and found.conflict is not None:
        into.conflict[rows] = found.conflict
