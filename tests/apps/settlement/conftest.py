"""A Monday in 2026, when the calendar of working days is known."""

import pytest

from jishi.platform.clock import SimulatedClock
from tests.apps.settlement.lot import MONDAY_MS


@pytest.fixture
def clock() -> SimulatedClock:
    """Give a clock that stands still on a Monday morning."""
    return SimulatedClock(MONDAY_MS)
