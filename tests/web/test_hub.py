"""The hub without a server: latest wins, nobody waits for a slow watcher, what was seen is not sent again."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jishi.platform import metric
from jishi.web.live import hub as rooms
from jishi.web.live.hub import Hub

LOT = "ab12"


class Line:
    """A watcher's line that keeps what it was sent; while `full` is set, a send waits."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.free = asyncio.Event()
        self.free.set()

    async def send(self, message: dict[str, Any]) -> None:
        """Take a message, when there is room."""
        if not self.free.is_set():
            await self.free.wait()
        self.sent.append(message["body"])


class World:
    """An offering whose frames are its sequence numbers, and how often they were read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seq, self.reads = 1, 0
        monkeypatch.setattr(rooms, "_frames", self.frames)
        monkeypatch.setattr(rooms, "_kept_open", lambda read, given: read(given))

    def frames(self, given: tuple[list[str], dict[str, int]]) -> dict[str, tuple[int, bytes]]:
        """Stand in for the database."""
        moved, seen = given
        self.reads += 1
        return {each: (self.seq, b"%d" % self.seq) for each in {*moved, *seen} if seen.get(each) != self.seq}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Give an offering that no database holds."""
    monkeypatch.setattr(rooms, "FRAME_EVERY_S", 0.02)
    return World(monkeypatch)


async def until(true: Callable[[], bool]) -> None:
    """Wait at most two seconds until something is true."""
    for _ in range(400):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came")


def run(play: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(play(), 20))  # type: ignore[arg-type]


def test_many_moves_are_few_frames_and_the_last_one_comes(world: World) -> None:
    async def play() -> None:
        hub, line = Hub(), Line()
        with hub.watch(LOT, line.send):
            await until(lambda: line.sent == [b"1"])

            def move() -> None:
                for seq in range(2, 2002):
                    world.seq = seq
                    hub.publish(LOT, seq)

            thread = threading.Thread(target=move)
            thread.start()
            await until(lambda: line.sent[-1] == b"2001")
            thread.join()
            assert len(line.sent) < 200
            assert line.sent == sorted(line.sent, key=int)
        assert not hub.rooms and hub.count == 0

    run(play)


def test_a_slow_watcher_skips_frames_and_delays_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    monkeypatch.setattr(metric, "frames", counted.append)

    async def play() -> None:
        hub, slow, quick = Hub(), Line(), Line()
        with hub.watch(LOT, slow.send), hub.watch(LOT, quick.send):
            await until(lambda: slow.sent == quick.sent == [b"1"])
            slow.free.clear()
            for seq in range(2, 7):
                world.seq = seq
                hub.publish(LOT, seq)
                await until(lambda seq=seq: quick.sent[-1] == b"%d" % seq)  # type: ignore[misc]
            assert slow.sent == [b"1"]
            slow.free.set()
            await until(lambda: slow.sent[-1] == b"6")
            assert slow.sent == [b"1", b"2", b"6"]  # the one that was under way, then the latest
            assert sum(counted) == len(slow.sent) + len(quick.sent), "what was skipped was not sent"

    run(play)


@pytest.mark.parametrize("hot", [False, True], ids=["quiet", "hot"])
def test_a_watcher_that_stays_full_is_dropped(
    world: World, monkeypatch: pytest.MonkeyPatch, hot: bool
) -> None:
    monkeypatch.setattr(rooms, "STALLED_S", 0.05)
    monkeypatch.setattr(rooms, "BEAT_EVERY_S", 0.2)
    monkeypatch.setattr(rooms, "LOOK_EVERY_S", 0.02)

    async def play() -> None:
        hub, line, beside = Hub(), Line(), Line()
        line.free.clear()

        async def watch(line: Line) -> None:
            with hub.watch(LOT, line.send):
                await asyncio.Event().wait()

        watching, other = asyncio.create_task(watch(line)), asyncio.create_task(watch(beside))
        for _ in range(100):
            if hot:
                world.seq += 1
                hub.publish(LOT, world.seq)
            await asyncio.sleep(0.01)
            if watching.done():
                break
        with pytest.raises(asyncio.CancelledError, match="stalled"):
            watching.result()
        assert hub.count == 1 and not other.done()
        other.cancel()

    run(play)


