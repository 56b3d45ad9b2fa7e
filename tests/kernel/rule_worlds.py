"""Random rule books and cases, and a plain reading of what they say: the yardstick of every form.

The reading here walks the trees with `evaluate` and shares nothing else with the engine: no cells, no tables.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import strategies as st

from jishi.kernel.law.parameter import Parameter, ParameterStep
from jishi.kernel.quantity.rounding import rounded
from jishi.kernel.rules.evaluate import Setting, number, truth
from jishi.kernel.rules.fact import SCALE, Fact, Vocabulary
from jishi.kernel.rules.grammar import Scope, read_condition, read_expression
from jishi.kernel.rules.node import facts_of
from jishi.kernel.rules.rule import (
    Answer,
    Entry,
    Formula,
    Item,
    Row,
    Rule,
    RuleBook,
    Schedule,
    Score,
    Table,
)
from tests.kernel.rule_forms import CLASH, OPEN, Case, Cases, Told

WORDS = ("词", "word")
CODES = Vocabulary(
    {"06": WORDS, "0601": WORDS, "060101": WORDS, "07": WORDS, "0701": WORDS},
    {"0601": "06", "060101": "0601", "0701": "07"},
)
SUB_ANSWERS = Vocabulary({"yes": WORDS, "no": WORDS, "perhaps": WORDS})
BASE = {
    "b1": ("boolean", None), "b2": ("boolean", None), "b3": ("boolean", None),
    "n1": ("integer", "person"), "n2": ("integer", "person"), "m1": ("money", None), "m2": ("money", None),
    "a1": ("area", None), "r1": ("ratio", None), "x1": ("decimal", None),
    "d1": ("date", None), "d2": ("date", None), "c1": ("choice", None),
}  # fmt: skip
FACTS: dict[str, Fact] = {
    name: Fact(name, kind, WORDS, unit, vocabulary=CODES if kind == "choice" else None)  # type: ignore[arg-type]
    for name, (kind, unit) in BASE.items()
}
DERIVED = {
    "k_table": Fact("k_table", "choice", WORDS, vocabulary=SUB_ANSWERS, rule="sub.table"),
    "k_sum": Fact("k_sum", "money", WORDS, rule="sub.formula"),
    "k_rate": Fact("k_rate", "ratio", WORDS, rule="sub.schedule"),
    "k_score": Fact("k_score", "integer", WORDS, "point", rule="sub.score"),
}
PARAMETERS = {"p.n": "person", "p.m": "CNY", "p.w": "CNY_wan", "p.r": "ratio", "p.a": "m2"}
DAYS = [date(2019, 2, 28), date(2020, 1, 31), date(2020, 2, 28), date(2020, 2, 29), date(2020, 3, 1),
        date(2020, 12, 31), date(2021, 1, 1), date(2021, 2, 28), date(2022, 1, 30), date(2024, 2, 29)]  # fmt: skip
COMPARISONS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
days = st.sampled_from(DAYS)
small, amounts = st.integers(-1, 6), st.integers(0, 6)


def texts(*choices: Any) -> st.SearchStrategy[str]:
    """Fill one of some forms: texts with `{}`, each with the strategies that fill it."""

    def filled(form: str, parts: tuple[Any, ...]) -> st.SearchStrategy[str]:
        return st.tuples(*parts).map(lambda found: form.format(*found))

    return st.one_of([filled(form, parts) for form, *parts in choices])


dates = st.sampled_from(["d1", "d2", "as_of"])
thresholds = texts(
    ("n1 {} {}", COMPARISONS, small), ("{} {} n2", small, COMPARISONS), ("n1 {} p.n", COMPARISONS),
    ("m1 {} yuan({})", COMPARISONS, amounts), ("m1 {} p.m", COMPARISONS), ("m2 {} p.w * 2 / 3", COMPARISONS),
    ("m2 {} yuan(0.005) * {}", COMPARISONS, small), ("a1 {} mu({})", COMPARISONS, st.integers(0, 3)),
    ("a1 {} p.a", COMPARISONS), ("r1 {} p.r", COMPARISONS), ("r1 {} percent({})", COMPARISONS, st.integers(0, 60)),
    ("x1 {} {}", COMPARISONS, st.sampled_from(["0.5", "1", "2 / 3"])),
    ("d1 {} date('{}')", COMPARISONS, days), ("as_of {} date('{}')", COMPARISONS, days),
    ("{} < n1 <= {}", small, small), ("p.n {} {}", COMPARISONS, small),
)  # fmt: skip
choices = texts(
    ("c1 == '{}'", st.sampled_from(list(CODES.words))), ("c1 != '{}'", st.sampled_from(list(CODES.words))),
    ("c1 in ('{}', '{}')", st.sampled_from(list(CODES.words)), st.sampled_from(list(CODES.words))),
    ("c1 not in ('{}',)", st.sampled_from(list(CODES.words))), ("under(c1, '{}')", st.sampled_from(list(CODES.words))),
)  # fmt: skip
compounds = texts(
    ("n1 * 3 {} n2 * 2", COMPARISONS), ("m1 {} m2", COMPARISONS), ("m1 * p.r {} m2 - yuan({})", COMPARISONS, amounts),
    ("m1 * r1 {} m2", COMPARISONS), ("n1 / n2 {} {}", COMPARISONS, st.sampled_from(["1", "2 / 3", "r1"])),
    ("min(m1, m2) {} p.m", COMPARISONS), ("max(n1, n2, 3) {} p.n", COMPARISONS), ("x1 ** 2 {} r1", COMPARISONS),
    ("-n1 {} n2 - 4", COMPARISONS), ("n1 * n2 {} x1", COMPARISONS), ("m1 / a1 {} m2 / a1", COMPARISONS),
    ("days({}, {}) {} {}", dates, dates, COMPARISONS, st.integers(-2, 400)),
    ("months({}, {}) {} {}", dates, dates, COMPARISONS, st.integers(-13, 25)),
    ("years({}, {}) {} {}", dates, dates, COMPARISONS, st.integers(-2, 3)),
    ("d1 {} d2", COMPARISONS), ("min(d1, d2) {} as_of", COMPARISONS), ("days(max(d1, d2), as_of) {} 3", COMPARISONS),
)  # fmt: skip
derived = texts(
    ("k_table == '{}'", st.sampled_from(list(SUB_ANSWERS.words))), ("k_sum {} yuan({})", COMPARISONS, amounts),
    ("k_sum {} m1", COMPARISONS), ("k_rate {} percent({})", COMPARISONS, st.integers(0, 60)),
    ("k_score {} {}", COMPARISONS, st.integers(0, 9)),
)  # fmt: skip
flags = st.sampled_from(["b1", "b2", "b3"])
atoms = st.one_of(flags, flags, thresholds, choices, compounds)


def conditions(leaves: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Give texts of conditions up to three deep."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda two: f"({two[0]} and {two[1]})"),
            st.tuples(inner, inner).map(lambda two: f"({two[0]} or {two[1]})"),
            inner.map(lambda one: f"not {one}"),
        ),
        max_leaves=4,
    )


expressions = st.sampled_from([
    "m1 * r1", "m1 + m2 - yuan(3)", "max(m1 - m2, yuan(0))", "min(m1, m2, p.m)", "m1 / 3", "m1 * p.r / 7",
    "m1 * n1 / n2", "p.w * x1", "yuan(12.345)", "m1 * (1 + r1) ** 2", "-m1 / 7", "m1 * days(d1, as_of) / 365",
])  # fmt: skip
points = st.sampled_from(["0", "3", "10", "n1", "n1 * 2", "max(n1, 0)", "n2 / 2"])
spans = st.tuples(st.one_of(st.just(date(2000, 1, 1)), days), st.one_of(st.none(), st.none(), days)).map(
    lambda two: (two[0].toordinal(), None if two[1] is None or two[1] < two[0] else two[1].toordinal())
)


@dataclass(frozen=True)
class World:
    """A book with a rule `top` and the rules of derived facts."""

    book: RuleBook


def scope() -> Scope:
    """Give what conditions may name."""
    return Scope({**FACTS, **DERIVED}, PARAMETERS)


def used(rows: Sequence[Row]) -> tuple[str, ...]:
    """List the facts of some rows."""
    nodes = [
        node
        for row in rows
        for node in (row.when, row.then)
        if node is not None and not isinstance(node, str)
    ]
    return tuple(dict.fromkeys(name for node in nodes for name in facts_of(node) if name != "as_of"))


@st.composite
def rows_of(draw: Any, leaves: st.SearchStrategy[str], then: st.SearchStrategy[Any]) -> tuple[Row, ...]:
    """Draw the rows of a table, a formula or an item."""
    found = []
    for at in range(draw(st.integers(1, 4))):
        since, until = draw(spans)
        when = draw(conditions(leaves)) if at or draw(st.integers(0, 3)) == 0 else None
        found.append(Row(
            id=f"row_{at}", when=None if when is None else read_condition(when, scope()), then=draw(then),
            rank=draw(st.sampled_from([0, 0, 1, 2, -1])), cites=(f"c {at}",), since=since, until=until,
            confidence=draw(st.sampled_from(["confirmed", "unconfirmed"])),
            rounding=draw(st.sampled_from(["half_up", "half_even", "down", "up"])),
            when_text=when or "",
        ))  # fmt: skip
    return tuple(found)


def read(then: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Read drawn texts as expressions."""
    return then.map(lambda text: read_expression(text, scope()))


