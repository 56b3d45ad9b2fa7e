"""A sealed bid: one JSON object that binds it now and that k members of the committee open later.

Everything in an envelope follows from the committee, the alias, the bid and one 32-byte seed: salts,
the key of the bid, the Shamir polynomial, the ephemeral key. Whoever learns the seed can therefore
seal again and compare; docs/sealing.md gives each formula. Refuses a bid larger than the offering's
fixed size, since its length would tell something of it.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from jishi.kernel.evidence.canonical import canonical_bytes, read_canonical
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit
from jishi.kernel.sealing.committee import Committee, from_hex
from jishi.kernel.sealing.shamir import PRIME, SECRET_SIZE, SHARE_SIZE, split
from jishi.kernel.sealing.suite import Message, Randomness, Suite

FORMAT = "jishi.envelope/1"
BID_DOMAIN = "jishi.bid/1"
SHARE_DOMAIN = b"jishi.share/1"
MOST_DEPTH = 8  # an opened bid is written into entries and bundles, which have a depth of their own
SALT_SIZE = 32
HASH_SIZE = 32
PAYLOAD_SIZE = SHARE_SIZE + SALT_SIZE

_TAG_SIZE = 16
_LENGTH_SIZE = 4
_COEFFICIENT_SIZE = 48  # 128 bits more than the field, so that the remainder is even
_HEADER = ("alias", "commitment", "committee", "format", "lot", "suite")
_FIELDS = ("ciphertext", "share_commitments", "shares")


class Drawn(NamedTuple):
    """What a seed gives for one envelope: the key of the bid, the message to the members, commitments."""

    bid_key: bytes
    message: Message
    share_commitments: list[str]


def seal_bid(committee: Committee, alias: str, bid: dict[str, Any], randomness: Randomness) -> dict[str, Any]:
    """Seal a bid to the committee (密封报价); one draw of 32 bytes is all the randomness.

    Raises ``sealing.bid.type``, ``.deep``, ``.large`` or what ``canonical_bytes`` raises. In the suite
    ``sm`` the shares also hold randomness of the library.
    """
    plaintext = pad_bid(bid, committee.bid_size)
    seed = randomness(SECRET_SIZE)
    header = header_of(committee, alias, commit_bid(committee, alias, bid, salt_of(committee.suite, seed)))
    drawn = draw(committee, seed, context_of(committee, header))
    return {
        **header,
        "shares": [share.hex() for share in committee.suite.seal(drawn.message)],
        "share_commitments": drawn.share_commitments,
        "ciphertext": committee.suite.encrypt(drawn.bid_key, plaintext).hex(),
    }


def check_envelope(committee: Committee, envelope: Any, alias: str) -> None:
    """Hold an envelope to its form and its place without any key, as the platform does on receipt.

    Raises ``sealing.envelope.shape``, ``.other`` (another offering's or bidder's), ``.count`` or
    ``.hex``. What is inside stays unknown: an envelope that passes may still be void once opened.
    """
    if type(envelope) is not dict or sorted(envelope) != sorted((*_HEADER, *_FIELDS)):
        raise Fault("sealing.envelope.shape", fields=", ".join(sorted((*_HEADER, *_FIELDS))))
    for name, needed in header_of(committee, alias, "").items():
        if name != "commitment" and envelope[name] != needed:
            raise Fault("sealing.envelope.other", field=name, found=str(envelope[name])[:80], needed=needed)
    sizes = committee.suite.sealed_sizes(PAYLOAD_SIZE)
    _check_hex(envelope["commitment"], "commitment", range(HASH_SIZE, HASH_SIZE + 1))
    _check_list(envelope["shares"], "shares", (len(committee.publics), sizes))
    hashes = range(HASH_SIZE, HASH_SIZE + 1)
    _check_list(envelope["share_commitments"], "share_commitments", (len(committee.publics), hashes))
    size = committee.bid_size + _TAG_SIZE
    _check_hex(envelope["ciphertext"], "ciphertext", range(size, size + 1))


def header_of(committee: Committee, alias: str, commitment: str) -> dict[str, str]:
    """Return the public part that says whose bid this is and where it belongs."""
    return {
        "format": FORMAT,
        "suite": committee.suite.name,
        "lot": committee.lot,
        "alias": alias,
        "committee": committee.digest,
        "commitment": commitment,
    }


def context_of(committee: Committee, envelope: dict[str, Any]) -> bytes:
    """Return the hash of the header, which every derived key depends on."""
    return committee.suite.digest(canonical_bytes({name: envelope[name] for name in _HEADER}))


def commit_bid(committee: Committee, alias: str, bid: Any, salt: str) -> str:
    """Return the commitment to a bid, as a mechanism checks it."""
    return commit(BID_DOMAIN, salt, {"lot": committee.lot, "alias": alias, "bid": bid})


def salt_of(suite: Suite, seed: bytes) -> str:
    """Return the salt of the bid's commitment, hex."""
    return suite.derive(seed, _label("bid salt"), SALT_SIZE).hex()


