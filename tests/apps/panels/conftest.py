"""An office with a pool of experts and an owner of a kind of its own."""

import pytest

from jishi.apps.panels import owner as owners
from jishi.platform.clock import SimulatedClock
from tests.apps.market.hall import MONDAY_MS, Hall
from tests.apps.panels.board import Board, CaseOwner
from tests.apps.sealing.conftest import chamber, suite, tendering

__all__ = ["chamber", "suite", "tendering"]


@pytest.fixture
def clock() -> SimulatedClock:
    """Give a clock that stands still on a Monday morning."""
    return SimulatedClock(MONDAY_MS)


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> CaseOwner:
    """Give an owner of the kind "case"."""
    made = CaseOwner()
    monkeypatch.setitem(owners._owners, "case", made)
    return made


@pytest.fixture
def board(db: None, clock: SimulatedClock, owner: CaseOwner) -> Board:
    """Give a pool and an owner."""
    return Board(Hall(clock), owner)
