"""The wall chart on the desk: tasks with lights nobody can set, what has no task, what a new document touches."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryForm
from jishi.platform.context import Context
from tests.web.world import HERE, THERE, World

pytestmark = pytest.mark.django_db


def make_task(title: str, **changes: Any) -> None:
    year = date.today().year
    data = {
        "title": title,
        "measure": "16",
        "year": str(year),
        "division": HERE,
        "lead": "公安机关",
        "starts_on": f"{year}-01-01",
        "due_on": f"{year}-12-31",
        "progress_percent": "100",
        "evidence_needed": "1",
    }
    registers.create_entry(Context(), EntryForm("reform.task", {**data, **changes}, state="running"))


def test_the_chart_shows_the_tasks_one_may_see_with_their_lights(world: World) -> None:
    make_task("签注提速")
    make_task("落后的任务", progress_percent="0", due_on=f"{date.today().year}-01-02")
    make_task("外地的任务", division=THERE)
    page = world.client("clerk").get(reverse("desk:reform")).content.decode()
    assert "签注提速" in page
    assert "外地的任务" not in page
    red = world.client("clerk").get(reverse("desk:reform"), {"light": "red"}).content.decode()
    assert "落后的任务" in red
    assert "签注提速" not in red


def test_the_chart_is_given_to_programs_with_the_row_that_decided(world: World) -> None:
    make_task("签注提速")
    said = world.client("clerk").get(reverse("desk:reform_save", args=["json"])).json()
    assert said["tasks"][0]["light"]["row"] in ("on_plan", "on_plan_late")
    assert 16 not in said["unexplained"]
    assert 17 in said["unexplained"]
    sheet = world.client("clerk").get(reverse("desk:reform_save", args=["csv"])).getvalue().decode()
    assert "签注提速" in sheet


def test_a_document_reaches_what_cites_its_clauses(world: World) -> None:
    client = world.client("clerk")
    page = client.get(
        reverse("desk:reform_reach"), {"clauses": "居住证暂行条例 2\n没有这部法 1"}
    ).content.decode()
    assert "labour.residence_permit" in page
    assert reverse("public:measures:one", args=[16]) in page
    assert "没有这部法 1" in page
