"""Ed25519 verification (RFC 8032, 5.1.7) in plain integers, for an interpreter that has no library for it.

Verifies only: no secret ever comes here, so nothing has to take equal time. The equation is the
one without the cofactor, and `signature` calls this only where the library is missing. Refuses
what has a second spelling: a point or a scalar that is not reduced.
"""

from functools import cache
from hashlib import sha512

Point = tuple[int, int, int, int]
"""Extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, x·y = T/Z."""

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
_NEUTRAL: Point = (0, 1, 1, 0)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the 64 bytes are the signature of ``message`` under the 32-byte public key.

    >>> key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    >>> is_signed(bytes.fromhex(key), b"", bytes(64))
    False
    """
    if len(public) != 32 or len(signature) != 64:
        return False
    owner, scalar = _read_point(public), int.from_bytes(signature[32:], "little")
    if owner is None or scalar >= _ORDER:
        return False
    digest = sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % _ORDER
    x, y, z, t = _times(challenge, owner)
    return _write_point(_add(_times(scalar, _base()), (-x % _P, y, z, -t % _P))) == signature[:32]


@cache
def _base() -> Point:
    point = _read_point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))
    assert point is not None
    return point


def _add(one: Point, other: Point) -> Point:
    """Add by the complete formulas of RFC 8032, 5.1.4; they double as well."""
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2) % _P, (y1 + x1) * (y2 + x2) % _P
    c, d = 2 * t1 * t2 * _D % _P, 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: Point) -> Point:
    total = _NEUTRAL
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point, scalar = _add(point, point), scalar >> 1
    return total


def _write_point(point: Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, -1, _P)
    return (y * inverse % _P | (x * inverse % _P & 1) << 255).to_bytes(32, "little")


def _read_point(raw: bytes) -> Point | None:
    """Read a point (RFC 8032, 5.1.3); None where no point has these bytes."""
    spelled = int.from_bytes(raw, "little")
    y, odd = spelled & (1 << 255) - 1, spelled >> 255
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if x * x % _P != square:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if x * x % _P != square or (x == 0 and odd):
        return None
    x = x if x & 1 == odd else _P - x
    return x, y, 1, x * y % _P
