"""How a lot ended for one who bid in it: won, sold, lost, void, and when the deposit comes back (退还保证金)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jishi.apps.market.api import DEFAULTED, Registration, list_awards, payments_of, standing_aliases
from jishi.apps.settlement import api as settlement
from jishi.platform.words import say
from jishi.web.shell.money import money_text
from jishi.web.shell.site import language, site
from jishi.web.shell.term import find_term


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
    outcome = row.offering.outcome or {}
    why = (outcome.get("voids") or {}).get(row.alias)
    if why is not None:
        reason = say(why["code"], why["params"], language())
        return _("Closed: your sealed bid was void. %s") % reason, "bad"
    sold = [sale for sale in outcome.get("sales") or () if sale["alias"] == row.alias]
    if sold:
        return _units(_("Closed: you sold %(n)s units and receive %(money)s."), sold), "ok"
    payments = payments_of(row.offering)
    if not payments:
        return _with_reason(_("Closed without a sale."), outcome), "plain"
    if row.alias not in payments:
        return _with_reason(_("Closed: you did not win."), outcome), "plain"
    if _did_not_sign(row, many=len(payments) > 1):
        return _("You won and did not sign the contract: the deposit is kept."), "bad"
    own = [award for award in list_awards(row.offering) if award["alias"] == row.alias]
    if sum(award["quantity"] for award in own) != 1:
        return _units(_("Closed: you got %(n)s units and pay %(money)s."), own), "ok"
    return _("Closed: you won at %s.") % money_text(payments[row.alias], language()), "ok"


def _units(said: str, lines: Sequence[Mapping[str, Any]]) -> str:
    count = sum(line["quantity"] for line in lines)
    money = money_text(sum(line["pay_fen"] for line in lines), language())
    return said % {"n": f"{count:,}", "money": money}


def _with_reason(said: str, outcome: Mapping[str, Any]) -> str:
    """Add how it was decided, where the code has words."""
    reason = outcome.get("reason") or ""
    label = str(find_term(reason).label) if reason else ""
    price_fen = outcome.get("price_fen")
    parts = [label if label != reason else ""]
    if price_fen and outcome.get("result") == "sold":
        parts.append(_("price reached: %s") % money_text(price_fen, language()))
    told = [part for part in parts if part]
    return f"{said} " + _("How it was decided: %s.") % " · ".join(told) if told else said


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
