"""The terms of a listing for sale (挂牌), as its notice states them.

Refuses unknown, missing or mistyped fields and terms that contradict each other. Statutory
minimums (ten days, deposits) are law, not mechanism, and are checked where the notice is made.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.kind import is_kind

FIVE_MINUTES = 300_000


class Terms(NamedTuple):
    """What is sold under which clocks and prices. Instants and spans in ms, money in fen."""

    lot: str
    listing_start: int
    listing_end: int
    registration_end: int
    start_price_fen: int
    increment_fen: int
    cap_fen: int | None = None
    cap_rule: str = "first"
    reserve_commitment: str | None = None
    question_ms: int = FIVE_MINUTES
    round_ms: int = FIVE_MINUTES
    headcount_auction: int | None = None
    free_quotes: str = "improve"


_TEXT = frozenset({"lot", "cap_rule", "reserve_commitment", "free_quotes"})
_OPTIONAL = frozenset({"cap_fen", "reserve_commitment", "headcount_auction"})
_LEAST = {"headcount_auction": 2, "listing_start": 0}
_CHOICES = {"cap_rule": ("first", "halt"), "free_quotes": ("improve", "any")}
_PATTERNS = {"lot": re.compile(r"\S.*", re.DOTALL), "reserve_commitment": re.compile(r"[0-9a-f]{64}")}


def read_terms(raw: Mapping[str, Any]) -> Terms:
    """Check raw JSON terms; raise `listing.terms.*` faults that name the field."""
    for field in sorted(raw):
        check_term(field, raw[field])
    missing = [name for name in Terms._fields if name not in raw and name not in Terms._field_defaults]
    if missing:
        raise Fault("listing.terms.missing", field=missing[0])
    terms = Terms(**raw)
    _check_together(terms)
    return terms


def dump_terms(terms: Terms) -> dict[str, Any]:
    """Return the JSON form that `read_terms` reads, defaults written out."""
    return terms._asdict()


def check_term(field: str, value: Any) -> None:
    """Check one term by itself; raise a `listing.terms.*` fault that names it."""
    if field not in Terms._fields:
        raise Fault("listing.terms.unknown", field=field, known=", ".join(Terms._fields))
    if not (value is None and field in _OPTIONAL):
        _check_value(field, value)


def _check_value(field: str, value: Any) -> None:
    kind = "text" if field in _TEXT else "integer"
    if not is_kind(value, kind):
        raise Fault("listing.terms.kind", field=field, value=repr(value), expected=kind)
    if kind == "integer" and value < (least := _LEAST.get(field, 1)):
        raise Fault("listing.terms.least", field=field, value=value, least=least)
    if field in _CHOICES and value not in _CHOICES[field]:
        raise Fault("listing.terms.choice", field=field, value=value, known=", ".join(_CHOICES[field]))
    if field in _PATTERNS and not _PATTERNS[field].fullmatch(value):
        raise Fault("listing.terms.form", field=field, value=value)


def _check_together(terms: Terms) -> None:
    if terms.listing_end <= terms.listing_start:
        raise Fault("listing.terms.span", listing_start=terms.listing_start, listing_end=terms.listing_end)
    if terms.registration_end > terms.listing_end:
        raise Fault(
            "listing.terms.registration",
            registration_end=terms.registration_end,
            listing_end=terms.listing_end,
        )
    if terms.cap_fen is not None and terms.cap_fen < terms.start_price_fen:
        raise Fault("listing.terms.cap", cap_fen=terms.cap_fen, start_price_fen=terms.start_price_fen)
