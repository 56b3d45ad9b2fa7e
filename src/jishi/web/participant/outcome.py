"""How a lot ended for one who bid in it: won, lost or no sale, and when the deposit comes back (退还保证金)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jishi.apps.market.api import DEFAULTED, Registration, payments_of, standing_aliases
from jishi.apps.settlement import api as settlement
from jishi.web.shell.money import money_text
from jishi.web.shell.site import language, site


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is said of a closed lot; `tone` is that of a tag."""

    sentence: str
    tone: str


def find_outcomes(registrations: Iterable[Registration]) -> dict[str, Outcome]:
    """Return the outcome of each registration that was admitted and whose lot has closed, by its id; one query."""
    closed = [row for row in registrations if row.state == Registration.ADMITTED and row.offering.outcome]
    refunds: dict[str, list[settlement.Refund]] = defaultdict(list)
    for refund in settlement.list_refunds_of([row.id for row in closed]) if closed else ():
        refunds[refund.sub_account_id].append(refund)
    return {row.id: _outcome(row, refunds[row.id]) for row in closed}


def _outcome(row: Registration, refunds: Sequence[settlement.Refund]) -> Outcome:
    ended, tone = _end(row)
    return Outcome(" ".join([ended, *(_say_refund(refund) for refund in refunds)]), tone)


def _end(row: Registration) -> tuple[str, str]:
    payments = payments_of(row.offering)
    if not payments:
        return _("Closed without a sale."), "plain"
    if row.alias not in payments:
        return _("Closed: you did not win."), "plain"
    if _did_not_sign(row, many=len(payments) > 1):
        return _("You won and did not sign the contract: the deposit is kept."), "bad"
    return _("Closed: you won at %s.") % money_text(payments[row.alias], language()), "ok"


def _did_not_sign(row: Registration, *, many: bool) -> bool:
    if many:
        return row.alias not in standing_aliases(row.offering)
    return row.offering.state == DEFAULTED


def _say_refund(refund: settlement.Refund) -> str:
    said = {"money": money_text(refund.amount_fen, language())}
    if refund.paid_ms is not None:
        return _("%(money)s was sent back on %(day)s.") % {**said, "day": site().day(refund.paid_ms)}
    if refund.due_day is None:
        return _("%(money)s is due back; the calendar of that year is not known yet.") % said
    return _("%(money)s is due back by %(day)s.") % {**said, "day": refund.due_day}
