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
    schedules = [
        Schedule(1, "sqlite", ((0.5, "fill_disk"), (2.0, "kill_server")), RUDE),
        Schedule(2, "sqlite", ((0.5, "jump_clock"), (2.5, "add_column"), (3.0, "restart_in_turn")), RUDE),
    ]
    _hold(run_all(schedules))


@pytest.fixture(scope="module")
def on_postgres() -> list[dict[str, Any]]:
    """Run an upgrade and two schedules of harm on two processes over PostgreSQL."""
    return run_all(
        [
            Schedule(3, "postgres", ((0.3, "add_column"), (0.8, "restart_in_turn"))),
            Schedule(4, "postgres", ((0.5, "cut_network"), (2.0, "kill_database")), RUDE),
            Schedule(5, "postgres", ((0.3, "fill_disk"), (2.0, "kill_both")), RUDE),
        ]
    )


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
