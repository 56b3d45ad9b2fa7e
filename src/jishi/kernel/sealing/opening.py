"""Opening sealed bids once the members have published their private keys: anyone can do it again.

k keys give the seed of an envelope; the seed gives every byte of it; whatever differs voids the bid.
In the suite ``x25519`` the verdict on an envelope is therefore the same whichever k keys were
published, and so is its code. In the suite ``sm`` every published key is used, and one more key can
void a bid but never bring one back. Refuses to open with fewer than k keys that are right.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.sealing.committee import Committee, check_private_key
from jishi.kernel.sealing.envelope import (
    Drawn,
    check_envelope,
    commit_bid,
    context_of,
    draw,
    read_bid,
    salt_of,
)
from jishi.kernel.sealing.shamir import SHARE_SIZE, combine, weights_at_zero
from jishi.kernel.sealing.suite import Opener


class Opening(NamedTuple):
    """The bids by alias, each ``{"bid", "salt"}`` or ``{"void": code}``, and what is to be said of members.

    ``bad_members`` published a key that is not theirs; the shares of ``unchecked`` members could not be
    checked (suite ``sm`` only: they published none that is right). Both are registered public keys.
    """

    openings: dict[str, dict[str, Any]]
    bad_members: tuple[str, ...]
    unchecked: tuple[str, ...]


class _Keys(NamedTuple):
    committee: Committee
    openers: dict[int, Opener]
    weights: tuple[int, ...]


def open_all(committee: Committee, envelopes: Mapping[str, Any], keys: Mapping[str, str]) -> Opening:
    """Open envelopes by alias with published keys: registered public key -> private key, both hex.

    Raises ``sealing.key.unknown`` for a key no member registered and ``sealing.keys.few`` when
    fewer than k are right.
    """
    right, bad = _sort_keys(committee, keys)
    if len(right) < committee.threshold:
        raise Fault("sealing.keys.few", found=len(right), needed=committee.threshold)
    places = [place for place, public in enumerate(committee.publics) if public in right]
    used = places[: committee.threshold] if committee.suite.exact else places
    openers = {place: committee.suite.make_opener(right[committee.publics[place]]) for place in used}
    weights = weights_at_zero([place + 1 for place in used[: committee.threshold]])
    ready = _Keys(committee, openers, weights)
    openings = {alias: _open(ready, envelope, alias) for alias, envelope in envelopes.items()}
    missing = [each.hex() for each in committee.publics if each not in right]
    return Opening(openings, bad, () if committee.suite.exact else tuple(missing))


def _sort_keys(committee: Committee, keys: Mapping[str, str]) -> tuple[dict[bytes, bytes], tuple[str, ...]]:
    right, bad = {}, []
    for public, private in sorted(keys.items()):
        try:
            right[bytes.fromhex(public)] = check_private_key(committee, public, private)
        except Fault as fault:
            if fault.code != "sealing.key.mismatch":
                raise
            bad.append(public)
    return right, tuple(bad)


def _open(keys: _Keys, envelope: Any, alias: str) -> dict[str, Any]:
    try:
        check_envelope(keys.committee, envelope, alias)
        seed, drawn = _recover(keys, envelope)
        return _read(keys.committee, envelope, (seed, drawn))
    except Fault as fault:
        return {"void": fault.code}


def _recover(keys: _Keys, envelope: dict[str, Any]) -> tuple[bytes, Drawn]:
    """Return the one seed that gives all shares; raises ``sealing.void.shares`` where there is none."""
    context = context_of(keys.committee, envelope)
    sealed = [bytes.fromhex(share) for share in envelope["shares"]]
    payloads = {place: opens(context, sealed[place]) for place, opens in keys.openers.items()}
    shares = [(payload or b"")[:SHARE_SIZE] for payload in payloads.values()]
    seed = combine(shares[: keys.committee.threshold], keys.weights)
    if seed is not None:
        drawn = draw(keys.committee, seed, context)
        if (
            all(payload == drawn.message.payloads[place] for place, payload in payloads.items())
            and envelope["share_commitments"] == drawn.share_commitments
            and keys.committee.suite.agrees(sealed, drawn.message, list(payloads))
        ):
            return seed, drawn
    raise Fault("sealing.void.shares")


def _read(committee: Committee, envelope: dict[str, Any], found: tuple[bytes, Drawn]) -> dict[str, Any]:
    """Return bid and salt; raises ``sealing.void.bid`` where the seed gives no such bid."""
    seed, drawn = found
    plaintext = committee.suite.decrypt(drawn.bid_key, bytes.fromhex(envelope["ciphertext"]))
    bid = None if plaintext is None else read_bid(plaintext)
    salt = salt_of(committee.suite, seed)
    if bid is None or commit_bid(committee, envelope["alias"], bid, salt) != envelope["commitment"]:
        raise Fault("sealing.void.bid")
    return {"bid": bid, "salt": salt}
