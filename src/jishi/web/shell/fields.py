"""Form fields for what the market writes down: money in fen, areas in square centimetres, instants in ms.

A field reads what a person types and says with the engine's own sentence what is wrong with it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.kind import MAX_INTEGER
from jishi.kernel.quantity.money import format_fen, format_wan, parse_fen
from jishi.platform.words import say
from jishi.web.shell.site import language, site

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL = "%Y-%m-%dT%H:%M"
LONGEST_SHOWN = 40


class QuantityField(forms.CharField):
    """Read text into a whole number of the smallest unit, and write it back as one types it."""

    parse: Callable[[str], int]
    write: Callable[[int], str]

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        """Return the whole number, None when left empty; ValidationError with the fault's sentence."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            value = type(self).parse(text)
            if value > MAX_INTEGER:
                raise Fault("field.too_large", text=text[:LONGEST_SHOWN])
        except Fault as fault:
            raise ValidationError(say(fault.code, fault.params, language())) from None
        return value

    def prepare_value(self, value: Any) -> Any:
        """Show a stored number as text; what was typed stays as it was."""
        return type(self).write(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether another quantity was typed than the one shown, in whatever unit."""
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True


def typed_money(fen: int) -> str:
    """Write fen as one types it: 万元 in Chinese, plain yuan in English.

    >>> typed_money(10_0000_00)
    '10万元'
    """
    return format_fen(fen).removesuffix(".00") if language() == "en" else f"{format_wan(fen)}万元"


class MoneyField(QuantityField):
    """Take an amount in yuan, 万元 or 亿元; give fen."""

    parse = staticmethod(parse_fen)
    write = staticmethod(typed_money)

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", _("In yuan, or with its unit, such as 25.6万元"))
        super().__init__(**options)


class InstantField(forms.Field):
    """Take a date and time in the market's zone, to the minute; give ms."""

    widget = forms.DateTimeInput

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}))
        super().__init__(**options)

    def to_python(self, value: Any) -> int | None:
        """Return the instant (ms), None when left empty."""
        if not value:
            return None
        try:
            local = datetime.fromisoformat(str(value)).replace(tzinfo=site().zone)
        except ValueError:
            raise ValidationError(_("Write a date and time such as 2026-12-01 09:30.")) from None
        return (local - _EPOCH) // timedelta(milliseconds=1)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored instant in the market's zone."""
        return site().local(value).strftime(_LOCAL) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether another minute was typed than the one shown."""
        return (self.prepare_value(initial) or "") != (data or "")


def day_field(**options: Any) -> forms.DateField:
    """Make a field for a statutory day."""
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)
