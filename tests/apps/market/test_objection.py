"""Objections are answered once, by an officer who has no part in them; the log holds commitments only."""

import json

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.actions.objection import ANSWER_DOMAIN, OBJECTION_DOMAIN
from jishi.apps.market.models import Objection, Offering
from jishi.apps.market.reads import count_objections, list_own_objections
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit
from jishi.platform.evidence import read_stream
from jishi.platform.models import SearchRow
from tests.apps.market.hall import HERE, Hall, failed_checks


@pytest.fixture
def published(hall: Hall) -> Offering:
    offering = hall.sell()
    market.confirm_sale(hall.as_("reviewer"), offering.id)
    return market.publish_result(hall.as_("reviewer"), offering.id)


def waiting() -> list[str]:
    return list(SearchRow.objects.filter(kind="objection", division=HERE).values_list("object_id", flat=True))


def test_an_objection_waits_at_the_desk_until_it_is_answered(hall: Hall, published: Offering) -> None:
    objection = market.object_to_result(hall.as_("member"), published.id, "程序有误")
    assert waiting() == [objection.id]
    assert count_objections([published.id]) == {published.id: (1, 0)}
    answered = market.answer_objection(hall.as_("clerk"), objection.id, " 经核查，程序合规 ")
    assert waiting() == []
    assert count_objections([published.id]) == {published.id: (1, 1)}
    assert [each.answer for each in list_own_objections(hall.users["member"].pk)] == ["经核查，程序合规"]
    entry = read_stream(published.stream)[-1]
    assert (entry.kind, json.loads(entry.data)) == (
        "ObjectionAnswered",
        {
            "objection_commitment": commit(OBJECTION_DOMAIN, answered.salt, "程序有误"),
            "answer_commitment": commit(ANSWER_DOMAIN, answered.salt, "经核查，程序合规"),
        },
    )
    assert failed_checks(published) == {}


def test_an_objection_is_answered_once_and_with_words(hall: Hall, published: Offering) -> None:
    objection = market.object_to_result(hall.as_("member"), published.id, "程序有误")
    with pytest.raises(Fault, match=r"market\.text_missing"):
        market.answer_objection(hall.as_("clerk"), objection.id, " ")
    market.answer_objection(hall.as_("clerk"), objection.id, "合规")
    with pytest.raises(Fault, match=r"market\.objection\.answered"):
        market.answer_objection(hall.as_("clerk"), objection.id, "不合规")
    with pytest.raises(Fault, match=r"market\.objection\.unknown"):
        market.answer_objection(hall.as_("clerk"), "0" * 32, "合规")
    assert Objection.objects.get().answer == "合规"


def test_who_has_a_part_in_it_answers_nothing(hall: Hall, published: Offering) -> None:
    own = market.object_to_result(hall.as_("clerk"), published.id, "自己的异议")
    other = market.object_to_result(hall.as_("member"), published.id, "程序有误")
    for ctx, objection in (
        (hall.as_("clerk"), own),
        (hall.as_("clerk", parties=(hall.parties["north"],)), other),  # who lost
    ):
        with pytest.raises(Fault, match=r"market\.own_case"):
            market.answer_objection(ctx, objection.id, "合规")
    assert not Objection.objects.filter(answered_ms__isnull=False).exists()
