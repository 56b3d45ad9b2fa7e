"""The pages of the law: rules as tables, clauses, numbers, time limits; few queries, small, in two languages."""

import csv
import gzip
import io
import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jishi.apps.packs.api import Pack, default_pack
from tests.web.law import ENGLISH, body, law, reader, small_law, words

__all__ = ["law", "reader", "small_law"]
MOST_QUERIES, MOST_BYTES = 6, 120 * 1024
HAN = re.compile(r"[\u4e00-\u9fff]+")
LISTS = ("/law/", "/law/clauses/", "/law/parameters/", "/law/limits/")


def test_the_list_counts_and_names_every_rule(reader: Client, law: Pack) -> None:
    said = words(reader.get("/law/"))
    assert f"{len(law.rules)} 项规则" in said
    for rule in law.rules.values():
        assert rule.title[0] in said and rule.question[0] in said
    assert "1／4" in said  # one row of four in work.leave is unconfirmed


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("休假", ["work.leave"]),
        ("May leave", ["work.leave"]),
        ("16", ["work.leave", "work.permit"]),
        ("措施16", ["work.leave", "work.permit"]),
        ("第7条措施", ["work.leave"]),
        ("measure 7", ["work.leave"]),
        ("法 3", ["work.leave"]),
        ("公主岭", []),
        ("稳定就业 可以", ["work.leave", "work.permit"]),
        ("限男", ["work.advert"]),
        ("旧例", ["work.rate"]),
        ("Gongzhuling", []),
        ("没有这样的词", []),
    ],
)
def test_search_finds_titles_measures_clauses_and_rows(reader: Client, query: str, found: list[str]) -> None:
    listed = json.loads(body(reader.get("/law/rules.json", {"q": query})))
    hits = [each["id"] for each in listed["rules"]]
    if " " in query or query.isdigit():  # words that also stand apart elsewhere come after
        assert sorted(hits[: len(found)]) == sorted(found)
    else:
        assert sorted(hits) == sorted(found)
    page = reader.get("/law/", {"q": query})
    assert page.status_code == 200
    assert ("没有规则同时包含这些词" in words(page)) is not bool(hits)


def test_facets_count_what_the_others_leave_and_toggle(reader: Client) -> None:
    page = reader.get("/law/", {"kind": "schedule"})
    facets = {name: choices for name, _, choices in page.context["facets"]}
    assert [choice.count for choice in facets["area"]] == [3]
    assert {choice.label: choice.chosen for choice in facets["kind"]}["标准表"]
    assert "kind" not in next(choice for choice in facets["kind"] if choice.chosen).query
    assert page.context["total"] == 3
    assert reader.get("/law/", {"measure": "7"}).context["total"] == 1


def test_a_table_stands_by_rank_with_words_clauses_dates_and_doubt(reader: Client) -> None:
    page = reader.get("/law/work.leave/", {"as_of": "2026-01-01"})
    lines = [line for group in page.context["sheet"].groups for line in group.lines]
    assert [line.id for line in lines] == ["part_timer", "half_year", "full_year", "otherwise"]
    assert [line.state for line in lines] == ["now", "past", "now", "now"]
    assert [line.sure for line in lines] == [False, True, True, True]
    said = words(page)
    for part in (
        "用工为非全日制",
        "稳定就业：否",
        "居住月数 ≥ 12",
        "以上均不适用时",
        "第 1 级",
        "满一年",
        "试行",
        "已失效",
    ):
        assert part in said
    html = page.content.decode()
    assert 'class="past"' in html and quote("法 3") in html and "待核" in html
    before = reader.get("/law/work.leave/", {"as_of": "2018-01-01"})
    assert [line.state for group in before.context["sheet"].groups for line in group.lines] == [
        "future",
        "now",
        "future",
        "now",
    ]


def test_the_history_says_which_rows_begin_and_end(reader: Client) -> None:
    versions = reader.get("/law/work.leave/").context["versions"]
    assert [each.day for each in versions] == ["2020-01-01", "2016-01-01"]
    assert [name for _, name in versions[0].begins] == ["part_timer", "full_year"]
    assert [name for _, name in versions[0].ends] == ["half_year"]
    assert versions[0].current
    moved = reader.get("/law/work.permit/").context["versions"][0].moved
    assert [(each.before, each.after) for each in moved] == [("", "6 个月")]


def test_a_long_schedule_pages_and_narrows(reader: Client) -> None:
    first = reader.get("/law/work.rate/").context["sheet"].page
    assert (len(first.rows), first.total) == (60, 71)
    second = reader.get("/law/work.rate/", {"after": first.next}).context["sheet"].page
    assert [row.id for row in second.rows][-1] == "old"  # no longer in force: last
    assert {row.id for row in first.rows} & {row.id for row in second.rows} == set()
    live = reader.get("/law/work.rate/", {"live": "1"}).context["sheet"].page
    assert live.total == 70
    assert [row.id for row in reader.get("/law/work.rate/", {"find": "旧例"}).context["sheet"].page.rows] == [
        "old"
    ]
    assert "没有行包含这些词" in words(reader.get("/law/work.rate/", {"find": "无此行"}))
    assert reader.get("/law/work.rate/", {"after": "-1x"}).status_code == 200


