"""The terms of a listing: what is read, and what is refused by which code."""

import pytest

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.listing_terms import dump_terms, read_terms

RAW = {
    "lot": "lot-1",
    "listing_start": 1_000,
    "listing_end": 5_000,
    "registration_end": 4_000,
    "start_price_fen": 10_000,
    "increment_fen": 100,
}


def test_defaults_are_written_out_and_read_back():
    terms = read_terms(RAW)
    assert (terms.question_ms, terms.round_ms, terms.free_quotes) == (300_000, 300_000, "improve")
    assert read_terms(dump_terms(terms)) == terms


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"color": 1}, "listing.terms.unknown", "color"),
        ({"increment_fen": "100"}, "listing.terms.kind", "increment_fen"),
        ({"increment_fen": True}, "listing.terms.kind", "increment_fen"),
        ({"increment_fen": 100.0}, "listing.terms.kind", "increment_fen"),
        ({"start_price_fen": 2**53}, "listing.terms.kind", "start_price_fen"),
        ({"lot": 7}, "listing.terms.kind", "lot"),
        ({"round_ms": None}, "listing.terms.kind", "round_ms"),
        ({"increment_fen": 0}, "listing.terms.least", "increment_fen"),
        ({"headcount_auction": 1}, "listing.terms.least", "headcount_auction"),
        ({"cap_rule": "lottery"}, "listing.terms.choice", "cap_rule"),
        ({"free_quotes": "all"}, "listing.terms.choice", "free_quotes"),
        ({"lot": " "}, "listing.terms.form", "lot"),
        ({"reserve_commitment": "AB" * 32}, "listing.terms.form", "reserve_commitment"),
        ({"listing_end": 1_000, "registration_end": 1_000}, "listing.terms.span", None),
        ({"registration_end": 5_001}, "listing.terms.registration", None),
        ({"cap_fen": 9_999}, "listing.terms.cap", None),
    ],
)
def test_bad_terms_are_refused(change, code, field):
    with pytest.raises(Fault) as caught:
        read_terms(RAW | change)
    assert caught.value.code == code
    assert caught.value.params.get("field") == field


@pytest.mark.parametrize("field", sorted(RAW))
def test_a_missing_term_is_named(field):
    with pytest.raises(Fault) as caught:
        read_terms({name: value for name, value in RAW.items() if name != field})
    assert (caught.value.code, caught.value.params) == ("listing.terms.missing", {"field": field})
