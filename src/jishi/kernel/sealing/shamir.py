"""Shamir's secret sharing: any k of n shares give a 32-byte secret, fewer tell nothing of it.

A polynomial of degree k - 1 over the field of the smallest prime above 2^256 has the secret as its
value at 0; member number x (1, 2, …) gets its value at x. Draws nothing: the coefficients come in,
and they alone keep k - 1 members in the dark. Shamir, "How to share a secret", CACM 22 (1979).
"""

from collections.abc import Sequence

PRIME = 2**256 + 297
SECRET_SIZE = 32
SHARE_SIZE = 33


def split(secret: bytes, coefficients: Sequence[int], count: int) -> list[bytes]:
    """Return the 33-byte shares of members 1 … ``count``; k is one more than the coefficients.

    >>> [int.from_bytes(share, "big") for share in split((7).to_bytes(32, "big"), [2], 3)]
    [9, 11, 13]
    """
    constant = int.from_bytes(secret, "big")
    return [_value(constant, coefficients, x).to_bytes(SHARE_SIZE, "big") for x in range(1, count + 1)]


def weights_at_zero(numbers: Sequence[int]) -> tuple[int, ...]:
    """Return Lagrange's weights at 0 for the members of these distinct numbers.

    >>> weights_at_zero([1, 2])[0]
    2
    """
    return tuple(_weight(x, numbers) for x in numbers)


def combine(shares: Sequence[bytes], weights: Sequence[int]) -> bytes | None:
    """Return the secret of k shares under their weights, or None where no 32 bytes have such shares."""
    values = [int.from_bytes(share, "big") for share in shares]
    secret = sum(value * weight for value, weight in zip(values, weights, strict=True)) % PRIME
    return secret.to_bytes(SECRET_SIZE, "big") if secret >> 8 * SECRET_SIZE == 0 else None


def _value(constant: int, coefficients: Sequence[int], x: int) -> int:
    total = 0
    for coefficient in reversed(coefficients):
        total = (total + coefficient) * x % PRIME
    return (total + constant) % PRIME


def _weight(x: int, numbers: Sequence[int]) -> int:
    above, below = 1, 1
    for other in numbers:
        if other != x:
            above, below = above * other % PRIME, below * (other - x) % PRIME
    return above * pow(below, -1, PRIME) % PRIME
