"""Gather what releases say from the rooms that know it, for many offerings in a handful of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.conf import settings

from jishi.apps.catalogue.facts import (
    Agreement,
    Announcement,
    Award,
    Lot,
    Participant,
    Payment,
    Publisher,
    ReleaseFacts,
)
from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
from jishi.platform.evidence import find_seqs

DRAFT = "draft"
NAMED = ("published", market.CONTRACTED, market.COMPLETED)  # states in which the winner is public
CRITERIA = {"lottery": ("", "摇号"), "fixed_price": ("", "一口价"), "negotiation": ("", "协议")}
SIGNED = (market.CONTRACTED, market.COMPLETED)


def publisher() -> Publisher:
    """Return this installation as a publisher of releases."""
    offset = packs.current_pack().manifest.utc_offset_minutes
    return Publisher(settings.JISHI_OPERATOR, settings.JISHI_PUBLIC_URL, settings.JISHI_OCDS_PREFIX, offset)


def gather_facts(offering_ids: Iterable[str]) -> list[ReleaseFacts]:
    """Return the facts of these public offerings in the order asked; Fault `catalogue.draft` for a draft."""
    found = {row.id: row for row in market.get_offerings(offering_ids)}
    rows = [_public(found, offering_id) for offering_id in offering_ids]
    seqs = find_seqs([row.stream for row in rows])
    notices = _notices([row.id for row in rows])
    bidders = _bidders([row.id for row in rows if _is_named(row, notices[row.id])])
    issuer = publisher()
    found_facts = []
    for row in rows:
        named = bidders.get(row.id, {})
        awards = _awards(row, named)
        facts = ReleaseFacts(
            publisher=issuer,
            lot=_lot(row, seqs[row.stream]),
            grantor=_grantor(row, issuer),
            notices=notices[row.id],
            tenderers=_distinct(named.values()),
            awards=tuple(awards.values()),
            agreements=_agreements(row, awards) if _may_have_contracts(row, awards) else (),
        )
        found_facts.append(facts)
    return found_facts


def _public(found: Mapping[str, market.Offering], offering_id: str) -> market.Offering:
    row = found.get(offering_id)
    if row is None:
        raise Fault("market.offering.unknown", offering=offering_id)
    if row.state == DRAFT:
        raise Fault("catalogue.draft", number=row.number)
    return row


def _is_named(row: market.Offering, notices: Sequence[Announcement]) -> bool:
    """Tell whether the winner is public; one who defaulted is where the result was out before."""
    told = any(notice.kind == "result" for notice in notices)
    return row.state in NAMED or (row.state == market.DEFAULTED and told)


def _may_have_contracts(row: market.Offering, awards: Mapping[str, Award]) -> bool:
    """Tell whether a contract may be signed: of many winners some sign before the offering moves on."""
    return row.state in SIGNED or (row.state in NAMED and len(awards) > 1)


def _awards(row: market.Offering, named: Mapping[str, tuple[Participant, ...]]) -> dict[str, Award]:
    """Return what each winner won, by alias, in the order of the outcome."""
    payments = market.payments_of(row)
    many = len(payments) > 1
    standing = market.standing_aliases(row) if many else payments if row.state != market.DEFAULTED else ()
    units: dict[str, int] = defaultdict(int)
    for award in market.list_awards(row):
        units[award["alias"]] += award["quantity"]
    return {
        alias: Award(
            id=f"{row.number}-award-{place}" if many else f"{row.number}-award",
            title=f"{row.number} 成交（{units[alias]}）" if many else f"{row.number} 成交",
            value_fen=value_fen,
            cancelled=alias not in standing,
            suppliers=named.get(alias, ()),
        )
        for place, (alias, value_fen) in enumerate(payments.items(), 1)
    }


def _lot(row: market.Offering, seq: int) -> Lot:
    product = packs.current_pack().product(row.product)
    same = {
        name: getattr(row, name)
        for name in ("id", "number", "title", "state", "phase", "suspended", "updated_ms", "lot", "outcome")
    }
    dates = {name: getattr(row, name) for name in ("listing_start", "listing_end", "registration_end")}
    return Lot(
        **same,
        **dates,
        seq=seq,
        product=f"{product.title.zh}（{'；'.join(product.cites)}）",
        method=_method(product, row.mechanism),
        criteria=_criteria(row),
        place=_place(row.division),
        start_price_fen=row.start_price_fen,
        cap_fen=row.terms.get("cap_fen"),
        notice_ms=row.notice_ms or 0,
        simulated=row.simulated,
        closed_ms=row.closed_ms,
        award_day=_award_day(row),
        registrants=row.registrants,
        previous_id=row.previous_id,
    )


def _method(product: packs.Product, mechanism: str) -> str:
    chosen = product.find_mechanism(mechanism)
    return chosen.title.zh if chosen and chosen.title else product.title.zh


def _criteria(row: market.Offering) -> tuple[str, str]:
    """Return the code and the words for what decides; a draw or a fixed price has no code of the standard."""
    if row.terms.get("method") == "score":
        return "ratedCriteria", "综合评分"
    if row.terms.get("direction") == "low":
        return "priceOnly", "价低者得"
    return CRITERIA.get(row.mechanism, ("highestPrice", "价高者得"))


def _place(division: str) -> str:
    found = packs.current_pack().divisions.get(division)
    return found.name_zh if found else ""


def _award_day(row: market.Offering) -> date | None:
    pack = packs.current_pack()
    instants = {"listing_end": row.closed_ms or row.listing_end}
    expected = market.expect_day(pack, pack.product(row.product), "result", instants, mechanism=row.mechanism)
    return expected[0] if expected else None


def _grantor(row: market.Offering, issuer: Publisher) -> Participant:
    name = row.organisation or _place(row.division) or issuer.name
    return Participant(f"grantor-{row.division or 'unplaced'}", name, simulated=row.simulated)


def _notices(offering_ids: Sequence[str]) -> dict[str, tuple[Announcement, ...]]:
    found: dict[str, list[Announcement]] = defaultdict(list)
    for row in market.list_notices_of(offering_ids):
        said = Announcement(row.id, row.kind, row.title, row.at_ms, row.body.get("reason") or "")
        found[row.offering_id].append(said)
    return {offering_id: tuple(found[offering_id]) for offering_id in offering_ids}


def _bidders(offering_ids: Sequence[str]) -> dict[str, dict[str, tuple[Participant, ...]]]:
    """Return who stands behind each alias, by offering: a party, or the members of a joint bid."""
    if not offering_ids:
        return {}
    rows = market.list_admitted_of(offering_ids)
    members = {row.id: _members(row) for row in rows}
    known = parties.find_parties(party for group in members.values() for party in group)
    found: dict[str, dict[str, tuple[Participant, ...]]] = defaultdict(dict)
    for row in rows:
        found[row.offering_id][row.alias] = tuple(_participant(known[party]) for party in members[row.id])
    return {offering_id: _number_persons(aliases) for offering_id, aliases in found.items()}


def _members(row: market.Registration) -> tuple[str, ...]:
    if not row.joint:
        return (row.party,)
    return tuple(member.party for member in parties.joint_members(row.joint))


def _participant(party: parties.PartyInfo) -> Participant:
    if party.kind == parties.ORGANISATION:
        return Participant(f"CN-USCC-{party.code_masked}", party.name, party.code_masked, party.simulated)
    return Participant(party.id, party.name, simulated=party.simulated)


def _number_persons(aliases: dict[str, tuple[Participant, ...]]) -> dict[str, tuple[Participant, ...]]:
    """Give persons a number of this release alone, so that nobody can follow one from lot to lot."""
    persons = sorted({each.id for group in aliases.values() for each in group if not each.code})
    numbers = {person: f"person-{place}" for place, person in enumerate(persons, 1)}
    return {
        alias: tuple(
            each if each.code else Participant(numbers[each.id], each.name, simulated=each.simulated)
            for each in group
        )
        for alias, group in aliases.items()
    }


def _distinct(groups: Iterable[tuple[Participant, ...]]) -> tuple[Participant, ...]:
    """List everyone once, in an order that says nothing of who applied first."""
    return tuple(sorted({each for group in groups for each in group}, key=lambda each: each.id))


def _agreements(row: market.Offering, awards: Mapping[str, Award]) -> tuple[Agreement, ...]:
    return tuple(
        Agreement(
            number=contract.number,
            award=awards[contract.sub_account.alias],
            price_fen=contract.price_fen,
            signed_ms=max(contract.signed_party_ms or 0, contract.signed_seller_ms or 0),
            pdf_sha256=contract.pdf_sha256,
            fulfilled=row.state == market.COMPLETED,
            payments=tuple(_payment(each) for each in settlement.list_instalments(contract.id)),
        )
        for contract in settlement.list_contracts(row.id)
        if contract.signed_seller_ms is not None
    )


def _payment(each: settlement.Instalment) -> Payment:
    return Payment(
        id=each.id,
        title=each.title_zh,
        due_day=each.due_day,
        amount_fen=each.amount_fen,
        credited_fen=each.credited_fen,
        paid_fen=each.paid_fen,
        paid_ms=each.paid_ms,
    )
