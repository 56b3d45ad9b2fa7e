"""The page of one offering: every fact of its notice, its timeline, documents, questions and result."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jishi.apps.market import actions
from jishi.apps.market import reads as market
from jishi.apps.market.api import Offering
from jishi.apps.panels import api as panels
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform.words.term import mechanism_title
from jishi.web.public import price, terms
from jishi.web.public.cards import status_of
from jishi.web.public.notice import kind_of
from jishi.web.public.parcel import list_facts, list_sheets
from jishi.web.public.phase import list_running_rules
from jishi.web.public.places import place_name
from jishi.web.public.record import ResultRow, list_rows
from jishi.web.public.standing import describe, own_parties
from jishi.web.public.timeline import list_steps
from jishi.web.shell.address import find_address
from jishi.web.shell.limit import Buckets, limited
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, market_pack

WRITING = Buckets(rate=1 / 60, burst=20)
PER_UNIT = ("orders", "shop")


@require_safe
def show(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Show an offering."""
    offering = market.get_public_offering(offering_id)
    now_ms = ctx_of(request).now_ms()
    notices = market.list_notices(offering.id)
    page = {
        "offering": offering,
        "status": status_of(offering),
        "place": place_name(offering.division, offering.lot.get("division_text", "")),
        "running": offering.state == "noticed" and offering.phase != "scheduled",
        "steps": list_steps(offering, now_ms),
        "notices": [(notice, kind_of(notice)) for notice in notices],
        "result": _result(notices),
        "questions": market.list_answered(offering.id),
        "asking": offering.state == "noticed" and now_ms < offering.registration_end,
        "parties": own_parties(request, offering.id),
        "encumbrances": _encumbrances(offering),
        "is_demo_lot": offering.simulated or offering.lot.get("simulated"),
        "panel": panels.asks_for_panel(offering) and panels.list_panels_of(panels.OFFERING, offering.id),
        "procedures": _procedures(offering),
        "twin": find_address("api_v1:read_offering", offering.id),
        "release": find_address("api_v1:read_release", offering.id),
        **_facts(offering),
        **describe(request, offering),
    }
    return render(request, "public/offering.html", page)


@require_POST
@limited(WRITING, "POST")
def ask(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Take a participant's question on the notice; it is shown with its answer, the asker never."""
    parties = own_parties(request, offering_id)
    if not parties:
        raise Fault("access.denied", action="question.ask")
    actions.ask_question(ctx_of(request), offering_id, parties[0], request.POST.get("text", ""))
    messages.success(
        request, _("Your question was received. It appears here with its answer, without your name.")
    )
    return redirect("public:offering", offering_id)


def _facts(offering: Offering) -> dict[str, Any]:
    return {
        "is_land": offering.factor == "land",
        "sold_thing": market_pack().register(offering.register_kind).title.say(language()),
        "facts": list_facts(offering.register_kind, offering.lot),
        "sheets": list_sheets(offering.register_kind, offering.lot),
        "bases": price.list_bases(offering, offering.start_price_fen) if offering.kind == "ascending" else [],
        "price_label": _price_label(offering),
        "per_unit": offering.kind in PER_UNIT,
        "phases": list_running_rules(offering) if offering.mechanism != "listing" else [],
        "mechanism": mechanism_title(offering.mechanism, language()),
        "money": terms.list_money(offering),
        "access": terms.list_access(offering),
        "rules": terms.list_rules(offering),
        "operator_set": terms.list_operator_set(offering),
        "commitment": terms.reserve_of(offering),
        "organisation": offering.organisation,
    }


def _procedures(offering: Offering) -> list[tuple[str, str]]:
    """Name the procedures anybody may begin about an offering: those with a question that takes it from its page."""
    return [
        (each.title.say(language()), f"{address}?offering={offering.id}")
        for each in market_pack().procedures.values()
        if each.start.by == "application" and each.start.kinds
        if any(question.fills for question in each.questions)
        if (address := find_address("participant:case_new", each.id))
    ]


def _price_label(offering: Offering) -> str:
    """Name the price that stands beside the offering."""
    if offering.kind == "shop":
        return _("Price a unit")
    if offering.kind == "orders":
        return _("Clearing price a unit")
    if offering.kind == "notice":
        return _("Agreed price") if offering.price_fen else _("Lowest price")
    if offering.kind == "sealed":
        return _("Price")
    return _("Highest quote") if offering.price_fen else _("Start price")


def _result(notices: list[Any]) -> ResultRow | None:
    published = [notice for notice in notices if notice.kind in market.RESULT_KINDS]
    return list_rows(published[-1:])[0] if published else None


def _encumbrances(offering: Offering) -> list[str]:
    """Name the burdens that stand on the register entry now."""
    kind = market_pack().register(offering.register_kind)
    titles = {each.id: each.title.say(language()) for each in kind.encumbrances}
    standing = [each for each in registers.list_encumbrances(offering.entry_id) if each.lifted_ms is None]
    return [titles.get(each.kind, each.kind) for each in standing]
