"""Write a tree back as the text the grammar reads, for findings and comparisons of versions."""

from datetime import date
from fractions import Fraction

from jishi.kernel.quantity.number import format_number
from jishi.kernel.rules import dimension as dim
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
)  # fmt: skip

M2_PER_MU = Fraction(10_000, 15)


def node_text(node: Node) -> str:
    """Write a condition or an expression; reading it gives the same tree.

    >>> node_text(Not(Compare("<", FactRef("age", dim.PLAIN), Const(Fraction(18), dim.PLAIN))))
    'not (age < 18)'
    """
    match node:
        case Const():
            return _constant(node)
        case FactRef(name=name) | ParamRef(id=name):
            return name
        case Arithmetic(op=op, left=left, right=right) | Compare(op=op, left=left, right=right):
            return f"{_inner(left)} {op} {_inner(right)}"
        case Call(name=name, args=args):
            return f"{name}({', '.join(map(node_text, args))})"
        case OneOf(text=text):
            return text
        case Not(part=part):
            return f"not ({node_text(part)})"
        case All(parts=parts):
            return " and ".join(map(_inner, parts))
        case Any_(parts=parts):
            return " or ".join(map(_inner, parts))


def _inner(node: Node) -> str:
    """Put what is made of parts into brackets, so that the tree reads back as it is."""
    text = node_text(node)
    return f"({text})" if isinstance(node, Arithmetic | All | Any_) else text


def _constant(node: Const) -> str:
    value = node.value
    if isinstance(value, str):
        return repr(value)
    if node.dim == dim.DATE:
        return f"date('{date.fromordinal(int(value)).isoformat()}')"
    if node.dim == dim.MONEY:
        return f"yuan({format_number(value)})"
    if node.dim == dim.AREA:
        whole = Fraction(value).denominator % 3 != 0
        return f"m2({format_number(value)})" if whole else f"mu({format_number(value / M2_PER_MU)})"
    return f"percent({format_number(value * 100)})" if node.dim == dim.RATIO else format_number(value)
