"""The board of a year: a light for every task by rule, a reason for every measure without one."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.apps.packs.api import Pack, default_pack
from jishi.apps.reform.api import TASKS, light_of, list_tasks_of, list_years, planned_percent, read_board
from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryForm
from jishi.platform.context import Context

DAYS = st.dates(date(2021, 1, 1), date(2025, 12, 31))


def task(title: str, **changes: Any) -> EntryForm:
    data = {
        "title": title,
        "measure": "16",
        "year": "2026",
        "division": "220000",
        "lead": "省公安厅",
        "starts_on": "2026-01-01",
        "due_on": "2026-12-31",
        "progress_percent": "50",
        "evidence_needed": "2",
    }
    state = changes.pop("state", "running")
    return EntryForm(TASKS, {**data, **changes}, state=state)


def expected(state: str, behind: int, days_left: int, done: int) -> str:
    if state in ("closed", "deferred", "reopened"):
        return {"closed": "blue", "deferred": "grey", "reopened": "red"}[state]
    if days_left < 0 or behind > 20:
        return "red"
    return "yellow" if behind > 0 or (days_left <= 15 and done < 80) else "green"


@given(
    DAYS,
    st.integers(1, 500),
    st.integers(-30, 530),
    st.integers(0, 100),
    st.sampled_from(["planned", "running", "closing", "reopened", "deferred", "closed"]),
)
def test_every_task_has_exactly_the_light_the_notes_give(
    starts_on: date, span: int, after: int, done: int, state: str
) -> None:
    due_on, day = starts_on + timedelta(days=span), starts_on + timedelta(days=after)
    data = {"starts_on": starts_on.isoformat(), "due_on": due_on.isoformat(), "progress_percent": str(done)}
    light = light_of(default_pack(), state, data, day)
    behind = planned_percent(starts_on, due_on, day) - done
    assert light.decision.determined
    assert light.colour == expected(state, behind, (due_on - day).days, done)
    assert light.decision.ruling.clauses == ("实施意见 82",)


@given(DAYS, st.integers(0, 400))
def test_the_plan_rises_from_nothing_to_the_whole(starts_on: date, span: int) -> None:
    due_on = starts_on + timedelta(days=span)
    course = [planned_percent(starts_on, due_on, starts_on + timedelta(days=n)) for n in range(-2, span + 3)]
    assert course == sorted(course)
    assert course[0] == 0
    assert course[span + 2] == course[-1] == 100


@pytest.fixture
def pack() -> Pack:
    return default_pack()


@pytest.mark.django_db
def test_the_board_keeps_steps_below_their_task_and_names_what_has_none(ctx: Context, pack: Pack) -> None:
    whole = registers.create_entry(ctx, task("居住证改革"))
    registers.create_entry(ctx, task("另一任务", measure="9"))
    registers.create_entry(ctx, task("分步二", parent=whole.id, due_on="2026-06-30"))
    registers.create_entry(ctx, task("分步一", parent=whole.id, due_on="2026-03-31", progress_percent="100"))
    registers.create_entry(ctx, task("去年的", year="2025"))
    reason = {"measure": "1", "year": "2026", "reason": "上年已完成", "division": "220000"}
    registers.create_entry(ctx, EntryForm("reform.unscheduled", reason))
    board = read_board(pack, 2026, date(2026, 7, 1))
    assert [(line.entry.title, line.depth) for line in board.lines] == [
        ("另一任务", 0),
        ("居住证改革", 0),
        ("分步一", 1),
        ("分步二", 1),
    ]
    assert board.reasons == {1: "上年已完成"}
    assert board.unexplained == tuple(n for n in range(1, 89) if n not in (1, 9, 16))
    assert [line.light.colour for line in board.lines] == ["green", "green", "red", "red"]


@pytest.mark.django_db
def test_a_task_that_names_itself_as_its_parent_still_shows(ctx: Context, pack: Pack) -> None:
    one = registers.create_entry(ctx, task("自指"))
    form = task("自指", parent=one.id)
    registers.amend_entry(ctx, one.id, one.version, {**form.data, "number": one.number})
    assert [line.entry.title for line in read_board(pack, 2026, date(2026, 7, 1)).lines] == ["自指"]


@pytest.mark.django_db
def test_years_and_tasks_of_a_measure_are_found(ctx: Context, pack: Pack) -> None:
    for year in ("2024", "2026", "2025"):
        registers.create_entry(ctx, task(f"任务{year}", year=year))
    registers.create_entry(ctx, task("别的措施", measure="17"))
    assert list_years(2027) == [2027, 2026, 2025, 2024]
    found = list_tasks_of(pack, 16, date(2026, 7, 1))
    assert [line.entry.title for line in found] == ["任务2026", "任务2025", "任务2024"]
