"""Offerings (出让项目): the list, a new one from a register entry, the page of one with its next lawful steps."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from jishi.apps.market import reads
from jishi.apps.market.actions import prepare_offering, relist_offering, revise_offering
from jishi.apps.market.guarding import preview_notice
from jishi.apps.market.mechanism import mechanism_of
from jishi.apps.packs.kinds.product import MechanismChoice
from jishi.apps.registers import api as registers
from jishi.apps.rulings import api as rulings
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, may, require
from jishi.platform.context import Context
from jishi.platform.oversight import name_people
from jishi.platform.words.term import mechanism_title
from jishi.web.desk.frame import desk_page, reach_of, render_desk
from jishi.web.desk.offering_form import OfferingForm, initial_of, say_terms
from jishi.web.desk.offering_law import Check, judge, lawful_dates, say_check
from jishi.web.desk.steps import Case, Step, open_steps
from jishi.web.desk.told import say_kept, say_previews
from jishi.web.desk.way import Way, asked_way, group_ways, list_ways, make_way, usual_way
from jishi.web.public.parcel import list_facts, list_sheets
from jishi.web.public.timeline import list_steps
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, market_pack, site

RELISTED = ("unsold", "halted", "converted", "defaulted")
MOST_ROUNDS = 3


@desk_page("GET")
def list_offerings(request: HttpRequest) -> HttpResponse:
    """List the offerings of one's divisions, drafts included."""
    ctx = ctx_of(request)
    require(ctx, "offering.read_draft")
    divisions = reach_of(ctx.actor, "offering.read_draft")
    page = reads.list_desk_offerings(divisions, request.GET.get("after"))
    may_prepare = bool(reach_of(ctx.actor, "offering.prepare"))
    return render_desk(request, "desk/offerings.html", {"page": page, "may_prepare": may_prepare})


@desk_page("GET")
def choose_entry(request: HttpRequest) -> HttpResponse:
    """Choose how to sell and the register entry to offer, among those in a state the product takes."""
    ctx = ctx_of(request)
    require(ctx, "offering.prepare")
    ways = list_ways(site().day(ctx.now_ms()))
    way = _chosen(request, ways)
    query = registers.EntryQuery(
        kind=way.product.register_kind,
        divisions=reach_of(ctx.actor, "offering.prepare"),
        text=request.GET.get("q", ""),
        state=way.product.offered_in[0],
    )
    page = registers.list_entries(query, request.GET.get("after"))
    burdened = registers.blocking_encumbrances_of([entry.id for entry in page.rows])
    rows = [(entry, burdened.get(entry.id, ())) for entry in page.rows]
    measured = any(entry.public_data.get("area_cm2") for entry in page.rows)
    shown = {"page": page, "rows": rows, "measured": measured, **_ways(way, ways)}
    return render_desk(request, "desk/offering_choose.html", shown)


@desk_page("GET", "POST")
def prepare(request: HttpRequest, entry_id: str) -> HttpResponse:
    """Prepare an offering: the law is asked first, the draft is stored on "save"."""
    ctx, entry = ctx_of(request), registers.get_entry(entry_id)
    require(ctx, "offering.prepare", Target(entry.id, entry.division))
    ways = list_ways(site().day(ctx.now_ms()), entry.kind)
    way = _chosen(request, ways)
    initial = {**lawful_dates(way, ctx.now_ms()), "title": _title_of(entry)}
    if way.choice.id == "package":
        initial["lots"] = [{"lot": entry.number, "reserve_fen": None}]
    form = OfferingForm(request.POST or None, way=way, initial=initial)
    return _state_offering(request, form, (entry, ways), lambda said: prepare_offering(ctx, said))


