"""Write conditions and numbers as SQL: nullable booleans are Kleene's logic, NULL is unknown.

Numbers are exact: a fraction is two whole numbers, `top / bottom`, compared by cross multiplication.
Refuses (`rules.not_in_sql`) powers that are not small whole constants.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm

from jishi.kernel.fault import Fault
from jishi.kernel.rules import dimension as dim
from jishi.kernel.rules.block import steps_of
from jishi.kernel.rules.cells import threshold
from jishi.kernel.rules.evaluate import Setting, number
from jishi.kernel.rules.fact import SCALE
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.node import (
    All,
    Any_,
    Arithmetic,
    Call,
    Compare,
    Const,
    FactRef,
    Node,
    Not,
    OneOf,
    ParamRef,
    parameters_of,
)
from jishi.kernel.rules.rule import RuleBook
from jishi.kernel.rules.select import epoch_cuts, parameters_at
from jishi.kernel.rules.sql_ratio import (
    OPERATIONS,
    Ratio,
    bottom_sql,
    chosen,
    common,
    divide,
    level,
    multiply,
)
from jishi.kernel.rules.sql_text import DAY_ZERO, WHOLE, Dialect, day, span, text, whole

SAME = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
MOST_POWER = 6


@dataclass(frozen=True)
class Terms:
    """Write the nodes of one rule; `column` gives the SQL of a fact, `as_of` that of the day."""

    rule: str
    book: RuleBook
    column: Callable[[str], str]
    as_of: str
    dialect: Dialect

    def condition(self, node: Node) -> str:
        """Write a condition as a nullable boolean."""
        match node:
            case Compare():
                return self._threshold(node) or self._compare(node)
            case OneOf(fact=fact, ids=ids):
                if not ids:
                    return f"(CASE WHEN {self.column(fact.name)} IS NOT NULL THEN FALSE END)"
                return f"({self.column(fact.name)} IN ({', '.join(map(text, sorted(ids)))}))"
            case Not(part=part):
                return f"(NOT {self.condition(part)})"
            case All(parts=parts):
                return "(" + " AND ".join(map(self.condition, parts)) + ")"
            case Any_(parts=parts):
                return "(" + " OR ".join(map(self.condition, parts)) + ")"
            case FactRef(name=name):
                return self.column(name)
            case _:
                raise TypeError(f"not a condition: {node!r}")

    def ratio(self, node: Node) -> Ratio:
        """Write a number in natural units."""
        if _is_day(node):
            return Ratio(f"CAST({self.day(node)} - {DAY_ZERO} + 1 AS {WHOLE})")
        match node:
            case Const(value=value) if not isinstance(value, str):
                return Ratio(whole(Fraction(value).numerator), Fraction(value).denominator)
            case FactRef(name=name):
                return self._fact(name)
            case ParamRef(id=identity, scale=scale):
                return self._parameter(identity, scale)
            case Arithmetic(op=op, left=left, right=right):
                return (
                    self._power(left, right)
                    if op == "**"
                    else OPERATIONS[op](self.ratio(left), self.ratio(right))
                )
            case Call(name=name, args=args) if name in ("min", "max"):
                return self._extreme(name, [self.ratio(each) for each in args])
            case Call(name=name, args=(start, end)):
                return Ratio(f"CAST({span(name, self.day(start), self.day(end))} AS {WHOLE})")
            case _:
                raise self._not_in_sql(node)

    def day(self, node: Node) -> str:
        """Write a day."""
        match node:
            case Const(value=value) if not isinstance(value, str):
                return day(int(value))
            case FactRef(name=name):
                return self.as_of if name == AS_OF else self.column(name)
            case Call(name=name, args=args):
                found = self.day(args[0])
                for each in args[1:]:
                    found = chosen(name, found, self.day(each), (found, self.day(each)))
                return found
            case _:
                raise self._not_in_sql(node)

    def rounded(self, found: Ratio, scale: int, rounding: str) -> str:
        """Round `scale` times a number to a whole one by name; NULL beyond what is stored."""
        top, bottom = f"({found.top} * {whole(scale)})" if scale != 1 else found.top, bottom_sql(found.bottom)
        size = f"ABS({top})"
        floor_, doubled = self._quotient(size, bottom), f"(2 * {size} + {bottom})"
        half = self._quotient(doubled, f"(2 * {bottom})")
        tie = f"(CASE WHEN {doubled} % (2 * {bottom}) = 0 AND {half} % 2 = 1 THEN 1 ELSE 0 END)"
        up = self._quotient(f"({size} + {bottom} - 1)", bottom)
        found_sql = {"down": floor_, "up": up, "half_up": half, "half_even": f"({half} - {tie})"}[rounding]
        signed = f"(SIGN({top}) * {found_sql})"
        return f"CAST(CASE WHEN ABS({signed}) <= {2**62} THEN {signed} END AS BIGINT)"

    def _quotient(self, left: str, right: str) -> str:
        if self.dialect == "postgres":
            return f"DIV({left}, {right})"
        return f"(CAST({left} AS HUGEINT) // CAST({right} AS HUGEINT))"

    def _threshold(self, node: Compare) -> str:
        """Write a fact against numbers of the law in the fact's own unit, one for each epoch; "" where it is none."""
        found = threshold(node)
        if found is None:
            return ""
        fact, op, other = found
        cuts, values = self._epochs(other)
        scale = 1 if fact.dim == dim.DATE else SCALE[self.book.facts[fact.name].kind]
        exact = [None if each is None else Fraction(each) * scale for each in values]
        if op in ("==", "!=") and any(each is not None and each.denominator != 1 for each in exact):
            return ""
        near = [
            None if each is None else (ceil(each) if op in (">=", "<") else floor(each)) for each in exact
        ]
        column = self.as_of if fact.name == AS_OF else self.column(fact.name)
        steps = self._steps(cuts, [None if each is None else self._stored(fact, each) for each in near])
        return f"({column} {SAME[op]} {steps})"

    def _stored(self, fact: FactRef, value: int) -> str:
        if fact.dim == dim.DATE:
            return day(value)
        if self.book.facts[fact.name].kind in ("ratio", "decimal"):
            return f"{'-' if value < 0 else ''}{abs(value) // 10**6}.{abs(value) % 10**6:06}"
        return str(value)

    def _epochs(self, node: Node) -> tuple[tuple[int, ...], list[Fraction | int | None]]:
        held = {each: self.book.parameters[each] for each in parameters_of(node)}
        cuts = epoch_cuts((), held.values())
        return cuts, [number(node, Setting({}, parameters_at(held, each), 0)) for each in (1, *cuts)]

    def _steps(self, cuts: Sequence[int], values: Sequence[str | None]) -> str:
        """Write values that change with the day."""
        known = [each or "NULL" for each in values]
        if len(set(known)) == 1:
            return known[0]
        whens = [
            f"WHEN {self.as_of} < {day(cut)} THEN {each}" for cut, each in zip(cuts, known, strict=False)
        ]
        return f"(CASE {' '.join(whens)} ELSE {known[-1]} END)"

    def _compare(self, node: Compare) -> str:
        if _is_day(node.left) and _is_day(node.right):
            return f"({self.day(node.left)} {SAME[node.op]} {self.day(node.right)})"
        left, right = level(self.ratio(node.left), self.ratio(node.right))
        return f"({left} {SAME[node.op]} {right})"

    def _fact(self, name: str) -> Ratio:
        kind = self.book.facts[name].kind
        if kind in ("ratio", "decimal"):
            return Ratio(f"CAST(CAST({self.column(name)} AS DECIMAL(38,6)) * 1000000 AS {WHOLE})", 10**6)
        return Ratio(f"CAST({self.column(name)} AS {WHOLE})", SCALE[kind])

    def _parameter(self, identity: str, scale: int) -> Ratio:
        cuts, values = steps_of(self.book.parameters[identity])
        exact = [None if each is None else Fraction(each) * scale for each in values]
        bottom = lcm(*(each.denominator for each in exact if each is not None))
        tops = [None if each is None else whole(int(each * bottom)) for each in exact]
        return Ratio(self._steps(cuts, tops), bottom)

    def _power(self, left: Node, right: Node) -> Ratio:
        times = number(right, Setting({}, {}, 0)) if isinstance(right, Const | Arithmetic) else None
        if (
            times is None
            or Fraction(times).denominator != 1
            or abs(Fraction(times)) > MOST_POWER
            or times == 0
        ):
            raise self._not_in_sql(right)
        base = found = self.ratio(left)
        for _ in range(abs(int(times)) - 1):
            found = multiply(found, base)
        return found if times > 0 else divide(Ratio("1"), found)

    def _extreme(self, name: str, parts: Sequence[Ratio]) -> Ratio:
        found = parts[0]
        for each in parts[1:]:
            left, right = level(found, each)
            bottom = common(found, each)
            found = Ratio(chosen(name, left, right, (left, right)), bottom)
        return found

    def _not_in_sql(self, node: Node) -> Fault:
        return Fault("rules.not_in_sql", rule=self.rule, text=str(node)[:80])


def _is_day(node: Node) -> bool:
    return isinstance(node, Const | FactRef | Call) and node.dim == dim.DATE
