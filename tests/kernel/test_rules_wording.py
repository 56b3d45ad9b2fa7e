"""Wording: spans of the text as given, exceptions spare, dates and unknown facts are told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.grammar import read_condition
from jishi.kernel.rules.rule import Pattern, Wording
from jishi.kernel.rules.wording import Scanner
from tests.kernel.law_of_rules import DAY, LONG_AGO, SCOPE, book


def pattern(name: str, *match: str, when: str | None = None, **more: object) -> Pattern:
    """Give a pattern of ground `g`."""
    return Pattern(
        id=name, ground="g", level="block", match=match, unless=tuple(more.get("unless", ())),  # type: ignore[call-overload]
        when=None if when is None else read_condition(when, SCOPE), cites=("法 1",),
        since=LONG_AGO.toordinal(), until=more.get("until"),  # type: ignore[arg-type]
    )  # fmt: skip


def scanner(*patterns: Pattern) -> Scanner:
    """Give a scanner of the patterns."""
    rule = Wording(
        "w", ("w", "w"), ("?", "?"), ("job",), grounds={"g": ("事由", "Ground")}, patterns=patterns
    )
    return Scanner(rule, book(rule))


def test_a_span_counts_characters_of_the_text_as_given() -> None:
    (found,) = scanner(pattern("age", r"\d+岁以下")).scan("要求：３５岁以下", {}, DAY)
    assert (found.start, found.end, found.text) == (3, 8, "３５岁以下")
    assert found.clauses == ("法 1",) and found.certain


def test_an_exception_spares_only_what_it_covers() -> None:
    made = scanner(pattern("men", "男", unless=("男女不限",)))
    assert [each.start for each in made.scan("男女不限，仅限男", {}, DAY)] == [7]


def test_a_pattern_counts_only_while_in_force() -> None:
    made = scanner(pattern("men", "男", until=date(2019, 12, 31).toordinal()))
    assert len(made.scan("男", {}, date(2019, 12, 31))) == 1
    assert made.scan("男", {}, date(2020, 1, 1)) == []
    assert made.scan("男", {}, date(2015, 12, 31)) == []


@pytest.mark.parametrize(("case", "certain"), [({"job": True}, True), ({}, False), ({"job": False}, None)])
def test_a_finding_that_hangs_on_an_unknown_fact_is_not_certain(case: dict, certain: bool | None) -> None:
    found = scanner(pattern("men", "男", when="job")).scan("限男", case, DAY)
    if certain is None:
        assert found == []
    else:
        assert (found[0].certain, found[0].needs) == (certain, () if certain else ("job",))


@given(st.text(max_size=40))
def test_every_span_is_its_own_text(text: str) -> None:
    for found in scanner(pattern("any", r"\w", "㎡")).scan(text, {}, DAY):
        assert text[found.start : found.end] == found.text
        assert 0 <= found.start < found.end <= len(text)


def test_a_text_too_long_and_a_wording_asked_to_decide_are_refused() -> None:
    made = scanner(pattern("men", "男"))
    with pytest.raises(Fault, match=r"rules\.text_too_long"):
        made.scan("男" * 200_001, {}, DAY)
    with pytest.raises(Fault, match=r"rules\.not_decided"):
        Law(made.book).decide("w", {}, DAY)
