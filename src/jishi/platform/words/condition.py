"""Conditions and expressions of rules as people read them, in Chinese and English."""

from datetime import date
from fractions import Fraction

from jishi.kernel.fault import Fault
from jishi.kernel.quantity.number import format_number
from jishi.kernel.rules.dimension import RATIO, Dim
from jishi.kernel.rules.fact import format_value
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
)  # fmt: skip
from jishi.kernel.rules.rule import RuleBook
from jishi.platform.words import say

SIGNS = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥", "*": "×", "/": "÷", "-": "−"}
UNITS = {
    "month": ("个月", "months"), "year": ("年", "years"), "day": ("天", "days"), "person": ("人", "persons"),
    "calendar_day": ("日", "days"), "working_day": ("个工作日", "working days"), "point": ("分", "points"),
    "hour": ("小时", "hours"), "hectare": ("公顷", "hectares"), "trading_day": ("个交易日", "trading days"),
    "tonne": ("吨", "tonnes"), "percent": ("%", "%"), "bidder": ("人", "bidders"), "firm": ("家", "firms"),
    "household": ("户", "households"), "item": ("项", "items"), "grade": ("等", "grade"), "x": ("倍", "times"),
    "ratio": ("", ""), "tier": ("档", "tier"), "score": ("分", "points"), "sample": ("个样本", "samples"),
    "unit": ("个", "units"), "mu": ("亩", "mu"), "point_per_year": ("分/年", "points a year"),
}  # fmt: skip
"""Units of counts as they are said; one not listed is said as it is written."""
FEW = 6
WRITTEN = {
    "年": "years", "月": "months", "日": "days", "人": "persons", "条": "records", "票": "votes", "分": "points",
    "件": "items", "次": "times", "岁": "years of age",
}  # fmt: skip
"""Units as fields of a pack write them."""


def unit_text(unit: str, language: str) -> str:
    """Say the unit of a field in a language; one not listed as it is written."""
    return WRITTEN.get(unit, unit) if language == "en" else unit


class Sayer:
    """Say conditions of one book on one day in one language."""

    def __init__(self, book: RuleBook, day: int, language: str) -> None:
        self.book, self.day, self.zh = book, day, not language.startswith("en")
        self.language = "zh" if self.zh else "en"

    def label(self, name: str) -> str:
        """Name a fact."""
        if name == AS_OF:
            return say("rules.say.as_of", {}, self.language)
        return self.book.facts[name].label[0 if self.zh else 1]

    def value(self, name: str, value: object) -> str:
        """Write a fact's stored value with its unit."""
        fact = self.book.facts[name]
        shown = format_value(fact, value, self.language)  # type: ignore[arg-type]
        return shown + self.unit(fact.unit) if fact.unit and value is not None else shown

    def unit(self, unit: str | None) -> str:
        """Say a unit, with a blank before it."""
        said = UNITS.get(unit or "", (unit or "", unit or ""))[0 if self.zh else 1]
        return f" {said}" if said and said != "%" else said

    def condition(self, node: Node, inside: bool = False) -> str:
        """Say a condition."""
        match node:
            case All(parts=parts) | Any_(parts=parts):
                word = "rules.say.and" if isinstance(node, All) else "rules.say.or"
                said = say(word, {}, self.language).join(self.condition(part, True) for part in parts)
                return self.bracket(said) if inside else said
            case Not(part=OneOf() as part):
                return self.one_of(part, False)
            case Not(part=FactRef() as part):
                return say("rules.say.no", {"what": self.label(part.name)}, self.language)
            case Not(part=part):
                return say("rules.say.not", {"what": self.condition(part, True)}, self.language)
            case OneOf():
                return self.one_of(node, True)
            case Compare(op=op, left=left, right=right):
                return f"{self.number(left)} {SIGNS[op]} {self.number(right)}"
            case _:
                return self.number(node)

    def one_of(self, node: OneOf, within: bool) -> str:
        """Say a membership, by its words or, of many, by their number."""
        fact = self.book.facts[node.fact.name]
        ids = [code for code in (fact.vocabulary.words if fact.vocabulary else ()) if code in node.ids]
        shown = [format_value(fact, code, self.language) for code in ids[:FEW]]
        rest = say("rules.say.more", {"count": len(ids)}, self.language) if len(ids) > FEW else ""
        words = ("、" if self.zh else ", ").join(shown) + rest
        single = "rules.say.is" if len(ids) == 1 else "rules.say.among"
        code = single if within else f"{single}_not"
        return say(code, {"what": self.label(fact.name), "values": words}, self.language)

    def number(self, node: Node, inside: bool = False) -> str:
        """Say an expression."""
        match node:
            case Const(value=value, dim=dim):
                return str(value) if isinstance(value, str) else self.amount(Fraction(value), dim)
            case FactRef(name=name):
                return self.label(name)
            case ParamRef(id=identity, dim=dim, scale=scale):
                step = self.book.parameters[identity].at(date.fromordinal(self.day))
                return self.amount(Fraction(step.value) * scale, dim) if step else f"[{identity}]"
            case Arithmetic(op="-", left=Const(value=0), right=right):
                return f"−{self.number(right, True)}"
            case Arithmetic(op=op, left=left, right=right):
                said = f"{self.number(left, True)} {SIGNS.get(op, op)} {self.number(right, True)}"
                return self.bracket(said) if inside else said
            case Call(name=name, args=args):
                return self.call(name, [self.number(each) for each in args])
            case _:
                return self.condition(node, True)

    def call(self, name: str, args: list[str]) -> str:
        """Say a function."""
        if name in ("min", "max"):
            return say(f"rules.say.{name}", {"values": ("、" if self.zh else ", ").join(args)}, self.language)
        return say(f"rules.say.{name}", {"start": args[0], "end": args[1]}, self.language)

    def amount(self, value: Fraction, dim: Dim) -> str:
        """Write a number with the unit it carries."""
        if dim.kind == "date":
            return date.fromordinal(int(value)).isoformat()
        shown = _plain(value)
        if dim.kind == "money":
            return f"{_money(value)}元" if self.zh else f"CNY {_plain(value)}"
        if dim.kind == "area":
            return f"{shown} m²"
        if dim == RATIO:
            return shown if value > 1 and value.denominator == 1 else _share(value)
        return shown + (self.unit(dim.unit) if dim.kind == "count" and dim.unit else "")

    def bracket(self, said: str) -> str:
        """Put a part in brackets."""
        return f"（{said}）" if self.zh else f"({said})"


def _share(value: Fraction) -> str:
    """Write a share in per cent, or as the law's fraction where that has no end."""
    try:
        return format_number(value * 100) + "%"
    except Fault:
        return str(value)


def _plain(value: Fraction) -> str:
    try:
        return format_number(value, grouped=True)
    except Fault:
        return str(value)


def _money(yuan: Fraction) -> str:
    whole = yuan / 10_000
    return f"{_plain(whole)} 万" if yuan >= 10_000 and (whole * 100).denominator == 1 else f"{_plain(yuan)} "
