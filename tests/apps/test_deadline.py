"""Deadlines set together, told to the clock, and swept many at a time."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction

from jishi.platform import deadline
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from jishi.platform.models import Deadline

pytestmark = pytest.mark.django_db


def rows() -> dict[str, int]:
    return dict(Deadline.objects.filter(kind="test").values_list("ref", "due_ms"))


def test_the_last_wish_of_a_block_is_written_and_in_few_statements(django_assert_num_queries: Any) -> None:
    deadline.set_deadline("test", "gone", 5)
    with django_assert_num_queries(2), deadline.set_together():
        for place in range(20):
            deadline.set_deadline("test", f"r{place}", 1)
        deadline.set_deadline("test", "r0", 7)
        deadline.set_deadline("test", "r1", None)
        deadline.set_deadline("test", "gone", None)
        with deadline.set_together():
            deadline.set_deadline("test", "r2", 9)
    assert rows() == {"r0": 7, "r2": 9, **{f"r{place}": 1 for place in range(3, 20)}}


def test_a_block_that_fails_writes_nothing_and_leaves_nothing_behind() -> None:
    with pytest.raises(RuntimeError), deadline.set_together():
        deadline.set_deadline("test", "a", 1)
        raise RuntimeError
    assert rows() == {}
    deadline.set_deadline("test", "b", 2)
    assert rows() == {"b": 2}


@pytest.mark.django_db(transaction=True)
def test_the_clock_is_told_after_the_commit_and_not_of_what_was_undone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[int] = []
    monkeypatch.setattr(deadline, "_listeners", [told.append])
    with transaction.atomic():
        deadline.set_deadline("test", "a", 11)
        assert told == []
    assert told == [11]
    with pytest.raises(RuntimeError), transaction.atomic():
        deadline.set_deadline("test", "b", 12)
        raise RuntimeError
    with deadline.set_together():
        deadline.set_deadline("test", "c", 14)
        deadline.set_deadline("test", "d", 13)
    assert told == [11, 13]


def test_what_a_sweep_leaves_out_stays_due_until_it_is_waited_for(
    ctx: Context, clock: SimulatedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, one_by_one = {"held"}, []

    def sweep(ctx: Context, refs: Sequence[str]) -> list[str]:
        done = [ref for ref in refs if ref not in held]
        for ref in done:
            deadline.set_deadline("test", ref, None)
        return done

    def run(ctx: Context, ref: str) -> None:
        one_by_one.append(ref)
        deadline.set_deadline("test", ref, None)

    monkeypatch.setattr(deadline, "_handlers", {"test": run})
    monkeypatch.setattr(deadline, "_sweeps", {"test": sweep})
    for ref in ("a", "held", "b"):
        deadline.set_deadline("test", ref, ctx.now_ms())
    assert deadline.run_due(ctx) == 2
    assert (list(rows()), one_by_one) == (["held"], [])
    clock.move_to(clock.now_ms() + deadline.HELD_MS + 1)
    assert deadline.run_due(ctx) == 1
    assert (rows(), one_by_one) == ({}, ["held"])
