"""A small book of rules written as text, for the tests of the rules room."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from jishi.kernel.law.clause import Clause
from jishi.kernel.law.parameter import Parameter, ParameterStep
from jishi.kernel.rules.fact import Fact, Vocabulary
from jishi.kernel.rules.grammar import Scope, read_condition, read_expression
from jishi.kernel.rules.node import facts_of
from jishi.kernel.rules.rule import Answer, Formula, Row, Rule, RuleBook, Table

DAY = date(2020, 11, 24)
LONG_AGO = date(2016, 1, 1)
USES = Vocabulary(
    {code: (code, code) for code in ("05", "0501", "06", "0601", "0602", "07")},
    {"0501": "05", "0601": "06", "0602": "06"},
)
FACTS = {
    each.name: each
    for each in (
        Fact("months", "integer", ("居住月数", "Months resident"), "month"),
        Fact("job", "boolean", ("稳定就业", "Stable job")),
        Fact("home", "boolean", ("稳定住所", "Stable home")),
        Fact("pay", "money", ("工资", "Pay")),
        Fact("area", "area", ("面积", "Area")),
        Fact("share", "ratio", ("份额", "Share")),
        Fact("start", "date", ("起算日", "Start day")),
        Fact("votes", "integer", ("同意票", "Votes for"), "person"),
        Fact("voters", "integer", ("应到人数", "Voters"), "person"),
        Fact("use", "choice", ("用途", "Use"), vocabulary=USES),
        Fact("increment", "money", ("增值收益", "Increment"), rule="land.increment"),
    )
}
CLAUSE = Clause("法 1", "某法", "1", "一", LONG_AGO, None, "confirmed", "一", "one")
DOUBT = Clause("法 2", "某法", "2", "二", LONG_AGO, None, "unconfirmed", "二", "two")


def parameter(name: str, unit: str, *steps: tuple[str, str]) -> Parameter:
    """Give a parameter of (since, value) steps, each running to the day before the next."""
    begins = [date.fromisoformat(since) for since, _ in steps]
    ends = [date.fromordinal(begin.toordinal() - 1) for begin in begins[1:]] + [None]
    made = [
        ParameterStep(begin, end, Fraction(value), ("法 1",), "confirmed")
        for (_, value), begin, end in zip(steps, begins, ends, strict=True)
    ]
    return Parameter(name, unit, tuple(made))


PARAMETERS = {
    each.id: each
    for each in (
        parameter("res.min_months", "month", ("2016-01-01", "6"), ("2022-01-01", "12")),
        parameter("levy.rate", "ratio", ("2015-01-01", "0.2")),
        parameter("wage.floor", "CNY", ("2015-01-01", "1780")),
    )
}
SCOPE = Scope(FACTS, {each.id: each.unit for each in PARAMETERS.values()})


def row(name: str, when: str | None, then: str, **more: Any) -> Row:
    """Give a row; `since` and `until` as days, `rank`, `cites`."""
    until = more.pop("until", None)
    return Row(
        name,
        None if when is None else read_condition(when, SCOPE),
        then,
        more.pop("rank", 0),
        more.pop("cites", ("法 1",)),
        more.pop("since", LONG_AGO).toordinal(),
        None if until is None else until.toordinal(),
        **more,
    )


def calculation(name: str, then: str, when: str | None = None, rounding: str = "half_up") -> Row:
    """Give a row of a formula."""
    made = row(name, when, "", rounding=rounding)
    return Row(**{**made.__dict__, "then": read_expression(then, SCOPE)})


def table(rule_id: str, rows: Sequence[Row], facts: Sequence[str] = ()) -> Table:
    """Give a table whose answers are those of its rows; "yes" permits."""
    names = dict.fromkeys(str(each.then) for each in rows)
    answers = tuple(Answer(name, (name, name), permits=name == "yes") for name in names)
    used = dict.fromkeys(name for each in rows for name in facts_of(each.when))
    words = (rule_id, rule_id)
    return Table(rule_id, words, ("？", "?"), tuple(facts or used), answers=answers, rows=tuple(rows))


def formula(rule_id: str, rows: Sequence[Row], facts: Sequence[str]) -> Formula:
    """Give a formula of money."""
    value = Fact("value", "money", ("值", "Value"))
    return Formula(rule_id, (rule_id, rule_id), ("？", "?"), tuple(facts), value=value, rows=tuple(rows))


def book(*rules: Rule) -> RuleBook:
    """Give a book of the rules."""
    clauses = {each.id: each for each in (CLAUSE, DOUBT)}
    return RuleBook("0" * 64, FACTS, PARAMETERS, clauses, {each.id: each for each in rules})
