"""A Monday in 2026, when the calendar of working days is known, and an office with its bidders."""

import pytest

from jishi.platform.clock import SimulatedClock
from tests.apps.market.hall import MONDAY_MS, Hall


@pytest.fixture
def clock() -> SimulatedClock:
    """Give a clock that stands still on a Monday morning."""
    return SimulatedClock(MONDAY_MS)


@pytest.fixture
def hall(db: None, clock: SimulatedClock) -> Hall:
    """Give an office, its officers and four bidders."""
    return Hall(clock)
