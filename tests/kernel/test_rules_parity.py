"""The same case on two tracks: every rule that asks for the fact, and each difference with both clauses."""

from dataclasses import replace

from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.grammar import Scope, read_expression
from jishi.kernel.rules.parity import compare_tracks, rules_asking
from tests.kernel.law_of_rules import DAY, book, calculation, formula, row, table

DIRECT = table(
    "direct", [row("shop", "under(use, '05')", "yes"), row("works", "use == '0601'", "no", cites=("法 2",))]
)
SAME = table("same", [row("all", "under(use, '05') or use == '0601'", "yes"), row("otherwise", None, "no")])
OTHER = table("other", [row("yes", "job", "yes"), row("otherwise", None, "no")])
RENTS = [calculation("shop", "pay * 3", "under(use, '05')"), calculation("works", "pay", "use == '0601'")]
RENT = formula("rent", RENTS, ["use", "pay"])
TRACKS = ("05", "0601")


def law() -> Law:
    """Give a book in which `deep` asks for the use through the rent."""
    made = book(DIRECT, SAME, OTHER, RENT)
    rent = Fact("rent", "money", ("租金", "Rent"), rule="rent")
    then = read_expression("rent * 2", Scope({"rent": rent}, {}))
    deep = formula("deep", [replace(calculation("all", "pay"), then=then)], ["rent"])
    return Law(replace(made, facts={**made.facts, "rent": rent}, rules={**made.rules, "deep": deep}))


def test_rules_ask_also_through_derived_facts() -> None:
    assert rules_asking(law().book, "use") == ("deep", "direct", "rent", "same")
    assert rules_asking(law().book, "job") == ("other",)


def test_each_difference_comes_with_both_clauses() -> None:
    found = {
        each.rule: each for each in compare_tracks(law(), "use", TRACKS, ({"pay": 100}, DAY.toordinal()))
    }
    assert [rule for rule, each in found.items() if each.differs] == ["deep", "direct", "rent"]
    assert [track.answer for track in found["deep"].tracks] == [600, 200]
    assert [track.clauses for track in found["direct"].tracks] == [("法 1",), ("法 2",)]


def test_what_lacks_facts_is_not_called_a_difference() -> None:
    found = {each.rule: each for each in compare_tracks(law(), "use", TRACKS, ({}, DAY.toordinal()))}
    assert found["rent"].lacking and not found["rent"].differs and found["rent"].needs == ("pay",)
    assert found["direct"].differs


def test_no_rule_for_one_track_is_a_difference() -> None:
    found = {
        each.rule: each for each in compare_tracks(law(), "use", ("05", "07"), ({"pay": 1}, DAY.toordinal()))
    }
    assert found["direct"].differs and found["direct"].tracks[1].decision is not None
    assert found["direct"].tracks[1].decision.reason == "gap"


def test_a_conflict_on_one_track_is_told() -> None:
    clash = table("clash", [row("a", "use == '05'", "yes"), row("b", "under(use, '05')", "no")])
    ((each),) = compare_tracks(Law(book(clash)), "use", TRACKS, ({}, DAY.toordinal()))
    assert each.differs and each.tracks[0].fault == "rules.conflict"
