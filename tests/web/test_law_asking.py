"""What-if on a rule's page: facts in, answer with its reasons out; what cannot be read is said beside its field."""

import json
import re
from urllib.parse import parse_qs, urlsplit

from django.test import Client
from django.utils import translation

from jishi.apps.packs.api import Pack
from jishi.kernel.rules.fact import Fact, Vocabulary
from jishi.web.public.law import asking
from jishi.web.public.law.field import groups_of
from tests.web.law import body, law, reader, small_law, words

__all__ = ["law", "reader", "small_law"]
DAY = {"as_of": "2022-01-01"}


def test_an_answer_says_what_why_and_on_which_clauses(reader: Client) -> None:
    page = reader.get("/law/work.permit/", {"months_resident": "6", "stable_job": "true", **DAY})
    answer = page.context["answer"]
    assert (answer.told.answer, answer.tone, answer.guards) == ("可以", "", True)
    assert [mark.state for mark in answer.rows[0].told.marks] == ["holds", "holds"]
    said = words(page)
    for part in ("可以办理", "居住月数 ≥ 6 个月", "成立", "怎样才会不同", "则为“不可以”", "适用本行"):
        assert part in said
    assert 'aria-current="true"' in page.content.decode()
    assert [each.id for each in answer.cites] == ["法 1"]


def test_a_refusal_says_why_not(reader: Client) -> None:
    page = reader.get("/law/work.permit/", {"months_resident": "5", "stable_job": "yes", **DAY})
    answer = page.context["answer"]
    assert (answer.told.answer, answer.tone) == ("不可以", "bad")
    assert [mark.state for mark in answer.others[0].told.marks] == ["fails"]
    assert "不得办理" in words(page) and "没有条件" in words(page)


def test_what_is_still_needed_leads_to_its_field(reader: Client) -> None:
    page = reader.get("/law/work.permit/", {"months_resident": "6", **DAY})
    answer = page.context["answer"]
    assert (answer.tone, [need.field for need in answer.needs]) == ("warn", ["fact-stable_job"])
    assert [row.told.id for row in answer.possible] == ["resident_with_job"]
    html = page.content.decode()
    assert 'href="#fact-stable_job"' in html and 'id="fact-stable_job"' in html
    assert "尚不能确定" in words(page) and "仍有可能" in words(page)


def test_nothing_known_is_asked_with_the_button_alone(reader: Client) -> None:
    assert reader.get("/law/work.permit/").context["answer"] is None
    assert reader.get("/law/work.permit/?ask=1").context["answer"].needs


def test_bad_input_stands_beside_its_field_and_the_rest_is_kept(reader: Client) -> None:
    page = reader.get("/law/work.permit/", {"months_resident": "-3", "stable_job": "false", **DAY})
    assert page.status_code == 422
    assert page.context["answer"] is None
    assert [target for _, target in page.context["problems"]] == ["fact-months_resident"]
    html = page.content.decode()
    assert 'value="-3"' in html and 'aria-invalid="true"' in html
    assert re.search(r'value="false" checked', html)
    wrong = reader.get("/law/work.shortfall/", {"pay": "很多", "place": "999999", "as_of": "11月"})
    assert [target for _, target in wrong.context["problems"]] == ["fact-pay", "fact-place", "as-of"]


def test_derived_facts_ask_for_their_own_and_may_be_stated(reader: Client) -> None:
    page = reader.get("/law/work.shortfall/", {"pay": "1800", "place": "220100", **DAY})
    answer = page.context["answer"]
    assert answer.told.answer == "80.00 元"
    assert [(each.value, each.title) for each in answer.sources] == [("1,880.00 元/月", "最低工资")]
    assert ("工资", "1,800.00 元") in answer.used
    field = next(each for each in page.context["fields"] if each.name == "wage_floor")
    assert [inner.name for inner in field.inner] == ["place"]
    stated = reader.get("/law/work.shortfall/", {"pay": "0.18万元", "wage_floor": "2000", **DAY})
    assert stated.context["answer"].told.answer == "200.00 元"
    source = reader.get(answer.sources[0].url)
    assert source.context["answer"].entry.id == "city"


def test_a_long_list_of_values_stands_by_the_wider_one() -> None:
    above = {"1": "0", "2": "0", **{f"1{n}": "1" for n in range(9)}, "21": "2"}
    places = Vocabulary({code: (f"地{code}", f"place {code}") for code in ("0", *above)}, above)
    uses = Vocabulary(places.words, {code: code[0] for code in above if len(code) == 2})
    with translation.override("zh-hans"):
        groups = groups_of(Fact("place", "choice", ("地点", "Place"), vocabulary=places), "21")
        heads = [head for head, _ in groups_of(Fact("use", "choice", ("用途", "Use"), vocabulary=uses), "")]
    assert [(head, len(options)) for head, options in groups] == [("", 1), ("地1", 10), ("地2", 2)]
    assert [option.value for _, options in groups for option in options if option.chosen] == ["21"]
    assert heads == ["地0", "地1", "地2"]


