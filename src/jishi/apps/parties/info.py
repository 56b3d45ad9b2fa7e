"""What other rooms learn of a party, its representatives and its joint bids."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartyInfo:
    """A party as anyone may see it: an organisation in full, a person masked."""

    id: str
    kind: str
    name: str
    code_masked: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A party in full, as a contract names it. Personal data: show it only to those who may read it."""

    id: str
    kind: str
    name: str
    code: str
    contact_name: str
    contact_phone: str


@dataclass(frozen=True, slots=True)
class RepresentativeInfo:
    """Who acts for a party, how far (`scope`: one offering, or empty for all), and from when to when (ms)."""

    id: str
    user_id: int
    email: str
    role: str
    scope: str
    since_ms: int
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class JointMemberInfo:
    """One joint bidder, its share in parts per million, and when it consented (ms)."""

    party: str
    share_ppm: int
    consented_ms: int | None


@dataclass(frozen=True, slots=True)
class JointInfo:
    """A joint bid (联合竞买); the lead stands first among the members."""

    id: str
    lead: str
    members: tuple[JointMemberInfo, ...]

    @property
    def complete(self) -> bool:
        """Tell whether every member consented."""
        return all(member.consented_ms is not None for member in self.members)