@st.composite
def tables(draw: Any, identity: str, answers: Sequence[str], leaves: st.SearchStrategy[str]) -> Table:
    """Draw a table."""
    rows = draw(rows_of(leaves, st.sampled_from(answers)))
    told = tuple(Answer(each, WORDS) for each in answers)
    return Table(identity, WORDS, WORDS, used(rows), answers=told, rows=rows)


@st.composite
def formulas(draw: Any, identity: str, leaves: st.SearchStrategy[str]) -> Formula:
    """Draw a formula over money."""
    rows = draw(rows_of(leaves, read(expressions)))
    return Formula(identity, WORDS, WORDS, used(rows), value=Fact("value", "money", WORDS), rows=rows)


@st.composite
def scores(draw: Any, identity: str, leaves: st.SearchStrategy[str]) -> Score:
    """Draw a score of up to three items."""
    items = tuple(
        Item(f"item_{at}", WORDS, draw(st.integers(1, 12)), draw(rows_of(leaves, read(points))))
        for at in range(draw(st.integers(1, 3)))
    )
    names = tuple(dict.fromkeys(name for item in items for name in used(item.rows)))
    return Score(identity, WORDS, WORDS, names, cap=draw(st.integers(5, 20)), items=items)


@st.composite
def schedules(draw: Any, identity: str) -> Schedule:
    """Draw a schedule over a code, a whole number and a boolean, or fewer."""
    keys = draw(st.sampled_from([("c1",), ("c1", "n1"), ("b1", "c1"), ("n1",), ()]))
    kinds = {"c1": st.sampled_from([*CODES.words, "*"]), "n1": st.sampled_from([0, 1, 2, "*"]),
             "b1": st.sampled_from([True, False, "*"])}  # fmt: skip
    entries = []
    for at in range(draw(st.integers(0, 5))):
        since, until = draw(spans)
        mine = tuple(draw(kinds[key]) for key in keys)
        entries.append(Entry(f"entry_{at}", mine, draw(st.integers(0, 600_000)), (f"s {at}",), since, until))
    return Schedule(identity, WORDS, WORDS, keys, value=Fact("value", "ratio", WORDS), entries=tuple(entries))


