"""Write the entries of a schedule: which fit, and the nearest of those that do."""

from collections.abc import Callable, Sequence

from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.lookup import ANYTHING
from jishi.kernel.rules.rule import Entry, Row, Schedule
from jishi.kernel.rules.sql_text import day, either, text, typed, value_text


def by_nearness(rule: Schedule, facts: Sequence[Fact]) -> list[Entry]:
    """Order entries so that of those that fit a case the nearest comes first."""
    return sorted(
        rule.entries,
        key=lambda entry: [-_depth(key, fact) for key, fact in zip(entry.keys, facts, strict=True)],
    )


def fits(entry: Entry, facts: Sequence[Fact], column: Callable[[str], str]) -> str:
    """Write whether an entry fits a case; NULL where an unknown key leaves it open."""
    parts = []
    for key, fact in zip(entry.keys, facts, strict=True):
        if key == ANYTHING:
            continue
        if fact.vocabulary is not None:
            below = [each for each in fact.vocabulary.words if fact.vocabulary.under(each, str(key))]
            parts.append(f"{column(fact.name)} IN ({', '.join(map(text, below)) or 'NULL'})")
        else:
            parts.append(f"{column(fact.name)} = {value_text(fact, key)}")
    return "(" + " AND ".join(parts) + ")" if parts else "TRUE"


def looked_up(rule: Schedule, entries: Sequence[Entry], held: Sequence[str]) -> list[str]:
    """Write value and id of the first entry that fits; NULL while another may."""
    open_ = either(f"({each} IS NULL)" for each in held)
    whens = [
        (f"WHEN {mine} THEN {value_text(rule.value, entry.value)}", f"WHEN {mine} THEN {text(entry.id)}")
        for mine, entry in zip(held, entries, strict=True)
    ]
    told = [f"(CASE WHEN {open_} THEN NULL {' '.join(each)} END)" for each in zip(*whens, strict=True)]
    return told or [typed(rule.value, "CAST(NULL AS BIGINT)"), "CAST(NULL AS TEXT)"]


def in_force(row: Row | Entry, condition: str, as_of: str) -> str:
    """Write a condition that is false on days the row is not in force."""
    span = [f"{as_of} >= {day(row.since)}"] if row.since > 1 else []
    span += [] if row.until is None else [f"{as_of} <= {day(row.until)}"]
    return f"CASE WHEN {' AND '.join(span)} THEN {condition} ELSE FALSE END" if span else condition


def _depth(key: str | int, fact: Fact) -> int:
    if key == ANYTHING:
        return 0
    return 1 if fact.vocabulary is None else len(fact.vocabulary.way_up(str(key)))
