"""A span of time as terms state it: whole days, minutes or seconds."""

from django.utils.translation import gettext as _

MINUTE_MS = 60_000
DAY_MS = 1_440 * MINUTE_MS


def say_span(span_ms: int) -> str:
    """Say a span of time in whole days, else in whole minutes, else in seconds."""
    if span_ms and not span_ms % DAY_MS:
        return _("%(n)s days") % {"n": span_ms // DAY_MS}
    minutes, rest = divmod(span_ms, MINUTE_MS)
    return _("%(n)s minutes") % {"n": minutes} if not rest else _("%(n)s seconds") % {"n": span_ms // 1000}
