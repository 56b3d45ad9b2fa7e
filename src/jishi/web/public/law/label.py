"""The words of the law's pages: kinds of rule, areas, roundings, states, spans of days."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.web.public.law.edition import day_text
from jishi.web.shell.factor import FACTORS

KINDS: dict[str, Any] = {
    "table": gettext_lazy("Decision table"),
    "schedule": gettext_lazy("Schedule of values"),
    "formula": gettext_lazy("Formula"),
    "score": gettext_lazy("Points table"),
    "wording": gettext_lazy("Wording rule"),
}
AREAS: dict[str, Any] = {
    **FACTORS,
    "price": gettext_lazy("Prices"),
    "competition": gettext_lazy("Fair competition"),
    "tender": gettext_lazy("Tendering"),
    "procurement": gettext_lazy("Government procurement"),
    "auction": gettext_lazy("Auctions"),
    "state_asset": gettext_lazy("State assets"),
    "platform": gettext_lazy("Platforms"),
    "credit": gettext_lazy("Credit"),
    "complaint": gettext_lazy("Complaints about trade"),
    "petition": gettext_lazy("Petitions"),
    "emergency": gettext_lazy("Emergencies"),
    "market": gettext_lazy("Market"),
}
ROUNDINGS: dict[str, Any] = {
    "half_up": gettext_lazy("rounded half up"),
    "half_even": gettext_lazy("rounded half to even"),
    "down": gettext_lazy("rounded down"),
    "up": gettext_lazy("rounded up"),
}
LEVELS: dict[str, Any] = {
    "block": gettext_lazy("not allowed"),
    "warn": gettext_lazy("to be looked at"),
}
PAST, PRESENT, FUTURE = "past", "now", "future"


def area_of(rule_id: str) -> str:
    """Give the area a rule belongs to: the first part of its id.

    >>> area_of("land.idle")
    'land'
    """
    return rule_id.partition(".")[0]


def area_label(area: str) -> str:
    """Name an area; one without a word shows as it is written."""
    return str(AREAS.get(area, area))


def state_of(since: int, until: int | None, day: int) -> str:
    """Tell whether what runs from `since` to `until` is over, in force or to come on a day.

    >>> state_of(3, 5, 5), state_of(3, 5, 6), state_of(3, None, 2)
    ('now', 'past', 'future')
    """
    if day < since:
        return FUTURE
    return PAST if until is not None and day > until else PRESENT


def span_text(since: int, until: int | None) -> str:
    """Write from when to when something is in force."""
    start, end = day_text(since), "" if until is None else day_text(until)
    if start and end:
        return _("%(start)s to %(end)s") % {"start": start, "end": end}
    if end:
        return _("until %(end)s") % {"end": end}
    return _("since %(start)s") % {"start": start} if start else "—"