@desk_page("GET", "POST")
def revise(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Revise a draft, also into another way of selling."""
    ctx, offering = ctx_of(request), reads.get_offering(offering_id)
    require(ctx, "offering.prepare", Target(offering.id, offering.division))
    entry = registers.get_entry(offering.entry_id)
    ways = list_ways(site().day(ctx.now_ms()), entry.kind)
    way = asked_way(request, ways) or _way_of(ctx, offering)
    form = OfferingForm(request.POST or None, way=way, initial=initial_of(offering, way), kept=offering.terms)
    return _state_offering(request, form, (entry, ways), lambda said: revise_offering(ctx, offering.id, said))


@desk_page("GET", "POST")
def relist(request: HttpRequest, offering_id: str) -> HttpResponse:
    """List a lot that found no buyer for the second or third time, also in another way."""
    ctx, before = ctx_of(request), reads.get_offering(offering_id)
    require(ctx, "offering.prepare", Target(before.id, before.division))
    entry = registers.get_entry(before.entry_id)
    ways = list_ways(site().day(ctx.now_ms()), entry.kind)
    way = asked_way(request, ways) or _way_of(ctx, before)
    again = {"number": f"{before.number}-{before.listing_round + 1}", **lawful_dates(way, ctx.now_ms())}
    form = OfferingForm(request.POST or None, way=way, initial={**initial_of(before, way), **again})
    return _state_offering(request, form, (entry, ways), lambda said: relist_offering(ctx, before.id, said))


@desk_page("GET")
def show(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Show an offering with facts, checks, timeline and the steps that are lawful now."""
    ctx, offering = ctx_of(request), reads.get_offering(offering_id)
    require(ctx, "offering.read_draft", Target(offering.id, offering.division))
    notices = reads.list_notices(offering.id)
    case = _case(offering, published=any(notice.kind == "result" for notice in notices))
    shown = {
        "offering": offering,
        "facts": list_facts(offering.register_kind, offering.lot),
        "sheets": list_sheets(offering.register_kind, offering.lot),
        "steps": list_steps(offering, ctx.now_ms()),
        "checks": _checks(offering),
        "said": say_previews(preview_notice(offering, ctx.now_ms())) if offering.state == "draft" else [],
        "tasks": rulings.list_open_tasks("offering", offering.id),
        "kept": say_kept(rulings.list_rulings("offering", offering.id, 20)),
        "burdens": registers.blocking_encumbrances(offering.entry_id),
        "notices": notices,
        "case": case,
        "next_steps": _next_steps(ctx, case),
        "is_own_draft": offering.state == "draft" and offering.prepared_by == ctx.actor.user_id,
        "mechanism_title": mechanism_title(offering.mechanism, language()),
        "stated": say_terms(mechanism_of(offering), offering.terms),
        "people": name_people([p for p in (offering.prepared_by, offering.published_by) if p]),
        **_room(ctx, offering),
    }
    return render_desk(request, "desk/offering.html", shown)


@desk_page("GET")
def read_contract(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Give the contract of an offering as PDF."""
    ctx, offering = ctx_of(request), reads.get_offering(offering_id)
    require(ctx, "contract.read", Target(offering.id, offering.division))
    contract = settlement.find_contract(offering.id)
    if contract is None:
        raise Fault("desk.contract.missing", number=offering.number)
    content, name = settlement.read_contract_pdf(ctx, contract.id)
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _state_offering(
    request: HttpRequest, form: OfferingForm, of: tuple[Any, list[Way]], store: Any
) -> HttpResponse:
    """Judge what a form states; store it when asked to and nothing is broken. `of`: the entry, its ways."""
    entry, ways = of
    checks: list[Check] = []
    form = form.rearranged() or form
    if form.is_valid():
        checks = judge(form.way, form.cleaned_data, entry.public_data, ctx_of(request).now_ms())
        lawful = all(check.verdict != "broken" for check in checks)
        if "save" in request.POST and lawful:
            try:
                made = store(form.statement(entry.id))
            except Fault as fault:
                form.tell(fault)
            else:
                messages.success(request, _("The draft is stored; another person reviews and publishes it."))
                return redirect("desk:offering", made.id)
        elif "save" in request.POST:
            form.add_error(None, _("This breaks the law as shown beside; a notice could not be published."))
    shown = {"form": form, "entry": entry, "checks": checks, **_ways(form.way, ways)}
    shown |= {"stated": form.stated(), "fresh": not form.kept}
    shown["facts"] = list_facts(entry.kind, entry.public_data)
    return render_desk(request, "desk/offering_form.html", shown)


def _case(offering: Any, *, published: bool) -> Case:
    contracts = settlement.list_contracts(offering.id) if offering.closed_ms else []
    contract = min(contracts, key=lambda row: (row.state == "void", bool(row.signed_seller_ms)), default=None)
    owing = [row for row in contracts if row.state != "void"]
    unpaid = sum(each.left_fen for row in owing for each in settlement.list_instalments(row.id))
    return Case(offering, published, contract, unpaid)


def _next_steps(ctx: Context, case: Case) -> list[tuple[Step, Any, str]]:
    steps = open_steps(ctx, case)
    address = "desk:offering_{}".format
    return [
        (step, step.make_form(ctx, case.offering), reverse(address(step.id), args=[case.offering.id]))
        for step in steps
    ]


def _checks(offering: Any) -> list[Check]:
    return [say_check(check) for check in offering.limits]


def _room(ctx: Context, offering: Any) -> dict[str, Any]:
    """Return what only some roles see beside the case: applications, questions, objections, ways onward."""
    target = Target(offering.id, offering.division)

    def allowed(action: str) -> bool:
        return may(ctx.actor, action, target)

    registrations = reads.list_registrations(offering.id) if allowed("registration.list") else None
    return {
        "registrations": registrations,
        "filed": sum(each.state == "filed" for each in registrations or ()),
        "answered": reads.list_answered(offering.id),
        "objections": reads.list_objections(offering.id) if allowed("objection.list") else [],
        "may_revise": offering.state == "draft" and allowed("offering.prepare"),
        "may_relist": offering.state in RELISTED
        and offering.listing_round < MOST_ROUNDS
        and allowed("offering.prepare"),
        "may_read_contract": allowed("contract.read"),
        "may_supervise": offering.state != "draft" and allowed("room.supervise"),
    }


def _chosen(request: HttpRequest, ways: list[Way]) -> Way:
    """Return the way asked for, else the usual one."""
    way = asked_way(request, ways) or usual_way(ways)
    if way is None:
        raise Fault("desk.way.none")
    return way


def _way_of(ctx: Context, offering: Any) -> Way:
    """Return the way a stored offering is sold in, as the law has it today."""
    product = market_pack().product(offering.product)
    choice = product.find_mechanism(offering.mechanism)
    stood = choice or MechanismChoice(id=offering.mechanism, version=offering.mechanism_version)
    return make_way(product, stood, site().day(ctx.now_ms()))


def _ways(way: Way, ways: list[Way]) -> dict[str, Any]:
    """Return what the choice of a way shows; refused ones stay to be seen, with their clauses."""
    return {"way": way, "ways": list(group_ways(ways)), "refused": [each for each in ways if each.refusal]}


def _title_of(entry: Any) -> str:
    uses = "、".join(use.get("name", "") for use in entry.public_data.get("uses", []))
    return f"{entry.public_data.get('place', '')} {entry.title} {uses}".strip()[:200]
