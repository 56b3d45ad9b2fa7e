"""A market that also sells by sealed tender, in a copy of the pack with one more mechanism for its product."""

import shutil
from pathlib import Path

import pytest

from jishi.apps.packs.api import locate_pack
from jishi.platform.clock import SimulatedClock
from tests.apps.market.hall import MONDAY_MS
from tests.apps.sealing.chamber import PRODUCT, TENDER, Chamber


@pytest.fixture(scope="session")
def tendering(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the pack and let its product be sold by tender too."""
    copy = Path(shutil.copytree(locate_pack("jilin"), tmp_path_factory.mktemp("pack") / "copy"))
    path = copy / "products" / f"{PRODUCT}.toml"
    text = path.read_text("utf-8")
    if 'id = "tender"' not in text:
        path.write_text(text.replace("[[step]]", TENDER + "\n[[step]]", 1), "utf-8")
    return copy


@pytest.fixture
def clock() -> SimulatedClock:
    """Give a clock that stands still on a Monday morning."""
    return SimulatedClock(MONDAY_MS)


@pytest.fixture
def chamber(
    db: None, clock: SimulatedClock, tendering: Path, monkeypatch: pytest.MonkeyPatch, suite: str
) -> Chamber:
    """Give an office with four bidders and three who may sit in a committee."""
    monkeypatch.setenv("JISHI_PACK", str(tendering))
    return Chamber(clock, suite)


@pytest.fixture
def suite() -> str:
    """Give the suite the offering names."""
    return "x25519"
