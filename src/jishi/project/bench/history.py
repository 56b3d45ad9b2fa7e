"""Judge what bidders and watchers of one lot saw: there is one order of inputs that explains all of it.

The fold of the stream's inputs gives the state after each number. Every frame a watcher got must be the state after the
frame's number, and numbers never go back for one watcher, on however many lines of whichever processes. A bid whose
answer came before another was sent has the smaller number. A refusal must be what the mechanism says of some state
between what was told before it was sent and what was sent after it was answered. Pure; counts what is wrong, so all
zero is good.
"""

import json
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jishi.kernel.evidence.entry import Entry
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.contract import Refusal
from jishi.kernel.mechanism.inputs import Bid, from_json
from jishi.kernel.mechanism.registry import find

WRONGS = ("frames", "ladders", "backwards", "order", "refusals")
SHOWN = (
    "phase",
    "suspended",
    "price_fen",
    "due_ms",
    "next_bid_fen",
    "increment_fen",
    "quotes",
    "registrants",
)
BY_MECHANISM = "listing."
"""Codes that the mechanism says; others are said before it is asked."""
LADDER = 20
"""So many quotes stand in a frame."""
NEVER = 1 << 62


class Op(NamedTuple):
    """One input as its sender saw it: when it was first sent and at last answered (s), and the answer.

    `seq` is 0 for what was refused with `code` and `params` at `at_ms`.
    """

    given: Mapping[str, Any]
    sent_s: float
    told_s: float
    seq: int
    code: str = ""
    params: Mapping[str, Any] = {}
    at_ms: int = 0


class Frame(NamedTuple):
    """One frame of one watcher, in the order it came."""

    watcher: int
    seq: int
    shown: Mapping[str, Any]


class Story:
    """The states of a lot, one after each number of its stream, made by folding its inputs again."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        notice = next(each for each in entries if each.kind == "NoticePublished")
        self.mechanism = find(notice.data["mechanism"]["id"], notice.data["mechanism"]["version"])
        state = self.mechanism.open(self.mechanism.read_terms(notice.data["terms"]))
        self.states: dict[int, Any] = {}
        self.bids: list[tuple[int, str, int]] = []
        for entry in entries:
            if entry.kind == "MechanismStepped":
                state = self._step(state, entry)
            if entry.seq >= notice.seq:
                self.states[entry.seq] = state

    def _step(self, state: Any, entry: Entry) -> Any:
        given = from_json(entry.data["input"])
        result = self.mechanism.step(state, given, entry.effective_at)
        if isinstance(result, Refusal):
            raise Fault("verify.replay.refused", seq=entry.seq, refusal=result.code)
        if isinstance(given, Bid):
            self.bids.append((entry.seq, given.alias, given.price_fen))
        return result.state

    def shows(self, frame: Frame) -> bool:
        """Tell whether a frame is the state after its number."""
        state = self.states.get(frame.seq)
        if state is None:
            return False
        view, result = self.mechanism.view(state), self.mechanism.outcome(state)["result"]
        expected = {name: getattr(view, name) for name in SHOWN}
        expected |= {"leader": view.leader, "result": None if result == "open" else result}
        return all(frame.shown[name] == value for name, value in expected.items())

    def ladder_is(self, frame: Frame) -> bool:
        """Tell whether the frame's ladder is the latest quotes up to its number."""
        shown = [(rung["seq"], rung["alias"], rung["price_fen"]) for rung in frame.shown["ladder"]]
        before = [each for each in self.bids if each[0] <= frame.seq]
        return shown == before[::-1][:LADDER]

    def refuses(self, op: Op, least: int, most: int) -> bool:
        """Tell whether the mechanism refuses like this in one of the states from number `least` to `most`."""
        given = from_json(dict(op.given))
        for seq in range(least, most + 1):
            if (state := self.states.get(seq)) is None:
                continue
            result = self.mechanism.step(state, given, op.at_ms)
            if isinstance(result, Refusal) and (result.code, dict(result.params)) == (
                op.code,
                dict(op.params),
            ):
                return True
        return False


def read_seen(path: Path) -> list[tuple[list[Op], list[Frame]]]:
    """Return what each lot's bidders and watchers saw, as a schedule wrote it."""
    return [
        ([Op(*each) for each in room["ops"]], [Frame(*each) for each in room["frames"]])
        for room in json.loads(path.read_bytes())
    ]


def judge(entries: Sequence[Entry], ops: Sequence[Op], frames: Iterable[Frame]) -> Counter[str]:
    """Return how often each of `WRONGS` was seen."""
    story, wrong = Story(entries), Counter(dict.fromkeys(WRONGS, 0))
    last: dict[int, int] = {}
    for frame in frames:
        wrong["frames"] += not story.shows(frame)
        wrong["ladders"] += not story.ladder_is(frame)
        wrong["backwards"] += frame.seq < last.get(frame.watcher, 0)
        last[frame.watcher] = frame.seq
    wrong["order"] += _count_disorder(ops)
    wrong["refusals"] += _count_unexplained(story, ops)
    return wrong


def _count_disorder(ops: Sequence[Op]) -> int:
    """Count inputs with a smaller number than one that was answered before they were sent."""
    taken = [op for op in ops if op.seq]
    told = _Told(taken)
    return sum(told.greatest_before(op.sent_s) > op.seq for op in taken)


def _count_unexplained(story: Story, ops: Sequence[Op]) -> int:
    taken = [op for op in ops if op.seq]
    told, sent = _Told(taken), _Sent(taken)
    first, last = min(story.states), max(story.states)
    return sum(
        not story.refuses(
            op, max(first, told.greatest_before(op.sent_s)), min(last, sent.least_after(op.told_s))
        )
        for op in ops
        if not op.seq and op.code.startswith(BY_MECHANISM)
    )


class _Told:
    """The greatest number that was told before an instant."""

    def __init__(self, taken: Sequence[Op]) -> None:
        ordered = sorted(taken, key=lambda op: op.told_s)
        self.instants = [op.told_s for op in ordered]
        self.greatest = [0]
        for op in ordered:
            self.greatest.append(max(self.greatest[-1], op.seq))

    def greatest_before(self, at_s: float) -> int:
        return self.greatest[bisect_left(self.instants, at_s)]


class _Sent:
    """The smallest number of what was sent after an instant."""

    def __init__(self, taken: Sequence[Op]) -> None:
        ordered = sorted(taken, key=lambda op: op.sent_s)
        self.instants = [op.sent_s for op in ordered]
        self.least = [NEVER]
        for op in reversed(ordered):
            self.least.append(min(self.least[-1], op.seq))
        self.least.reverse()

    def least_after(self, at_s: float) -> int:
        return self.least[bisect_right(self.instants, at_s)]
