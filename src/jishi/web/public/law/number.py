"""The dated numbers of the law as a reader sees them: steps, unit, clauses, and the rules that use them."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from jishi.apps.packs.api import Pack
from jishi.apps.packs.kinds.law import ParameterRow
from jishi.apps.packs.source import Source
from jishi.kernel.fault import Fault
from jishi.kernel.law.parameter import Parameter, ParameterStep
from jishi.kernel.quantity.number import format_number
from jishi.platform.words.condition import Sayer
from jishi.web.public.law.cited import Cited, cite_all
from jishi.web.public.law.edition import Edition
from jishi.web.public.law.label import span_text, state_of
from jishi.web.shell.site import language


@dataclass(frozen=True)
class Step:
    """One value from one day to another."""

    value: str
    span: str
    state: str
    cites: tuple[Cited, ...]
    sure: bool


@dataclass(frozen=True)
class Number:
    """One dated number; `name` is what the pack calls it, where it says so."""

    id: str
    name: str
    unit: str
    url: str
    steps: tuple[Step, ...]


def number_of(edition: Edition, parameter: Parameter) -> Number:
    """Make the line of one dated number."""
    return Number(
        id=parameter.id,
        name=name_of(edition, parameter.id),
        unit=parameter.unit,
        url=edition.link("parameters") + f"#{parameter.id}",
        steps=tuple(_step(edition, parameter, each) for each in parameter.steps),
    )


def numbers_of(edition: Edition, ids: Iterable[str]) -> tuple[Number, ...]:
    """Make the lines of several numbers."""
    return tuple(number_of(edition, edition.pack.parameters[each]) for each in ids)


def amount_text(edition: Edition, parameter: Parameter, value: Fraction | int) -> str:
    """Write a value of a number with its unit, exactly: as a fraction where a decimal has no end."""
    plain, unit = figure(value), parameter.unit
    if unit == "CNY":
        return f"{plain} 元" if language() == "zh" else f"CNY {plain}"
    if unit.startswith("ratio"):
        return _share(Fraction(value))
    if unit == "m2":
        return f"{plain} m²"
    return plain + Sayer(edition.pack.book, edition.on, language()).unit(unit)


def figure(value: Fraction | int) -> str:
    """Write a number exactly."""
    try:
        return format_number(value, grouped=True)
    except Fault:
        return str(value)


_NAMES: dict[str, dict[str, str]] = {}
MOST_KEPT = 4


def name_of(edition: Edition, parameter_id: str) -> str:
    """Give what the pack calls a number, in Chinese as the law does; empty where it has no name."""
    return _names(edition.pack).get(parameter_id, "")


def _names(pack: Pack) -> dict[str, str]:
    found = _NAMES.pop(pack.hash, None)
    if found is None:
        source = Source(pack.root)
        files = source.names("parameters/*.csv")
        found = {row.param_id: row.name_zh for file in files for row in source.table(file, ParameterRow)}
    _NAMES[pack.hash] = found
    while len(_NAMES) > MOST_KEPT:
        _NAMES.pop(next(iter(_NAMES)), None)
    return found


def _share(value: Fraction) -> str:
    """Write a share in per cent where that has an end, whole multiples as such, else as the law's fraction."""
    if value > 1 and value.denominator == 1:
        return _("%(n)s times") % {"n": figure(value)}
    try:
        return format_number(value * 100) + "%"
    except Fault:
        return str(value)


def _step(edition: Edition, parameter: Parameter, step: ParameterStep) -> Step:
    since, until = step.since.toordinal(), None if step.until is None else step.until.toordinal()
    return Step(
        value=amount_text(edition, parameter, step.value),
        span=span_text(since, until),
        state=state_of(since, until, edition.on),
        cites=cite_all(edition, step.clauses),
        sure=step.confidence == "confirmed",
    )
