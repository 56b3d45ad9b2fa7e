"""Two books differ in the parts that differ, and in the answers that differ, and in nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings

from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.difference import Asked, Comparison, Outcome, carried, compare_books
from jishi.kernel.rules.fact import Fact, Vocabulary
from jishi.kernel.rules.rule import Pattern, RuleBook, Wording
from tests.kernel.law_of_rules import DAY, book, parameter, row, table
from tests.kernel.rule_worlds import World, dated_cases, worlds

Cases = list[tuple[Mapping[str, Any], int]]
OTHERWISE = row("otherwise", None, "no")
OLD = book(table("t", [row("yes", "months >= res.min_months and job", "yes"), OTHERWISE]))


def parts(before: RuleBook, after: RuleBook) -> list[tuple[str, str, str]]:
    """Name what differs."""
    return [(part.how, part.kind, part.id) for part in compare_books(before, after)]


def test_a_book_does_not_differ_from_itself() -> None:
    assert compare_books(OLD, OLD) == []


def test_a_condition_written_otherwise_is_the_same() -> None:
    again = row("yes", "months>=res.min_months   and (job)", "yes", when_text="another text")
    assert parts(OLD, book(table("t", [again, OTHERWISE]))) == []


def test_rows_are_told_by_field() -> None:
    changed = row("yes", "months > 6 and job", "yes", until=date(2025, 12, 31))
    (part,) = compare_books(OLD, book(table("t", [changed, OTHERWISE])))
    assert (part.kind, part.rule, part.id, part.how) == ("row", "t", "yes", "changed")
    assert part.fields == (
        ("when", "months >= res.min_months and job", "months > 6 and job"), ("until", "", "2025-12-31"),
    )  # fmt: skip


def test_parts_come_and_go() -> None:
    rows = [row("yes", "months >= res.min_months and job", "yes"), row("also", "home", "yes"), OTHERWISE]
    new = book(table("t", rows), table("u", [OTHERWISE]))
    assert parts(OLD, new) == [("changed", "rule", "t"), ("added", "rule", "u"), ("added", "row", "also")]
    assert parts(new, OLD) == [("changed", "rule", "t"), ("removed", "rule", "u"), ("removed", "row", "also")]


def test_numbers_and_clauses_are_told() -> None:
    numbers = {**OLD.parameters, "res.min_months": parameter("res.min_months", "month", ("2016-01-01", "3"))}
    clauses = {**OLD.clauses, "法 1": replace(OLD.clauses["法 1"], confidence="unconfirmed")}
    found = compare_books(OLD, replace(OLD, parameters=numbers, clauses=clauses))
    assert [(part.kind, part.id) for part in found] == [("clause", "法 1"), ("parameter", "res.min_months")]
    assert found[0].fields == (("confidence", "confirmed", "unconfirmed"),)
    assert "2022-01-01… 12" in found[1].fields[0][1] and "2016-01-01… 3" in found[1].fields[0][2]


def ask(before: RuleBook, after: RuleBook, *cases: Asked) -> list[tuple[Outcome | None, Outcome | None]]:
    """Give what both books say."""
    found = Comparison(Law(before), Law(after)).answers(cases)
    return [(was, is_) for _, was, is_ in found]


def case(rule: str, text: str | None = None, **facts: int | bool | str) -> Asked:
    """Give a case whose facts both books store alike."""
    return Asked(rule, DAY.toordinal(), facts, facts, text)


def test_whose_answer_changes_is_told_with_row_and_clauses() -> None:
    after = book(table("t", [row("yes", "months >= 3 and job", "yes", cites=("法 2",)), OTHERWISE]))
    young, old = ask(OLD, after, case("t", months=4, job=True), case("t", months=6, job=True))
    assert young == (Outcome("no", "otherwise", ("法 1",)), Outcome("yes", "yes", ("法 2",)))
    assert old[0] is not None and old[1] is not None and old[0].said == old[1].said
    assert old[0].clauses != old[1].clauses


def test_a_rule_of_one_book_only_is_no_answer_of_the_other() -> None:
    ((was, is_),) = ask(OLD, book(table("u", [OTHERWISE])), case("t", months=6))
    assert is_ is None and was is not None and was.needs == ("job",)


def test_a_conflict_is_told_by_its_code() -> None:
    after = book(table("t", [row("a", "job", "yes"), row("b", "job", "no")]))
    ((_, is_),) = ask(OLD, after, case("t", job=True, months=1))
    assert is_ is not None and is_.said == (None, (), "rules.conflict")


def test_wordings_are_compared_by_what_they_find() -> None:
    pattern = Pattern("men", "gender", "block", ("限男",), (), None, ("法 1",), 1, None)
    words = Wording(
        "w", ("w", "w"), ("？", "?"), (), grounds={"gender": ("性别", "Gender")}, patterns=(pattern,)
    )
    after = replace(words, patterns=(replace(pattern, unless=("不限男",)),))
    ((was, is_),) = ask(book(words), book(after), case("w", "不限男女"))
    assert was is not None and is_ is not None and (was.finds, is_.finds) == (("men",), ())


def test_facts_a_book_does_not_know_become_unknown() -> None:
    choice = Fact("use", "choice", ("用途", "Use"), vocabulary=Vocabulary({"05": ("商", "Shop")}))
    after = replace(
        OLD, facts={"use": choice, "pay": Fact("pay", "integer", ("工资", "Pay")), "job": OLD.facts["job"]}
    )
    held = {"use": "0601", "pay": 5, "job": True, "months": 3}
    assert carried(held, OLD, after) == {"job": True}
    assert carried({"use": "05", "job": None}, OLD, after) == {"use": "05", "job": None}


@settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)
@given(worlds("table"), worlds("table"), dated_cases)
def test_answers_are_those_of_each_book(
    first: World, second: World, cases: list[tuple[Mapping[str, Any], int]]
) -> None:
    before, after = first.book, second.book
    asked = [Asked("top", day, facts, facts) for facts, day in cases]
    for one, was, is_ in Comparison(Law(before), Law(after)).answers(asked):
        for law, said in ((Law(before), was), (Law(after), is_)):
            assert said is not None
            if not said.fault:
                assert law.decide("top", one.before, one.day).answer == said.answer
    assert not compare_books(before, before)
