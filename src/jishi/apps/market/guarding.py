"""What the market tells the rules that guard an offering: the facts a program knows of lot, notice and bidder.

A product names the rules (`[guard]`); a fact nobody knows stays unknown, and the rule says what it needs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from jishi.apps.market.models import Offering, Registration
from jishi.apps.packs.api import Pack, Product, current_pack, known_facts
from jishi.apps.parties import api as parties
from jishi.apps.registers import api as registers
from jishi.apps.rulings.api import Preview, Question, Subject, preview
from jishi.kernel.calendar.workday import is_working_day
from jishi.kernel.calendar.zone import day_of
from jishi.kernel.fault import Fault

Known = Mapping[str, Any]
LONGEST_LISTING = 400
LONGEST_PART = 40


def offer_questions(pack: Pack, offering: Offering, at_ms: int) -> list[Question]:
    """Ask whether the lot may be sold this way, its notice is lawful and each use may be offered, on its day."""
    product = pack.product(offering.product)
    day = day_of(at_ms, pack.manifest.utc_offset_minutes)
    whole = Subject("offering", offering.id, offering.division, f"{offering.number} {offering.title}")
    facts = product.facts_with(offering.mechanism)
    known = {**facts, **_prices(offering), **_entry(product, offering)}
    asked = [
        (product.guard.method, whole, facts),
        (product.guard.terms, whole, {**facts, **_stated(offering)}),
        (product.guard.notice, whole, {**known, **_dates(pack, offering, day)}),
    ]
    asked += [
        (product.guard.offer, replace(whole, part=part, title=f"{whole.title} · {part}"), {**known, **use})
        for part, use in _uses(pack, offering)
    ]
    return [
        Question(rule, subject, known_facts(pack, rule, facts), day, "event")
        for rule, subject, facts in asked
        if rule
    ]


def qualification_questions(pack: Pack, offering: Offering, rows: Sequence[Registration]) -> list[Question]:
    """Ask whether each applicant may bid, under the law of the day it filed."""
    product = pack.product(offering.product)
    rule = product.guard.qualify
    if rule is None:
        return []
    facts = product.facts_with(offering.mechanism)
    known = parties.find_parties([row.party for row in rows])
    persons = _joint_persons(rows)
    return [
        Question(
            rule,
            Subject("registration", row.id, offering.division, f"{offering.number} · {row.alias}"),
            known_facts(pack, rule, {**facts, **_bidder(offering, row, (known, persons))}),
            day_of(row.filed_ms, pack.manifest.utc_offset_minutes),
            "filing",
        )
        for row in rows
    ]


def require_method(pack: Pack, product: Product, mechanism: str, day: date) -> None:
    """Raise Fault `market.method.refused`, with the clause, where the product may not be sold by a mechanism.

    What the rule cannot tell yet is asked again, and kept, before the notice.
    """
    rule = product.guard.method
    if rule is not None:
        facts = product.facts_with(mechanism)
        _require(pack, ("market.method.refused", product.id, mechanism), (rule, facts, day))


def require_terms(pack: Pack, product: Product, offering: Offering, day: date) -> None:
    """Raise Fault `market.terms.refused`, with the clause, where what an offering states may not be stated.

    Such as a minimum price in a tender under the bidding law (招标投标法实施条例 27).
    """
    rule, mechanism = product.guard.terms, offering.mechanism
    if rule is not None:
        facts = {**product.facts_with(mechanism), **_stated(offering)}
        _require(pack, ("market.terms.refused", product.id, mechanism), (rule, facts, day))


def _require(pack: Pack, told: tuple[str, str, str], asked: tuple[str, Known, date]) -> None:
    """Raise a fault, told as (code, product, mechanism), unless a rule asked of facts on a day may permit."""
    (code, product, mechanism), (rule, facts, day) = told, asked
    decision = pack.law.decide(rule, known_facts(pack, rule, facts), day)
    if decision.determined and not pack.permits(decision):
        clauses = "；".join(decision.clauses)
        raise Fault(code, product=product, mechanism=mechanism, rule=rule, clauses=clauses)


def _stated(offering: Offering) -> Known:
    """Give what the terms state that a law may forbid."""
    return {"min_price_stated": offering.terms.get("min_price_fen") is not None}


def preview_notice(offering: Offering, at_ms: int) -> list[Preview]:
    """Say whether the rules would permit a notice published at an instant; nothing is stored."""
    return preview(offer_questions(current_pack(), offering, at_ms))


def preview_qualification(registration: Registration) -> list[Preview]:
    """Say whether the rules would let an applicant pass; nothing is stored."""
    return preview(qualification_questions(current_pack(), registration.offering, [registration]))


def _uses(pack: Pack, offering: Offering) -> Iterator[tuple[str, Known]]:
    """Yield the uses of a lot as worded, each with its code, or that of a wording the pack knows.

    A lot that states none is asked about once.
    """
    for at, use in enumerate(offering.lot.get("uses", []) or [{}], start=1):
        wording = use.get("name") or use.get("code") or str(at)
        named = None if use.get("code") else pack.land_use_named(wording)
        code = use.get("code") or (named.code if named else None)
        yield wording[:LONGEST_PART], {"land_use": code, "grant_years": use.get("term_years") or None}


def _prices(offering: Offering) -> Known:
    """Give prices in fen. The least price follows from the sealed reserve, which nobody may know yet."""
    return {
        "start_price": offering.start_price_fen,
        "bid_deposit": offering.deposit_fen,
        "least_price_known": False,
    }


def _entry(product: Product, offering: Offering) -> Known:
    entry = registers.get_entry(offering.entry_id)
    free = entry.state in product.offered_in or (
        offering.notice_ms is not None and entry.state == product.offered_as
    )
    return {
        "entry_offerable": free,
        "parcel_encumbered": bool(registers.blocking_encumbrances(offering.entry_id)),
    }


def _dates(pack: Pack, offering: Offering, notice: date) -> Known:
    zone = pack.manifest.utc_offset_minutes
    first, last = day_of(offering.listing_start, zone), day_of(offering.listing_end, zone)
    days = (last - first).days + 1
    span = [first + timedelta(days=at) for at in range(min(max(days, 0), LONGEST_LISTING))]
    working = [is_working_day(day) for day in span]
    return {
        "notice_days": max((first - notice).days, 0),
        "listing_days": max(days, 0),
        "listing_working_days": None if None in working else sum(map(bool, working)),
        "notice_complete": _complete(offering),
    }


def _complete(offering: Offering) -> bool:
    """Tell whether a notice states what Order 39 art. 9 asks for: parcel, area, uses with terms, price, deposit.

    A mechanism without a start price states what it goes by in its terms, which it has read.
    """
    uses = offering.lot.get("uses", [])
    priced = offering.start_price_fen is None or offering.start_price_fen > 0
    stated = (offering.title, offering.number, priced, offering.deposit_fen)
    return all(stated) and all(use.get("name") or use.get("code") for use in uses)


def _bidder(
    offering: Offering, row: Registration, of: tuple[Mapping[str, parties.PartyInfo], set[str]]
) -> Known:
    known, persons = of
    person = known[row.party].kind == "person" or row.joint in persons
    return {
        "bidder_kind": "person" if person else "organisation",
        "persons_allowed": offering.persons_allowed,
        "joint_bid": bool(row.joint),
        "joint_allowed": offering.joint_allowed,
        **row.declared,
    }


def _joint_persons(rows: Sequence[Registration]) -> set[str]:
    """Give the joint bids among whose members a person is."""
    joint = parties.joint_members_of({row.joint for row in rows if row.joint})
    members = parties.find_parties([each.party for group in joint.values() for each in group])
    return {
        key for key, group in joint.items() if any(members[each.party].kind == "person" for each in group)
    }
