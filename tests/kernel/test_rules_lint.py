"""The lint finds what a case can show, shows what it finds, and proves what cannot be."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.law.clause import Clause
from jishi.kernel.rules import lint
from jishi.kernel.rules.cells import leaves
from jishi.kernel.rules.coverage import Sample, lint_cases
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.evaluate import Setting, truth
from jishi.kernel.rules.fact import SCALE, Fact
from jishi.kernel.rules.finding import Finding
from jishi.kernel.rules.footing import Footing, dead_clauses, lint_footing, unconfirmed
from jishi.kernel.rules.grammar import read_condition
from jishi.kernel.rules.linear import impossible, read_claim
from jishi.kernel.rules.lint import lint_rows
from jishi.kernel.rules.node import Compare
from jishi.kernel.rules.rule import Entry, Pattern, Row, Rule, RuleBook, Schedule, Table, Wording
from jishi.kernel.rules.text import node_text
from jishi.kernel.rules.witness import groups, spread
from tests.kernel import rule_worlds
from tests.kernel.law_of_rules import DAY, LONG_AGO, SCOPE, book, calculation, formula, row, table
from tests.kernel.rule_worlds import World, atoms, compounds, dated_cases, worlds

thorough = settings(max_examples=50, suppress_health_check=list(HealthCheck), deadline=None)
NEVER = row("otherwise", None, "no")


def found(rule: Rule, *, within: RuleBook | None = None) -> list[tuple[str, str, str]]:
    """Give level, code and row of what the lint says of a rule's rows."""
    held = within or book(rule)
    return [(each.level, each.code.removeprefix("rules.lint."), each.row) for each in lint_rows(rule, held)]


def test_a_sound_table_has_nothing_to_tell() -> None:
    rule = table("t", [row("yes", "months >= res.min_months and (job or home)", "yes"), NEVER])
    assert found(rule) == []


def test_a_conflict_comes_with_its_case() -> None:
    rule = table("t", [row("yes", "months >= 6", "yes"), row("no", "months <= 6 and not job", "no")])
    (conflict, *_) = lint_rows(rule, book(rule))
    assert (conflict.level, conflict.code, conflict.row) == ("error", "rules.lint.conflict", "no")
    assert conflict.params == {"other": "yes"} and conflict.case == {"months": 6, "job": False}
    with pytest.raises(Fault, match=r"rules\.conflict"):
        Law(book(rule)).decide("t", conflict.case, conflict.day or 0)


def test_rows_disagree_below_one_whose_number_has_no_value() -> None:
    early = {"since": date(2010, 1, 1), "until": date(2014, 12, 31)}  # the rate begins in 2015
    above = row("above", "share > levy.rate", "no", rank=1, **early)
    rule = table("t", [above, row("yes", "job", "yes", **early), row("no", "home", "no", **early)])
    conflict = next(each for each in lint_rows(rule, book(rule)) if each.code == "rules.lint.conflict")
    assert conflict.case == {"job": True, "home": True}
    with pytest.raises(Fault, match=r"rules\.conflict"):
        Law(book(rule)).decide("t", conflict.case | {"share": 1}, conflict.day or 0)


def test_rank_and_dates_part_rows() -> None:
    higher = table("t", [row("yes", "job", "yes"), row("no", "home", "no", rank=1), NEVER])
    later = date(2018, 1, 1)
    dated = table(
        "t", [row("yes", "job", "yes", until=date(2017, 12, 31)), row("no", "job", "no", since=later), NEVER]
    )
    assert found(higher) == found(dated) == []


def test_a_gap_comes_with_its_case() -> None:
    rule = table("t", [row("yes", "months > 6", "yes"), row("no", "months < 6 and job", "no")])
    (gap,) = lint_rows(rule, book(rule))
    assert (gap.level, gap.code) == ("error", "rules.lint.gap")
    assert Law(book(rule)).decide("t", gap.case, gap.day or 0).reason == "gap"


def test_a_gap_in_a_formula_is_a_warning() -> None:
    rule = formula("f", [calculation("all", "pay * 2", "months > 0")], ["months", "pay"])
    assert found(rule) == [("warning", "gap", "")]


def test_a_gap_may_lie_in_one_time_only() -> None:
    late = row("otherwise", None, "no", since=date(2018, 1, 1))
    rule = table("t", [row("yes", "job", "yes"), late])
    (gap,) = lint_rows(rule, book(rule))
    assert gap.code == "rules.lint.gap" and gap.day == LONG_AGO.toordinal()