@st.composite
def parameters(draw: Any) -> dict[str, Parameter]:
    """Draw dated parameters, with gaps."""
    found = {}
    for name, unit in PARAMETERS.items():
        cuts = sorted(draw(st.lists(days, unique=True, max_size=2)) + [DAYS[0]] * draw(st.booleans()))
        cuts = list(dict.fromkeys(cuts))
        steps = []
        for at, since in enumerate(cuts):
            until = None if at == len(cuts) - 1 and draw(st.booleans()) else since
            value = Fraction(draw(st.integers(0, 12)), draw(st.sampled_from([1, 1, 2, 3, 4])))
            steps.append(ParameterStep(since, until, value, (f"{name} clause",), "confirmed"))
        found[name] = Parameter(name, unit, tuple(steps))
    return found


@st.composite
def worlds(draw: Any, kind: str) -> World:
    """Draw a book whose rule `top` is of a kind and may stand on derived facts."""
    leaves = st.one_of(atoms, derived)
    made: dict[str, Any] = {
        "table": tables("top", ("x", "y", "z"), leaves), "formula": formulas("top", leaves),
        "score": scores("top", leaves), "schedule": schedules("top"),
    }  # fmt: skip
    subs: list[Rule] = [
        draw(tables("sub.table", tuple(SUB_ANSWERS.words), atoms)), draw(formulas("sub.formula", flags)),
        draw(schedules("sub.schedule")), draw(scores("sub.score", flags)),
    ]  # fmt: skip
    rules = {rule.id: rule for rule in [draw(made[kind]), *subs]}
    return World(RuleBook("hash", {**FACTS, **DERIVED}, draw(parameters()), {}, rules))


