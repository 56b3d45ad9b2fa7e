"""Answer who is who, who acts for whom, and who bids jointly."""

from collections.abc import Collection, Iterable
from typing import TypeVar

from django.db.models import Q, QuerySet

from jishi.apps.parties.info import JointInfo, JointMemberInfo, PartyFacts, PartyInfo, RepresentativeInfo
from jishi.apps.parties.models import JointBid, Party, Representative
from jishi.kernel.codes.shape import plain_code
from jishi.kernel.fault import Fault
from jishi.platform import secrets
from jishi.platform.access import Target, require
from jishi.platform.batch import batched
from jishi.platform.context import Context
from jishi.platform.search import Page, page_recent

Found = TypeVar("Found")
_BATCH = 500


def find_party(party_id: str) -> PartyInfo | None:
    """Return what anyone may know of a party, or None."""
    return find_parties([party_id]).get(party_id)


def get_party(party_id: str) -> PartyInfo:
    """Return what anyone may know of a party; Fault `parties.party.unknown`."""
    return _known(find_party(party_id), party_id)


def find_parties(party_ids: Iterable[str]) -> dict[str, PartyInfo]:
    """Return the known ones of `party_ids`, by id."""
    found: dict[str, PartyInfo] = {}
    for part in batched(set(party_ids), _BATCH):
        found.update((row.id, party_info(row)) for row in Party.objects.filter(id__in=part))
    return found


def find_party_by_code(kind: str, code: str) -> PartyInfo | None:
    """Return the party of `kind` with this code, or None."""
    row = Party.objects.filter(code_index=code_index(kind, plain_code(code))).first()
    return party_info(row) if row else None


def list_parties(ctx: Context, text: str = "", cursor: str | None = None, size: int = 30) -> Page:
    """Return a page of parties whose public name or code holds every word of `text`, newest first."""
    require(ctx, "party.list")
    rows: QuerySet[Party] = Party.objects.all()
    for word in text.split():
        rows = rows.filter(Q(name__icontains=word) | Q(code__icontains=word))
    page = page_recent(rows, cursor, size, field="created_ms")
    return Page([party_info(row) for row in page.rows], page.next, page.total)


def contract_facts(ctx: Context, party_id: str) -> PartyFacts:
    """Return a party in full as a contract names it; permission `party.read`, Fault `personal.erased`."""
    require(ctx, "party.read", Target(party_id, party=party_id))
    row = _known(Party.objects.filter(id=party_id).first(), party_id)
    if row.erased_ms is not None:
        raise Fault("personal.erased", subject=row.stream)
    facts = {"name": row.name, "code": row.code, "contact_name": "", "contact_phone": "", **open_sealed(row)}
    return PartyFacts(id=row.id, kind=row.kind, **facts)


def parties_of(user_id: int, at_ms: int) -> tuple[str, ...]:
    """Return the parties a user represents without limit to one offering."""
    return represented_by(user_id, at_ms)[0]


def agencies_of(user_id: int, at_ms: int) -> tuple[tuple[str, str], ...]:
    """Return (party, offering) pairs for which a user is agent (代理人) in that offering only."""
    return represented_by(user_id, at_ms)[1]


def represented_by(user_id: int, at_ms: int) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return a user's parties without limit, and (party, offering) pairs of one offering only; one query."""
    rows = list(_in_force(at_ms).filter(user_id=user_id).values_list("party_id", "scope"))
    return tuple(party for party, scope in rows if not scope), tuple(row for row in rows if row[1])


def mandate_end(user_id: int, party_id: str, scope: str, at_ms: int) -> int | None:
    """Return when (ms) the last mandate by which a user acts for a party in an offering ends, None without an end.

    Fault `access.denied` where no mandate is in force: it ended after the request was let in.
    """
    rows = _in_force(at_ms).filter(user_id=user_id, party_id=party_id, scope__in=("", scope))
    ends = list(rows.values_list("until_ms", flat=True))
    if not ends:
        raise Fault("access.denied", action="bid.place")
    dated = [end for end in ends if end is not None]
    return max(dated) if dated and len(dated) == len(ends) else None


def representatives_of(party_id: str, at_ms: int) -> list[RepresentativeInfo]:
    """Return who acts for a party at `at_ms`, oldest first."""
    rows = _in_force(at_ms).filter(party_id=party_id).select_related("user")
    return [representative_info(row) for row in rows]


def find_joint(joint_id: str) -> JointInfo | None:
    """Return a joint bid (联合竞买), or None."""
    row = JointBid.objects.filter(id=joint_id).prefetch_related("members").first()
    return joint_info(row) if row else None


def joints_of(party_ids: Collection[str]) -> list[JointInfo]:
    """Return the joint bids in which any of `party_ids` is a member, the newest first."""
    rows = JointBid.objects.filter(members__party__in=party_ids).distinct().prefetch_related("members")
    return [joint_info(row) for row in rows.order_by("-created_ms", "pk")]


def joint_members(joint_id: str) -> tuple[JointMemberInfo, ...]:
    """Return the members of a joint bid, the lead first; empty when there is none."""
    return joint_members_of([joint_id]).get(joint_id, ())


def joint_members_of(joint_ids: Iterable[str]) -> dict[str, tuple[JointMemberInfo, ...]]:
    """Return the members of those of `joint_ids` that are known, the lead first; two queries at most."""
    rows = JointBid.objects.filter(id__in=set(joint_ids)).prefetch_related("members")
    return {row.id: joint_info(row).members for row in rows}


def party_info(row: Party) -> PartyInfo:
    """Return what anyone may know of a row."""
    return PartyInfo(row.id, row.kind, row.name, row.code, row.simulated)


def representative_info(row: Representative) -> RepresentativeInfo:
    """Return a representative as the party may see it."""
    email = row.user.email
    return RepresentativeInfo(row.id, row.user_id, email, row.role, row.scope, row.since_ms, row.until_ms)


def joint_info(row: JointBid) -> JointInfo:
    """Return a joint bid with its members, the lead first."""
    members = sorted(row.members.all(), key=lambda member: (member.party_id != row.lead, member.pk))
    shown = tuple(JointMemberInfo(each.party_id, each.share_ppm, each.consented_ms) for each in members)
    return JointInfo(row.id, row.lead, shown)


def lock_party(party_id: str) -> Party:
    """Lock and return a party's row; Fault `parties.party.unknown`. Call inside a transaction."""
    return _known(Party.objects.select_for_update().filter(id=party_id).first(), party_id)


def open_sealed(row: Party) -> dict[str, str]:
    """Return the personal fields of a row; empty when it has none."""
    opened: dict[str, str] = secrets.decrypt_personal(row.stream, row.sealed) if row.sealed else {}
    return opened


def code_index(kind: str, code: str) -> str:
    """Return the keyed hash by which a code is found and held unique."""
    return secrets.blind_index("party.code", f"{kind}:{code}")


def known_indexes(indexes: Collection[str]) -> set[str]:
    """Return those of `indexes` that a party already has."""
    found: set[str] = set()
    for part in batched(indexes, _BATCH):
        rows = Party.objects.filter(code_index__in=part)
        found.update(row.code_index or "" for row in rows.only("code_index"))
    return found


def _in_force(at_ms: int) -> "QuerySet[Representative]":
    open_end = Q(until_ms__isnull=True) | Q(until_ms__gt=at_ms)
    rows = Representative.objects.filter(open_end, since_ms__lte=at_ms, revoked_ms__isnull=True)
    return rows.order_by("since_ms", "id")


def _known(found: Found | None, party_id: str) -> Found:
    if found is None:
        raise Fault("parties.party.unknown", party=party_id)
    return found
