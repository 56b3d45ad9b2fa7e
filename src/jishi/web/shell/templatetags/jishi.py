"""Tags and filters for money, areas, instants, faults, terms and clauses."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jishi.kernel.mechanism.listing_state import PHASES
from jishi.kernel.quantity.money import capital_zh, format_wan
from jishi.platform.clock import SystemClock
from jishi.platform.search import COUNTED
from jishi.platform.words import say
from jishi.web.shell import moment
from jishi.web.shell import money as figures
from jishi.web.shell.address import find_address
from jishi.web.shell.site import language, market_pack, site
from jishi.web.shell.term import LIVE_SENTENCES, Term, find_term

register = template.Library()
ABSENT = SafeString("—")
SOON_MS = 3_600_000


def _money(fen: int | None, unit: str = "") -> SafeString:
    if fen is None:
        return ABSENT
    figure, said = figures.money_parts(fen, language(), unit)
    if not said:
        return format_html('<span class="money">{}</span>', figure)
    return format_html('<span class="money">{}<span class="unit">{}</span></span>', figure, said)


@register.filter
def money(fen: int | None) -> SafeString:
    """Show fen in the unit that reads best."""
    return _money(fen)


@register.filter
def wan(fen: int | None) -> SafeString:
    """Show fen in 万元, so that a column compares."""
    return _money(fen, "wan")


@register.filter
def yuan(fen: int | None) -> SafeString:
    """Show fen in yuan."""
    return _money(fen, "yuan")


@register.filter
def column(fen: int | None) -> str:
    """Show fen as a bare figure for a column whose head names the unit: 万元, or yuan in English."""
    return ABSENT if fen is None else figures.money_parts(fen, language(), "wan")[0].replace("¥", "")


@register.filter
def typed_wan(fen: int | None) -> str:
    """Show fen as one types it: 万元 without separators."""
    return "" if fen is None else format_wan(fen).replace(",", "")


@register.filter
def capitals(fen: int | None) -> str:
    """Show fen in financial capitals (大写金额)."""
    return "" if fen is None else capital_zh(fen)


@register.filter
def area(area_cm2: int | None) -> str:
    """Show an area in square metres."""
    return ABSENT if area_cm2 is None else figures.area_text(area_cm2, language())


@register.filter
def mu(area_cm2: int | None) -> str:
    """Show an area in mu."""
    return ABSENT if area_cm2 is None else figures.mu_text(area_cm2, language())


@register.simple_tag
def unit_price(price_fen: int | None, area_cm2: int | None) -> str:
    """Show a price per square metre."""
    return figures.unit_price_text(price_fen, area_cm2, language()) if price_fen and area_cm2 else ABSENT


@register.simple_tag
def premium(price_fen: int | None, start_fen: int | None) -> str:
    """Show the premium over the start price (溢价率)."""
    return figures.premium_text(price_fen, start_fen) if price_fen and start_fen else ABSENT


@register.filter
def instant(at_ms: int | None, style: str = "minute") -> SafeString:
    """Show an instant in the market's zone; styles: minute, second, short, day, clock, ms."""
    if at_ms is None:
        return ABSENT
    stamp = site().local(at_ms).isoformat(timespec="milliseconds")
    return format_html('<time datetime="{}">{}</time>', stamp, moment.instant_text(at_ms, style))


@register.filter
def day(value: date | None) -> SafeString:
    """Show a statutory day."""
    return ABSENT if value is None else format_html('<time datetime="{0}">{0}</time>', value.isoformat())


@register.simple_tag
def countdown(due_ms: int | None) -> SafeString:
    """Show what is left until an instant; clock.js keeps it running on the server's time."""
    if due_ms is None:
        return ABSENT
    left_ms = due_ms - SystemClock().now_ms()
    return format_html(
        '<time class="count{}" data-due-ms="{}" datetime="{}" title="{}">{}</time>',
        " soon" if left_ms < SOON_MS else "",
        due_ms,
        site().local(due_ms).isoformat(timespec="seconds"),
        moment.instant_text(due_ms, "second"),
        moment.span_text(left_ms),
    )


@register.simple_tag
def fault(trouble: Any, **params: Any) -> str:
    """Say in the reader's language what a Fault, a Refusal or a code with parameters means."""
    if isinstance(trouble, str):
        return say(trouble, params, language())
    return say(trouble.code, trouble.params, language())


@register.simple_tag
def term(code: str | None) -> str:
    """Name a phase, state, result or role in the reader's language."""
    return find_term(code).label if code else ABSENT


@register.simple_tag
def live_words() -> dict[str, Any]:
    """Return the words of the live room's scripts: phases as [word, tone], sentences with {price}."""
    phases = {code: [str(find_term(code).label), find_term(code).tone] for code in (*PHASES, "suspended")}
    return phases | {name: str(sentence) for name, sentence in LIVE_SENTENCES.items()}


@register.simple_tag
def state(code: str | None) -> SafeString:
    """Show a phase or state as a tag: colour and word."""
    found = find_term(code) if code else Term(ABSENT)
    return format_html('<span class="tag {}">{}</span>', found.tone, found.label)


@register.simple_tag
def clause(cited: Any) -> SafeString:
    """Cite a clause, given itself or its id in the pack, with the way to its page; an unconfirmed one says 待核."""
    found = market_pack().clauses.get(cited) if isinstance(cited, str) else cited
    if found is None:  # an old case may cite what the version in force no longer holds
        return format_html('<cite class="clause">{}</cite>', cited)
    summary = found.summary_en if language() == "en" else found.summary_zh
    source, _space, article = found.id.rpartition(" ")
    numbered = source and article[:1].isdigit()  # a part without an article of its own is named in words
    said = format_html(
        '<cite class="clause" title="{}: {}">{}</cite>',
        found.source,
        summary,
        _("%(source)s, art. %(article)s") % {"source": source, "article": article} if numbered else found.id,
    )
    page = find_address("public:law:clause", found.id)
    said = format_html('<a href="{}">{}</a>', page, said) if page else said
    if found.confidence == "confirmed":
        return said
    return format_html('{} <span class="tag warn">{}</span>', said, _("to be confirmed"))


@register.filter
def raises(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return ladder rows, newest first, each with `gain_fen` over the quote before it."""
    older = [*rows[1:], None]
    return [
        {**row, "gain_fen": row["price_fen"] - before["price_fen"] if before else None}
        for row, before in zip(rows, older, strict=False)
    ]


@register.filter
def tally(total: int) -> str:
    """Show a count; beyond 10,000 it is not counted to the end."""
    return f"{COUNTED:,}+" if total > COUNTED else f"{total:,}"


@register.filter
def lookup(mapping: Any, key: Any) -> Any:
    """Return `mapping[key]`, None where it has no such key."""
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """Return this page's query string with `changes` made; None takes a key away."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        params.pop(key, None)
        if value not in (None, ""):
            params[key] = value
    return "?" + params.urlencode()