VALUES: dict[str, Callable[[Random], Any]] = {
    "boolean": lambda chance: chance.random() < 0.5, "integer": lambda chance: chance.randint(-1, 6),
    "money": lambda chance: chance.choice([chance.randint(-1, 7) * 100, chance.randint(0, 60_000), 10**13]),
    "area": lambda chance: chance.choice([0, 3_300_000, 6_666_666, 6_666_667, 10_000_000, 40_000]),
    "ratio": lambda chance: chance.choice([0, 250_000, 350_000, 333_333, 500_000, 600_000]),
    "decimal": lambda chance: chance.choice([0, 500_000, 666_666, 666_667, 1_000_000, -1]),
    "date": lambda chance: chance.choice(DAYS).toordinal(), "choice": lambda chance: chance.choice(list(CODES.words)),
}  # fmt: skip


STATED: dict[str, Callable[[Random], Any]] = {
    "k_table": lambda chance: chance.choice(list(SUB_ANSWERS.words)), "k_sum": VALUES["money"],
    "k_rate": VALUES["ratio"], "k_score": VALUES["integer"],
}  # fmt: skip


def columns_of(cases: Cases) -> list[Fact]:
    """List the facts that cases state."""
    return [{**FACTS, **DERIVED}[name] for name in cases[0][0]]


def made_cases(seed: int, count: int, stated: bool) -> Cases:
    """Make cases with their days; in half of them everything is known. `stated`: some state derived facts."""
    chance = Random(seed)
    found = []
    for _ in range(count):
        unknown = chance.choice([0, 0, 0.15, 0.5])
        case = {
            name: None if chance.random() < unknown else VALUES[fact.kind](chance)
            for name, fact in FACTS.items()
        }
        if stated:
            sure = {name: value(chance) for name, value in STATED.items() if chance.random() < 0.4}
            case = {**case, **dict.fromkeys(DERIVED), **sure}
        found.append((case, chance.choice(DAYS).toordinal()))
    return found


dated_cases = st.builds(made_cases, st.integers(0, 2**32), st.integers(1, 40), st.booleans())