def test_each_kind_shows_what_is_its_own(reader: Client) -> None:
    assert "待市政府录入" in words(reader.get("/law/work.empty/"))
    floor = words(reader.get("/law/work.floor/"))
    assert "1,880.00 元/月" in floor and "不限" in floor and "220100" in floor
    formula = words(reader.get("/law/work.shortfall/"))
    assert "中最大者" in formula and "四舍五入" in formula and "结果以元计" in formula
    score = words(reader.get("/law/work.points/"))
    assert "上限 5" in score and "总分以 12 为止" in score
    advert = words(reader.get("/law/work.advert/"))
    assert "仅限男性，男女不限不可" in advert and "男女不限" in advert and "不允许" in advert


def test_dated_cases_are_examples_that_can_be_asked(reader: Client) -> None:
    page = reader.get("/law/work.leave/")
    example = page.context["examples"][0]
    assert (example.day, example.answer, example.row) == ("2019-06-01", "可以休", "half_year")
    asked = reader.get(example.url)
    assert asked.context["answer"].told.answer == "可以休"


def test_a_clause_says_what_rests_on_it_and_what_no_longer(reader: Client, law: Pack) -> None:
    page = reader.get(f"/law/clauses/{quote('法 1')}/", {"as_of": "2026-01-01"})
    citing = {each.id: each for each in page.context["citing"]}
    assert {"work.permit", "work.leave", "work.rate", "res.min_months"} <= citing.keys()
    assert [part.state for part in citing["work.leave"].parts] == ["past", "now"]
    odd = next(each for each in law.clauses if "/" in each)
    page = reader.get(f"/law/clauses/{quote(odd)}/")
    assert "没有规则引用本条款" in words(page) and "待核" in words(page) and "已失效" in words(page)
    assert json.loads(body(reader.get(f"/law/clauses/{quote(odd)}.json")))["confidence"] == "unconfirmed"
    assert reader.get("/law/clauses/none/").status_code == 404
    found = reader.get("/law/clauses/", {"q": "休假"}).context["page"]
    assert [row.id for row in found.rows] == ["法 3"]
    assert reader.get("/law/clauses/", {"doubt": "1"}).context["page"].total == 1


def test_numbers_show_their_steps_and_who_uses_them(reader: Client) -> None:
    page = reader.get("/law/parameters/")
    line = next(each for each in page.context["page"].rows if each.number.id == "res.min_months")
    assert line.number.steps[0].value == "6 个月"
    assert line.number.name == "居住月数"
    assert [title for title, _url in line.rules] == ["居住证"]
    assert reader.get("/law/parameters/", {"q": "最低工资"}).context["page"].total == 1


@pytest.mark.parametrize(
    "name", ["rules", "clauses", "parameters", "limits", "work.leave", "work.floor", "work.advert"]
)
def test_every_list_and_rule_can_be_saved(reader: Client, name: str) -> None:
    table = list(csv.reader(io.StringIO(body(reader.get(f"/law/{name}.csv")).decode("utf-8-sig"))))
    assert len({len(row) for row in table}) == 1
    assert len(table) > 1 or name == "limits"
    assert body(reader.get(f"/law/{name}.xlsx"))[:2] == b"PK"
    twin = json.loads(body(reader.get(f"/law/{name}.json")))
    assert twin["pack"]["id"] == "small"
    assert reader.get(f"/law/{name}.pdf").status_code == 404


def test_what_is_not_there_is_not_found(reader: Client) -> None:
    assert reader.get("/law/work.none/").status_code == 404
    assert reader.get("/law/work.none.json").status_code == 404
    assert reader.get("/rules/")["Location"] == "/law/"


def test_a_page_keeps_the_version_it_was_asked_for(
    reader: Client, law: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jishi.web.public.law.edition.pack_of", {law.hash: law}.__getitem__)
    html = reader.get("/law/work.permit/", {"pack": law.hash}).content.decode()
    links = re.findall(r'href="(/law/[^"#]*)', html)
    assert links and all(f"pack={law.hash}" in link for link in links if "clauses" in link or "work." in link)


@pytest.mark.django_db
@pytest.mark.parametrize("path", LISTS)
def test_a_list_of_the_real_law_is_small_and_asks_little(path: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = Client().get(path)
    assert response.status_code == 200
    assert len(queries) <= MOST_QUERIES
    assert len(gzip.compress(response.content)) < MOST_BYTES


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_rule_of_the_real_law_shows_and_answers(language: str, settings: Any) -> None:
    settings.JISHI_RATE_LIMITS = False
    client, pack = Client(headers={"cookie": f"django_language={language}"}), default_pack()
    for rule_id in pack.rules:
        with CaptureQueriesContext(connection) as queries:
            response = client.get(f"/law/{rule_id}/?ask=1")
        assert response.status_code == 200, rule_id
        assert len(queries) <= MOST_QUERIES, rule_id
        assert len(gzip.compress(response.content)) < MOST_BYTES, rule_id


@pytest.mark.django_db
def test_every_clause_of_the_real_law_has_a_page() -> None:
    for clause_id in default_pack().clauses:
        assert Client().get(f"/law/clauses/{quote(clause_id)}/").status_code == 200, clause_id


def test_a_page_in_english_has_english_words(reader: Client, law: Pack) -> None:
    named = {*law.clauses, *(each.source for each in law.clauses.values())}
    ours = {*named, *"某法", "中文", "吉市", "居住月数", "最低工资"}
    for path in (*LISTS, *(f"/law/{rule}/?ask=1" for rule in law.rules)):
        said = words(reader.get(path, **ENGLISH))  # type: ignore[arg-type]
        for known in sorted(ours, key=len, reverse=True):
            said = said.replace(known, "")
        left = [each for each in HAN.findall(said) if each not in "仅限男性男女不限不可士万元亩公顷民法典"]
        assert left == [], path
