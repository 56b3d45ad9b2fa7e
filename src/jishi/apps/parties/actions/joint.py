"""Form a joint bid (联合竞买) and let each member consent to its share."""

from collections.abc import Sequence

from django.db import transaction

from jishi.apps.parties.info import JointInfo
from jishi.apps.parties.models import JointBid, JointMember
from jishi.apps.parties.reads import find_parties, joint_info
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit
from jishi.platform import evidence
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id, new_salt

JOINT_DOMAIN = "jishi.joint/1"
WHOLE_PPM = 1_000_000

Shares = Sequence[tuple[str, int]]


def form_joint_bid(ctx: Context, lead: str, shares: Shares) -> JointInfo:
    """Form a joint bid from (party, share in parts per million); the lead consents by forming it.

    Faults `parties.joint.few`, `parties.joint.twice`, `parties.joint.lead`, `parties.joint.share`,
    `parties.joint.sum`, `parties.party.unknown`.
    """
    require(ctx, "joint.form", Target(lead, party=lead))
    _check_shares(lead, shares)
    with transaction.atomic():
        now = ctx.now_ms()
        joint = JointBid(id=new_id(ctx.entropy), lead=lead, salt=new_salt(ctx.entropy), created_ms=now)
        joint.save(force_insert=True)
        JointMember.objects.bulk_create(
            JointMember(
                joint=joint, party_id=party, share_ppm=ppm, consented_ms=now if party == lead else None
            )
            for party, ppm in shares
        )
        members = [{"member": _sealed(joint, party), "share_ppm": ppm} for party, ppm in shares]
        evidence.open_streams(now, {_stream(joint): [("JointBidFormed", {"members": members}, now)]})
        return joint_info(joint)


def consent_joint_bid(ctx: Context, joint_id: str, party_id: str) -> JointInfo:
    """Consent to a joint bid for a member; a second consent changes nothing.

    Faults `parties.joint.unknown`, `parties.joint.not_member`.
    """
    require(ctx, "joint.consent", Target(party_id, party=party_id))
    with transaction.atomic():
        joint = JointBid.objects.select_for_update().filter(id=joint_id).first()
        if joint is None:
            raise Fault("parties.joint.unknown", joint=joint_id)
        member = joint.members.filter(party_id=party_id).first()
        if member is None:
            raise Fault("parties.joint.not_member", joint=joint_id, party=party_id)
        if member.consented_ms is None:
            member.consented_ms = now = ctx.now_ms()
            member.save(update_fields=["consented_ms"])
            news = [("JointBidConsented", {"member": _sealed(joint, party_id)}, now)]
            evidence.append(evidence.lock(_stream(joint)), now, news)
        return joint_info(joint)


def _check_shares(lead: str, shares: Shares) -> None:
    parties = [party for party, _ in shares]
    known = find_parties(parties)
    for party, ppm in shares:
        if party not in known:
            raise Fault("parties.party.unknown", party=party)
        if not 0 < ppm < WHOLE_PPM:
            raise Fault("parties.joint.share", party=known[party].name, share_ppm=ppm)
    if len(parties) < 2:
        raise Fault("parties.joint.few", count=len(parties))
    if len(set(parties)) < len(parties):
        raise Fault("parties.joint.twice")
    if lead not in parties:
        raise Fault("parties.joint.lead", lead=lead)
    if (total := sum(ppm for _, ppm in shares)) != WHOLE_PPM:
        raise Fault("parties.joint.sum", total=total, needed=WHOLE_PPM)


def _sealed(joint: JointBid, party: str) -> str:
    return commit(JOINT_DOMAIN, joint.salt, party)


def _stream(joint: JointBid) -> str:
    return f"joint/{joint.id}"
