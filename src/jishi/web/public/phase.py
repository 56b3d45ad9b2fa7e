"""What the rules of a phase are, in a sentence, and the clauses they rest on."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from jishi.apps.market.api import Offering
from jishi.kernel.mechanism.registry import find
from jishi.web.public.room.rule import say_phases
from jishi.web.shell.site import market_pack
from jishi.web.shell.span import say_span

# the step of the product whose clauses govern a phase
_STEP_OF = {
    "scheduled": "listing_start",
    "free": "listing_start",
    "question": "listing_end",
    "rounds": "listing_end",
    "awaiting_reserve": "award",
    "sold": "award",
}


_ENDS = ("suspended", "sold", "unsold", "converted", "halted", "capped", "terminated")


class PhaseRule(NamedTuple):
    """The rule of one phase: which phase, the sentence, the ids of its clauses."""

    phase: str
    text: str
    cites: tuple[str, ...]


def list_phase_rules(offering: Offering) -> list[PhaseRule]:
    """Return the rule of every phase a lot may be in, so that the page can follow the phase without asking."""
    product = market_pack().product(offering.product)
    steps = {step.id: step.cites for step in product.steps}
    if offering.mechanism != "listing":
        choice = product.find_mechanism(offering.mechanism)
        cites = (choice.cites if choice else ()) or steps.get("listing_start", ())
        own = find(offering.mechanism, offering.mechanism_version).phases
        said = say_phases(offering.kind, offering.terms)
        return [
            PhaseRule(phase, text, () if phase in _ENDS else cites)
            for phase, text in said.items()
            if phase in (*own, *_ENDS, "scheduled")
        ]
    return [
        PhaseRule(phase, text, steps.get(_STEP_OF.get(phase, ""), ()))
        for phase, text in _sentences(offering).items()
    ]


def list_running_rules(offering: Offering) -> list[PhaseRule]:
    """Return the rules of the phases in which something may be done, for a page that tells them beforehand."""
    return [rule for rule in list_phase_rules(offering) if rule.phase not in (*_ENDS, "scheduled")]


def _sentences(offering: Offering) -> dict[str, str]:
    terms = offering.terms
    question, clock = say_span(terms["question_ms"]), say_span(terms["round_ms"])
    free = _(
        "Each quote must raise the price by a multiple of the increment, at any time until the listing closes."
    )
    if terms.get("free_quotes") == "any":
        free = _(
            "Any quote on the grid of the increment counts; the highest leads, the earlier of equal ones wins."
        )
    return {
        "scheduled": _("The listing has not opened yet; quotes are taken from its opening on."),
        "free": free,
        "question": _(
            "Every admitted bidder is asked whether to go on. One who says so within %(time)s opens "
            "limited-time bidding; if nobody does, the highest quote wins."
        )
        % {"time": question},
        "rounds": _(
            "Every valid quote starts the clock of %(time)s again; when it runs out, the highest quote wins."
        )
        % {"time": clock},
        "awaiting_reserve": _(
            "Bidding is closed. Two officers open the reserve price; the lot is sold if the highest quote reaches it."
        ),
        "suspended": _("All clocks stand still. When the listing resumes, what was left of them runs on."),
        "sold": _("Bidding is closed and the highest quote won."),
        "unsold": _("Bidding is closed without a sale; the lot may be listed again."),
        "converted": _(
            "Enough bidders registered for an auction, as the notice provides; deposits stay or go back."
        ),
        "capped": _("The cap was reached; the notice says what follows."),
        "terminated": _("The listing was terminated; deposits go back."),
    }