def test_who_saw_the_last_frame_is_sent_nothing_until_there_is_more(world: World) -> None:
    async def play() -> None:
        hub, first, again = Hub(), Line(), Line()
        with hub.watch(LOT, first.send):
            await until(lambda: first.sent == [b"1"])
            with hub.watch(LOT, again.send, 1):
                await asyncio.sleep(0.05)
                assert again.sent == []
                world.seq = 2
                hub.publish(LOT, 2)
                await until(lambda: again.sent == [b"2"])
            late = Line()
            with hub.watch(LOT, late.send, 1):
                assert late.sent == [b"2"]  # at once, without a read

    run(play)


def test_who_saw_more_elsewhere_is_not_sent_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A watcher of another process, which was told first, comes here before this one has heard of it."""
    monkeypatch.setattr(rooms, "LOOK_EVERY_S", 0.1)

    async def play() -> None:
        hub, first, again = Hub(), Line(), Line()
        world.seq = 9
        with hub.watch(LOT, first.send):
            await until(lambda: first.sent == [b"9"])
            world.seq = 10
            with hub.watch(LOT, again.send, 10):
                await until(lambda: first.sent == [b"9", b"10"])
                world.seq = 11
                hub.publish(LOT, 11)
                await until(lambda: again.sent == [b"11"])

    run(play)


def test_who_saw_more_than_there_is_begins_anew_at_the_next_look(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "LOOK_EVERY_S", 0.1)

    async def play() -> None:
        hub, first, other, alone = Hub(), Line(), Line(), Line()
        world.seq = 9
        with hub.watch(LOT, first.send), hub.watch(LOT, other.send, 500):
            await until(lambda: other.sent == [rooms.ANEW + b"9"])
            with hub.watch(LOT, alone.send, 700):  # where a room stands already
                assert alone.sent == []
                await until(lambda: alone.sent == [rooms.ANEW + b"9"])
            assert first.sent == [b"9"]

    run(play)


def test_a_database_that_was_put_back_is_another_history(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "LOOK_EVERY_S", 0.05)

    async def play() -> None:
        hub, line = Hub(), Line()
        world.seq = 9
        with hub.watch(LOT, line.send):
            await until(lambda: line.sent == [b"9"])
            world.seq = 4
            await until(lambda: line.sent == [b"9", rooms.ANEW + b"4"])
            reads = world.reads
            world.seq = 5
            hub.publish(LOT, 5)
            await until(lambda: line.sent[2:] == [b"5"])
            assert world.reads < reads + 10  # it does not go on asking for the number that is gone

    run(play)


def test_what_nobody_told_is_found_by_looking(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "LOOK_EVERY_S", 0.05)

    async def play() -> None:
        hub, line = Hub(), Line()
        with hub.watch(LOT, line.send):
            await until(lambda: line.sent == [b"1"])
            world.seq = 5
            await until(lambda: line.sent[-1] == b"5")

    run(play)


def test_quiet_lines_beat(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "BEAT_EVERY_S", 0.05)
    monkeypatch.setattr(rooms, "LOOK_EVERY_S", 0.02)

    async def play() -> None:
        hub, line = Hub(), Line()
        with hub.watch(LOT, line.send):
            await until(lambda: rooms.BEAT in line.sent)

    run(play)


def test_a_room_nobody_watches_costs_nothing(world: World) -> None:
    Hub().publish(LOT, 3)
    assert world.reads == 0


def test_a_server_that_stops_ends_every_stream(world: World) -> None:
    async def play() -> None:
        hub, line = Hub(), Line()

        async def watch() -> None:
            with hub.watch(LOT, line.send):
                await asyncio.Event().wait()

        watching = [asyncio.create_task(watch()) for _ in range(3)]
        await until(lambda: len(line.sent) == 3)
        hub.close()
        for each in watching:
            with pytest.raises(asyncio.CancelledError, match="closed"):
                await each
        assert hub.count == 0

    run(play)
