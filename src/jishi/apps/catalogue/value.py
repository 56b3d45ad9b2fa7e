"""OCDS values from our own: exact yuan, dates with their offset, area, identifiers. No float is ever made."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from jishi.apps.catalogue.facts import Participant
from jishi.kernel.quantity.area import CM2_PER_M2

Json = dict[str, Any]
USCC_SCHEME = "CN-USCC"
LAND_USE_SCHEME = "GB/T 21010"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def money(fen: int) -> Json:
    """Return an OCDS value in yuan, exact.

    >>> money(123456)
    {'amount': Decimal('1234.56'), 'currency': 'CNY'}
    """
    return {"amount": _shift(fen, 2), "currency": "CNY"}


def square_metres(area_cm2: int) -> Decimal | int:
    """Return an area in square metres, exact.

    >>> square_metres(10_005_000), square_metres(20_000)
    (Decimal('1000.5'), 2)
    """
    assert CM2_PER_M2 == 10**4
    return _shift(area_cm2, 4)


def _shift(whole: int, places: int) -> Decimal | int:
    if whole % 10**places == 0:
        return whole // 10**places
    return Decimal(whole).scaleb(-places).normalize()


def instant(at_ms: int, offset_minutes: int) -> str:
    """Return an instant (ms) as RFC 3339 in the zone of the publisher.

    >>> instant(1606147200000, 480)
    '2020-11-24T00:00:00+08:00'
    """
    zone = timezone(timedelta(minutes=offset_minutes))
    at = (_EPOCH + timedelta(milliseconds=at_ms)).astimezone(zone)
    return at.isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds")


def end_of_day(day: date, offset_minutes: int) -> str:
    """Return the last second of a day as RFC 3339.

    >>> end_of_day(date(2020, 11, 24), 480)
    '2020-11-24T23:59:59+08:00'
    """
    zone = timezone(timedelta(minutes=offset_minutes))
    return datetime.combine(day, time(23, 59, 59), zone).isoformat()


def reference(who: Participant) -> Json:
    """Return an organisation reference."""
    return {"id": who.id, "name": who.name}


def party(who: Participant, roles: list[str]) -> Json:
    """Return an organisation with its roles; only organisations have an identifier."""
    shown: Json = {**reference(who), "roles": roles}
    if who.code:
        shown["identifier"] = {"scheme": USCC_SCHEME, "id": who.code, "legalName": who.name}
    if who.simulated:
        shown["details"] = {"simulated": True}
    return shown
