"""Servers that are killed, disks that fill up, clocks that jump, lines that are cut: nothing acknowledged is lost.

A few schedules of what `./jishi bench faults` does in large, each on servers and a database of its own.
"""

from typing import Any

import pytest

from jishi.kernel.fault import Fault
from jishi.project.bench.faults import Schedule, draw_schedule, run_all
from jishi.project.bench.harm import HARMS, harms_of
from jishi.project.bench.postgres import find_programs
from jishi.project.bench.shim import has_compiler
from jishi.project.bench.stubborn import Habit

RUDE = Habit(hangs_up=0.1, twice=0.2)
pytestmark = pytest.mark.skipif(not has_compiler(), reason="no C compiler to stage a full disk with")


def _has_postgres() -> bool:
    try:
        find_programs()
    except Fault:
        return False
    return True


def _hold(verdicts: list[dict[str, Any]]) -> None:
    for verdict in verdicts:
        assert not {name: count for name, count in verdict["wrong"].items() if count}, verdict["schedule"]
        assert verdict["looked_at"]["accepted"] > 0
        assert verdict["looked_at"]["frames"] > 0


def test_nothing_is_lost_on_sqlite() -> None:
    harms = ((0.2, "jump_clock"), (1.0, "fill_disk"), (2.5, "kill_server"))
    _hold(run_all([Schedule(1, "sqlite", harms, RUDE)]))


@pytest.fixture(scope="module")
def on_postgres() -> list[dict[str, Any]]:
    """Run an upgrade and a schedule of harm on two processes over PostgreSQL."""
    upgrade = Schedule(3, "postgres", ((0.3, "add_column"), (0.8, "restart_in_turn")))
    harms = ((0.3, "cut_network"), (1.5, "kill_database"), (3.0, "fill_disk"))
    return run_all([upgrade, Schedule(4, "postgres", harms, RUDE)])


@pytest.mark.slow
@pytest.mark.skipif(not _has_postgres(), reason="no PostgreSQL to start")
def test_nothing_is_lost_on_two_processes_with_postgresql(on_postgres: list[dict[str, Any]]) -> None:
    _hold(on_postgres)


@pytest.mark.slow
@pytest.mark.skipif(not _has_postgres(), reason="no PostgreSQL to start")
def test_an_upgrade_of_one_process_after_the_other_stops_no_lot(on_postgres: list[dict[str, Any]]) -> None:
    assert on_postgres[0]["looked_at"].get("stopped", 0) == 0


def test_a_schedule_follows_from_its_seed() -> None:
    drawn = [draw_schedule(seed, database) for seed in range(40) for database in ("sqlite", "postgres")]
    assert drawn == [draw_schedule(each.seed, each.database) for each in drawn]
    assert {name for each in drawn for _, name in each.harms} == set(HARMS)
    assert {name for each in drawn if each.database == "sqlite" for _, name in each.harms} == set(
        harms_of("sqlite")
    )