def test_bounds_of_a_fact_close_a_gap() -> None:
    rule = table("t", [row("yes", "months >= 6", "yes"), row("no", "0 <= months < 6", "no")])
    held = book(rule)
    bounded = replace(held, facts={**held.facts, "months": replace(held.facts["months"], minimum=0)})
    assert found(rule) == [("error", "gap", "")] and found(rule, within=bounded) == []


@pytest.mark.parametrize(
    "rows",
    [
        [row("yes", "months > 6 and months < 6", "yes"), NEVER],
        [row("above", "job", "no", rank=1), row("yes", "job and home", "yes"), NEVER],
        [row("all", "job or not job", "no"), row("yes", None, "yes")],
        [row("start", "start > as_of and years(start, as_of) >= 1", "yes"), NEVER],
        [
            row("sum", "votes * 3 < voters * 2 and votes > voters", "yes"),
            row("all", "voters >= 0", "no", rank=-1),
        ],
    ],
)
def test_a_row_out_of_reach_is_told(rows: list[Row]) -> None:
    rule = table("t", rows)
    held = book(rule)
    facts = {**held.facts, "voters": replace(held.facts["voters"], minimum=0)}
    assert [each[:2] for each in found(rule, within=replace(held, facts=facts)) if "reach" in each[1]] == [
        ("error", "out_of_reach")
    ]


def test_comparisons_that_exclude_each_other_are_no_conflict() -> None:
    rule = table(
        "t",
        [
            row("late", "months(start, as_of) >= 12", "late"),
            row("soon", "months(start, as_of) >= 6 and years(start, as_of) < 1", "soon"),
            row("early", "months(start, as_of) < 6", "early"),
        ],
    )
    assert found(rule) == []


def test_what_no_tried_case_shows_is_only_a_warning() -> None:
    odd = "votes * voters == 1022117 and votes > 1 and voters > 1"  # beyond linear proof and beyond what is tried
    rule = table("t", [row("odd", odd, "yes"), row("other", odd, "no", rank=0), row("rest", None, "no")])
    assert ("warning", "conflict_unproved", "other") in found(rule)


def test_a_search_that_is_too_wide_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jishi.kernel.rules.reach.NODES", 2)
    rule = table("t", [row("yes", "job and home and months > 3", "yes"), row("no", "not job", "no")])
    assert ("note", "rules.too_wide", "") in found(rule)


@pytest.mark.parametrize("kind", ["table", "formula", "score"])
@thorough
@given(st.data())
def test_random_cases_show_nothing_the_lint_missed(kind: str, data: st.DataObject) -> None:
    world, cases = data.draw(worlds(kind)), data.draw(dated_cases)
    rule, told = world.book.rules["top"], list(lint_rows(world.book.rules["top"], world.book))
    codes = {each.code for each in told}
    if "rules.too_wide" in codes:
        return
    out = {each.row for each in told if each.code == "rules.lint.out_of_reach"}
    for name, rows in lint.row_sets(rule):
        one = Table(name, rule.title, rule.question, rule.facts, rows=rows)
        law = Law(replace(world.book, rules={**world.book.rules, name: one}))
        for case, day in cases:
            _hold_against(law, (name, case, day), (codes, out if kind != "score" else set()))


def _hold_against(
    law: Law, asked: tuple[str, Mapping[str, Any], int], told: tuple[set[str], set[str]]
) -> None:
    (name, case, day), (codes, out) = asked, told
    try:
        decision = law.decide(name, case, day)
    except Fault as fault:
        if fault.params.get("rule") == name:
            assert codes & {"rules.lint.conflict", "rules.lint.conflict_unproved"}, fault
        return
    if decision.reason == "gap":
        assert codes & {"rules.lint.gap", "rules.lint.gap_unproved"}
    assert not out & {decision.row, *decision.ruling.also}


@thorough
@given(worlds("table"))
def test_every_case_shown_shows_what_was_found(world: World) -> None:
    law = Law(world.book)
    for finding in lint_rows(world.book.rules["top"], world.book):
        if finding.code == "rules.lint.gap":
            assert law.decide("top", finding.case, finding.day or 0).reason == "gap"
        if finding.code == "rules.lint.conflict":
            with pytest.raises(Fault, match=r"rules\.conflict"):
                law.decide("top", finding.case, finding.day or 0)


