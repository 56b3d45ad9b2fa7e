"""Write stored values the way cases and tables of cases write them, so that they read back the same."""

from datetime import date
from fractions import Fraction

from jishi.apps.packs.kinds.case import UNDETERMINED
from jishi.kernel.quantity.number import format_number
from jishi.kernel.rules.fact import Fact, Value
from jishi.kernel.rules.rule import Formula, Rule, Schedule, Score


def written(fact: Fact, value: Value | None) -> str:
    """Write a value as a case does: `1780` yuan, `330` m2, `35%`, `2020-11-24`, `true`; unknown is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if fact.kind == "boolean":
        return "true" if value else "false"
    return {
        "money": lambda: format_number(Fraction(value, 100)),
        "area": lambda: format_number(Fraction(value, 10**4)),
        "ratio": lambda: format_number(Fraction(value, 10**4)) + "%",
        "decimal": lambda: format_number(Fraction(value, 10**6)),
        "date": lambda: date.fromordinal(value).isoformat(),
    }.get(fact.kind, lambda: str(value))()


def written_answer(rule: Rule, answer: int | str | None) -> str:
    """Write what a rule answered; no answer is `undetermined`."""
    if answer is None:
        return UNDETERMINED
    return written(rule.value, answer) if isinstance(rule, Schedule | Formula | Score) else str(answer)
