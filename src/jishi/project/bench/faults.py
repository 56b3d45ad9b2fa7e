"""Schedules of faults: bidders bid for lots that close while servers, database, disk, clock and lines fail.

Each schedule follows from its seed: what is harmed, when, for how long, how bidders behave. Afterwards no acknowledged
bid may be lost or stand twice, no lot may have closed twice, every bundle must verify, one key must have got one
answer, and one order of inputs must explain all that bidders and watchers saw (`history`).
"""

import asyncio
import contextlib
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from jishi.project.bench.harm import HARMS, Patient, harms_of
from jishi.project.bench.harm import revive as revive_all
from jishi.project.bench.plan import Plan
from jishi.project.bench.relay import Relay
from jishi.project.bench.stage import Stage, machine, set_stage
from jishi.project.bench.stubborn import Habit, Manner, Room, bid, watch

SCHEDULES_A_STAGE = 20
BIDDERS, LOTS = 6, 2
BIDDING_S = 4.0
PERIOD_MS, FREE_MS = 1_500, 2_500
LONGEST_S = 60.0
LETTERS, TRIAL = "ABCDEFGHJKLMNPQRTUWX", "Y"


@dataclass(frozen=True, slots=True)
class Schedule:
    """What befalls one run: (after how many seconds of bidding, what), in order; all else follows from the seed."""

    seed: int
    database: str = "sqlite"
    harms: tuple[tuple[float, str], ...] = ()
    habit: Habit = field(default_factory=Habit)


def draw_schedule(seed: int, database: str) -> Schedule:
    """Draw a schedule: one to three harms, and how rude bidders are."""
    chance = random.Random(seed)
    names = chance.choices(harms_of(database), k=chance.choice((1, 1, 2, 3)))
    harms = tuple(sorted((round(chance.uniform(0.2, BIDDING_S), 2), name) for name in names))
    habit = Habit(hangs_up=chance.choice((0.0, 0.05, 0.2)), twice=chance.choice((0.0, 0.05, 0.3)))
    return Schedule(seed, database, harms, habit)


def measure(schedules: int, seed: int, databases: Sequence[str]) -> dict[str, Any]:
    """Run that many schedules over the databases in turn; return what was wrong in all, and the schedules it was in."""
    before = machine()
    drawn = [draw_schedule(seed + place, databases[place % len(databases)]) for place in range(schedules)]
    results = []
    for start in range(0, schedules, SCHEDULES_A_STAGE * len(databases)):
        part = drawn[start : start + SCHEDULES_A_STAGE * len(databases)]
        for database in databases:
            own = [each for each in part if each.database == database]
            results += run_all(own) if own else []
    wrong: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for each in results:
        wrong.update(each["wrong"])
        seen.update(each["looked_at"])
    bad = [each for each in results if any(each["wrong"].values())]
    harmed = Counter(name for each in drawn for _, name in each.harms)
    return {
        "machine": before,
        "schedules": len(results),
        "by_database": dict(Counter(each.database for each in drawn)),
        "harms": dict(harmed),
        "looked_at": dict(seen),
        "wrong": dict(wrong),
        "without_bids": sum(not each["looked_at"].get("accepted") for each in results),
        "bad_schedules": bad,
    }


def run_all(schedules: Sequence[Schedule]) -> list[dict[str, Any]]:
    """Run schedules of one database one after the other on one stage; return a verdict for each."""
    database = schedules[0].database
    found = []
    with set_stage(database, 2 if database == "postgres" else 1, shimmed=True) as stage:
        relay = _relay(stage)
        stage.start()
        _, took_s = _make(stage, TRIAL, 0.0)
        for letter, schedule in zip(LETTERS, schedules, strict=False):
            made, took_s = _make(stage, letter, took_s)
            rooms = [Room(place, lot["id"]) for place, lot in enumerate(made["lots"])]
            patient = Patient(stage, random.Random(schedule.seed), relay)
            stuck = asyncio.run(_run(schedule, patient, made, rooms))
            found.append({"schedule": asdict(schedule), **_judge(stage, rooms, stuck)})
            _say(found[-1])
        if relay is not None:
            relay.stop()
    return found


