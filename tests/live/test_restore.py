"""Copies made while bidders bid hold what was acknowledged before they began; a point in time is that point."""

import asyncio
import json
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jishi.kernel.fault import Fault
from jishi.project.bench.plan import Plan
from jishi.project.bench.postgres import Postgres, find_programs, served
from jishi.project.bench.stage import Stage, set_stage
from jishi.project.bench.stubborn import Habit, Manner, Room, bid, watch

BIDDING_S = 0.7
HOUR_MS = 3_600_000
POINT = "before_the_mistake"


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a folder that PostgreSQL's own account can reach: pytest closes its folders to others."""
    with tempfile.TemporaryDirectory(prefix="jishi-live-") as name:
        yield Path(name)


def _bid(stage: Stage, made: dict[str, Any], room: Room, during: Callable[[], object] | None = None) -> None:
    """Let everybody bid for a while, and after half of it do something beside them."""

    async def everybody() -> None:
        rows = made["lots"][0]["registrations"]
        spell = len(room.told)  # no spell repeats the keys of another: a key asked again gets the old answer
        tasks = [asyncio.create_task(watch(room, stage.ports[0], 1))]
        tasks += [
            asyncio.create_task(
                bid(room, row, stage.ports, Manner(random.Random(f"{spell}/{place}"), Habit()))
            )
            for place, row in enumerate(rows)
        ]
        await asyncio.sleep(BIDDING_S)
        if during is not None:
            await asyncio.to_thread(during)
        await asyncio.sleep(BIDDING_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(everybody())


def _kept(stage: Stage, room: Room, acknowledged: int, all_answered: bool = False) -> dict[str, Any]:
    """Hold the first so many answers against what a stage's database holds; return the whole verdict."""
    told = stage.var / "told.tsv"
    lines = (
        f"{json.dumps([key, 0, alias, price, status])}\t{json.dumps(answer)}\n"
        for key, alias, price, status, answer in room.told[:acknowledged]
    )
    told.write_text("".join(lines))
    given = {"told": str(told), "lots": [room.id], "bundles": 1, "all_answered": all_answered}
    found: dict[str, Any] = stage.run("jishi.project.bench.kept", given)
    return found


def _wrong(verdict: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in verdict["wrong"].items() if count}


def _elsewhere(stage: Stage, database_url: str, folder: Path) -> Stage:
    """Give the stage of a restored database: its keys, and no public log yet."""
    var = folder / "restored"
    shutil.copytree(stage.var / "keys", var / "keys")
    return Stage(var, database_url)


def test_a_copy_of_sqlite_under_bids_is_whole(place: Path) -> None:
    copy, before = place / "copy.sqlite3", []
    with set_stage("sqlite") as stage:
        made = stage.make_lots(Plan(bidders=4, closes_ms=HOUR_MS, free_quotes="improve"))
        stage.start()
        room = Room(0, made["lots"][0]["id"])

        def back_up() -> None:
            before.append(len(room.told))
            source = sqlite3.connect(stage.database_url.removeprefix("sqlite:///"))
            with sqlite3.connect(copy) as target:
                source.backup(target)
            source.close()

        _bid(stage, made, room, back_up)
        restored = _elsewhere(stage, f"sqlite:///{copy}", place)
    assert sqlite3.connect(copy).execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert 0 < before[0] < len(room.told)
    assert _wrong(_kept(restored, room, before[0])) == {}
    restored.start()
    try:
        taken = len(room.told)
        _bid(restored, made, room)
        assert len(room.told) > taken  # bidders go on where the copy ends, with their tickets
    finally:
        restored.stop()


def _has_postgres() -> bool:
    try:
        find_programs()
    except Fault:
        return False
    return True


@pytest.mark.slow
@pytest.mark.skipif(not _has_postgres(), reason="no PostgreSQL to start")
def test_postgresql_goes_back_to_a_point_in_time(place: Path) -> None:
    archive = place / "archive"
    archive.mkdir()
    archive.chmod(0o777)
    options = {"archive_mode": "on", "archive_command": f"cp %p {archive}/%f"}
    with served(place / "pg", options=options) as postgres:
        stage, room, point = _bid_around_a_point(postgres, place)
    assert 0 < point < len(room.told)
    for target, acknowledged in ((POINT, point), ("", len(room.told))):
        verdict = _restore(stage, (postgres, target), room, acknowledged)
        assert _wrong(verdict) == {}
        bids = [line for line in room.told[:acknowledged] if line[3] == 200]
        assert verdict["looked_at"]["accepted"] == len(bids)


def _bid_around_a_point(postgres: Postgres, place: Path) -> tuple[Stage, Room, int]:
    """Copy the files under bids, then name a point between two spells of bidding; return what was told by then."""
    stage = Stage(place / "var", postgres.url)
    stage.var.mkdir()
    stage.run("django migrate --verbosity=0")
    made = stage.make_lots(Plan(bidders=4, closes_ms=HOUR_MS, free_quotes="improve"))
    stage.start()
    try:
        room = Room(0, made["lots"][0]["id"])
        where = ("-h", str(postgres.folder), "-U", "postgres")
        base = str(postgres.folder / "base")
        _bid(stage, made, room, lambda: postgres.run("pg_basebackup", *where, "-c", "fast", "-D", base))
        point = len(room.told)
        postgres.run("psql", *where, "-c", f"SELECT pg_create_restore_point('{POINT}')")
        _bid(stage, made, room)
        postgres.run("psql", *where, "-c", "SELECT pg_switch_wal()")
    finally:
        stage.stop()
    return stage, room, point


def _restore(stage: Stage, wanted: tuple[Postgres, str], room: Room, acknowledged: int) -> dict[str, Any]:
    """Restore the copied files up to a named point (or all there is), and hold what was told by then against it."""
    old, target = wanted
    folder = old.folder.with_name(f"restored-{target or 'all'}")
    shutil.copytree(old.folder / "base", folder / "data")
    (folder / "data" / "recovery.signal").touch()
    if old.account:
        for path in (folder / "data", *(folder / "data").rglob("*")):
            shutil.chown(path, old.account)
    options = {"restore_command": f"cp {folder.parent}/archive/%f %p", "recovery_target_action": "promote"}
    if target:
        options["recovery_target_name"] = target
    with served(folder, options=options) as postgres:
        _await_promotion(postgres)
        return _kept(_elsewhere(stage, postgres.url, folder), room, acknowledged, all_answered=True)


def _await_promotion(postgres: Postgres) -> None:
    import psycopg

    with psycopg.connect(postgres.url, autocommit=True) as admin:
        for _ in range(200):
            row = admin.execute("SELECT pg_is_in_recovery()").fetchone()
            if row is not None and not row[0]:
                return
            time.sleep(0.05)
    raise AssertionError(f"recovery does not end:\n{postgres.log[-2000:]}")
