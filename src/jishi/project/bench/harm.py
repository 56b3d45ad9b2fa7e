"""What is done to servers and their database in a schedule of faults, and how each is made good again.

Only processes that the stage started are ended, each by its own handle.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from jishi.project.bench.relay import Relay
from jishi.project.bench.stage import Stage

LONGEST_JUMP_MS = 5_000


@dataclass
class Patient:
    """A stage, the line of its last process to the database if it has one of its own, and how harm is chosen."""

    stage: Stage
    chance: random.Random
    relay: Relay | None = None

    def span_s(self) -> float:
        """Choose how long a harm lasts."""
        return self.chance.uniform(0.1, 1.0)

    def place(self) -> int:
        """Choose a server process."""
        return self.chance.randrange(self.stage.count)


async def kill_server(patient: Patient) -> None:
    """End one server process without warning, with the bids in its queue, and start it again."""
    place = patient.place()
    await asyncio.to_thread(patient.stage.kill, place)
    await asyncio.sleep(patient.span_s())
    await revive(patient)


async def kill_database(patient: Patient) -> None:
    """End the database without warning and start it again; the servers must find their way back by themselves."""
    postgres = patient.stage.postgres
    if postgres is None:
        await kill_server(patient)  # SQLite ends with its server
        return
    await asyncio.to_thread(postgres.kill)
    await asyncio.sleep(patient.span_s())
    await asyncio.to_thread(postgres.start)


async def kill_both(patient: Patient) -> None:
    """End every server process and the database at one moment, and start all of them."""
    stage = patient.stage
    for process in stage.processes:
        process.kill()
    if stage.postgres is not None:
        stage.postgres.kill()
    for process in stage.processes:
        await asyncio.to_thread(process.wait)
    await asyncio.sleep(patient.span_s())
    await revive(patient)


async def fill_disk(patient: Patient) -> None:
    """Let the disk take nothing for a while; a database that ends over it is started again."""
    if patient.stage.shim is None:
        return
    patient.stage.shim.fill_disk(True)
    await asyncio.sleep(patient.span_s())
    patient.stage.shim.fill_disk(False)
    await revive(patient)


async def jump_clock(patient: Patient) -> None:
    """Put the servers' wall clock forward or back, and after a while right again."""
    if patient.stage.shim is None:
        return
    patient.stage.shim.jump_clock(patient.chance.randint(-LONGEST_JUMP_MS, LONGEST_JUMP_MS))
    await asyncio.sleep(2 * patient.span_s())
    patient.stage.shim.jump_clock(0)


async def cut_network(patient: Patient) -> None:
    """Break the lines of one process to the database, or let them fall silent before they break."""
    if patient.relay is None:
        return
    if patient.chance.random() < 0.5:
        patient.relay.silence()
        await asyncio.sleep(patient.span_s())
    patient.relay.cut()
    await asyncio.sleep(patient.span_s())
    patient.relay.heal()


async def revive(patient: Patient) -> None:
    """Start whatever has ended."""
    stage = patient.stage
    if stage.postgres is not None and not await asyncio.to_thread(stage.postgres.is_up):
        await asyncio.to_thread(stage.postgres.start)
    for place, process in enumerate(stage.processes):
        if process.poll() is not None:
            await asyncio.to_thread(stage.restart, place)


async def restart_in_turn(patient: Patient) -> None:
    """Restart every server process in order, one after the other, as an upgrade does."""
    stage = patient.stage
    for place, process in enumerate(stage.processes):
        process.terminate()
        await asyncio.to_thread(process.wait)
        await asyncio.to_thread(stage.restart, place)


async def add_column(patient: Patient) -> None:
    """Add a column to the table of offerings under the running servers, as the next version's migration would."""
    await asyncio.to_thread(patient.stage.run, "jishi.project.bench.widen")


Harm = Callable[[Patient], Awaitable[None]]
HARMFUL = (
    kill_server, kill_database, kill_both, fill_disk, jump_clock, cut_network, restart_in_turn, add_column
)  # fmt: skip
HARMS: dict[str, Harm] = {each.__name__: each for each in HARMFUL}
OF_POSTGRES = ("kill_database", "cut_network")
"""Harms that are something of their own only with a database server."""
EITHER = tuple(name for name in HARMS if name not in OF_POSTGRES)


def harms_of(database: str) -> tuple[str, ...]:
    """Return the names of the harms that a database can suffer."""
    return tuple(HARMS) if database == "postgres" else EITHER
