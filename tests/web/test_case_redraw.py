"""Questions of a decision that apply under an answer only: drawn anew by a named submit, and nothing typed is lost."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jishi.apps.packs.api import DocumentNeed, Pack, ProcedureKind, Question
from jishi.apps.procedures import api as procedures
from jishi.platform.context import Context
from jishi.web.desk.case_forms import DecisionForm
from tests.web.case import PDF, PERMIT, file_case
from tests.web.test_case_filing import english
from tests.web.world import World

pytestmark = pytest.mark.django_db
QUESTIONS = [
    {"name": "visit", "type": "boolean", "label": {"zh": "实地走访", "en": "Visited"}, "required": True},
    {
        "name": "visited_on", "type": "date", "label": {"zh": "走访日期", "en": "Visited on"},
        "required": True, "when": "visit",
    },
    {
        "name": "why_not", "type": "text", "label": {"zh": "未走访原因", "en": "Why not"},
        "required": True, "when": "not visit",
    },
]  # fmt: skip


@pytest.fixture(autouse=True)
def asking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first decision of the permit ask whether somebody went there, and when or why not."""
    plain = Pack.procedure
    need = DocumentNeed.model_validate(
        {"id": "report", "title": {"zh": "走访记录", "en": "Report"}, "required": False}
    )
    asked = {"questions": tuple(map(Question.model_validate, QUESTIONS)), "documents": (need,)}

    def found(pack: Pack, name: str) -> ProcedureKind:
        kind = plain(pack, name)
        if name != PERMIT:
            return kind
        first = kind.steps[0]
        decisions = (first.decisions[0].model_copy(update=asked), *first.decisions[1:])
        step = first.model_copy(update={"decisions": decisions})
        return kind.model_copy(update={"steps": (step, *kind.steps[1:])})

    monkeypatch.setattr(Pack, "procedure", found)


def send(client: Client, case: str, **said: Any) -> Any:
    """Send the decision."""
    return client.post(reverse("desk:case_decide", args=[case, "accept"]), {"seq": "1", **said})


def part(page: str) -> str:
    """Give the part of a page that is drawn anew."""
    return page.split('id="asked-accept"')[1].split("</form>")[0]


def test_the_page_asks_only_what_applies_and_says_how_it_is_drawn_anew(world: World) -> None:
    case, clerk = file_case(world), english(world, "clerk")
    page = clerk.get(reverse("desk:case", args=[case])).content.decode()
    shown = part(page)
    assert 'name="visit"' in shown and "visited_on" not in shown and "why_not" not in shown
    assert 'hx-trigger="change from:#accept-visit"' in shown and "vendor/htmx.min.js" in page
    assert '<noscript><p><button name="redraw"' in shown


@pytest.mark.parametrize(
    ("answer", "asks", "hides"), [("yes", "visited_on", "why_not"), ("no", "why_not", "visited_on")]
)
def test_a_redraw_asks_what_the_answer_asks_for_and_keeps_what_was_typed(
    world: World, answer: str, asks: str, hides: str
) -> None:
    case, clerk = file_case(world), english(world, "clerk")
    drawn = send(clerk, case, visit=answer, words="two words", redraw="yes")
    page = drawn.content.decode()
    assert drawn.status_code == 200 and 'class="error"' not in page
    assert f'name="{asks}"' in part(page) and f'name="{hides}"' not in part(page)
    assert f'value="{answer}" selected' in page and "two words" in page
    assert 'action="' + reverse("desk:case_decide", args=[case, "accept"]) in page
    assert procedures.open_case(Context(), case).seq == 1  # nothing was decided


def test_a_file_sent_with_a_redraw_is_kept(world: World) -> None:
    case, clerk = file_case(world), english(world, "clerk")
    file = SimpleUploadedFile("report.pdf", PDF)
    assert send(clerk, case, visit="yes", redraw="yes", **{"document-report": file}).status_code == 200
    assert "report.pdf" in {each.name for each in procedures.open_case(Context(), case).files}


def test_without_a_redraw_a_missing_answer_is_asked_for_where_it_stands(world: World) -> None:
    case, clerk = file_case(world), english(world, "clerk")
    refused = send(clerk, case, visit="yes")
    field = part(refused.content.decode()).split('for="accept-visited_on"')[1]
    assert refused.status_code == 422 and 'class="error"' in field
    assert send(clerk, case, visit="yes", visited_on="2026-01-05").status_code == 302
    assert procedures.open_case(Context(), case).answers["accept"] == {
        "visit": True,
        "visited_on": "2026-01-05",
    }


def test_many_cases_at_once_are_asked_everything_with_its_condition(world: World) -> None:
    decision = procedures.view_for(Context().as_system(), file_case(world)).kind.steps[0].decisions[0]
    form = DecisionForm(None, decision=decision, initial={"seq": 0})
    assert {"visit", "visited_on", "why_not"} <= set(form.fields) and form.deciding == ""
    assert form.fields["visited_on"].help_text


def test_a_redraw_by_somebody_who_may_not_decide_is_denied(world: World) -> None:
    case = file_case(world)
    assert send(world.client("far_clerk"), case, visit="yes", redraw="yes").status_code == 404
