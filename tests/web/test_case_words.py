"""Words of cases that once misled: yes and no, units, who is meant, a refusal that names nobody, a masked name."""

import pytest
from django.utils import translation

from jishi.apps.packs.api import default_pack
from jishi.apps.procedures.view import mask
from jishi.kernel.fault import Fault
from jishi.platform.words.condition import unit_text
from jishi.web.shell.case_condition import questions_of, say_when
from jishi.web.shell.case_fault import say_fault
from jishi.web.shell.typed import make_inputs

PACK = default_pack()
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("spoken", "said"), [("zh-hans", ["是", "否"]), ("en", ["Yes", "No"])])
def test_a_question_is_answered_by_yes_or_no_not_by_a_vote(spoken: str, said: list[str]) -> None:
    asked = next(
        each for each in PACK.procedures["supervision.complaint"].questions if each.type == "boolean"
    )
    with translation.override(spoken):
        ((_name, made),) = make_inputs(asked)
        assert [str(label) for value, label in made.choices if value] == said  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        ("zh-hans", "步骤“修改方案”由“申请人”办理，不是“办理机关”"),
        ("en", "The step “Change the scheme” is for the applicant, not for the office"),
    ],
)
def test_a_step_of_the_applicant_says_whose_it_is_not(spoken: str, said: str) -> None:
    kind = PACK.procedures["land.collective_entry"]
    with translation.override(spoken):
        assert (
            say_fault(kind, Fault("procedure.role", role="", step="revise", valid="applicant")).rstrip("。.")
            == said
        )


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        ("zh-hans", ["目录标明有条件共享", "is_"]),
        ("en", ["is possible only if: The catalogue says: conditional: no", "is_"]),
    ],
)
def test_the_condition_of_a_decision_is_said_in_words(spoken: str, said: list[str]) -> None:
    kind = PACK.procedures["data.sharing_request"]
    decision = next(each for each in kind.steps[0].decisions if each.when)
    with translation.override(spoken):
        shown = say_fault(kind, Fault("procedures.when", decision=decision.id, when=decision.when))
    assert all(each in shown for each in said[:-1]) and said[-1] not in shown, shown


def test_every_condition_of_the_pack_can_be_said() -> None:
    for kind in PACK.procedures.values():
        for decision in (each for step in kind.steps for each in step.decisions):
            for when in (decision.when, *(getattr(each, "when", "") for each in decision.questions)):
                asked = questions_of(kind) if when == decision.when else decision.questions
                assert not when or say_when(asked, when) != when, when


def test_units_of_the_pack_are_said_in_english() -> None:
    units = {
        each.unit
        for kind in PACK.procedures.values()
        for each in (
            *kind.questions,
            *(one for step in kind.steps for way in step.decisions for one in way.questions),
        )
        if each.unit
    }
    assert units and all(unit_text(each, "en").isascii() for each in units)
    assert unit_text("年", "zh") == "年"


@pytest.mark.parametrize(
    ("full", "shown"), [("李四", "李*"), ("欧阳修文", "欧***"), ("1234", "****"), ("A", "*"), ("", "")]
)
def test_a_masked_name_keeps_its_surname_and_nothing_short_besides(full: str, shown: str) -> None:
    assert mask(full) == shown
