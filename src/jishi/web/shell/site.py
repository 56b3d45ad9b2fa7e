"""Which market this is: its name and the zone of its statutory days, both from the pack."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

from django.utils.translation import get_language

from jishi.apps.packs import api as packs


@dataclass(frozen=True, slots=True)
class Site:
    """Hold the market's name in both languages and the zone its statutory days are counted in."""

    zh: str
    en: str
    zone: timezone

    def name(self) -> str:
        """Return the name in the language of the page."""
        return self.en if language() == "en" else self.zh

    @property
    def offset_minutes(self) -> int:
        """Return how far the zone is ahead of UTC."""
        return int((self.zone.utcoffset(None)).total_seconds() // 60)

    def local(self, at_ms: int) -> datetime:
        """Return the instant (ms) as a date and time in the market's zone.

        >>> Site("", "", timezone(timedelta(hours=8))).local(0).isoformat()
        '1970-01-01T08:00:00+08:00'
        """
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)).astimezone(self.zone)

    def day(self, at_ms: int) -> date:
        """Return the statutory day on which the instant (ms) falls."""
        return self.local(at_ms).date()


def language() -> str:
    """Return "en" on an English page, otherwise "zh"."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def market_pack() -> packs.Pack:
    """Return the pack whose law this market asks: the latest release, else the installed one."""
    return packs.current_pack()


@cache
def site() -> Site:
    """Read the market's name and zone from the pack of this installation."""
    manifest = packs.default_pack().manifest  # no release changes it, and it is asked before there are tables
    zone = timezone(timedelta(minutes=manifest.utc_offset_minutes))
    return Site(zh=manifest.title.zh, en=manifest.title.en, zone=zone)
