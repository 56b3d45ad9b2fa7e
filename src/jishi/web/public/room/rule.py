"""The rules of each phase of the mechanisms beside the listing, as sentences made from the terms of the notice."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from jishi.web.public.room.outcome import unit_title
from jishi.web.shell.money import money_text
from jishi.web.shell.site import language
from jishi.web.shell.span import say_span

Terms = Mapping[str, Any]
Sentences = dict[str, str]


def say_phases(kind: str, terms: Terms) -> Sentences:
    """Return the rule of every phase of a mechanism of this kind, in the order in which they come."""
    return {"scheduled": _("Not open yet; the notice says when it opens."), **_KINDS[kind](terms), **_ends()}


def say_stages(stages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return (kind, rule) of each stage of an auction, in order."""
    return [(stage["kind"], _STAGES[stage["kind"]](stage)) for stage in stages]


def _auction(terms: Terms) -> Sentences:
    said = dict(say_stages(terms["stages"]))
    said = {"open": said.pop("ascending"), **said}
    if terms.get("sealing"):
        said["awaiting_opening"] = _opening()
    if terms.get("draw_commitment"):
        said["awaiting_draw"] = _draw()
    if terms.get("reserve_commitment"):
        said["awaiting_reserve"] = _(
            "Bidding is closed. Two officers open the reserve price; the lot is sold if the highest quote reaches it."
        )
    return said


def _ascending(stage: Terms) -> str:
    said = _(
        "Each quote raises the price by a multiple of the increment. Bidding ends at the announced close, or "
        "%(time)s after the last quote if that is later."
    ) % {"time": say_span(stage["round_ms"])}
    if not stage.get("cap_fen"):
        return said
    named = {"cap": money_text(stage["cap_fen"], language()), "time": say_span(stage.get("accept_ms") or 0)}
    if stage["at_cap"] == "first":
        return said + _(" Whoever first quotes the cap of %(cap)s wins.") % named
    if stage.get("accept_ms"):
        return said + _(" Once the cap of %(cap)s is quoted, others may accept it for %(time)s.") % named
    return said + _(" Once the cap of %(cap)s is quoted, the next stage decides.") % named


def _second_quantity(stage: Terms) -> str:
    wins = {
        "highest": _("the highest wins"),
        "lowest": _("the lowest wins"),
        "nearest_average": _("the one nearest to the average of all wins"),
    }[stage["wins"]]
    tie = _("equal ones go on") if stage["tie"] == "next" else _("of equal ones the earlier wins")
    return _(
        "Everyone who may take part quotes %(unit)s once within %(time)s: %(wins)s, %(tie)s. No page and no file "
        "shows an amount before the stage ends."
    ) % {"unit": unit_title(stage["unit"]), "time": say_span(stage["span_ms"]), "wins": wins, "tie": tie}


def _sealed_quote(stage: Terms) -> str:
    wins = (
        _("the highest wins")
        if stage["wins"] == "highest"
        else _("the one nearest to the average of all wins")
    )
    return _(
        "Everyone who may take part files one sealed quote within %(time)s; %(wins)s. Nobody can read it before."
    ) % {"time": say_span(stage["span_ms"]), "wins": wins}


def _lottery(stage: Terms) -> str:
    return _(
        "Everyone who may take part files a sealed random number of its own; the draw mixes them all with the secret "
        "committed to in the notice, so that nobody can choose it and anybody can redo it."
    )


def _first_refusal(stage: Terms) -> str:
    return _(
        "Who holds a right of first refusal may take the lot at the price reached, or let it go, within %(time)s."
    ) % {"time": say_span(stage["span_ms"])}


_STAGES: Mapping[str, Callable[[Terms], str]] = {
    "ascending": _ascending,
    "second_quantity": _second_quantity,
    "sealed_quote": _sealed_quote,
    "lottery": _lottery,
    "first_refusal": _first_refusal,
}


def _orders(terms: Terms) -> Sentences:
    price = _(
        "all clear at one price: the one with the largest volume, then the least imbalance, then nearest to the "
        "reference price"
    )
    if terms.get("sealing"):
        said = _("Orders are sealed until the close; then %(price)s.")
        return {"open": said % {"price": price}, "awaiting_opening": _opening()}
    said = _("Orders are public and are gathered until the close; then %(price)s.")
    return {"open": said % {"price": price}, "clearing": _("Orders are closed and are being cleared.")}


def _shop(terms: Terms) -> Sentences:
    if terms["rule"] == "subscription":
        return {
            "open": _(
                "Subscriptions are gathered until the close. Beyond the stock they are served in proportion; the "
                "units left by rounding go to the largest remainders."
            )
        }
    said = _("Who comes first is served at the price stated, as long as stock lasts.")
    if terms["sold_out"] == "wait":
        said += _(" Who comes later is noted as waiting.")
    return {"open": said}


def _notice(terms: Terms) -> Sentences:
    second = _("A second party admitted before the end sends the lot to auction or listing.")
    if terms["second_applicant"] == "refuse":
        second = _("No second party is admitted.")
    span = {"time": say_span(terms["publicity_ms"]), "second": second}
    said = {
        "open": _("The office negotiates the price with the one applicant. %(second)s") % span,
        "publicity": _(
            "The agreed price is public for %(time)s: anyone may object, and an objection upheld ends it without a "
            "sale. %(second)s"
        )
        % span,
        "awaiting_answer": _("The publicity period is over; objections still wait for their answer."),
    }
    if terms.get("first_refusal_ms"):
        said["first_refusal"] = _first_refusal({"span_ms": terms["first_refusal_ms"]})
    return said


def _sealed(terms: Terms) -> Sentences:
    said = {
        "open": _(
            "Bids are sealed to the keys of the committee until the close; nobody can read one before."
        ),
        "awaiting_opening": _opening(),
        "awaiting_draw": _draw(),
        "awaiting_reserve": _("The control price is opened; bids beyond it are void."),
        "scoring": _("The panel gives its marks, each expert alone."),
        "solving": _("The best allocation is computed, with a certificate that none is better."),
        "publicity": _("The candidates are public; anyone may object."),
        "awaiting_answer": _("The publicity period is over; objections still wait for their answer."),
    }
    idle = {
        "awaiting_reserve": not terms.get("reserve_commitment"),
        "scoring": terms.get("method") != "score",
    }
    return {phase: text for phase, text in said.items() if not idle.get(phase)}


def _opening() -> str:
    return _("Filing is closed. The members publish their keys; then anybody can open every bid.")


def _draw() -> str:
    return _("The secret committed to in the notice is to be revealed; the draw follows from it.")


def _ends() -> Sentences:
    return {
        "suspended": _("All clocks stand still. When it resumes, what was left of them runs on."),
        "sold": _("Closed and sold; how it was decided stands below."),
        "unsold": _("Closed without a sale; it may be offered again."),
        "converted": _("It goes to another way of sale, as the notice provides; deposits stay or go back."),
        "halted": _("It was halted; the notice says what follows."),
        "terminated": _("It was terminated; deposits go back."),
    }


_KINDS: Mapping[str, Callable[[Terms], Sentences]] = {
    "ascending": _auction,
    "orders": _orders,
    "shop": _shop,
    "notice": _notice,
    "sealed": _sealed,
}
