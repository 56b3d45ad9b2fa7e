"""Read comparisons as linear claims on whole quantities, to prove that some cannot hold together.

What is not linear (a product of facts) claims nothing; whole months between days and extremes are
quantities of their own, with what is known of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, lcm

from jishi.kernel.rules.elimination import Choice, Line, contradict, every_way, line
from jishi.kernel.rules.evaluate import Number
from jishi.kernel.rules.node import Arithmetic, Call, Compare, Const, FactRef, Node, ParamRef

DENIED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True)
class Sum:
    """A weighted sum of quantities and a constant, said to be at most zero; quantities are whole numbers."""

    weights: Mapping[str, Fraction]
    constant: Fraction

    def plus(self, other: "Sum", times: Fraction) -> "Sum":
        """Add another sum, `times` over."""
        weights = dict(self.weights)
        for name, weight in other.weights.items():
            weights[name] = weights.get(name, Fraction(0)) + weight * times
        kept = {name: weight for name, weight in weights.items() if weight}
        return Sum(kept, self.constant + other.constant * times)


ZERO = Sum({}, Fraction(0))
Scales = Mapping[str, int]
"""Stored units in one natural unit of each fact."""
Parameters = Mapping[str, Number | None]


@dataclass(frozen=True)
class Claim:
    """What a comparison says of whole quantities: sums at most zero, and choices of which one holds."""

    sure: tuple[Line, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass
class Reading:
    """Read expressions as sums; what is known besides gathers in `bounds`, and, as one of several, in `either`."""

    scales: Scales
    parameters: Parameters
    bounds: list[Sum] = field(default_factory=list)
    either: dict[str, list[list[Sum]]] = field(default_factory=dict)

    def sum(self, node: Node) -> Sum | None:
        """Give a node as a sum of whole stored quantities; None where a parameter has no value."""
        match node:
            case Const(value=value) if not isinstance(value, str):
                return Sum({}, Fraction(value))
            case FactRef(name=name):
                return Sum({name: Fraction(1, self.scales.get(name, 1))}, Fraction(0))
            case ParamRef(id=identity, scale=scale):
                held = self.parameters.get(identity)
                return None if held is None else Sum({}, Fraction(held) * scale)
            case Arithmetic():
                return self._arithmetic(node)
            case Call(name="days", args=(start, end)):
                first, last = self.sum(start), self.sum(end)
                return None if first is None or last is None else last.plus(first, Fraction(-1))
            case Call():
                return self._call(node)
            case _:
                return None

    def _arithmetic(self, node: Arithmetic) -> Sum | None:
        left, right = self.sum(node.left), self.sum(node.right)
        if left is None or right is None:
            return None
        if node.op in "+-":
            return left.plus(right, Fraction(1 if node.op == "+" else -1))
        if node.op == "*" and not (left.weights and right.weights):
            whole, factor = (left, right.constant) if left.weights else (right, left.constant)
            return ZERO.plus(whole, factor)
        if node.op == "/" and not right.weights and right.constant:
            return ZERO.plus(left, 1 / right.constant)
        return None

    def _call(self, node: Call) -> Sum | None:
        """Name whole years and months, and extremes, as quantities with what is known of them."""
        if node.name in ("min", "max"):
            return self._extreme(node)
        months, years = (
            Sum({f"{unit}{node.args!r}": Fraction(1)}, Fraction(0)) for unit in ("months", "years")
        )
        days = self.sum(Call("days", node.args, node.dim))
        if days is not None and repr(node.args) not in self.either:
            self.either[repr(node.args)] = [_spans(days, months, years, Fraction(sign)) for sign in (1, -1)]
        return months if node.name == "months" else years

    def _extreme(self, node: Call) -> Sum | None:
        parts = [part for part in map(self.sum, node.args) if part is not None]
        if len(parts) < len(node.args):
            return None
        numbers = [number for part in parts for number in (part.constant, *part.weights.values())]
        step = Fraction(1, lcm(*(number.denominator for number in numbers)))
        own, sign = Sum({repr(node): step}, Fraction(0)), Fraction(1 if node.name == "max" else -1)
        for part in parts:  # max(a, b) is at least each, min(a, b) at most
            self.bounds.append(ZERO.plus(part, sign).plus(own, -sign))
        self.either[repr(node)] = [
            [ZERO.plus(own, sign).plus(part, -sign)] for part in parts
        ]  # and one of them
        return own


def read_claim(leaf: Compare, truth: bool, scales: Scales, parameters: Parameters) -> Claim:
    """Read a comparison, held true or false; what is not linear claims nothing."""
    reading = Reading(scales, parameters)
    left, right = reading.sum(leaf.left), reading.sum(leaf.right)
    if left is None or right is None:
        return Claim()
    options = _claimed(leaf.op if truth else DENIED[leaf.op], left.plus(right, Fraction(-1)))
    sure = [*(options[0] if len(options) == 1 else ()), *reading.bounds]
    choices = [*([options] if len(options) > 1 else ()), *reading.either.values()]
    return Claim(
        tuple(map(_whole, sure)),
        tuple(tuple(tuple(map(_whole, option)) for option in choice) for choice in choices),
    )


def within(name: str, low: int | None, high: int | None) -> Claim:
    """Claim that a stored value lies between two bounds, both counted."""
    lows = () if low is None else (line({"": low, name: -1}),)
    return Claim((*lows, *(() if high is None else (line({"": -high, name: 1}),))))


def impossible(claims: Iterable[Claim], deep: bool = True) -> bool:
    """Tell whether claims contradict each other; one that is not `deep` leaves choices out."""
    held = tuple(claims)
    sure = tuple(dict.fromkeys(each for claim in held for each in claim.sure))
    if contradict(sure):
        return True
    return deep and every_way(sure, dict.fromkeys(choice for claim in held for choice in claim.choices))


def _whole(each: Sum) -> Line:
    """Clear the denominators of a sum."""
    numbers = {"": each.constant, **each.weights}
    whole = lcm(*(number.denominator for number in numbers.values()))
    return line({name: int(number * whole) for name, number in numbers.items()})


def _claimed(op: str, difference: Sum) -> list[list[Sum]]:
    """List, one after another, the sums of at most zero that `difference op 0` may mean."""
    other = ZERO.plus(difference, Fraction(-1))
    under, over = _strict(difference), _strict(other)
    return {
        "<": [[under]], ">": [[over]], "<=": [[difference]], ">=": [[other]],
        "==": [[difference, other]], "!=": [[under], [over]],
    }[op]  # fmt: skip


def _strict(each: Sum) -> Sum:
    """Turn below zero into at most zero: over whole quantities a sum steps by at least one over its divisor."""
    step = Fraction(1, lcm(*(weight.denominator for weight in each.weights.values()), 1))
    low = -each.constant / step
    most = Fraction(ceil(low) - 1) * step  # the greatest step strictly below
    return Sum(each.weights, -most)


def _spans(days: Sum, months: Sum, years: Sum, sign: Fraction) -> list[Sum]:
    """Say what holds forward (sign 1) or backward: 28 to 31 days a month, 12 months a year, the rest dropped."""
    rest, short, long = (
        months.plus(years, Fraction(-12)), days.plus(months, Fraction(-28)), days.plus(months, Fraction(-31))
    )  # fmt: skip
    return [
        ZERO.plus(months, -sign),
        ZERO.plus(short, -sign),
        Sum({}, Fraction(-31)).plus(long, sign),
        ZERO.plus(rest, -sign),
        Sum({}, Fraction(-11)).plus(rest, sign),
    ]