def test_a_score_shows_points_by_item(reader: Client) -> None:
    facts = {"pay": "8500", "months_resident": "6", "stable_job": "true"}
    page = reader.get("/law/work.points/", {**facts, **DAY})
    answer = page.context["answer"]
    assert answer.told.answer == "12 分"
    assert [(each.points, each.cap, each.row) for each in answer.points] == [
        (5, 5, "holds_permit"),
        (9, 10, "per_thousand"),
    ]


def test_the_same_facts_under_other_versions_of_the_law(reader: Client) -> None:
    page = reader.get("/law/work.leave/", {"months_resident": "7", "kind_of_work": "full_time", **DAY})
    periods = page.context["answer"].periods
    assert [(each.day, each.answer, each.current) for each in periods] == [
        ("2016-01-01", "可以休", False),
        ("2020-01-01", "不可休", True),
    ]
    earlier = reader.get(periods[0].url)
    assert earlier.context["answer"].told.answer == "可以休"
    doubt = reader.get("/law/work.leave/", {"kind_of_work": "part_time", "stable_job": "false", **DAY})
    assert doubt.context["answer"].told.unconfirmed and "待核" in words(doubt)


def test_an_address_carries_no_empty_answers(reader: Client) -> None:
    answer = reader.get("/law/work.permit/?months_resident=6&stable_job=&as_of=&ask=1")
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query) == {"months_resident": ["6"], "ask": ["1"]}
    twice = reader.get("/law/work.permit/?months_resident=6&months_resident=", follow=True)
    assert twice.status_code == 200


def test_wording_is_marked_with_ground_clause_and_suggestion(reader: Client) -> None:
    page = reader.get("/law/work.advert/", {"text": "本岗位仅限男性，<b>待遇优</b>"})
    reading = page.context["reading"]
    assert [(note.text, note.ground, note.grave) for note in reading.notes] == [("仅限男性", "性别", True)]
    assert "".join(part.text for part in reading.parts) == "本岗位仅限男性，<b>待遇优</b>"
    html = page.content.decode()
    assert '<mark class="grave">仅限男性' in html and "&lt;b&gt;待遇优" in html and "<b>待遇优" not in html
    clean = reader.get("/law/work.advert/", {"text": "男女不限"})
    assert "未发现问题" in words(clean) and "不等于合规" in words(clean)


def test_a_short_text_gets_an_address_a_long_one_does_not(reader: Client) -> None:
    short = reader.post("/law/work.advert/", {"text": "限男士", "ask": "1", "as_of": ""})
    assert short.status_code == 302 and "csrf" not in short["Location"]
    assert reader.get(short["Location"].partition("#")[0]).context["reading"].notes
    long = reader.post("/law/work.advert/", {"text": "限男士。" + "好" * 2000, "as_of": "2015-01-01"})
    assert long.status_code == 200
    assert long.context["reading"].notes == ()  # the rule was not in force in 2015
    assert long.context["edition"].day.isoformat() == "2015-01-01"
    beyond = reader.post("/law/work.advert/", {"text": "好" * (asking.LONGEST_TEXT + 1)})
    assert beyond.status_code == 422
    assert "文字超过" in words(beyond)


def test_of_many_findings_the_first_are_marked(reader: Client) -> None:
    reading = reader.post("/law/work.advert/", {"text": "限男士。" * 1000}).context["reading"]
    assert (len(reading.findings), len(reading.notes), reading.unnoted) == (1000, 200, 800)
    assert "".join(part.text for part in reading.parts) == "限男士。" * 1000


def test_a_posted_text_needs_its_token(law: Pack) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/law/work.advert/", {"text": "限男士"}).status_code == 403


def test_the_twin_for_programs_decides_too(reader: Client) -> None:
    twin = json.loads(
        body(reader.get("/law/work.permit.json", {"months_resident": "6", "stable_job": "1", **DAY}))
    )
    assert twin["decision"]["answer"] == "granted"
    assert twin["told"]["en"]["answer"] == "Yes"
    assert twin["rule"]["rows"][0]["when"] == "months_resident >= res.min_months and stable_job"
    wrong = reader.get("/law/work.permit.json", {"months_resident": "x"})
    assert wrong.status_code == 422 and json.loads(wrong.content)["errors"].keys() == {"months_resident"}
    found = json.loads(body(reader.get("/law/work.advert.json", {"text": "限男士"})))
    assert found["findings"][0]["pattern"] == "men_only"


def test_no_fact_is_called_like_a_parameter_of_the_page(law: Pack) -> None:
    reserved = {"ask", "text", "as_of", "pack", "find", "live", "after", "csrfmiddlewaretoken"}
    assert not reserved & law.facts.keys()
