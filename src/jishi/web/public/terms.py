"""The terms of sale as a reader wants them: money, rules of bidding, who may apply, what the operator set."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.market.api import Offering
from jishi.web.public.parcel import Fact
from jishi.web.shell.money import money_text
from jishi.web.shell.site import language, market_pack

MINUTE_MS = 60_000
# Values that a notice may leave open and the operator of a demonstration fills in.
OPERATOR_SET = {
    "increment_cny": gettext_lazy("increment"),
    "notice_date": gettext_lazy("day of the notice"),
    "listing_start": gettext_lazy("opening of the listing"),
    "listing_end": gettext_lazy("close of the listing"),
    "registration_deadline": gettext_lazy("close of registration"),
}


class Rule(NamedTuple):
    """One term of the mechanism: its name, its value, the clauses it rests on, and whether that is confirmed."""

    label: str
    value: str
    cites: tuple[str, ...]
    confirmed: bool


def list_money(offering: Offering) -> list[Fact]:
    """Return deposit, increment, cap and reserve price."""
    lang, terms = language(), offering.terms
    facts = [Fact(_("Bid deposit"), money_text(offering.deposit_fen, lang))]
    if offering.increment_fen is not None:
        step = money_text(offering.increment_fen, lang)
        facts.append(Fact(_("Increment"), _("multiples of %(step)s") % {"step": step}))
    return [
        *facts,
        Fact(_("Cap"), money_text(terms["cap_fen"], lang) if terms.get("cap_fen") else _("none")),
        Fact(_("Reserve price"), _("yes; a commitment stands below") if reserve_of(offering) else _("none")),
    ]


def reserve_of(offering: Offering) -> str:
    """Return the commitment to the reserve price (底价), empty where there is none."""
    return offering.reserve_commitment or offering.terms.get("reserve_commitment") or ""


def list_access(offering: Offering) -> list[Fact]:
    """Return who may apply and how the deposit may be given."""

    def allowed(is_allowed: bool) -> str:
        return _("allowed") if is_allowed else _("not allowed")

    headcount = offering.terms.get("headcount_auction")
    facts = [
        Fact(_("Natural persons"), allowed(offering.persons_allowed)),
        Fact(_("Joint bids"), allowed(offering.joint_allowed)),
        Fact(_("Bank guarantee as deposit"), allowed(offering.guarantee_allowed)),
    ]
    if headcount:
        said = _("from %(count)s bidders on, the lot goes to auction") % {"count": headcount}
        facts.append(Fact(_("Number of bidders"), said))
    return facts


def list_rules(offering: Offering) -> list[Rule]:
    """Return the terms of the mechanism with the clause each rests on."""
    choice = market_pack().product(offering.product).find_mechanism(offering.mechanism)
    return [
        Rule(
            term.label.say(language()),
            _say_term(term.name, offering.terms.get(term.name, term.value)),
            term.cites,
            term.confidence == "confirmed",
        )
        for term in (choice.terms if choice else ())
    ]


def say_span(span_ms: int) -> str:
    """Say a span of time in whole minutes, else in seconds."""
    minutes, rest = divmod(span_ms, MINUTE_MS)
    return _("%(n)s minutes") % {"n": minutes} if not rest else _("%(n)s seconds") % {"n": span_ms // 1000}


def _say_term(name: str, value: Any) -> str:
    if name.endswith("_ms"):
        return say_span(value)
    said = {
        ("free_quotes", "improve"): _("each quote must raise the price"),
        ("free_quotes", "any"): _("any quote on the grid; the highest leads, the earlier of equals wins"),
        ("cap_rule", "first"): _("the first to quote the cap wins"),
        ("cap_rule", "halt"): _("bidding stops; the notice says what follows"),
    }
    return said.get((name, value), str(value))


def list_operator_set(offering: Offering) -> list[str]:
    """Name the values that the operator set because the announcement left them open."""
    return [str(OPERATOR_SET.get(name, name)) for name in offering.operator_set]
