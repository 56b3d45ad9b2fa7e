"""Prove that comparisons cannot hold together, by eliminating facts one after another (Fourier-Motzkin).

Sound, not complete: what is not linear (a product of facts, whole months between days) counts as a
quantity of its own, and beyond MOST sums nothing is proved.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, gcd, lcm

from jishi.kernel.rules.evaluate import Number
from jishi.kernel.rules.node import Arithmetic, Call, Compare, Const, FactRef, Node, ParamRef

MOST, BRANCHES = 300, 64
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


Line = tuple[tuple[str, int], ...]
"""A sum in whole numbers: the constant under the empty name, then weights by name."""
ZERO = Sum({}, Fraction(0))


@dataclass
class Reading:
    """Read expressions as sums; `scales` gives stored units in one natural unit of each fact.

    What is known besides gathers in `bounds`, and, as one of several, in `either`; a reading that
    is not `deep` leaves choices out.
    """

    scales: Mapping[str, int]
    parameters: Mapping[str, Number | None]
    bounds: list[Sum]
    either: dict[str, list[list[Sum]]]
    deep: bool = True

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


def impossible(claims: Iterable[tuple[Compare, bool]], known: Sequence[Sum], reading: Reading) -> bool:
    """Tell whether comparisons, each held true or false, contradict each other or what is known."""
    sums, choices = list(known), []
    for leaf, truth in claims:
        left, right = reading.sum(leaf.left), reading.sum(leaf.right)
        if left is not None and right is not None:
            options = _claimed(leaf.op if truth else DENIED[leaf.op], left.plus(right, Fraction(-1)))
            sums += options[0] if len(options) == 1 else []
            choices += [options] if len(options) > 1 else []
    sums += reading.bounds
    if _contradict(sums):
        return True
    return reading.deep and _every_way(sums, [*choices, *reading.either.values()])


def _every_way(sums: list[Sum], choices: Sequence[list[list[Sum]]]) -> bool:
    """Tell whether whichever option is taken of each choice leads to a contradiction."""
    ways: list[list[Sum]] = [[]]
    for options in choices:
        ways = [[*way, *option] for way in ways for option in options]
        ways = [way for way in ways if not _contradict([*sums, *way])]
        if not ways or len(ways) > BRANCHES:
            break
    return not ways


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


def _contradict(sums: Iterable[Sum]) -> bool:
    """Eliminate quantity by quantity; a positive constant said to be at most zero is a contradiction."""
    lines = {_integral(each) for each in sums}
    while True:
        if any(len(line) == 1 and line[0][1] > 0 for line in lines):
            return True
        lines = {line for line in lines if len(line) > 1}
        names = {name for line in lines for name, _ in line[1:]}
        if not names or len(lines) > MOST:
            return False
        lines = _without(min(names, key=lambda name: (_cost(lines, name), name)), lines)


def _integral(each: Sum) -> Line:
    """Clear denominators: the constant first, under the empty name, then the weights by name."""
    numbers = {"": each.constant, **each.weights}
    whole = lcm(*(number.denominator for number in numbers.values()))
    return _reduced({name: int(number * whole) for name, number in numbers.items()})


def _reduced(numbers: Mapping[str, int]) -> Line:
    divisor = gcd(*numbers.values()) or 1
    rest = sorted((name, number // divisor) for name, number in numbers.items() if name and number)
    return (("", numbers.get("", 0) // divisor), *rest)


def _cost(lines: Iterable[Line], name: str) -> int:
    signs = [number > 0 for line in lines for each, number in line[1:] if each == name]
    return sum(signs) * (len(signs) - sum(signs)) - len(signs)


def _without(name: str, lines: Iterable[Line]) -> set[Line]:
    found: dict[int, list[Line]] = {1: [], 0: [], -1: []}
    for line in lines:
        weight = dict(line).get(name, 0)
        found[(weight > 0) - (weight < 0)].append(line)
    kept = set(found[0])
    for first in found[1]:
        for second in found[-1]:
            kept.add(_crossed(dict(first), dict(second), name))
    return kept


def _crossed(first: dict[str, int], second: dict[str, int], name: str) -> Line:
    """Add two lines so that the quantity drops out."""
    up, down = first[name], -second[name]
    names = first.keys() | second.keys()
    return _reduced({each: first.get(each, 0) * down + second.get(each, 0) * up for each in names})
