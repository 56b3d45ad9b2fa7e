"""What the law says of an offering being stated: its dates, the term of each use, the least deposit.

Gives the earliest lawful dates to begin with. Stores nothing and refuses nothing: a broken check is shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from jishi.apps.market.timeline import check_dates, check_deposit, check_terms
from jishi.kernel.calendar.workday import working_day_on_or_after
from jishi.kernel.calendar.zone import start_of_day_ms
from jishi.kernel.fault import Fault
from jishi.platform.words import say
from jishi.web.desk.way import Way
from jishi.web.shell.site import language, market_pack, site

HOUR_MS = 3_600_000
OPENS_MS, CLOSES_MS, REGISTERS_MS = 9 * HOUR_MS, 10 * HOUR_MS, 16 * HOUR_MS
DATES = ("listing_start", "listing_end", "registration_end")


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to the law, its verdict ("met", "broken" or "undetermined") and its clauses."""

    title: str
    text: str
    verdict: str
    clauses: tuple[str, ...]


def lawful_dates(way: Way, now_ms: int) -> dict[str, int]:
    """Return the earliest lawful instants (ms) of a notice published now, moved to working days.

    Who wants to count its bidders before bidding opens closes registration before it does.
    """
    today = site().day(now_ms)
    start = _working(_earliest(way, {"notice": today}, "listing_start"))
    end = _working(_earliest(way, {"notice": today, "listing_start": start}, "listing_end"))
    opens, closes = _instant(start, OPENS_MS), _instant(end, CLOSES_MS)
    counted = way.choice.defaults().get("least_bidders", 1) > 1
    last, bound = (start, opens) if counted else (end, closes)
    return {
        "listing_start": opens,
        "listing_end": closes,
        "registration_end": min(bound, _instant(_working_before(last), REGISTERS_MS)),
    }


def judge(way: Way, said: Mapping[str, Any], lot: dict[str, Any], now_ms: int) -> list[Check]:
    """Hold what a valid form states to the law of today, as if its notice came out now."""
    pack, product = market_pack(), way.product
    instants = {"notice": now_ms, **{name: said[name] for name in DATES}}
    found = [say_check(check) for check in check_dates(pack, product, instants, way.choice.id)]
    uses = lot.get("uses", [])
    codes = [use["code"] for use in uses if use.get("code")]
    today = site().day(now_ms)
    facts = (codes, said["deposit_fen"], said.get("start_price_fen"))
    if uses:
        found += _tried(_("Term of each use"), lambda: check_terms(pack, product, lot, today))
    if product.deposits and facts[2] is not None:
        found += _tried(_("Least deposit"), lambda: check_deposit(pack, product, facts, today))
    return found


def say_check(check: dict[str, Any]) -> Check:
    """Put a check of a time limit into words."""
    row = market_pack().limits.get(check["limit"])
    title = row.title.say(language()) if row else check["limit"]
    units = {
        "calendar_day": _("%(n)s days"),
        "working_day": _("%(n)s working days"),
        "month": _("%(n)s months"),
    }
    bound = _("at least %s") if row is None or row.sense == "at_least" else _("within %s")
    amount = str(bound) % (str(units[check["unit"]]) % {"n": check["amount"]})
    return Check(
        title, f"{check['start']} → {check['end']} · {amount}", check["verdict"], tuple(check["clauses"])
    )


def _tried(title: Any, check: Any) -> Iterator[Check]:
    try:
        check()
    except Fault as fault:
        clauses = tuple(fault.params.get("clauses", "").split("；"))
        yield Check(str(title), say(fault.code, fault.params, language()), "broken", clauses)
    else:
        yield Check(str(title), "", "met", ())


def _earliest(way: Way, known: Mapping[str, date], step: str) -> date:
    """Give the first day a step may fall on: the day after the last known one, later where a limit says so."""
    pack, days = market_pack(), [max(known.values()) + timedelta(days=1)]
    for bound in way.product.limits_of(way.choice.id):
        start = known.get(bound.start)
        if bound.end != step or start is None or pack.parameter(bound.limit).at(start) is None:
            continue
        if pack.limits[bound.limit].sense == "at_least":
            days.append(pack.limit(bound.limit, start).last_day(start, "at_least") or days[0])
    return max(days)


def _working(day: date) -> date:
    return working_day_on_or_after(day) or day


def _working_before(day: date) -> date:
    for back in range(1, 15):
        earlier = day - timedelta(days=back)
        if working_day_on_or_after(earlier) in (earlier, None):
            return earlier
    return day - timedelta(days=1)


def _instant(day: date, offset_ms: int) -> int:
    return start_of_day_ms(day, site().offset_minutes) + offset_ms