values = {
    "integer": st.integers(-6, 9), "money": st.integers(-300, 900), "area": st.integers(0, 10**7),
    "ratio": st.integers(0, 10**6), "decimal": st.integers(-1, 2 * 10**6), "boolean": st.booleans(),
    "choice": st.sampled_from(["06", "07"]), "date": st.dates(date(2015, 1, 1), date(2024, 12, 31)).map(date.toordinal),
}  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(compounds, min_size=1, max_size=4), st.data())
def test_what_a_case_shows_is_never_proved_impossible(texts: list[str], data: st.DataObject) -> None:
    """Comparisons held the way one case holds them can hold together."""
    nodes = [read_condition(text, rule_worlds.scope()) for text in texts]
    claims = [leaf for node in nodes for leaf in leaves(node) if isinstance(leaf, Compare)]
    facts = {name: data.draw(values[fact.kind]) for name, fact in rule_worlds.FACTS.items()}
    day = data.draw(values["date"])
    numbers = {
        "p.n": Fraction(3),
        "p.m": Fraction(5),
        "p.w": Fraction(1, 3),
        "p.r": Fraction(1, 4),
        "p.a": Fraction(9),
    }
    natural = {name: _natural(rule_worlds.FACTS[name], value) for name, value in facts.items()}
    setting = Setting(natural, numbers, day)
    held = [(leaf, found) for leaf in claims if (found := truth(leaf, setting)) is not None]
    scales = {name: SCALE[fact.kind] for name, fact in rule_worlds.FACTS.items() if fact.kind in SCALE}
    assert not impossible(read_claim(leaf, found, scales, numbers) for leaf, found in held)


def _natural(fact: Fact, value: int | bool | str) -> Fraction | bool | str:
    return value if fact.kind in ("choice", "boolean") else Fraction(value, SCALE[fact.kind])


@pytest.mark.parametrize(
    "claims",
    [
        ["votes * 3 >= voters * 2", "votes * 3 < voters * 2"],
        ["votes > voters", "voters > votes + 4"],
        ["share > percent(50)", "share + share < percent(100)"],
        ["pay < yuan(1)", "pay > yuan(0.99)"],  # between two fen there is nothing
        ["years(start, as_of) >= 3", "months(start, as_of) < 36"],
        ["start > as_of", "months(start, as_of) >= 1"],
        ["max(votes, voters) < 3", "voters > 5"],
        ["votes == voters", "votes != voters"],
        ["days(start, as_of) > 40", "months(start, as_of) < 1"],
    ],
)
def test_contradictions_are_proved(claims: list[str]) -> None:
    read = [read_condition(text, SCOPE) for text in claims]
    scales = {name: SCALE[fact.kind] for name, fact in SCOPE.facts.items() if fact.kind in SCALE}
    held = [read_claim(each, True, scales, {}) for each in read if isinstance(each, Compare)]
    assert len(held) == len(claims) and impossible(held)


@settings(max_examples=100, deadline=None)
@given(rule_worlds.conditions(atoms))
def test_a_tree_reads_back_from_its_text(text: str) -> None:
    node = read_condition(text, rule_worlds.scope())
    assert read_condition(node_text(node), rule_worlds.scope()) == node


@given(st.lists(st.lists(st.integers(), max_size=7, unique=True), max_size=4), st.integers(1, 40))
def test_spread_values_are_of_their_ranges(ranges: list[list[int]], most: int) -> None:
    found = list(spread(ranges, most))
    assert len(found) <= most
    assert all(value in allowed for each in found for value, allowed in zip(each, ranges, strict=True))


def test_axes_that_share_a_fact_go_together() -> None:
    rule = table(
        "t", [row("a", "votes > voters and months > 1", "yes"), row("b", "voters > 3", "no", rank=1), NEVER]
    )
    axes = lint.Selector("t", rule.rows, book(rule)).axes
    assert sorted(map(len, groups(axes))) == [1, 2]


def cases_told(rule: Rule, *cases: dict[str, int | bool | str]) -> list[tuple[str, str, str]]:
    """Give what the lint says of a rule and its cases."""
    samples = [Sample(rule.id, DAY.toordinal(), case) for case in cases]
    told = lint_cases(rule, Law(book(rule)), samples)
    return [
        (each.code.removeprefix("rules.lint."), each.row, str(each.params.get("limit", ""))) for each in told
    ]


def test_untried_rows_and_sides_are_told() -> None:
    rule = table("t", [row("yes", "months >= res.min_months and job", "yes"), NEVER])
    assert cases_told(rule) == [("no_case", "", "")]
    assert cases_told(rule, {"months": 6, "job": True})[:3] == [
        ("no_open_case", "", ""), ("row_without_case", "otherwise", ""), ("one_side", "yes", "months >= 6"),
    ]  # fmt: skip
    assert cases_told(rule, {"months": 6, "job": True}, {"months": 5}, {"months": 6}) == [
        ("one_side", "yes", "months >= 12")  # the number of 2022
    ]