def _make(stage: Stage, letter: str, took_s: float) -> tuple[dict[str, Any], float]:
    """Make lots that close a little after bidding begins, given how long (s) making took before; say how long now."""
    began, lead_ms = time.monotonic(), round(took_s * 1250) + FREE_MS
    plan = Plan(
        letter, LOTS, BIDDERS, lead_ms, question_ms=PERIOD_MS, round_ms=PERIOD_MS, free_quotes="improve"
    )
    made = stage.make_lots(plan)
    return made, time.monotonic() - began


def _relay(stage: Stage) -> Relay | None:
    """Let the last of several processes reach its database through a line that can be cut."""
    if stage.postgres is None or stage.count < 2:
        return None
    relay = Relay(stage.postgres.socket).start()
    name = stage.database_url.partition("?")[0].rpartition("/")[2]
    stage.urls_of[stage.count - 1] = f"postgresql://postgres@127.0.0.1:{relay.port}/{name}"
    return relay


async def _run(schedule: Schedule, patient: Patient, made: dict[str, Any], rooms: list[Room]) -> int:
    """Let everybody bid and everything break; return how many lots did not come to an end."""
    chance, ports = patient.chance, patient.stage.ports
    watching = [
        asyncio.create_task(watch(room, ports, number)) for room in rooms for number in range(len(ports))
    ]
    bidding = [
        asyncio.create_task(bid(room, row, ports, Manner(random.Random(chance.random()), schedule.habit)))
        for room, lot in zip(rooms, made["lots"], strict=True)
        for row in lot["registrations"]
    ]
    try:
        await _harm(schedule, patient)
        await revive_all(patient)
        for task in bidding:
            task.cancel()
        await asyncio.wait_for(asyncio.gather(*bidding, return_exceptions=True), LONGEST_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_S):
                while any(room.result is None for room in rooms):
                    await asyncio.sleep(0.05)
    finally:
        for task in (*watching, *bidding):
            task.cancel()
        await asyncio.gather(*watching, *bidding, return_exceptions=True)
    failed = [task.exception() for task in bidding if not task.cancelled()]
    if errors := [each for each in failed if each is not None]:
        raise errors[0]
    return sum(room.result is None for room in rooms)


async def _harm(schedule: Schedule, patient: Patient) -> None:
    began = time.monotonic()
    for at_s, name in schedule.harms:
        await asyncio.sleep(max(0.0, began + at_s - time.monotonic()))
        await HARMS[name](patient)
    await asyncio.sleep(max(0.0, began + BIDDING_S - time.monotonic()))


def _judge(stage: Stage, rooms: list[Room], stuck: int) -> dict[str, Any]:
    """Hold what was told against what is stored."""
    told = stage.var / "told.tsv"
    with told.open("w") as out:
        for line in _lines(rooms):
            out.write(line)
    given = {
        "told": str(told),
        "lots": [room.id for room in rooms],
        "bundles": len(rooms),
        "all_answered": True,
    }
    seen = stage.var / "seen.json"
    seen.write_text(json.dumps([{"ops": room.ops, "frames": room.frames} for room in rooms]))
    found = stage.run("jishi.project.bench.kept", {**given, "seen": str(seen)})
    unanswered = sum(room.unanswered for room in rooms)
    wrong = {"open": stuck, "unanswered": unanswered, "differing": sum(room.differing for room in rooms)}
    return {"looked_at": found["looked_at"], "wrong": {**found["wrong"], **wrong}}


def _say(verdict: dict[str, Any]) -> None:
    """Say how one schedule ended, beside the figures."""
    wrong = {name: count for name, count in verdict["wrong"].items() if count}
    schedule = verdict["schedule"]
    harms = " ".join(name for _, name in schedule["harms"])
    print(
        f"{schedule['database']} {schedule['seed']}: {harms}: {wrong or 'holds'}", file=sys.stderr, flush=True
    )


def _lines(rooms: Sequence[Room]) -> Iterator[str]:
    for room in rooms:
        for key, alias, price_fen, status, answer in room.told:
            head = json.dumps([key, room.place, alias, price_fen, status])
            yield f"{head}\t{json.dumps(answer)}\n"
