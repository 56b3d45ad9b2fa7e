"""Questions the market answers about offerings, notices, registrations and results."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db.models import Count, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from jishi.apps.market.mechanism import view_of
from jishi.apps.market.models import (
    DRAFT,
    NOTICED,
    Notice,
    Objection,
    Offering,
    Question,
    Registration,
)
from jishi.apps.parties import api as parties
from jishi.kernel.fault import Fault
from jishi.platform.access import stem_of
from jishi.platform.models import EvidenceEntry
from jishi.platform.search import Page, page_recent
from jishi.platform.unit import find_kept

PUBLIC_STATES = ~Q(state=DRAFT)
RESULT_KINDS = ("result", "default")


def get_offering(offering_id: str) -> Offering:
    """Return an offering, draft or public; in a unit of work the one it keeps. Fault `market.offering.unknown`."""
    found = find_kept(Offering, offering_id) or Offering.objects.filter(pk=offering_id).first()
    if found is None:
        raise Fault("market.offering.unknown", offering=offering_id)
    return found


def get_public_offering(offering_id: str) -> Offering:
    """Return an offering whose notice is out; Fault `market.offering.unknown` otherwise."""
    found = Offering.objects.filter(PUBLIC_STATES, pk=offering_id).first()
    if found is None:
        raise Fault("market.offering.unknown", offering=offering_id)
    return found


def get_offerings(offering_ids: Iterable[str]) -> list[Offering]:
    """Return the offerings of these ids, in no order."""
    return list(Offering.objects.filter(pk__in=list(offering_ids)))


def is_public(offering_id: str) -> bool:
    """Tell whether the offering's notice is out."""
    return Offering.objects.filter(PUBLIC_STATES, pk=offering_id).exists()


def list_public(offering_ids: Iterable[str]) -> set[str]:
    """Return those of `offering_ids` whose notice is out."""
    rows = Offering.objects.filter(PUBLIC_STATES, pk__in=list(offering_ids))
    return set(rows.values_list("pk", flat=True))


def filter_offerings(facets: dict[str, str], text: str = "") -> "QuerySet[Offering]":
    """Return public offerings by facets (state, phase, division, use class) and words of number, title or place."""
    rows = Offering.objects.filter(PUBLIC_STATES)
    for name, value in facets.items():
        if value and name == "division":
            rows = rows.filter(division__startswith=stem_of(value))
        elif value and name in ("state", "phase", "use_class", "factor"):
            rows = rows.filter(**{name: value})
    for word in text.split():
        rows = rows.filter(
            Q(number__icontains=word) | Q(title__icontains=word) | Q(lot__place__icontains=word)
        )
    return rows


def find_offerings(facets: dict[str, str], text: str = "", cursor: str | None = None, size: int = 24) -> Page:
    """Page public offerings, latest change first."""
    return page_recent(filter_offerings(facets, text), cursor, size)


