"""The table the engines are compared on: eight rows of the residence permit's kind, made for this and no law."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from jishi.kernel.law.parameter import Parameter, ParameterStep
from jishi.kernel.rules.column import Column
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.grammar import Scope, read_condition
from jishi.kernel.rules.rule import Answer, Row, RuleBook, Table

DAY = date(2024, 6, 3)
WORDS = ("", "")
MIN_MONTHS = {date(2016, 1, 1): 6, date(2022, 1, 1): 5, date(2024, 1, 1): 3}
FACTS = {
    "months": ("integer", "month"), "job": ("boolean", None), "home": ("boolean", None), "enrolled": ("boolean", None),
    "deposit": ("money", None), "offences": ("integer", None), "referees": ("integer", "person"),
}  # fmt: skip
ROWS = [
    ("offences", "offences >= 3", "refused", 4),
    ("talent", "enrolled and deposit >= wan(5)", "granted", 3),
    ("passing", "months < 2 and not enrolled", "refused", 2),
    ("guarantee", "deposit >= wan(2) and referees >= 2 and not job and not home", "review", 1),
    ("tie_job", "months >= residence.min_months and job", "granted", 0),
    ("tie_home", "months >= residence.min_months and home", "granted", 0),
    ("tie_school", "months >= residence.min_months and enrolled", "granted", 0),
]


def law() -> Law:
    """Give the table as law."""
    facts = {name: Fact(name, kind, WORDS, unit) for name, (kind, unit) in FACTS.items()}  # type: ignore[arg-type]
    starts = list(MIN_MONTHS)
    ends = [date.fromordinal(each.toordinal() - 1) for each in starts[1:]]
    steps = [
        ParameterStep(since, until, Fraction(MIN_MONTHS[since]), ("example 1",), "confirmed")
        for since, until in zip(starts, [*ends, None], strict=True)
    ]  # fmt: skip
    parameters = {"residence.min_months": Parameter("residence.min_months", "month", tuple(steps))}
    scope, since = Scope(facts, {"residence.min_months": "month"}), starts[0].toordinal()
    rows = [Row(name, read_condition(when, scope), then, rank, ("example 2",), since, None)
            for name, when, then, rank in ROWS]  # fmt: skip
    rows.append(Row("otherwise", None, "refused", 0, ("example 2",), since, None))
    answers = tuple(Answer(each, WORDS) for each in ("refused", "granted", "review"))
    table = Table("residence", WORDS, WORDS, tuple(facts), answers=answers, rows=tuple(rows))
    return Law(RuleBook("bench", facts, parameters, {}, {"residence": table}))


@dataclass(frozen=True)
class Cases:
    """Columns of facts, where they are known (`share` unknown), and a day for each case."""

    values: dict[str, Any]
    known: dict[str, Any]
    days: Any

    def columns(self) -> dict[str, Column]:
        """Give the columns with what is unknown."""
        return {name: Column(values, self.known[name]) for name, values in self.values.items()}


def make_cases(count: int, share: float = 0.05) -> Cases:
    """Make cases by a fixed seed, their days over eight years."""
    chance = np.random.default_rng(7)
    values = {
        "months": chance.integers(0, 24, count, dtype=np.int64),
        **{name: chance.random(count, dtype=np.float32) < 0.4 for name in ("job", "home", "enrolled")},
        "deposit": chance.integers(0, 10_000_000, count, dtype=np.int64),
        "offences": chance.integers(0, 5, count, dtype=np.int64),
        "referees": chance.integers(0, 5, count, dtype=np.int64),
    }
    known = {name: chance.random(count, dtype=np.float32) >= share for name in values}
    days = np.datetime64("2016-01-01") + chance.integers(0, 8 * 365, count).astype("m8[D]")
    return Cases(values, known, days)
