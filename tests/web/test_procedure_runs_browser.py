"""The first procedures run from end to end in real browsers, as their dated runs say (`tests/apps/procedures/runs`).

Applicants fill in the guided form and act at their own page, officers decide at the desk, a neighbour objects, a
stranger reads the publication and verifies the paper. The server's clock is moved from day to day, so what only time
does is done by the server itself. The residence permit has its browser test in `test_case_browser.py`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.apps.procedures.conftest import instant
from tests.apps.procedures.run_file import read_runs
from tests.web.moved_clock import MovedClock
from tests.web.run_house import House, Stage
from tests.web.run_player import Play, pick
from tests.web.server import serving

PLAYED = {
    "land.collective_entry": (2,),
    "land.idle": (1,),
    "labour.title": (2,),
    "capital.pledge": (1,),
    "technology.ownership_grant": (1,),
    "technology.ip_pledge": (2,),
    "data.catalogue_item": (1,),
    "data.sharing_request": (1,),
    "supervision.complaint": (1, 3),
    "credit.repair": (1,),
}
RUNS = pick(read_runs(), PLAYED)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Serve an office with its officers and parties, on a clock the test moves."""
    var = tmp_path_factory.mktemp("runs") / "var"
    quiet = {"JISHI_EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    with serving(var, quiet) as server:
        clock = MovedClock(var)
        clock.move_to(min(instant(run["day"], 8) for _, _, run in RUNS))  # before anybody acts
        stage = Stage(server)  # makes itself ready while the server starts
        server.start("tests.web.moved_clock")
        house = House(browser, server, clock, stage)
        yield house
        house.close()


@pytest.mark.parametrize(
    ("procedure", "run"), [pytest.param(name, run, id=f"{name}-{number}") for name, number, run in RUNS]
)
def test_a_run_is_played_through_the_pages(house: House, procedure: str, run: dict[str, Any]) -> None:
    play = Play(house, procedure, run)
    play.file()
    for act in run.get("act", []):
        play.act(act)
    play.finish()


def test_every_run_named_is_there() -> None:
    assert {(name, number) for name, number, _ in RUNS} == {
        (name, number) for name, numbers in PLAYED.items() for number in numbers
    }
