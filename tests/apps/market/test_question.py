"""Questions on a notice and their public answers; the log holds commitments, the asker is never shown."""

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.actions.question import ANSWER_DOMAIN, QUESTION_DOMAIN
from jishi.apps.market.reads import list_answered, list_open_questions
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit
from jishi.platform.evidence import read_stream
from jishi.platform.models import SearchRow
from tests.apps.market.hall import HERE, Hall, failed_checks


def test_a_question_becomes_public_with_its_answer(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    asked = market.ask_question(hall.as_("north"), offering.id, hall.parties["north"], " 能否分期？ ")
    assert list_answered(offering.id) == []
    assert list_open_questions(HERE) == [asked]
    assert SearchRow.objects.filter(kind="question", object_id=asked.id).exists()
    answered = market.answer_question(hall.as_("clerk"), asked.id, "可以")
    assert list_answered(offering.id) == [answered]
    assert (answered.text, answered.answer) == ("能否分期？", "可以")
    assert not SearchRow.objects.filter(kind="question").exists()
    entry = read_stream(offering.stream)[-1]
    assert entry.kind == "QuestionAnswered"
    assert "分期" not in entry.data
    opened = (
        commit(QUESTION_DOMAIN, answered.salt, "能否分期？"),
        commit(ANSWER_DOMAIN, answered.salt, "可以"),
    )
    assert all(commitment in entry.data for commitment in opened), "anyone can hold the words to the log"
    assert failed_checks(offering) == {}


def test_a_question_is_answered_once(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    asked = market.ask_question(hall.as_("north"), offering.id, hall.parties["north"], "？")
    market.answer_question(hall.as_("clerk"), asked.id, "一")
    with pytest.raises(Fault, match=r"market\.question\.answered"):
        market.answer_question(hall.as_("clerk"), asked.id, "二")


def test_nobody_asks_in_the_name_of_another(hall: Hall) -> None:
    offering = hall.publish(hall.draft())
    with pytest.raises(Fault, match=r"access\.denied"):
        market.ask_question(hall.as_("north"), offering.id, hall.parties["south"], "？")
    agent = hall.as_("member", agencies=((hall.parties["south"], offering.id),))
    market.ask_question(agent, offering.id, hall.parties["south"], "？")


@pytest.mark.parametrize(("text", "code"), [("  ", "market.text_missing"), ("字" * 2001, "market.text_long")])
def test_a_question_says_something(hall: Hall, text: str, code: str) -> None:
    offering = hall.publish(hall.draft())
    with pytest.raises(Fault, match=code):
        market.ask_question(hall.as_("north"), offering.id, hall.parties["north"], text)


def test_questions_end_with_registration(hall: Hall) -> None:
    offering = hall.offer()
    hall.move(offering.registration_end)
    with pytest.raises(Fault, match=r"market\.question\.late"):
        market.ask_question(hall.as_("north"), offering.id, hall.parties["north"], "？")


def test_an_unknown_question_has_no_answer(hall: Hall) -> None:
    with pytest.raises(Fault, match=r"market\.question\.unknown"):
        market.answer_question(hall.as_("clerk"), "0" * 32, "答")
    with pytest.raises(Fault, match=r"market\.offering\.unknown"):
        market.ask_question(hall.as_("north"), "0" * 90, hall.parties["north"], "？")
