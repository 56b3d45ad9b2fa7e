"""Who acts for a party, how far and how long; who bids jointly and with whose consent."""

import json
from dataclasses import replace
from itertools import count

import pytest

from jishi.apps.parties import api as parties
from jishi.apps.parties.api import PartyForm
from jishi.kernel.codes.uscc import make_uscc
from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.access import Target, may
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Actor, Context
from jishi.platform.models import User

pytestmark = pytest.mark.django_db


def as_user(ctx: Context, user: User) -> Context:
    at = ctx.now_ms()
    actor = Actor(user.pk, parties=parties.parties_of(user.pk, at), agencies=parties.agencies_of(user.pk, at))
    return replace(ctx, actor=actor)


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@example.com")


@pytest.fixture
def agent() -> User:
    return User.objects.create_user("agent@example.com")


@pytest.fixture
def party(ctx: Context, owner: User) -> str:
    form = PartyForm("organisation", "演示公司", make_uscc("91220100000000001"))
    return parties.register_party(as_user(ctx, owner), form).id


def test_an_agent_acts_until_the_end_and_no_longer(
    ctx: Context, clock: SimulatedClock, party: str, owner: User, agent: User
) -> None:
    end = ctx.now_ms() + 1000
    parties.authorise_agent(as_user(ctx, owner), party, " Agent@example.com ", until_ms=end)
    assert parties.parties_of(agent.pk, end - 1) == (party,)
    assert parties.parties_of(agent.pk, end) == ()


def test_an_agent_for_one_offering_bids_nowhere_else(
    ctx: Context, party: str, owner: User, agent: User
) -> None:
    parties.authorise_agent(as_user(ctx, owner), party, agent.email, scope="offering")
    actor = as_user(ctx, agent).actor
    assert actor.parties == () and actor.agencies == ((party, "offering"),)
    assert may(actor, "bid.place", Target("offering", party=party))
    assert not may(actor, "bid.place", Target("another", party=party))


def test_the_evidence_does_not_tell_where_an_agent_acts(
    ctx: Context, party: str, owner: User, agent: User
) -> None:
    parties.authorise_agent(as_user(ctx, owner), party, agent.email, scope="offering-7")
    entry = evidence.read_stream(f"party/{party}")[-1]
    assert entry.kind == "RepresentativeAdded"
    assert "offering-7" not in entry.data and agent.email not in entry.data
    assert json.loads(entry.data)["limited"] is True


def test_only_the_legal_representative_authorises(ctx: Context, party: str, owner: User, agent: User) -> None:
    parties.authorise_agent(as_user(ctx, owner), party, agent.email)
    User.objects.create_user("third@example.com")
    with pytest.raises(Fault, match="parties.agent.not_legal"):
        parties.authorise_agent(as_user(ctx, agent), party, "third@example.com")
    stranger = User.objects.create_user("stranger@example.com")
    with pytest.raises(Fault, match="access.denied"):
        parties.authorise_agent(as_user(ctx, stranger), party, stranger.email)
    with pytest.raises(Fault, match="access.denied"):
        parties.add_representative(as_user(ctx, owner), party, stranger.pk)


@pytest.mark.parametrize(
    ("email", "until", "code"),
    [
        ("nobody@example.com", None, "parties.agent.no_account"),
        ("agent@example.com", 5, "parties.agent.until_past"),
        ("owner@example.com", None, "parties.agent.exists"),
    ],
)
def test_a_wrong_authorisation_is_refused(
    ctx: Context, party: str, owner: User, agent: User, email: str, until: int | None, code: str
) -> None:
    with pytest.raises(Fault, match=code):
        parties.authorise_agent(as_user(ctx, owner), party, email, until_ms=until)


def test_revoking_ends_an_agency_at_once_and_once(ctx: Context, party: str, owner: User, agent: User) -> None:
    agency = parties.authorise_agent(as_user(ctx, owner), party, agent.email)
    parties.revoke_agent(as_user(ctx, owner), agency)
    parties.revoke_agent(as_user(ctx, owner), agency)
    assert parties.parties_of(agent.pk, ctx.now_ms()) == ()
    kinds = [entry.kind for entry in evidence.read_stream(f"party/{party}")]
    assert kinds == ["PartyRegistered", "RepresentativeAdded", "RepresentativeAdded", "RepresentativeRevoked"]