def say(book: RuleBook, rule_id: str, case: Case, day: int) -> Told:
    """Read a rule plainly: answer, row and status of a case."""
    rule = book.rules[rule_id]
    held = dict(case)
    for name in rule.facts:
        source = book.facts[name].rule
        if source is not None and held.get(name) is None:
            answer, _, status = say(book, source, case, day)
            if status == "conflict":
                return CLASH
            held[name] = answer
    if isinstance(rule, Table):
        row = chosen(rule.rows, (book, held, day))
        return row if isinstance(row, tuple) else (row.then, row.id, "determined")
    if isinstance(rule, Formula):
        return calculated(rule.rows, rule.value, (book, held, day))
    if isinstance(rule, Schedule):
        return looked_up(rule, held, day, book)
    assert isinstance(rule, Score)
    parts = [(item.cap, calculated(item.rows, rule.value, (book, held, day))) for item in rule.items]
    if any(status == "conflict" for _, (_, _, status) in parts):
        return CLASH
    row_id = next((row for _, (_, row, _) in parts if row), None)
    if any(status != "determined" for _, (_, _, status) in parts):
        return None, row_id, "undetermined"
    return min(rule.cap, sum(min(cap, points) for cap, (points, _, _) in parts)), row_id, "determined"


def setting(book: RuleBook, case: Case, day: int) -> Setting:
    """Give the natural values of a case, and every parameter of the day."""
    facts = {}
    for name, value in case.items():
        scale = SCALE.get(book.facts[name].kind, 1)
        facts[name] = Fraction(value, scale) if value is not None and scale != 1 else value
    steps = {each: parameter.at(date.fromordinal(day)) for each, parameter in book.parameters.items()}
    return Setting(facts, {each: None if step is None else step.value for each, step in steps.items()}, day)


def chosen(rows: Sequence[Row], asked: tuple[RuleBook, Case, int]) -> Row | Told:
    """Choose the row by ranks, the defaults below all."""
    book, case, day = asked
    live = [row for row in rows if row.since <= day and (row.until is None or day <= row.until)]
    here = setting(book, case, day)
    truths = [(row, True if row.when is None else truth(row.when, here)) for row in live]
    levels = sorted({rank(row) for row in live}, reverse=True)
    for level in levels:
        holding = [row for row, found in truths if found and rank(row) == level]
        if holding:
            answers = [row.then for row in holding]
            if any(each != answers[0] for each in answers):
                return CLASH
            doubted = [row for row, found in truths if found is None and rank(row) >= level]
            return OPEN if any(row.then != answers[0] for row in doubted) else holding[0]
    return OPEN


def rank(row: Row) -> float:
    """Give a row's rank."""
    return float("-inf") if row.when is None else row.rank


def calculated(rows: Sequence[Row], value: Fact, asked: tuple[RuleBook, Case, int]) -> Told:
    """Choose a row and calculate it."""
    row = chosen(rows, asked)
    if isinstance(row, tuple):
        return row
    assert not isinstance(row.then, str)
    found = number(row.then, setting(*asked))
    if found is None:
        return None, row.id, "undetermined"
    return rounded(Fraction(found) * SCALE[value.kind], row.rounding), row.id, "determined"


def looked_up(rule: Schedule, case: Case, day: int, book: RuleBook) -> Told:
    """Look the nearest entry up; a key that is unknown leaves open what an entry may ask of it."""
    fitting: list[tuple[list[int], int, Entry]] = []
    for order, entry in enumerate(rule.entries):
        if not (entry.since <= day and (entry.until is None or day <= entry.until)):
            continue
        near = [
            nearness(key, case.get(name), book.facts[name])
            for key, name in zip(entry.keys, rule.facts, strict=True)
        ]
        if -1 in near:
            continue
        if None in near:
            return OPEN
        fitting.append(([each for each in near if each is not None], order, entry))
    if not fitting:
        return OPEN
    _, _, best = min(fitting, key=lambda found: (found[0], found[1]))
    return best.value, best.id, "determined"


def nearness(key: Any, value: Any, fact: Fact) -> int | None:
    """Give how far a key is from a value: 0 the same, then wider, `*` last; None unknown, -1 it does not fit."""
    if key == "*":
        return 99
    if value is None:
        return None
    if fact.vocabulary is None:
        return 0 if key == value else -1
    way = fact.vocabulary.way_up(value)
    return way.index(key) if key in way else -1
