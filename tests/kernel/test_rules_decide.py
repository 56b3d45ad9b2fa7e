"""Decisions: ranks, defaults, dates, unknown facts, and the shortest list of what is needed."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.law.parameter import Parameter, ParameterStep
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.explain import explain
from jishi.kernel.rules.rule import Table
from tests.kernel.law_of_rules import DAY, book, calculation, formula, row, table

PERMIT = table(
    "permit",
    [row("tie", "months >= res.min_months and (job or home)", "yes"), row("otherwise", None, "no")],
    ["months", "job", "home"],
)
LAW = Law(book(PERMIT))


@pytest.mark.parametrize(
    ("case", "answer", "missing"),
    [
        ({"months": 6, "job": True}, "yes", ()),
        ({"months": 5, "job": True, "home": True}, "no", ()),
        ({"months": 5}, "no", ()),
        ({"months": 6, "job": False}, None, ("home",)),
        ({"job": False, "home": False}, "no", ()),
        ({"job": True}, None, ("months",)),
        ({}, None, ("months", "job", "home")),
    ],
)
def test_a_missing_fact_is_unknown_and_never_guessed(case: dict, answer: str | None, missing: tuple) -> None:
    decision = LAW.decide("permit", case, DAY)
    assert (decision.answer, decision.missing) == (answer, missing)
    assert decision.clauses == ("法 1",)


def test_the_law_of_the_day_is_applied() -> None:
    case = {"months": 6, "job": True}
    assert LAW.decide("permit", case, date(2021, 12, 31)).answer == "yes"
    assert LAW.decide("permit", case, date(2022, 1, 1)).answer == "no"
    before = LAW.decide("permit", case, date(2015, 12, 31))
    assert (before.answer, before.reason) == (None, "not_in_force")


def test_an_exception_of_higher_rank_beats_the_rule() -> None:
    law = Law(book(table("t", [row("rule", "months >= 6", "yes"), row("exception", "job", "no", rank=1)])))
    assert law.decide("t", {"months": 6, "job": False}, DAY).answer == "yes"
    assert law.decide("t", {"months": 6, "job": True}, DAY).row == "exception"
    assert law.decide("t", {"months": 6}, DAY).missing == ("job",)
    assert law.decide("t", {"job": True}, DAY).answer == "no"


def test_a_possible_exception_with_the_same_answer_changes_nothing() -> None:
    law = Law(book(table("t", [row("rule", "months >= 6", "yes"), row("also", "job", "yes", rank=1)])))
    assert law.decide("t", {"months": 6}, DAY).answer == "yes"


def test_two_rows_of_one_rank_that_disagree_are_an_error() -> None:
    law = Law(book(table("t", [row("a", "months >= 6", "yes"), row("b", "job", "no")])))
    with pytest.raises(Fault, match=r"rules\.conflict"):
        law.decide("t", {"months": 6, "job": True}, DAY)
    assert law.decide("t", {"months": 6, "job": False}, DAY).answer == "yes"


def test_every_ground_that_holds_is_named() -> None:
    law = Law(
        book(
            table(
                "t", [row("a", "job", "no", cites=("法 2",)), row("b", "home", "no"), row("c", None, "yes")]
            )
        )
    )
    decision = law.decide("t", {"job": True, "home": True}, DAY)
    assert (decision.row, decision.ruling.also) == ("a", ("b",))
    assert decision.clauses == ("法 2", "法 1")
    assert decision.confidence == "unconfirmed"
    assert law.decide("t", {"job": False, "home": True}, DAY).confidence == "confirmed"


def test_a_case_no_row_covers_is_a_gap() -> None:
    law = Law(book(table("t", [row("a", "months >= 6", "yes")])))
    decision = law.decide("t", {"months": 5}, DAY)
    assert (decision.answer, decision.reason, decision.missing) == (None, "gap", ())


def test_a_derived_fact_is_decided_by_its_own_rule_and_its_needs_are_passed_on() -> None:
    levy = formula(
        "land.increment", [calculation("sum", "max(pay - wage.floor, yuan(0)) * levy.rate")], ["pay"]
    )
    asks = table("t", [row("a", "increment >= yuan(100)", "yes"), row("b", None, "no")], ["increment"])
    law = Law(book(levy, asks))
    assert law.decide("land.increment", {"pay": 228_000}, DAY).answer == 10_000
    assert law.decide("t", {"pay": 228_000}, DAY).answer == "yes"
    assert law.decide("t", {"pay": 227_997}, DAY).answer == "no"
    assert law.decide("t", {"increment": 20_000}, DAY).answer == "yes"
    assert law.decide("t", {}, DAY).missing == ("pay",)
    assert "法 1" in law.decide("t", {"pay": 228_000}, DAY).clauses


def test_an_unknown_rule_names_its_neighbours() -> None:
    with pytest.raises(Fault) as caught:
        LAW.decide("permitt", {}, DAY)
    assert caught.value.params["valid"] == ["permit"]


CONDITIONS = ["months >= 6", "months < 3", "job", "home", "not job", "job and home", "months >= 6 or home",
              "votes * 3 >= voters * 2", "use == '06'", "pay >= yuan(10)"]  # fmt: skip
TABLES = st.lists(
    st.tuples(st.sampled_from(CONDITIONS), st.sampled_from(["yes", "no", "later"]), st.integers(0, 2)),
    max_size=5,
)
VALUES: dict[str, list] = {
    "months": [2, 4, 6], "job": [True, False], "home": [True, False], "votes": [1, 2], "voters": [3],
    "use": ["05", "06"], "pay": [0, 1000],
}  # fmt: skip
CASES = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()})


def _table(rows: list) -> Table:
    made = [row(f"r{at}", when, then, rank=rank) for at, (when, then, rank) in enumerate(rows)]
    return table("t", [*made, row("otherwise", None, "no")], list(VALUES))


def _answer(law: Law, case: dict) -> str | None:
    try:
        return law.decide("t", case, DAY).answer  # type: ignore[return-value]
    except Fault:
        return "conflict"


@given(TABLES, CASES)
def test_a_definite_answer_never_changes_when_more_becomes_known(rows: list, case: dict) -> None:
    law = Law(book(_table(rows)))
    answer = _answer(law, case)
    unknown = [name for name in VALUES if name not in case]
    if answer in (None, "conflict"):
        return
    for values in product(*(VALUES[name] for name in unknown)):
        assert _answer(law, {**case, **dict(zip(unknown, values, strict=True))}) in (answer, "conflict")


@given(TABLES, CASES)
def test_the_facts_needed_settle_it_and_no_shorter_list_does(rows: list, case: dict) -> None:
    law = Law(book(_table(rows)))
    if _answer(law, case) is not None:
        return
    needed = law.decide("t", case, DAY).missing
    assert needed and not set(needed) & set(case)
    settles = {wanted: _settles(law, case, wanted) for size in range(1, len(needed) + 1)
               for wanted in combinations([n for n in VALUES if n not in case], size)}  # fmt: skip
    shorter = [wanted for wanted, settled in settles.items() if settled and len(wanted) < len(needed)]
    # voters has one value here, which a search over every possible value cannot know
    assert not [wanted for wanted in shorter if not {"votes", "voters"} & {*wanted, *needed}]
    assert _settles(law, case, needed)


def _settles(law: Law, case: dict, names: tuple) -> bool:
    ways = product(*(VALUES[name] for name in names))
    return all(_answer(law, {**case, **dict(zip(names, way, strict=True))}) is not None for way in ways)


@given(TABLES, CASES)
def test_the_nearest_other_answer_is_one(rows: list, case: dict) -> None:
    law = Law(book(_table(rows)))
    if _answer(law, case) == "conflict":
        return
    decision = law.decide("t", case, DAY)
    change = explain(law, decision, case).change
    if change is not None and not change.tests:
        moved = law.decide("t", {**case, **change.values}, DAY)
        assert moved.answer == change.answer != decision.answer
        assert moved.row == change.row


def test_a_formula_cites_the_step_of_its_parameter_in_force() -> None:
    steps = tuple(
        ParameterStep(since, until, Fraction(value), (clause,), "confirmed")
        for since, until, value, clause in (
            (date(2016, 1, 1), date(2021, 12, 31), 1, "法 1"),
            (date(2022, 1, 1), None, 2, "法 2"),
        )
    )
    made = book(formula("f", [calculation("sum", "pay * levy.rate")], ["pay"]))
    law = Law(replace(made, parameters={"levy.rate": Parameter("levy.rate", "ratio", steps)}))
    before, after = (law.decide("f", {"pay": 100}, day) for day in (date(2021, 12, 31), date(2022, 1, 1)))
    assert (before.answer, before.confidence) == (100, "confirmed")
    assert (after.answer, after.clauses, after.confidence) == (200, ("法 1", "法 2"), "unconfirmed")
