"""Shamir's sharing: any k shares give the secret, and k - 1 fit every other secret as well."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.sealing.shamir import PRIME, SHARE_SIZE, combine, split, weights_at_zero

SECRETS = st.binary(min_size=32, max_size=32)


def test_the_field_is_that_of_the_smallest_prime_above_two_to_the_256():
    """Fermat's test in ten bases; every odd number in between is ruled out by one of them."""
    bases = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29)
    assert all(pow(base, PRIME - 1, PRIME) == 1 for base in bases)
    for number in range(2**256 + 1, PRIME, 2):
        assert any(pow(base, number - 1, number) != 1 for base in bases)


@given(SECRETS, st.integers(2, 7).flatmap(lambda n: st.tuples(st.just(n), st.integers(2, n))), st.data())
def test_any_k_shares_give_the_secret(secret, shape, data):
    count, threshold = shape
    coefficients = data.draw(
        st.lists(st.integers(0, PRIME - 1), min_size=threshold - 1, max_size=threshold - 1)
    )
    shares = split(secret, coefficients, count)
    assert {len(share) for share in shares} == {SHARE_SIZE}
    for chosen in combinations(range(count), threshold):
        weights = weights_at_zero([place + 1 for place in chosen])
        assert combine([shares[place] for place in chosen], weights) == secret


@given(SECRETS, SECRETS, st.lists(st.integers(0, PRIME - 1), min_size=2, max_size=2))
def test_two_shares_of_three_fit_any_secret(secret, other, coefficients):
    """Solve for the polynomial that hides another secret behind the same two shares."""
    first, second = (int.from_bytes(share, "big") for share in split(secret, coefficients, 2))
    zero = int.from_bytes(other, "big")
    one, two = first - zero, second - zero  # a + b and 2a + 4b
    b = (two - 2 * one) * pow(2, -1, PRIME) % PRIME
    hidden = split(other, [(one - b) % PRIME, b], 2)
    assert hidden == split(secret, coefficients, 2)


def test_shares_of_no_32_bytes_give_nothing():
    too_large = [(2**256).to_bytes(SHARE_SIZE, "big")] * 2
    assert combine(too_large, weights_at_zero([1, 2])) is None


def test_as_many_shares_as_weights():
    with pytest.raises(ValueError, match="zip"):
        combine([bytes(33)], weights_at_zero([1, 2]))
