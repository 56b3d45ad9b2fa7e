"""What a mechanism says of suites, without loading any, is what the suites say of themselves."""

from jishi.kernel.mechanism.lottery import EXACT_SUITES
from jishi.kernel.sealing.suite import NAMES, suite_of


def test_a_draw_takes_exactly_the_suites_that_seal_alike_twice() -> None:
    assert set(EXACT_SUITES) == {name for name in NAMES if suite_of(name).exact}
    assert set(EXACT_SUITES) < set(NAMES), "another suite exists that a draw refuses"
