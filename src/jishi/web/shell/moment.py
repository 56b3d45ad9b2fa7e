"""Instants and spans of time as a reader wants them, in the market's zone."""

from django.utils.translation import gettext as _

from jishi.web.shell.site import site

_STYLES = {
    "day": "%Y-%m-%d",
    "minute": "%Y-%m-%d %H:%M",
    "second": "%Y-%m-%d %H:%M:%S",
    "short": "%m-%d %H:%M",
}


def instant_text(at_ms: int, style: str = "minute") -> str:
    """Write an instant (ms) as "minute", "second", "short", "day", "clock" or "ms" (clock with milliseconds)."""
    local = site().local(at_ms)
    if style in ("clock", "ms"):
        return local.strftime("%H:%M:%S") + (f".{local.microsecond // 1000:03d}" if style == "ms" else "")
    return local.strftime(_STYLES[style])


def span_text(span_ms: int) -> str:
    """Write what is left of a clock: days and hours, else h:mm:ss, else mm:ss. Past is 00:00.

    >>> span_text(252_000), span_text(3_725_000), span_text(-5)
    ('04:12', '1:02:05', '00:00')
    """
    seconds = max(0, -(-span_ms // 1000))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"
