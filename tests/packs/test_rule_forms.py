"""Every dated case of the pack gives one answer in all three forms: single, columns, SQL."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import duckdb
import pytest

from jishi.apps.packs.api import load_pack, read_cases
from jishi.kernel.fault import Fault
from jishi.kernel.rules.columns import facts_asked
from jishi.kernel.rules.decide import Law
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


def disagreements(form: Form) -> list[str]:
    """Decide every case one by one and by a form; list what differs."""
    law, found = load_pack("jilin").law, []
    for rule, cases in cases_by_rule().items():
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
