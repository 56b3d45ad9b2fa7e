"""A lot sold by sealed tender: its committee, the bids of honest bidders, and the keys of honest members."""

from typing import Any

from jishi.apps.market.models import Offering, Registration
from jishi.apps.sealing import api as sealing
from jishi.apps.sealing.models import Committee
from jishi.kernel.sealing.committee import make_member_key, read_committee
from jishi.kernel.sealing.envelope import seal_bid
from jishi.platform.clock import SimulatedClock
from jishi.platform.entropy import SeededEntropy
from jishi.platform.models import User
from tests.apps.market.hall import Hall

PRODUCT = "land.state_grant_listing"
TENDER = """
[[mechanism]]
id = "tender"
version = 1
title = { zh = "招标", en = "Sealed tender" }
facts = { sale_method = "tender" }
cites = ["39号令 4"]
"""
MEMBERS = ("notary", "association", "auditing")
PRICES = {"north": 120_000_000, "south": 110_000_000, "east": 100_000_000}


class Chamber(Hall):
    """Everybody of the office, and three people who each make a key for one offering."""

    def __init__(self, clock: SimulatedClock, suite: str = "x25519") -> None:
        super().__init__(clock)
        self.suite = suite
        self.keys: dict[str, dict[str, Any]] = {}
        for name in MEMBERS:
            self.users[name] = User.objects.create(email=f"{name}@example.org")

    def offer_sealed(self, number: str = "T-1", **changes: Any) -> Offering:
        """Publish a lot for sealed bids of which two of three members open."""
        terms = {"sealing": {"suite": self.suite, "members": 3, "threshold": 2}}
        plain = {"mechanism": "tender", "start_price_fen": None, "increment_fen": None, "terms": terms}
        return self.publish(self.draft(number, **{**plain, **changes}))

    def name(self, offering: Offering) -> Committee:
        """Name the committee as the clerk."""
        seats = [sealing.Seat(name, self.users[name].pk) for name in MEMBERS]
        return sealing.name_committee(self.as_("clerk"), offering.id, seats)

    def register(self, offering: Offering, *names: str) -> None:
        """Let members register the public half of a fresh key."""
        for name in names:
            entropy = SeededEntropy(f"{name} {offering.id}")
            self.keys[name] = make_member_key(self.suite, entropy.draw)
            sealing.register_key(self.as_(name), offering.id, self.keys[name]["public"])

    def start(self, number: str = "T-1") -> tuple[Offering, dict[str, Registration]]:
        """Bring a lot to where three admitted bidders may file."""
        offering = self.offer_sealed(number)
        self.name(offering)
        self.register(offering, *MEMBERS)
        self.move(offering.listing_start)
        return self.advance(offering), self.admit(offering, *PRICES)

    def envelope(self, row: Registration, bid: Any) -> dict[str, Any]:
        """Seal a bid on the bidder's own machine."""
        committee = read_committee(sealing.committee_of(row.offering_id).file)
        entropy = SeededEntropy(f"{row.alias} {bid}")
        return seal_bid(committee, row.alias, bid, entropy.draw)

    def file_bid(self, name: str, row: Registration, price_fen: int, key: str = "") -> sealing.Filing:
        """Seal a price and hand it in."""
        envelope = self.envelope(row, {"price_fen": price_fen})
        return sealing.file_envelope(self.as_(name), row.id, envelope, key or f"key-{name}-{price_fen}")

    def file_all(self, rows: dict[str, Registration]) -> None:
        """Let every bidder hand in a price."""
        for name, row in rows.items():
            assert self.file_bid(name, row, PRICES[name]).answer.accepted

    def close(self, offering: Offering) -> Offering:
        """Let the deadline pass."""
        self.move(offering.listing_end)
        return self.advance(offering)

    def publish_key(self, name: str, offering: Offering) -> Committee:
        """Publish a member's private key."""
        return sealing.hand_over(self.as_(name), offering.id, self.keys[name]["private"])