def test_the_last_legal_representative_stays(ctx: Context, party: str, owner: User, agent: User) -> None:
    (own,) = parties.representatives_of(party, ctx.now_ms())
    with pytest.raises(Fault, match="parties.agent.last_legal"):
        parties.revoke_agent(as_user(ctx, owner), own.id)
    parties.add_representative(ctx, party, agent.pk)
    parties.revoke_agent(as_user(ctx, owner), own.id)
    assert [each.user_id for each in parties.representatives_of(party, ctx.now_ms())] == [agent.pk]


def test_an_unknown_authorisation_is_not_told_apart_by_strangers(ctx: Context, agent: User) -> None:
    with pytest.raises(Fault, match="access.denied"):
        parties.revoke_agent(as_user(ctx, agent), "0" * 32)
    with pytest.raises(Fault, match="parties.agent.unknown"):
        parties.revoke_agent(ctx, "0" * 32)


# --- joint bids

numbers = count(1)


@pytest.fixture
def three(ctx: Context) -> list[str]:
    forms = [
        PartyForm("organisation", f"联合体{n}", make_uscc(f"91220200{next(numbers):09d}")) for n in range(3)
    ]
    return [info.id for info in parties.register_parties(ctx, forms)]


def test_a_joint_bid_is_complete_when_all_consent(ctx: Context, three: list[str]) -> None:
    lead, second, third = three
    joint = parties.form_joint_bid(ctx, lead, [(second, 300_000), (lead, 500_000), (third, 200_000)])
    assert [member.party for member in joint.members] == [lead, second, third]
    assert not joint.complete
    as_second = replace(ctx, actor=Actor(user_id=1, parties=(second,)))
    parties.consent_joint_bid(as_second, joint.id, second)
    with pytest.raises(Fault, match="access.denied"):
        parties.consent_joint_bid(as_second, joint.id, third)
    parties.consent_joint_bid(ctx, joint.id, second)  # again: nothing changes
    assert not parties.find_joint(joint.id).complete
    assert parties.consent_joint_bid(ctx, joint.id, third).complete
    entries = evidence.read_stream(f"joint/{joint.id}")
    assert [entry.kind for entry in entries] == ["JointBidFormed", "JointBidConsented", "JointBidConsented"]
    assert not any(party in entry.data for party in three for entry in entries)


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ([(0, 1_000_000)], "parties.joint.share"),
        ([(0, 999_999)], "parties.joint.few"),
        ([(0, 500_000), (1, 400_000)], "parties.joint.sum"),
        ([(0, 500_000), (0, 500_000)], "parties.joint.twice"),
        ([(1, 500_000), (2, 500_000)], "parties.joint.lead"),
        ([(0, 1_200_000), (1, -200_000)], "parties.joint.share"),
        ([(0, 1_000_000), (1, 0)], "parties.joint.share"),
    ],
)
def test_shares_that_make_no_whole_are_refused(
    ctx: Context, three: list[str], shares: list[tuple[int, int]], code: str
) -> None:
    with pytest.raises(Fault, match=code):
        parties.form_joint_bid(ctx, three[0], [(three[index], ppm) for index, ppm in shares])


def test_strangers_to_a_joint_bid_are_refused(ctx: Context, three: list[str]) -> None:
    with pytest.raises(Fault, match="parties.party.unknown"):
        parties.form_joint_bid(ctx, three[0], [(three[0], 500_000), ("x", 500_000)])
    joint = parties.form_joint_bid(ctx, three[0], [(three[0], 500_000), (three[1], 500_000)])
    with pytest.raises(Fault, match="parties.joint.not_member"):
        parties.consent_joint_bid(ctx, joint.id, three[2])
    with pytest.raises(Fault, match="parties.joint.unknown"):
        parties.consent_joint_bid(ctx, "x", three[2])
    assert parties.joint_members("x") == ()
