"""Read `when` and `then`: a small subset of Python expressions, parsed by `ast`, never run as code.

Every name, value and unit is held against the facts, vocabularies and parameters at load;
what does not fit is refused with what would.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from jishi.kernel.fault import Fault
from jishi.kernel.quantity.area import CM2_PER_M2
from jishi.kernel.quantity.rounding import half_up
from jishi.kernel.rules import dimension as dim
from jishi.kernel.rules.fact import Fact
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
    Operator,
    ParamRef,
)  # fmt: skip

AS_OF = "as_of"
LONGEST = 4000
COMPARISONS: dict[type[ast.cmpop], Operator] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
SUMS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**",
}  # fmt: skip
AMOUNTS: dict[str, tuple[dim.Dim, Fraction]] = {
    "yuan": (dim.MONEY, Fraction(1)), "wan": (dim.MONEY, Fraction(10_000)),
    "m2": (dim.AREA, Fraction(1)), "hectare": (dim.AREA, Fraction(10_000)), "mu": (dim.AREA, Fraction(10_000, 15)),
    "percent": (dim.RATIO, Fraction(1, 100)),
}  # fmt: skip
SPANS = {"years": "year", "months": "month", "days": "day"}
FUNCTIONS = (*AMOUNTS, *SPANS, "date", "under", "min", "max")


@dataclass(frozen=True)
class Scope:
    """What an expression may name: facts, and the units of parameters by id."""

    facts: Mapping[str, Fact]
    parameters: Mapping[str, str]


def read_condition(text: str, scope: Scope) -> Node:
    """Read a condition (true, false or unknown); raise a `rules.*` fault saying what is valid."""
    node = _Reader(text, scope).read()
    if not _is_truth(node):
        raise Fault("rules.not_condition", text=text)
    return node


def read_expression(text: str, scope: Scope) -> Node:
    """Read an expression that is a number; raise a `rules.*` fault saying what is valid."""
    node = _Reader(text, scope).read()
    if _is_truth(node) or _dim(node).kind == "choice":
        raise Fault("rules.not_number", text=text)
    return node


def _is_truth(node: Node) -> bool:
    return isinstance(node, Compare | OneOf | Not | All | Any_) or (
        isinstance(node, FactRef) and node.dim == dim.BOOLEAN
    )


def _dim(node: Node) -> dim.Dim:
    return node.dim if isinstance(node, Const | FactRef | ParamRef | Arithmetic | Call) else dim.BOOLEAN


class _Reader:
    """Turn one text into a tree, remembering the text for the fault."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text, self.scope = text.strip(), scope

    def read(self) -> Node:
        if len(self.text) > LONGEST:
            raise self.fault("rules.too_long", most=LONGEST)
        try:
            tree = ast.parse(" ".join(self.text.split()), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise self.fault("rules.syntax", at=getattr(error, "offset", None)) from error
        return self.node(tree.body)

    def fault(self, code: str, **params: object) -> Fault:
        return Fault(code, **{"text": self.text[:200], **params})

    def node(self, tree: ast.expr) -> Node:
        reader = READERS.get(type(tree))
        if reader is None:
            raise self.fault("rules.not_allowed", found=ast.unparse(tree)[:60])
        return reader(self, tree)

    def boolean(self, tree: ast.BoolOp) -> Node:
        parts = tuple(self.truth(each) for each in tree.values)
        return All(parts) if isinstance(tree.op, ast.And) else Any_(parts)

    def truth(self, tree: ast.expr) -> Node:
        node = self.node(tree)
        if not _is_truth(node):
            raise self.fault("rules.not_condition", found=ast.unparse(tree)[:60])
        return node

    def unary(self, tree: ast.UnaryOp) -> Node:
        if isinstance(tree.op, ast.Not):
            return Not(self.truth(tree.operand))
        if isinstance(tree.op, ast.USub):
            return self.arithmetic("-", Const(Fraction(0), dim.PLAIN), self.number(tree.operand))
        raise self.fault("rules.not_allowed", found=ast.unparse(tree)[:60])

    def number(self, tree: ast.expr) -> Node:
        node = self.node(tree)
        if _is_truth(node) or _dim(node).kind == "choice":
            raise self.fault("rules.not_number", found=ast.unparse(tree)[:60])
        return node

    def binary(self, tree: ast.BinOp) -> Node:
        op = SUMS.get(type(tree.op))
        if op is None:
            raise self.fault("rules.not_allowed", found=ast.unparse(tree)[:60])
        return self.arithmetic(op, self.number(tree.left), self.number(tree.right))

    def arithmetic(self, op: str, left: Node, right: Node) -> Node:
        first, second = _dim(left), _dim(right)
        if op == "**":
            return Arithmetic(op, left, right, dim.RATIO)
        negated = isinstance(left, Const) and left.value == 0 and op == "-"
        kind = second if negated else dim.combine(op, first, second)
        if kind is None:
            raise self.fault("rules.unit", left=str(first), right=str(second), op=op)
        return Arithmetic(op, left, right, kind)

    def constant(self, tree: ast.Constant) -> Node:
        value = tree.value
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self.fault("rules.not_allowed", found=repr(value)[:60])
        if isinstance(value, str):
            return Const(value, dim.Dim("choice"))
        return Const(Fraction(repr(value)) if isinstance(value, float) else Fraction(value), dim.PLAIN)

    def name(self, tree: ast.Name) -> Node:
        if tree.id == AS_OF:
            return FactRef(AS_OF, dim.DATE)
        fact = self.scope.facts.get(tree.id)
        if fact is None:
            raise self.unknown("rules.unknown_fact", tree.id, list(self.scope.facts))
        return FactRef(fact.name, dim.of_fact(fact.kind, fact.unit))

    def dotted(self, tree: ast.Attribute) -> Node:
        named = ast.unparse(tree)
        unit = self.scope.parameters.get(named)
        if unit is None:
            raise self.unknown("rules.unknown_parameter", named, list(self.scope.parameters))
        return ParamRef(named, *dim.of_parameter(unit))

    def unknown(self, code: str, name: str, known: list[str]) -> Fault:
        near = get_close_matches(name, known, n=3, cutoff=0.5)
        return self.fault(code, name=name, valid=near or sorted(known)[:8])

    def compare(self, tree: ast.Compare) -> Node:
        sides = [tree.left, *tree.comparators]
        parts = [self.pair(op, sides[at], sides[at + 1]) for at, op in enumerate(tree.ops)]
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def pair(self, op: ast.cmpop, left: ast.expr, right: ast.expr) -> Node:
        if isinstance(op, ast.In | ast.NotIn):
            found = self.one_of(left, right)
            return Not(found) if isinstance(op, ast.NotIn) else found
        if type(op) not in COMPARISONS:
            raise self.fault("rules.not_allowed", found=ast.unparse(left)[:60])
        first, second = self.node(left), self.node(right)
        if "choice" in (_dim(first).kind, _dim(second).kind):
            return self.choice_compare(COMPARISONS[type(op)], first, second)
        if _is_truth(first) or _is_truth(second):
            raise self.fault("rules.not_number", found=ast.unparse(left)[:60])
        if not dim.same(_dim(first), _dim(second)):
            raise self.fault("rules.unit", left=str(_dim(first)), right=str(_dim(second)), op="?")
        return Compare(COMPARISONS[type(op)], first, second)

    def choice_compare(self, op: Operator, left: Node, right: Node) -> Node:
        fact, literal = (left, right) if isinstance(left, FactRef) else (right, left)
        if not isinstance(fact, FactRef) or not isinstance(literal, Const) or op not in ("==", "!="):
            raise self.fault("rules.choice_compare")
        found = OneOf(fact, frozenset(self.ids(fact, [literal.value])), f"{fact.name} == {literal.value!r}")
        return found if op == "==" else Not(found)

    def one_of(self, left: ast.expr, right: ast.expr) -> Node:
        fact = self.node(left)
        if not isinstance(fact, FactRef) or fact.dim.kind != "choice":
            raise self.fault("rules.choice_compare")
        if not isinstance(right, ast.Tuple | ast.List | ast.Set):
            raise self.fault("rules.not_allowed", found=ast.unparse(right)[:60])
        ids = self.ids(fact, [each.value if isinstance(each, ast.Constant) else None for each in right.elts])
        return OneOf(fact, frozenset(ids), f"{fact.name} in {sorted(ids)}")

    def ids(self, fact: FactRef, values: list[object]) -> list[str]:
        vocabulary = self.scope.facts[fact.name].vocabulary
        known = list(vocabulary.words) if vocabulary else []
        for value in values:
            if not isinstance(value, str) or value not in known:
                near = get_close_matches(str(value), known, n=3, cutoff=0.5)
                raise self.fault(
                    "rules.not_in_vocabulary", fact=fact.name, value=str(value), valid=near or known[:12]
                )
        return [str(value) for value in values]

    def call(self, tree: ast.Call) -> Node:
        name = tree.func.id if isinstance(tree.func, ast.Name) else ast.unparse(tree.func)
        if name not in FUNCTIONS or tree.keywords:
            raise self.unknown("rules.unknown_function", name, list(FUNCTIONS))
        if name in AMOUNTS:
            return self.amount(name, tree.args)
        if name == "date":
            return self.day(tree.args)
        if name == "under":
            return self.under(tree.args)
        args = tuple(self.number(each) for each in tree.args)
        return self.span(name, args) if name in SPANS else self.extreme(name, args)

    def amount(self, name: str, args: list[ast.expr]) -> Node:
        value = self.node(args[0]) if len(args) == 1 else None
        if not isinstance(value, Const) or isinstance(value.value, str):
            raise self.fault("rules.arguments", name=name, valid=f"{name}(12)")
        kind, size = AMOUNTS[name]
        amount = value.value * size
        return Const(Fraction(half_up(amount * CM2_PER_M2), CM2_PER_M2) if name == "mu" else amount, kind)

    def day(self, args: list[ast.expr]) -> Node:
        literal = args[0].value if len(args) == 1 and isinstance(args[0], ast.Constant) else None
        try:
            return Const(Fraction(date.fromisoformat(str(literal)).toordinal()), dim.DATE)
        except ValueError as error:
            raise self.fault("rules.arguments", name="date", valid="date('2020-01-31')") from error

    def under(self, args: list[ast.expr]) -> Node:
        fact = self.node(args[0]) if len(args) == 2 else None
        top = args[1].value if len(args) == 2 and isinstance(args[1], ast.Constant) else None
        if not isinstance(fact, FactRef) or fact.dim.kind != "choice" or not isinstance(top, str):
            raise self.fault("rules.arguments", name="under", valid="under(land_use, '06')")
        self.ids(fact, [top])
        vocabulary = self.scope.facts[fact.name].vocabulary
        assert vocabulary is not None
        ids = frozenset(code for code in vocabulary.words if vocabulary.under(code, top))
        return OneOf(fact, ids, f"under({fact.name}, {top!r})")

    def span(self, name: str, args: tuple[Node, ...]) -> Node:
        if len(args) != 2 or any(_dim(each) != dim.DATE for each in args):
            raise self.fault("rules.arguments", name=name, valid=f"{name}(start_day, as_of)")
        return Call(name, args, dim.Dim("count", SPANS[name]))

    def extreme(self, name: str, args: tuple[Node, ...]) -> Node:
        if len(args) < 2 or not all(dim.same(_dim(args[0]), _dim(each)) for each in args):
            raise self.fault("rules.arguments", name=name, valid=f"{name}(a, b)")
        return Call(name, args, next((_dim(each) for each in args if _dim(each) != dim.PLAIN), dim.PLAIN))


READERS: dict[type[ast.expr], Callable[[_Reader, Any], Node]] = {
    ast.BoolOp: _Reader.boolean, ast.UnaryOp: _Reader.unary, ast.BinOp: _Reader.binary,
    ast.Constant: _Reader.constant, ast.Name: _Reader.name, ast.Attribute: _Reader.dotted,
    ast.Compare: _Reader.compare, ast.Call: _Reader.call,
}  # fmt: skip
