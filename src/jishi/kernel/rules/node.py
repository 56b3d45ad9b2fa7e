"""The tree of a condition or an expression: what is left of a row's text once it is read."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from jishi.kernel.rules.dimension import Dim

Operator = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Const:
    """A number in natural units (yuan, m2, one), a day ordinal or a choice id."""

    value: Fraction | int | str
    dim: Dim


@dataclass(frozen=True)
class FactRef:
    """A fact by name; `as_of` is the day the law is asked at."""

    name: str
    dim: Dim


@dataclass(frozen=True)
class ParamRef:
    """A dated number of the law; `scale` turns its written unit into the natural one."""

    id: str
    dim: Dim
    scale: int = 1


@dataclass(frozen=True)
class Arithmetic:
    """`left op right` over numbers, op one of + - * / **."""

    op: str
    left: "Node"
    right: "Node"
    dim: Dim


@dataclass(frozen=True)
class Call:
    """A function of the grammar over numbers or days."""

    name: str
    args: tuple["Node", ...]
    dim: Dim


@dataclass(frozen=True)
class Compare:
    """One comparison of two numbers, days or a choice with an id."""

    op: Operator
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class OneOf:
    """A choice among ids: `in (…)`, or `under` with every id at or below a code."""

    fact: FactRef
    ids: frozenset[str]
    text: str


@dataclass(frozen=True)
class Not:
    """Not the part."""

    part: "Node"


@dataclass(frozen=True)
class All:
    """Every part (and)."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Any_:
    """At least one part (or)."""

    parts: tuple["Node", ...]


Node = Const | FactRef | ParamRef | Arithmetic | Call | Compare | OneOf | Not | All | Any_


def children(node: Node) -> tuple[Node, ...]:
    """List the parts of a node."""
    match node:
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Call(args=parts) | All(parts=parts) | Any_(parts=parts):
            return parts
        case Not(part=part):
            return (part,)
        case OneOf(fact=fact):
            return (fact,)
        case _:
            return ()


def facts_of(node: Node | None) -> tuple[str, ...]:
    """List the names of the facts in a node, each once, in order."""
    return tuple(dict.fromkeys(found.name for found in _walk(node) if isinstance(found, FactRef)))


def parameters_of(node: Node | None) -> tuple[str, ...]:
    """List the ids of the parameters in a node, each once, in order."""
    return tuple(dict.fromkeys(found.id for found in _walk(node) if isinstance(found, ParamRef)))


def _walk(node: Node | None) -> "list[Node]":
    if node is None:
        return []
    return [node, *(each for child in children(node) for each in _walk(child))]
