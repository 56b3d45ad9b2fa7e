"""The law in force as the pack holds it: time limits, numbers and clauses, each with how sure it is."""

from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.apps.packs.api import Pack
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.number import format_number
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, market_pack, site


class LimitLine(NamedTuple):
    """One time limit in force: what it binds, how long, how it counts."""

    title: str
    amount: str
    sense: str
    counting: str
    cites: tuple[str, ...]
    confirmed: bool


class NumberLine(NamedTuple):
    """One number of the law in force."""

    id: str
    value: str
    unit: str
    since: date
    cites: tuple[str, ...]
    confirmed: bool


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the rules in force today."""
    pack, today = market_pack(), site().day(ctx_of(request).now_ms())
    clauses = sorted(pack.clauses.values(), key=lambda clause: clause.source)
    page = {
        "pack": pack,
        "today": today,
        "limits": _limits(pack, today),
        "numbers": _numbers(pack, today),
        "sources": [(source, list(rows)) for source, rows in groupby(clauses, key=lambda each: each.source)],
        "clause_count": len(clauses),
        "unconfirmed_count": sum(clause.confidence != "confirmed" for clause in clauses),
        "summary": "summary_en" if language() == "en" else "summary_zh",
    }
    return render(request, "public/rules.html", page)


def _limits(pack: Pack, today: date) -> list[LimitLine]:
    senses = {"at_least": _("at least"), "within": _("within")}
    countings = {
        "next_day": _("the first day does not count"),
        "both_ends": _("first and last day both count"),
    }
    lines = []
    for limit_id, row in pack.limits.items():
        if pack.parameter(limit_id).at(today) is None:
            continue
        limit = pack.limit(limit_id, today)
        amount = f"{limit.amount} {say_unit(limit.unit)}"
        sure = limit.confidence == "confirmed"
        said = row.title.say(language()), amount, senses[row.sense], countings[row.counting]
        lines.append(LimitLine(*said, limit.clauses, sure))
    return lines


def _numbers(pack: Pack, today: date) -> list[NumberLine]:
    lines = []
    for parameter in pack.parameters.values():
        step = parameter.at(today)
        if step is not None and parameter.id not in pack.limits:
            value, sure = _say_number(step.value), step.confidence == "confirmed"
            lines.append(
                NumberLine(parameter.id, value, say_unit(parameter.unit), step.since, step.clauses, sure)
            )
    return lines


def _say_number(value: Fraction | int) -> str:
    """Write a number of the law exactly: as a decimal where it has an end, else as a fraction."""
    try:
        return format_number(value, grouped=True)
    except Fault:
        return str(value)


def say_unit(unit: str) -> str:
    """Say the unit of a number of the law."""
    said = {
        "calendar_day": _("calendar days"),
        "working_day": _("working days"),
        "month": _("months"),
        "year": _("years"),
        "person": _("persons"),
        "ratio": _("share"),
        "ratio_ge": _("share, at least"),
        "ratio_lt": _("share, less than"),
        "hectare_gt": _("hectares, more than"),
        "m2": "m²",
    }
    return said.get(unit, unit)
