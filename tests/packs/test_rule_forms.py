"""Every dated case of the pack gives one answer in all three forms: single, columns, SQL."""

from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

import duckdb
import pytest

from jishi.apps.packs.api import load_pack, read_cases
from jishi.kernel.fault import Fault
from jishi.kernel.rules.columns import facts_asked
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.deciders import RowsDecider, ScoreDecider
from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.rule import Wording
from jishi.kernel.rules.sql import to_sql
from tests.kernel.rule_forms import Cases, Told, by_columns, by_sql, own_postgres, single

Form = Callable[[Law, str, list[Fact], Cases], list[Told]]


@cache
def cases_by_rule() -> dict[str, Cases]:
    """Give the dated cases of every rule that decides."""
    pack = load_pack("jilin")
    found: dict[str, Any] = {}
    for case in read_cases(pack)[0]:
        if not isinstance(pack.rule(case.rule), Wording):
            found.setdefault(case.rule, []).append((case.facts, case.day.toordinal()))
    return found


@cache
def cases_near_limits() -> dict[str, Cases]:
    """Make some cases of every rule that decides, most values at or beside a limit of its rows."""
    law, chance = load_pack("jilin").law, Random(20201124)
    decided = [rule for rule, made in law.book.rules.items() if not isinstance(made, Wording)]
    return {rule: [made_case(law, rule, chance) for _ in range(20)] for rule in decided}


def made_case(law: Law, rule: str, chance: Random) -> tuple[dict[str, Any], int]:
    """Make a case with its day; some know everything, some do not, some state derived facts."""
    near, gaps = limits(law, rule), chance.choice([0, 0, 0.1, 0.5])
    facts = [law.book.facts[name] for name in dict.fromkeys(facts_asked(law, rule))]
    case: dict[str, Any] = {}
    for fact in facts:
        known = chance.random() >= (0.7 if fact.rule else gaps)
        case[fact.name] = value(fact, near.get(fact.name, []), chance) if known else None
    return case, chance.randint(735_000, 740_500)


def limits(law: Law, rule: str) -> dict[str, list[int]]:
    """List the numbers at which the conditions of a rule, and of its derived facts, change."""
    decider, found = law.decider(rule), {}
    if isinstance(decider, ScoreDecider):
        selectors = [each.selector for _, each in decider.items]
    else:
        selectors = [decider.selector] if isinstance(decider, RowsDecider) else []
    for axis in [axis for selector in selectors for axis in selector.axes]:
        found[axis.name] = list(axis.cuts)
    for derived in decider.derived.values():
        found |= limits(law, derived)
    return found


def value(fact: Fact, near: list[int], chance: Random) -> Any:
    """Make a stored value."""
    if fact.kind == "boolean":
        return chance.random() < 0.5
    if fact.vocabulary is not None:
        return chance.choice(list(fact.vocabulary.words))
    if near and chance.random() < 0.8:
        return chance.choice(near) + chance.choice([-1, 0, 0, 1])
    return (
        chance.randint(735_000, 740_000)
        if fact.kind == "date"
        else chance.randint(0, 10 ** chance.randint(1, 9))
    )


def disagreements(form: Form, told: dict[str, Cases] | None = None) -> list[str]:
    """Decide every case one by one and by a form; list what differs."""
    law, found = load_pack("jilin").law, []
    for rule, cases in (told or cases_by_rule()).items():
        asked = [law.book.facts[name] for name in dict.fromkeys(facts_asked(law, rule))]
        if form is not by_columns and not_in_sql(law, rule):
            continue
        alone = [single(law, rule, *case) for case in cases]
        together = form(law, rule, asked, cases)
        found += [
            f"{rule} case {at}: {one} alone, {other}"
            for at, (one, other) in enumerate(zip(alone, together, strict=True), start=1)
            if one != other
        ]
    return found


def not_in_sql(law: Law, rule: str) -> bool:
    """Tell whether a rule raises a number to a power that differs from case to case, which SQL here does not."""
    try:
        to_sql(law, rule)
    except Fault as fault:
        assert fault.code == "rules.not_in_sql"
        return True
    return False


def test_few_rules_are_beyond_sql() -> None:
    law = load_pack("jilin").law
    beyond = [rule for rule in cases_by_rule() if not_in_sql(law, rule)]
    assert len(beyond) <= len(cases_by_rule()) // 50, beyond


def test_columns_agree_with_single_on_every_dated_case() -> None:
    assert len(cases_by_rule()) > 50
    assert not disagreements(by_columns)


def test_columns_agree_with_single_near_every_limit() -> None:
    found = disagreements(by_columns, cases_near_limits())
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_duckdb_agrees_with_single_near_every_limit() -> None:
    with duckdb.connect() as connection:
        found = disagreements(
            lambda law, rule, facts, cases: by_sql(connection, (law, rule), facts, cases), cases_near_limits()
        )
    assert not found, "\n".join(found)


def test_duckdb_agrees_with_single_on_every_dated_case() -> None:
    with duckdb.connect() as connection:
        found = disagreements(lambda law, rule, facts, cases: by_sql(connection, (law, rule), facts, cases))
    assert not found, "\n".join(found)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Any]:
    """Give a connection to a PostgreSQL of the test's own."""
    with own_postgres() as connection:
        yield connection


@pytest.mark.postgres
def test_postgres_agrees_with_single_on_every_dated_case(postgres: Any) -> None:
    found = disagreements(lambda law, rule, facts, cases: by_sql(postgres, (law, rule), facts, cases))
    assert not found, "\n".join(found)