def test_a_limit_that_changed_is_tried_on_both_sides_each_time() -> None:
    rule = table("t", [row("yes", "months >= res.min_months", "yes"), NEVER])
    late = date(2022, 1, 1).toordinal()
    samples = [
        Sample("t", day, {"months": months})
        for day, months in ((DAY.toordinal(), 6), (DAY.toordinal(), 5), (late, 12))
    ]
    (told,) = [
        each for each in lint_cases(rule, Law(book(rule)), samples) if each.code == "rules.lint.one_side"
    ]
    assert told.params == {"limit": "months >= 12", "side": "false"}


def test_a_pattern_without_a_text_is_told() -> None:
    pattern = Pattern("men", "gender", "block", ("限男",), (), None, ("法 1",), 1, None)
    other = replace(pattern, id="women", match=("限女",))
    rule = Wording(
        "w", ("w", "w"), ("？", "?"), (), grounds={"gender": ("性别", "Gender")}, patterns=(pattern, other)
    )
    samples = [Sample("w", DAY.toordinal(), {}, "仅限男性")]
    (told,) = lint_cases(rule, Law(book(rule)), samples)
    assert (told.code, told.row) == ("rules.lint.row_without_case", "women")


def clause(name: str, since: date, until: date | None = None) -> Clause:
    """Give a clause."""
    return Clause(name, "某法", name, name, since, until, "confirmed", name, name)


def footing(rule: Rule, *clauses: Clause) -> list[tuple[str, str]]:
    """Give level and code of what a rule's rows lack to stand on."""
    held = replace(book(rule), clauses={each.id: each for each in clauses})
    return [(each.level, each.code.removeprefix("rules.lint.")) for each in lint_footing(rule, held)]


def test_a_row_needs_a_clause_in_force() -> None:
    rule = table("t", [row("yes", None, "yes", cites=("a", "b"), since=date(2016, 1, 1))])
    whole, half = clause("a", date(2010, 1, 1)), clause("b", date(2018, 1, 1))
    repealed = clause("a", date(2010, 1, 1), date(2020, 12, 31))
    assert footing(rule, whole, replace(whole, id="b")) == []
    assert footing(rule, whole, half) == [("warning", "clause_partly_in_force")]
    assert footing(rule, repealed, replace(half, until=date(2021, 6, 30))) == [
        ("error", "clause_out_of_force")
    ]
    assert footing(rule, repealed, half) == [("warning", "clause_partly_in_force")] * 2


def test_a_row_needs_its_number_in_force() -> None:
    rule = table("t", [row("yes", "pay >= wage.floor", "yes", since=date(2014, 1, 1))])
    held = replace(book(rule), clauses={"法 1": clause("法 1", date(2010, 1, 1))})
    (told,) = lint_footing(rule, held)
    assert (told.level, told.params) == ("error", {"parameter": "wage.floor", "since": "2014-01-01"})


def test_entries_of_one_key_do_not_overlap() -> None:
    value = Fact("value", "money", ("值", "Value"))
    first = Entry("a", ("05",), 1, ("法 1",), 1, 100)
    entries = (first, replace(first, id="b", since=100, until=None), replace(first, id="c", keys=("06",)))
    rule = Schedule("s", ("s", "s"), ("？", "?"), ("use",), value=value, entries=entries)
    told = [each for each in lint_footing(rule, book(rule)) if each.code == "rules.lint.overlap"]
    assert [(each.row, each.params) for each in told] == [("b", {"other": "a"})]


def test_dead_clauses_and_doubts_are_listed() -> None:
    rule = table("t", [row("yes", None, "yes", cites=("a",), confidence="unconfirmed")])
    clauses = [
        clause("a", LONG_AGO),
        clause("b", LONG_AGO),
        clause("c", LONG_AGO),
        clause("d", LONG_AGO, date(2017, 1, 1)),
    ]
    held = replace(book(rule), clauses={each.id: each for each in clauses})
    dead = list(dead_clauses(held, Footing(frozenset({"c"}), DAY)))
    assert [each.row for each in dead] == ["b"]
    notes: list[Finding] = list(unconfirmed(held))
    assert [(each.level, each.rule, each.params["rows"]) for each in notes] == [("note", "t", "yes")]


def test_a_case_shown_lies_in_the_time_of_its_finding() -> None:
    """A threshold of `as_of` after an epoch's end must not carry its case out of the epoch."""
    rows = [
        row("late", None, "no", since=date(2019, 3, 1)),
        row("job", "job", "no"),
        row("day", "as_of == date('2020-01-31')", "no"),
    ]
    made = book(table("t", rows, ["job"]))
    (gap,) = [each for each in lint_rows(made.rules["t"], made) if each.code == "rules.lint.gap"]
    assert gap.day is not None and gap.day < date(2019, 3, 1).toordinal()
    assert Law(made).decide("t", gap.case, gap.day).reason == "gap"
