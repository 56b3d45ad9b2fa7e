"""Ballots in whole numbers: two thirds of nine are six, of ten seven; a bare half is no majority."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.panel.ballot import BASES, Rule, Tally, decide, reach, surpass

TWO_THIRDS = Rule((2, 3), (2, 3))
shares = st.integers(1, 60).flatmap(lambda bottom: st.tuples(st.integers(0, bottom), st.just(bottom)))


@pytest.mark.parametrize(
    ("rule", "tally", "needed", "passed"),
    [
        (TWO_THIRDS, Tally(9, 9, 6, 3), 6, True),
        (TWO_THIRDS, Tally(9, 9, 5, 4), 6, False),
        (TWO_THIRDS, Tally(10, 10, 6, 4), 7, False),
        (TWO_THIRDS, Tally(9, 5, 5, 0), 4, False),  # no quorum: six must come
        (TWO_THIRDS, Tally(9, 9, 5, 0, 4), 6, False),  # abstentions weigh like a no
        (TWO_THIRDS._replace(base="decided"), Tally(9, 9, 5, 0, 4), 4, True),
        (TWO_THIRDS._replace(base="cast"), Tally(9, 9, 5, 0, 3), 6, False),
        (TWO_THIRDS._replace(base="members"), Tally(9, 6, 5, 1), 6, False),
        (TWO_THIRDS._replace(base="decided"), Tally(9, 9, 0, 0, 9), 0, False),  # nobody decided
        (Rule((1, 2), (1, 2), "present", strict=True), Tally(8, 8, 4, 4), 5, False),
        (Rule((1, 2), (1, 2), "present", strict=True), Tally(9, 9, 5, 4), 5, True),
        (Rule((1, 2), (1, 2)), Tally(8, 8, 4, 4), 4, True),
    ],
)
def test_known_ballots(rule: Rule, tally: Tally, needed: int, passed: bool) -> None:
    verdict = decide(rule, tally)
    assert (verdict.needed, verdict.passed) == (needed, passed)


@given(shares, st.integers(0, 10**18))
def test_shares_are_exact(share: tuple[int, int], whole: int) -> None:
    exact = Fraction(*share) * whole
    assert reach(share, whole) - 1 < exact <= reach(share, whole)
    assert surpass(share, whole) - 1 <= exact < surpass(share, whole)


@given(st.lists(st.integers(0, 9), min_size=5, max_size=5), st.sampled_from(BASES), st.booleans(), shares)
def test_one_more_yes_for_a_no_never_turns_a_pass_down(counts, base, strict, share) -> None:
    yes, no, abstain, silent, absent = counts
    present = yes + no + abstain + silent
    rule = Rule((1, 2), share, base, strict)
    before = decide(rule, Tally(present + absent, present, yes, no, abstain))
    if no and before.passed:
        assert decide(rule, Tally(present + absent, present, yes + 1, no - 1, abstain)).passed


@pytest.mark.parametrize(
    "tally", [Tally(5, 6, 0, 0), Tally(5, 5, 3, 3), Tally(5, 5, -1, 3), Tally(5, 5, 3, 2, 1)]
)
def test_counts_that_cannot_be_are_refused(tally: Tally) -> None:
    with pytest.raises(Fault, match="ballot.tally"):
        decide(TWO_THIRDS, tally)


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (TWO_THIRDS._replace(base="all"), "ballot.base"),
        (TWO_THIRDS._replace(quorum=(3, 2)), "ballot.share"),
        (TWO_THIRDS._replace(majority=(1, 0)), "ballot.share"),
    ],
)
def test_rules_that_say_nothing_are_refused(rule: Rule, code: str) -> None:
    with pytest.raises(Fault, match=code):
        decide(rule, Tally(9, 9, 6, 3))
