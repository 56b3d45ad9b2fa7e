"""Bidders who do not seal by the rules: everything a dishonest one could put into an envelope.

A forger knows the format, the committee and other bidders' envelopes, and is free in every byte.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, NamedTuple

from hypothesis import strategies as st

from jishi.kernel.sealing.committee import Committee, compose_committee, make_member_key, read_committee
from jishi.kernel.sealing.envelope import (
    PAYLOAD_SIZE,
    SHARE_DOMAIN,
    commit_bid,
    context_of,
    draw,
    header_of,
    pad_bid,
    salt_of,
    seal_bid,
)
from jishi.kernel.sealing.shamir import PRIME, SHARE_SIZE

BID = {"price_fen": 88_000_000}
LOT = "JL-1"


class Keyed(NamedTuple):
    """A committee and the private keys of its members, by registered public key."""

    committee: Committee
    privates: dict[str, str]

    def some(self, *places: int) -> dict[str, str]:
        """Return the keys of the members at these places."""
        return {
            public: self.privates[public]
            for public in (self.committee.publics[place].hex() for place in places)
        }


def seeded(name: str) -> Callable[[int], bytes]:
    """Return a source of bytes that always gives the same."""
    return lambda size: sha256(name.encode()).digest()[:size]


def keyed_committee(threshold: int, count: int, suite: str = "x25519", lot: str = LOT) -> Keyed:
    """Make a committee of known keys."""
    keys = [make_member_key(suite, seeded(f"member {lot} {n}")) for n in range(count)]
    committee = compose_committee(suite, lot, [key["public"] for key in keys], threshold=threshold)
    return Keyed(read_committee(committee), {key["public"]: key["private"] for key in keys})


class Forger:
    """Build an envelope piece by piece; untouched, it is the one an honest bidder would make."""

    def __init__(self, committee: Committee, alias: str, seed: bytes, bid: Any = BID) -> None:
        self.committee, self.alias, self.seed = committee, alias, seed
        self.commitment = commit_bid(committee, alias, bid, salt_of(committee.suite, seed))
        self.plaintext = pad_bid(bid, committee.bid_size)
        self.header = header_of(committee, alias, self.commitment)
        self.follow()

    def follow(self) -> None:
        """Derive everything from the seed and the header as it stands."""
        self.context = context_of(self.committee, self.header)
        self.drawn = draw(self.committee, self.seed, self.context)
        self.payloads = list(self.drawn.message.payloads)
        self.shares = self.committee.suite.seal(self.drawn.message)
        self.share_commitments = list(self.drawn.share_commitments)
        self.encrypt(self.plaintext)

    def encrypt(self, plaintext: bytes) -> None:
        """Put other bytes where the bid should be."""
        self.ciphertext = self.committee.suite.encrypt(self.drawn.bid_key, plaintext)

    def give(self, place: int, payload: bytes, ephemeral: bytes | None = None) -> None:
        """Seal another payload to one member."""
        self.payloads[place] = payload
        message = self.drawn.message._replace(
            payloads=self.payloads, ephemeral=ephemeral or self.drawn.message.ephemeral
        )
        self.shares[place] = self.committee.suite.seal(message)[place]

    def own_up(self, place: int) -> None:
        """Commit to the payload this member really gets."""
        body = SHARE_DOMAIN + self.context + bytes([place + 1]) + self.payloads[place]
        self.share_commitments[place] = self.committee.suite.digest(body).hex()

    @property
    def envelope(self) -> dict[str, Any]:
        """Return what is handed in."""
        return {
            **self.header,
            "shares": [share.hex() for share in self.shares],
            "share_commitments": self.share_commitments,
            "ciphertext": self.ciphertext.hex(),
        }


def flip(data: bytes, at: int) -> bytes:
    """Change one bit of the byte at this place, counted around."""
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def spoil_payload(forger: Forger, place: int, chance: bytes) -> None:
    forger.give(place, (chance * 3)[:PAYLOAD_SIZE])


def leave_the_polynomial(forger: Forger, place: int, chance: bytes) -> None:
    share = int.from_bytes(forger.payloads[place][:SHARE_SIZE], "big")
    other = (share + 1 + chance[0]) % PRIME
    forger.give(place, other.to_bytes(SHARE_SIZE, "big") + forger.payloads[place][SHARE_SIZE:])
    forger.own_up(place)


def spell_the_share_otherwise(forger: Forger, place: int, chance: bytes) -> None:
    """Add the prime: the same number of the field in other bytes, beside the honest commitment."""
    share = int.from_bytes(forger.payloads[place][:SHARE_SIZE], "big") + PRIME
    forger.give(place, share.to_bytes(SHARE_SIZE, "big") + forger.payloads[place][SHARE_SIZE:])


def spoil_the_salt(forger: Forger, place: int, chance: bytes) -> None:
    """Give a share that is right with a salt that does not open its commitment."""
    forger.give(place, forger.payloads[place][:SHARE_SIZE] + chance)


def share_another_seed(forger: Forger, place: int, chance: bytes) -> None:
    """Give the members from this place on another seed, as consistent as the first."""
    other = Forger(forger.committee, forger.alias, chance)
    other.header = forger.header
    other.follow()
    forger.shares[place:] = other.shares[place:]
    forger.payloads[place:] = other.payloads[place:]
    forger.share_commitments[place:] = other.share_commitments[place:]


def use_another_ephemeral_key(forger: Forger, place: int, chance: bytes) -> None:
    forger.give(place, forger.payloads[place], chance)


def spoil_the_share(forger: Forger, place: int, chance: bytes) -> None:
    forger.shares[place] = flip(forger.shares[place], chance[0])


def swap_shares(forger: Forger, place: int, chance: bytes) -> None:
    forger.shares[place], forger.shares[0] = forger.shares[0], forger.shares[place]


def spoil_the_share_commitment(forger: Forger, place: int, chance: bytes) -> None:
    forger.share_commitments[place] = chance.hex()


def commit_to_another_bid(forger: Forger, place: int, chance: bytes) -> None:
    forger.header["commitment"] = chance.hex()
    forger.follow()


def change_the_commitment_afterwards(forger: Forger, place: int, chance: bytes) -> None:
    forger.header["commitment"] = chance.hex()


def spoil_the_ciphertext(forger: Forger, place: int, chance: bytes) -> None:
    forger.ciphertext = flip(forger.ciphertext, chance[0])


def encrypt_another_bid(forger: Forger, place: int, chance: bytes) -> None:
    forger.encrypt(pad_bid({"price_fen": chance[0]}, forger.committee.bid_size))


def pad_with_a_message(forger: Forger, place: int, chance: bytes) -> None:
    forger.encrypt(forger.plaintext[:-1] + chance[:1])


def copy_a_rival(forger: Forger, place: int, chance: bytes) -> None:
    """Hand in another bidder's sealed bytes under one's own alias."""
    rival = Forger(forger.committee, "rival", chance)
    forger.shares, forger.ciphertext = rival.shares, rival.ciphertext
    forger.share_commitments = rival.share_commitments
    forger.header["commitment"] = rival.commitment


def sit_in_another_committee(forger: Forger, place: int, chance: bytes) -> None:
    forger.header["committee"] = chance.hex()


def truncate(forger: Forger, place: int, chance: bytes) -> None:
    forger.shares = forger.shares[: place + 1]
    forger.ciphertext = forger.ciphertext[: -1 - chance[0] % 3]


TRICKS: tuple[Callable[[Forger, int, bytes], None], ...] = (
    spoil_payload,
    leave_the_polynomial,
    spell_the_share_otherwise,
    spoil_the_salt,
    share_another_seed,
    use_another_ephemeral_key,
    spoil_the_share,
    swap_shares,
    spoil_the_share_commitment,
    commit_to_another_bid,
    change_the_commitment_afterwards,
    spoil_the_ciphertext,
    encrypt_another_bid,
    pad_with_a_message,
    copy_a_rival,
    sit_in_another_committee,
    truncate,
)
BYTES = st.binary(min_size=32, max_size=32)


@st.composite
def forged(draws: st.DrawFn, committee: Committee, alias: str = "a") -> tuple[dict[str, Any], list[bytes]]:
    """Give an envelope after zero to three tricks, and every seed its shares could have come from."""
    seed = draws(BYTES)
    forger, seeds = Forger(committee, alias, seed), [seed]
    for trick in draws(st.lists(st.sampled_from(TRICKS), max_size=3)):
        chance = draws(BYTES)
        trick(forger, draws(st.integers(0, len(forger.shares) - 1)), chance)
        seeds.append(chance)
    return forger.envelope, seeds


def honest(committee: Committee, alias: str, seed: bytes, bid: Any = BID) -> dict[str, Any]:
    """Seal as everybody should."""
    return seal_bid(committee, alias, bid, lambda size: seed[:size])
