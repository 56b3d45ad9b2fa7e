"""A table of cases: columns found by name or label, rows decided as alone, what cannot be read told and unknown."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.fact import read_value
from jishi.kernel.rules.frame import decide_frame, plan_frame
from jishi.kernel.rules.tally import Tally
from tests.kernel.law_of_rules import FACTS, book, calculation, formula, row, table

DAY = date(2020, 11, 24)
RULE, LEVY, CLASH = "res.permit", "land.levy", "res.clash"
LAW = Law(
    book(
        table(
            RULE, [row("tie", "months >= res.min_months and (job or home)", "yes"), row("rest", None, "no")]
        ),
        formula(LEVY, [calculation("levy", "pay * levy.rate")], ["pay"]),
        table(CLASH, [row("one", "job", "yes"), row("two", "home", "no")]),
    )
)


def decide(rule: str, columns: dict[str, list[Any]], **more: Any) -> Any:
    frame = pl.DataFrame(columns, schema_overrides=more.pop("schema", None))
    plan = plan_frame(LAW, rule, frame.columns, DAY.toordinal())
    return decide_frame(plan, frame, **more)


CELLS = {
    "months": st.sampled_from(["6", "5", "", "未知", "six", " 12 ", "６", "7.5", None]),
    "job": st.sampled_from(["true", "是", "no", "", "perhaps", None]),
    "home": st.sampled_from(["yes", "否", None]),
    "as_of": st.sampled_from(["2020-11-24", "2023-01-01", "2010-01-01", "", "2020-13-01", "yesterday", None]),
}


def alone(case: dict[str, str | None]) -> tuple[Any, ...]:
    """Decide one row of texts by the single form, as the table should."""
    held: dict[str, Any] = {}
    bad = set()
    for name in ("months", "job", "home"):
        try:
            held[name] = read_value(FACTS[name], case[name])
        except Fault:
            bad.add(name)
    day: date | None = DAY
    if case["as_of"]:
        try:
            day = date.fromisoformat(case["as_of"])
        except ValueError:
            return None, "undetermined", "as_of", True
    assert day is not None
    found = LAW.decide(RULE, held, day)
    return found.answer, found.status, "; ".join(found.missing), bool(bad)


@given(st.lists(st.fixed_dictionaries(CELLS), max_size=30))
def test_every_row_is_decided_as_alone(cases: list[dict[str, str | None]]) -> None:
    columns: dict[str, list[Any]] = {name: [case[name] for case in cases] for name in CELLS}
    found = decide(RULE, columns, schema=dict.fromkeys(CELLS, pl.String)).frame
    told = zip(found["answer"], found["status"], found["missing"], found["problems"], strict=True)
    assert [(a, s, m, p is not None) for a, s, m, p in told] == [alone(case) for case in cases]


def test_columns_are_found_by_name_and_by_label() -> None:
    plan = plan_frame(LAW, RULE, ["编号", "居住月数", " JOB ", "hom", "依据日期"], DAY.toordinal())
    assert plan.facts == {"居住月数": "months", " JOB ": "job"} and plan.as_of == "依据日期"
    assert plan.unused == ("编号", "hom") and plan.absent == ("home",) and plan.near == {"hom": "home"}


@pytest.mark.parametrize(
    ("names", "code"),
    [(["months", "居住月数"], "rules.frame_twice"), (["id", "name"], "rules.frame_facts")],
)
def test_a_table_of_something_else_is_refused(names: list[str], code: str) -> None:
    with pytest.raises(Fault) as refused:
        plan_frame(LAW, RULE, names, DAY.toordinal())
    assert refused.value.code == code


def test_a_bad_cell_is_named_with_its_row_in_the_whole_table() -> None:
    decided = decide(RULE, {"months": ["6", "six"], "job": ["yes", "yes"]}, start=100)
    (problem,) = decided.problems
    assert (problem.row, problem.column, problem.value) == (102, "months", "six")
    assert decided.frame["problems"].to_list() == [None, "months: six"]


def test_more_bad_cells_than_are_listed_are_all_marked() -> None:
    decided = decide(RULE, {"months": ["six"] * 1500, "job": [None] * 1500}, schema={"job": pl.String})
    assert len(decided.problems) == 1000 and decided.frame["problems"].null_count() == 0


def test_a_broken_row_is_not_decided() -> None:
    broken = {0: Fault("table.row_width", cells=3, columns=2, read="6,yes,x")}
    decided = decide(RULE, {"months": ["6", "6"], "job": ["yes", "yes"]}, broken=broken)
    assert decided.frame["answer"].to_list() == [None, "yes"]
    assert decided.frame["status"].to_list() == ["undetermined", "determined"]
    assert decided.problems[0].value == "6,yes,x"


def test_a_conflict_is_a_problem_of_its_row() -> None:
    decided = decide(CLASH, {"job": [True, True], "home": [False, True]})
    assert decided.frame["status"].to_list() == ["determined", "conflict"]
    assert [(each.row, each.fault.code) for each in decided.problems] == [(2, "rules.conflict")]


def test_stored_units_and_texts_give_the_same_value() -> None:
    texts = decide(LEVY, {"pay": ["100", "0.01万元", None]}).frame
    stored = decide(LEVY, {"pay": [10_000, 10_000, None]}).frame
    assert texts["answer"].to_list() == stored["answer"].to_list() == [2000, 2000, None]


def test_a_column_of_floats_is_told_once_and_unknown() -> None:
    decided = decide(LEVY, {"pay": [1.5, 2.5]})
    assert [(each.row, each.fault.code) for each in decided.problems] == [(0, "rules.column_kind")]
    assert decided.frame["answer"].to_list() == [None, None]


def test_a_table_without_rows_is_decided() -> None:
    assert decide(RULE, {"months": []}, schema={"months": pl.String}).frame.shape == (0, 8)


def test_the_tally_counts_over_parts() -> None:
    tally = Tally()
    for months, job in (("6", "yes"), ("5", ""), ("6", ""), ("six", "yes")):
        tally.add(decide(RULE, {"months": [months], "job": [job], "home": ["no"]}))
    assert tally.rows == 4 and tally.answers == {"yes": 1, "no": 1, "undetermined": 2}
    assert tally.missing == {"months": 1, "job": 1} and tally.troubled == 1 and tally.undetermined == 2
    values = Tally()
    values.add(decide(LEVY, {"pay": ["100", "300", None]}))
    assert values.answers == {"known": 2, "undetermined": 1}
    assert (values.least, values.greatest) == (2000, 6000)
