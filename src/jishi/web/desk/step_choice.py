"""What a step lets one choose from: bidders, winners, objections of an offering, by alias and name."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from jishi.apps.market import reads
from jishi.apps.market.mechanism import grounds_of
from jishi.apps.market.winning import standing_aliases
from jishi.apps.parties import api as parties
from jishi.apps.settlement import api as settlement

Choices = list[tuple[str, str]]
LIVE = ("filed", "qualified", "admitted")
NEGOTIATION, LOTTERY = "negotiation", "lottery"
LONGEST = 60


def admitted(offering: Any) -> Choices:
    """List who is admitted to bid."""
    return _registrations(offering, ("admitted",))


def preferable(offering: Any) -> Choices:
    """List who a preference may be recorded for: before admission where a holder is no applicant, else after."""
    if offering.mechanism == NEGOTIATION:
        return _registrations(offering, LIVE[:2])
    return _registrations(offering, LIVE[2:] if offering.mechanism == LOTTERY else LIVE)


def grounds(offering: Any) -> Choices:
    """List the grounds the notice names; none where any may be written."""
    return [(each, each) for each in grounds_of(offering) or ()]


def levels(offering: Any) -> Choices:
    """List the levels of poor credit the terms know, none first."""
    known = offering.terms.get("credit_bp") or ()
    said = [_("%(n)d (%(share)s %%)") % {"n": n, "share": f"{bp / 100:g}"} for n, bp in enumerate(known, 1)]
    return [("0", _("0 (none)")), *((str(n), text) for n, text in enumerate(said, 1))]


def standing(offering: Any) -> Choices:
    """List the winners whose sale stands and who have not signed."""
    aliases = set(standing_aliases(offering))
    signed = {row.registration_id for row in settlement.list_contracts(offering.id) if row.signed_party_ms}
    rows = [row for row in reads.list_registrations(offering.id) if row.alias in aliases]
    return _named(row for row in rows if row.id not in signed)


def unanswered(offering: Any) -> Choices:
    """List the objections that wait for an answer in the mechanism, oldest first."""
    rows = [row for row in reads.list_objections(offering.id) if row.salt and row.answered_ms is None]
    return [(row.id, _shorten(row.text)) for row in rows]


def _registrations(offering: Any, states: Iterable[str]) -> Choices:
    return _named(row for row in reads.list_registrations(offering.id) if row.state in states)


def _named(registrations: Iterable[Any]) -> Choices:
    rows = list(registrations)
    names = parties.find_parties([row.party for row in rows])
    return [(row.id, f"{row.alias} · {names[row.party].name}") for row in rows]


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