def count_facets(facets: dict[str, str], text: str, names: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
    """Count offerings by each facet, every facet under the other filters; one query a facet."""
    counts = {}
    for name in names:
        others = {k: v for k, v in facets.items() if k != name}
        rows = filter_offerings(others, text).values_list(name).annotate(n=Count("pk")).order_by("-n")
        counts[name] = [(value, n) for value, n in rows if value]
    return counts


def list_live(limit: int = 6) -> list[Offering]:
    """Return lots in which bidders may act now: `limit` that are due soonest and the first of each factor, by due."""
    due = ("due_ms", "pk")
    placed = _taking().annotate(
        place=Window(RowNumber(), order_by=due),
        place_of_factor=Window(RowNumber(), partition_by="factor", order_by=due),
    )
    wanted = placed.filter(Q(place__lte=limit) | Q(place_of_factor=1)).values("pk")
    return list(Offering.objects.filter(pk__in=wanted).order_by(*due))


def list_quoting(offering_ids: Iterable[str]) -> list[Offering]:
    """Return those of `offering_ids` in which bidders may act now: quote, say that they go on …"""
    return list(_taking().filter(pk__in=list(offering_ids)))


def has_lot_due_before(due_ms: int) -> bool:
    """Tell whether a lot in which bidders may act now has its clock run out before `due_ms`."""
    return _taking().filter(due_ms__lt=due_ms).exists()


def _taking() -> "QuerySet[Offering]":
    return Offering.objects.filter(state=NOTICED, suspended=False).exclude(accepts=[])


def count_numbered(prefix: str) -> int:
    """Count offerings whose number begins with `prefix`."""
    return Offering.objects.filter(number__startswith=prefix).count()


def last_event_ms(offering: Offering) -> int:
    """Return the instant of the mechanism's last event (ms)."""
    view = view_of(offering)
    return 0 if view is None else view.last_ms


def list_points(facets: dict[str, str], text: str = "", limit: int = 500) -> list[Offering]:
    """Return located public offerings for a map."""
    return list(
        filter_offerings(facets, text).filter(longitude__isnull=False).order_by("-updated_ms")[:limit]
    )


def list_notices(offering_id: str) -> list[Notice]:
    """Return the notices of an offering, oldest first."""
    return list(Notice.objects.filter(offering_id=offering_id).order_by("version"))


def list_notices_of(offering_ids: Iterable[str]) -> list[Notice]:
    """Return the notices of many offerings, each offering's oldest first."""
    return list(Notice.objects.filter(offering_id__in=list(offering_ids)).order_by("offering_id", "version"))


def find_notices(cursor: str | None = None, size: int = 30) -> Page:
    """Page all notices, newest first, with their offerings."""
    return page_recent(Notice.objects.select_related("offering"), cursor, size, field="at_ms")


def get_notice(notice_id: str) -> Notice:
    """Return one notice with its offering; Fault `market.notice.unknown`."""
    found = Notice.objects.select_related("offering").filter(pk=notice_id).first()
    if found is None:
        raise Fault("market.notice.unknown", notice=notice_id)
    return found


def find_results(cursor: str | None = None, size: int = 30) -> Page:
    """Page published results and defaults of winners, newest first, as notices with their offerings."""
    rows = Notice.objects.select_related("offering").filter(kind__in=RESULT_KINDS)
    return page_recent(rows, cursor, size, field="at_ms")


def list_answered(offering_id: str) -> list[Question]:
    """Return answered questions of an offering, oldest first."""
    return list(
        Question.objects.filter(offering_id=offering_id, answered_ms__isnull=False).order_by("answered_ms")
    )


def list_open_questions(division_stem: str) -> list[Question]:
    """Return unanswered questions on offerings of a division subtree."""
    rows = Question.objects.select_related("offering").filter(answered_ms__isnull=True)
    return list(rows.filter(offering__division__startswith=division_stem).order_by("asked_ms"))


def list_registrations(offering_id: str) -> list[Registration]:
    """Return all registrations of an offering in filing order. Guard with `registration.list`."""
    return list(Registration.objects.filter(offering_id=offering_id).order_by("filed_ms", "pk"))


def list_admitted_of(offering_ids: Iterable[str]) -> list[Registration]:
    """Return who was admitted to bid on many offerings. For the catalogue of published results."""
    rows = Registration.objects.filter(offering_id__in=list(offering_ids), state=Registration.ADMITTED)
    return list(rows.only("offering_id", "party", "joint", "alias"))


def get_registration(registration_id: str) -> Registration:
    """Return a registration with its offering; Fault `market.registration.unknown`."""
    found = Registration.objects.select_related("offering").filter(pk=registration_id).first()
    if found is None:
        raise Fault("market.registration.unknown", registration=registration_id)
    return found


def get_bidder(registration_id: str) -> Registration:
    """Return of a registration only what a bid needs; Fault `market.registration.unknown`."""
    needed = ("party", "alias", "state", "offering__number", "offering__division")
    rows = Registration.objects.select_related("offering").only(*needed)
    found = rows.filter(pk=registration_id).first()
    if found is None:
        raise Fault("market.registration.unknown", registration=registration_id)
    return found


def list_bidding_parties(offering_id: str) -> set[str]:
    """Return every party behind a registration that stands, joint bidders (联合竞买) included."""
    rows = _live(offering_id).values_list("party", "joint")
    joint = parties.joint_members_of(joint for _, joint in rows if joint)
    return {member.party for members in joint.values() for member in members} | {party for party, _ in rows}


def represents_bidder(offering_id: str, own: Collection[str]) -> bool:
    """Tell whether any party of `own` bids for an offering or was refused, alone or jointly."""
    joints = [joint.id for joint in parties.joints_of(own)]
    rows = Registration.objects.filter(Q(party__in=own) | Q(joint__in=joints), offering_id=offering_id)
    return rows.exclude(state=Registration.WITHDRAWN).exists()


def _live(offering_id: str) -> "QuerySet[Registration]":
    """Return the registrations that stand; after a refusal (不予受理) a party may file a corrected one."""
    ended = (Registration.WITHDRAWN, Registration.REFUSED)
    return Registration.objects.filter(offering_id=offering_id).exclude(state__in=ended)


def find_own_registration(offering_id: str, parties: Sequence[str]) -> Registration | None:
    """Return the registration of any of `parties` that stands on an offering, else one refused, else None."""
    rows = Registration.objects.filter(offering_id=offering_id, party__in=parties)
    standing = rows.exclude(state=Registration.WITHDRAWN)
    return min(standing, key=lambda row: (row.state == Registration.REFUSED, -row.filed_ms), default=None)


def list_own_registrations(parties: Sequence[str]) -> list[Registration]:
    """Return every registration of `parties` with its offering, newest first."""
    rows = Registration.objects.select_related("offering").filter(party__in=parties)
    return list(rows.order_by("-filed_ms")[:200])


def list_desk_offerings(divisions: Sequence[str], cursor: str | None = None, size: int = 50) -> Page:
    """Page the offerings of division subtrees (six-digit codes), drafts included, latest change first."""
    reach = Q(pk__isnull=True)
    for division in divisions:
        reach |= Q(division__startswith=stem_of(division))
    return page_recent(Offering.objects.filter(reach), cursor, size)


def get_objection(objection_id: str) -> Objection:
    """Return an objection with its offering; Fault `market.objection.unknown`."""
    found = Objection.objects.select_related("offering").filter(pk=objection_id).first()
    if found is None:
        raise Fault("market.objection.unknown", objection=objection_id)
    return found


def list_own_objections(person: int) -> list[Objection]:
    """Return the objections of one person with their offerings, newest first."""
    return list(
        Objection.objects.select_related("offering").filter(person=person).order_by("-at_ms", "pk")[:200]
    )


def count_objections(offering_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Count the objections of each offering that has any: (filed, answered). No identity stands in it."""
    rows = Objection.objects.filter(offering_id__in=list(offering_ids)).values_list("offering_id")
    found = rows.annotate(filed=Count("pk"), answered=Count("answered_ms"))
    return {offering_id: (filed, answered) for offering_id, filed, answered in found}


def list_objections(offering_id: str) -> list[Objection]:
    """Return objections to an offering's result, oldest first."""
    return list(Objection.objects.filter(offering_id=offering_id).order_by("at_ms"))


def list_ladder(offering_id: str, limit: int = 50, after_seq: int = 0) -> list[dict[str, Any]]:
    """Return accepted quotes, latest first: seq, at_ms, alias, price_fen. No identity stands in them."""
    rows = EvidenceEntry.objects.filter(
        stream=f"offering/{offering_id}",
        kind="MechanismStepped",
        seq__gt=after_seq,
        data__contains='"type":"bid"',
    )
    return [rung for row in rows.order_by("-seq")[:limit] if (rung := _rung(row))]


def _rung(row: EvidenceEntry) -> dict[str, Any] | None:
    given = json.loads(row.data)["input"]
    if given["type"] != "bid":  # the words stand in an opened bid, which its bidder wrote
        return None
    return {
        "seq": row.seq,
        "at_ms": row.effective_at,
        "alias": given["alias"],
        "price_fen": given["price_fen"],
    }


def sealed_lines(offering: Offering) -> list[list[Any]]:
    """Return every sealed bid filed, in order: [alias, commitment]."""
    return [[given["alias"], given["commitment"]] for given in _given(offering, "seal")]


def book_lines(offering: Offering) -> list[list[Any]]:
    """Return every line of the book of orders: [alias, side, price_fen, quantity] or [alias, "cancel", order]."""
    return [
        [given["alias"], given["side"], given["price_fen"], given["quantity"]]
        if given["type"] == "order"
        else [given["alias"], "cancel", given["order"]]
        for given in _given(offering, "order", "cancel")
    ]


def _given(offering: Offering, *kinds: str) -> Iterator[dict[str, Any]]:
    """Yield the inputs of some kinds that the mechanism took, in order."""
    any_kind = Q(pk__isnull=True)
    for kind in kinds:
        any_kind |= Q(data__contains=f'"type":"{kind}"')
    rows = EvidenceEntry.objects.filter(any_kind, stream=offering.stream, kind="MechanismStepped")
    for data in rows.order_by("seq").values_list("data", flat=True).iterator(2000):
        given = json.loads(data)["input"]
        if given["type"] in kinds:  # the words may stand in a note of another input
            yield given


def list_given(
    offering: Offering, alias: str, kinds: Collection[str], *, after_seq: int = 0, limit: int = 100
) -> list[tuple[EvidenceEntry, dict[str, Any]]]:
    """Return (entry, input) of what one bidder gave and the mechanism took, in order. For that bidder's eyes alone."""
    rows = EvidenceEntry.objects.filter(
        stream=offering.stream,
        kind="MechanismStepped",
        seq__gt=after_seq,
        data__contains=f'"alias":"{alias}"',
    )
    found = ((row, json.loads(row.data)["input"]) for row in rows.order_by("seq").iterator(500))
    own = ((row, given) for row, given in found if given["type"] in kinds and given["alias"] == alias)
    return list(islice(own, limit))


def simulated_aliases(offering_id: str) -> frozenset[str]:
    """Return the aliases of an offering behind which a simulated bidder stands."""
    rows = Registration.objects.filter(offering_id=offering_id, simulated=True)
    return frozenset(rows.values_list("alias", flat=True))


def list_entries(offering_id: str, after_seq: int = 0, limit: int | None = None) -> list[EvidenceEntry]:
    """Return the evidence entries of an offering in order, at most `limit` of those after a sequence number."""
    rows = EvidenceEntry.objects.filter(stream=f"offering/{offering_id}", seq__gt=after_seq)
    return list(rows.order_by("seq")[:limit])


def count_on_offer() -> dict[str, int]:
    """Count the offerings announced and not yet closed by factor of production."""
    rows = Offering.objects.filter(state=NOTICED).values_list("factor")
    return dict(rows.annotate(n=Count("pk")))


def count_products(products: Collection[str]) -> dict[str, int]:
    """Return how many public offerings each of `products` has."""
    rows = Offering.objects.exclude(state=DRAFT).filter(product__in=list(products))
    return dict(rows.values_list("product").annotate(n=Count("pk")))
