"""Form fields for the terms of a mechanism, each made from the mechanism's own field.

Money is typed in yuan or 万元, spans with their unit, shares in percent, texts of a list one a line. Terms the platform
fills have no field. What contradicts between terms is the mechanism's check.
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.field import KINDS, REQUIRED, Field
from jishi.kernel.mechanism.kind import MAX_INTEGER, is_kind
from jishi.kernel.quantity.money import format_fen
from jishi.kernel.quantity.number import NUMBER, read_number
from jishi.kernel.sealing.suite import NAMES as SUITES
from jishi.kernel.spelling import narrow
from jishi.platform.words import say
from jishi.platform.words.stated import SPANS, part_choice, part_title, say_share, say_span, say_value
from jishi.platform.words.term import choice_title
from jishi.web.shell.fields import InstantField, MoneyField, QuantityField, typed_money
from jishi.web.shell.site import language

SEALING: Final = "sealing"
SEATS: Final = ("members", "threshold")
LARGE_FEN: Final = 1_000_000  # from 1万元 on Chinese readers count in 万元
LONGEST_SHOWN: Final = 40
_UNITS: Final = (
    ("day", ("d", "day", "days", "天", "日")),
    ("hour", ("h", "hour", "hours", "小时")),
    ("minute", ("min", "minute", "minutes", "分钟", "分")),
    ("second", ("", "s", "sec", "second", "seconds", "秒")),
)
_SPAN = re.compile(rf"({NUMBER})\s*([a-z]*|天|日|小时|分钟|分|秒)")
_SHARE = re.compile(rf"({NUMBER})\s*%?")


def parse_span(text: str) -> int:
    """Read a span into ms, a bare number as seconds; raise Fault `field.span`.

    >>> parse_span("5 min"), parse_span("300"), parse_span("15天")
    (300000, 300000, 1296000000)
    """
    match = _SPAN.fullmatch(narrow(text).strip().lower())
    unit = next((name for name, said in _UNITS if match and match[2] in said), None)
    if match is None or unit is None:
        raise Fault("field.span", text=text[:LONGEST_SHOWN])
    return _whole(read_number(match[1]) * dict(SPANS)[unit], Fault("field.span", text=text[:LONGEST_SHOWN]))


def parse_share(text: str) -> int:
    """Read percent into ten-thousandths; raise Fault `field.share`.

    >>> parse_share("70%"), parse_share("0.05")
    (7000, 5)
    """
    wrong = Fault("field.share", text=text[:LONGEST_SHOWN])
    match = _SHARE.fullmatch(narrow(text).strip())
    if match is None:
        raise wrong
    return _whole(read_number(match[1]) * 100, wrong)


def _whole(number: Fraction, wrong: Fault) -> int:
    if number.denominator != 1 or number > MAX_INTEGER:
        raise wrong
    return number.numerator


def typed_amount(fen: int) -> str:
    """Write fen as one types it, small amounts in yuan."""
    return (
        f"{format_fen(fen).removesuffix('.00')}元"
        if language() != "en" and fen < LARGE_FEN
        else typed_money(fen)
    )


class AmountField(MoneyField):
    """Take an amount that may be small, such as a price tick; give fen."""

    write = staticmethod(typed_amount)


class SpanField(QuantityField):
    """Take a span such as "5 min"; give ms."""

    parse = staticmethod(parse_span)

    @staticmethod
    def write(value: int) -> str:
        """Write ms as one types them."""
        return say_span(value, language())


class ShareField(QuantityField):
    """Take percent; give ten-thousandths."""

    parse = staticmethod(parse_share)
    write = staticmethod(say_share)


class LinesField(forms.CharField):
    """Take texts, one a line; give them as a list."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": 2}))
        options.setdefault("help_text", _("One a line"))
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        """Return the texts, blank lines left out."""
        lines = str(super().to_python(value)).splitlines()
        return [line.strip() for line in lines if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        """Show stored texts one a line; what was typed stays as it was."""
        return "\n".join(value) if isinstance(value, (list, tuple)) else value


def make_fields(
    field: Field, label: str, hint: str = "", say_choice: Callable[[str, str, str], str] = choice_title
) -> dict[str, forms.Field]:
    """Make the form fields of one term, or part of one, by their names; a sealing has three, a hash none."""
    if field.kind == "hash":
        return {}
    if field.name == SEALING:
        return _sealing_fields(field)
    needed = field.default is REQUIRED or not (field.optional or field.kind in ("flag", "list"))
    options: dict[str, Any] = {"label": label, "required": needed}
    if hint:
        options["help_text"] = hint
    if field.choices:
        choices = [(each, say_choice(field.name, each, language())) for each in field.choices]
        return {field.name: forms.ChoiceField(choices=choices, **options)}
    return {field.name: _plain_field(field, options)}


def _plain_field(field: Field, options: dict[str, Any]) -> forms.Field:
    if field.kind == "count":
        return forms.IntegerField(min_value=field.lower, max_value=field.most or MAX_INTEGER, **options)
    made: Mapping[str, type[forms.Field]] = {
        "fen": AmountField,
        "instant": InstantField,
        "span": SpanField,
        "share_bp": ShareField,
        "flag": forms.BooleanField,
        "list": LinesField,
    }
    if field.kind == "span":
        options.setdefault("help_text", _("With its unit, such as 5 min or 15 d; a bare number is seconds"))
    if field.kind == "share_bp":
        options.setdefault("help_text", _("In percent, such as 70%"))
    return made.get(field.kind, forms.CharField)(**options)


def _sealing_fields(field: Field) -> dict[str, forms.Field]:
    lang = language()
    suites = [(each, part_choice("suite", each, lang)) for each in SUITES]
    if field.optional:
        suites = [("", str(_("not sealed"))), *suites]
    made: dict[str, forms.Field] = {
        SEALING: forms.ChoiceField(
            label=_("Sealing of bids"), choices=suites, required=not field.optional, help_text=_SEALING_HINT
        )
    }
    for name in SEATS:
        label = part_title(name, lang)
        made[f"{SEALING}_{name}"] = forms.IntegerField(
            label=label, min_value=2, max_value=32, required=not field.optional
        )
    return made


_SEALING_HINT = _("A committee opens the bids after the deadline; nobody can before.")


def show_term(field: Field, value: Any) -> dict[str, Any]:
    """Return what a term fills its form fields with."""
    if field.name != SEALING:
        return {field.name: value}
    parts = value or {}
    return {SEALING: parts.get("suite", ""), **{f"{SEALING}_{name}": parts.get(name) for name in SEATS}}


def read_term(field: Field, said: Mapping[str, Any]) -> Any:
    """Return a term from the cleaned data of its form fields, None where it was left empty."""
    if field.name == SEALING:
        suite = said.get(SEALING)
        return {"suite": suite, **{name: said.get(f"{SEALING}_{name}") for name in SEATS}} if suite else None
    value = said.get(field.name)
    return None if value == "" else value


def say_beside(fault: Fault, field: Field, label: str) -> str:
    """Say a fault beside its field, by the label it has there and with values as they are typed."""
    counted = KINDS[field.kind] == "integer"
    said = {
        name: say_value(field, value, language())
        for name, value in fault.params.items()
        if counted and name in ("value", "least", "most") and is_kind(value, "integer")
    }
    return say(fault.code, {**fault.params, **said, "field": label}, language())