def draw(committee: Committee, seed: bytes, context: bytes) -> Drawn:
    """Derive from the seed all that an envelope of this context is made with."""
    suite, count = committee.suite, len(committee.publics)
    degree = committee.threshold - 1
    polynomial = suite.derive(seed, _label("polynomial", context), _COEFFICIENT_SIZE * degree)
    coefficients = [int.from_bytes(part, "big") % PRIME for part in _parts(polynomial, degree)]
    salts = _parts(suite.derive(seed, _label("share salts", context), SALT_SIZE * count), count)
    payloads = [share + salt for share, salt in zip(split(seed, coefficients, count), salts, strict=True)]
    ephemeral = suite.derive(seed, _label("ephemeral", context), SECRET_SIZE)
    return Drawn(
        suite.derive(seed, _label("bid key", context), suite.bid_key_size),
        Message(committee.publics, payloads, context, ephemeral),
        [_commit_share(suite, context, number, payload) for number, payload in enumerate(payloads, 1)],
    )


def pad_bid(bid: Any, size: int) -> bytes:
    """Return the bid as ``length (4 bytes) ‖ canonical JSON ‖ zeros``, ``size`` bytes in all."""
    if type(bid) is not dict:
        raise Fault("sealing.bid.type", found=type(bid).__name__)
    if not _is_shallow(bid, MOST_DEPTH):
        raise Fault("sealing.bid.deep", most=MOST_DEPTH)
    body = canonical_bytes(bid)
    if len(body) + _LENGTH_SIZE > size:
        raise Fault("sealing.bid.large", found=len(body), most=size - _LENGTH_SIZE)
    return (len(body).to_bytes(_LENGTH_SIZE, "big") + body).ljust(size, b"\0")


def read_bid(plaintext: bytes) -> dict[str, Any] | None:
    """Return the bid of a padded plaintext, or None where ``pad_bid`` could not have made it."""
    end = _LENGTH_SIZE + int.from_bytes(plaintext[:_LENGTH_SIZE], "big")
    try:
        bid = read_canonical(plaintext[_LENGTH_SIZE:end])
        return bid if pad_bid(bid, len(plaintext)) == plaintext else None
    except Fault:
        return None


def _is_shallow(value: Any, levels: int) -> bool:
    if type(value) not in (dict, list):
        return True
    inner = value.values() if type(value) is dict else value
    return levels > 0 and all(_is_shallow(item, levels - 1) for item in inner)


def _label(name: str, context: bytes = b"") -> bytes:
    return f"{FORMAT} {name}\n".encode() + context


def _parts(data: bytes, count: int) -> Sequence[bytes]:
    size = len(data) // count
    return [data[at : at + size] for at in range(0, len(data), size)]


def _commit_share(suite: Suite, context: bytes, number: int, payload: bytes) -> str:
    return suite.digest(SHARE_DOMAIN + context + bytes([number]) + payload).hex()


def _check_list(values: Any, field: str, needed: tuple[int, range]) -> None:
    count, sizes = needed
    if type(values) is not list or len(values) != count:
        raise Fault("sealing.envelope.count", field=field, needed=count)
    for value in values:
        _check_hex(value, field, sizes)


def _check_hex(value: Any, field: str, sizes: range) -> None:
    raw = from_hex(value)
    if raw is None or len(raw) not in sizes:
        digits = sorted({2 * sizes[0], 2 * sizes[-1]})
        raise Fault("sealing.envelope.hex", field=field, needed=" – ".join(map(str, digits)))
