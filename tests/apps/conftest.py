"""What every test of the apps shares: keys and files in a place of their own, a clock that stands still."""

from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.entropy import SeededEntropy

NOON_MS = 1_800_000_000_000


@pytest.fixture(scope="session")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give one directory for keys and files of the whole run."""
    return tmp_path_factory.mktemp("var")


@pytest.fixture(autouse=True)
def own_var(settings: Any, var: Path) -> None:
    """Keep keys and files of tests away from those of the machine; each test's database has its own log."""
    settings.JISHI_VAR, settings.JISHI_DURABLE = var, False  # they need not outlive a power cut
    rmtree(var / "log", ignore_errors=True)


@pytest.fixture
def clock() -> SimulatedClock:
    """Give a clock that stands still until moved."""
    return SimulatedClock(NOON_MS)


@pytest.fixture
def ctx(clock: SimulatedClock) -> Context:
    """Give the system's context with a still clock and ids that repeat."""
    return Context(clock=clock, entropy=SeededEntropy("test"))
