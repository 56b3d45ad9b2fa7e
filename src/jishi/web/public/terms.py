"""The terms of sale as a reader wants them: money, rules of bidding, who may apply, what the operator set."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.market.api import Offering, mechanism_of
from jishi.platform.words.term import choice_title, term_title
from jishi.web.public.parcel import Fact
from jishi.web.shell.moment import instant_text
from jishi.web.shell.money import money_text
from jishi.web.shell.site import language, market_pack
from jishi.web.shell.span import say_span
from jishi.web.shell.term import find_term

# said elsewhere on the page: the dates in the timeline, money under "Money"
_SAID = frozenset(
    {
        "lot",
        "opens",
        "closes",
        "registration_end",
        "reserve_commitment",
        "start_price_fen",
        "price_fen",
        "floor_fen",
    }
)
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
    if offering.mechanism != "listing":
        return [*facts, *_own_money(offering)]
    if offering.increment_fen is not None:
        step = money_text(offering.increment_fen, lang)
        facts.append(Fact(_("Increment"), _("multiples of %(step)s") % {"step": step}))
    return [
        *facts,
        Fact(_("Cap"), money_text(terms["cap_fen"], lang) if terms.get("cap_fen") else _("none")),
        Fact(_("Reserve price"), _("yes; a commitment stands below") if reserve_of(offering) else _("none")),
    ]


def _own_money(offering: Offering) -> list[Fact]:
    """Return the money a mechanism beside the listing states, as far as it has it."""
    lang, terms = language(), offering.terms
    unit = "yuan" if offering.kind in ("orders", "shop", "sealed") else ""
    facts = [
        Fact(term_title(name, lang), money_text(terms[name], lang, unit))
        for name in ("price_fen", "floor_fen")
        if terms.get(name) is not None
    ]
    if offering.kind != "ascending":
        return facts
    if reserve_of(offering):
        facts.append(Fact(_("Reserve price"), _("yes; a commitment stands below")))
    first = terms["stages"][0]
    step = money_text(offering.increment_fen or first["increment_fen"], lang)
    facts.append(Fact(_("Increment"), _("multiples of %(step)s") % {"step": step}))
    cap_fen = first.get("cap_fen")
    return [*facts, Fact(_("Cap"), money_text(cap_fen, lang) if cap_fen else _("none"))]


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
    if offering.mechanism != "listing":
        return _own_rules(offering, choice)
    return [
        Rule(
            term.label.say(language()),
            _say_term(term.name, offering.terms.get(term.name, term.value)),
            term.cites,
            term.confidence == "confirmed",
        )
        for term in (choice.terms if choice else ())
    ]


def _own_rules(offering: Offering, choice: Any) -> list[Rule]:
    """Return every term the mechanism's model has and the notice states; the product may name and found it."""
    known = {term.name: term for term in choice.terms} if choice else {}
    sealed, rules = bool(offering.terms.get("sealing")), []
    for field in mechanism_of(offering).model:
        value = offering.terms.get(field.name)
        if field.name in _SAID or value in (None, [], ()) or (field.name == "revisions" and not sealed):
            continue
        term = known.get(field.name)
        label = term.label.say(language()) if term else term_title(field.name, language())
        cites = term.cites if term else ()
        rules.append(
            Rule(label, say_value(field, value), cites, term is None or term.confidence == "confirmed")
        )
    return rules


def say_value(field: Any, value: Any) -> str:
    """Say the value of a field of a mechanism's model."""
    lang = language()
    match field.kind:
        case "fen":
            return money_text(value, lang, "yuan")
        case "span":
            return say_span(value)
        case "instant":
            return instant_text(value)
        case "flag":
            return _("yes") if value else _("no")
        case "choice":
            return choice_title(field.name, value, lang) if value else ""
        case "share_bp":
            return f"{value / 100:g}%"
        case "count":
            return f"{value:,}"
    if field.name == "sealing":
        return _("%(suite)s, %(k)s of %(n)s members") % {
            "suite": value["suite"],
            "k": value["threshold"],
            "n": value["members"],
        }
    if field.name == "stages":
        kinds = [stage["kind"] for stage in value]
        return " → ".join(
            _("Open quotes") if kind == "ascending" else str(find_term(kind).label) for kind in kinds
        )
    return _("%(n)s, in the bundle") % {"n": len(value)} if isinstance(value, list | dict) else str(value)


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
