"""The pages of the measures: each tells what carries it and what is missing, and nothing is claimed untested."""

import ast
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from jishi.apps.packs.api import carriers_of, default_pack, state_of
from jishi.web.public.reform.carrier import PAGES
from jishi.web.shell.address import find_address

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]


def test_every_measure_has_a_page_that_tells_its_state(client: Client) -> None:
    pack = default_pack()
    assert sorted(pack.reform.measures) == list(range(1, 89))
    for number, measure in pack.reform.measures.items():
        page = client.get(reverse("public:measures:one", args=[number]), HTTP_ACCEPT_LANGUAGE="en")
        assert page.status_code == 200
        text = page.content.decode()
        facts = client.get(reverse("public:measures:one-save", args=[number])).json()
        assert facts["state"] == state_of(pack, measure)
        if measure.missing is not None:
            assert facts["missing"] == measure.missing.model_dump()
        for ids in carriers_of(pack, measure).values():
            assert all(each in text for each in ids)


def test_runs_is_claimed_only_with_a_test_that_stands_here() -> None:
    for measure in default_pack().reform.measures.values():
        for named in measure.tests:
            file, _, function = named.partition("::")
            tree = ast.parse((ROOT / file).read_text())
            assert function in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}, named


def test_pages_that_carry_a_measure_have_an_address_and_a_title() -> None:
    pack = default_pack()
    named = {name for each in pack.reform.measures.values() for name in each.carriers.pages}
    named |= {name for row in pack.named for kind, name in row.carriers if kind == "pages"}
    assert named
    for name in named:
        assert name in PAGES
        assert find_address(name), name


def test_a_named_system_says_what_carries_it_or_that_nothing_does(client: Client) -> None:
    rows = client.get(reverse("public:measures:named-save", args=["json"])).json()["named"]
    assert len(rows) == 91
    assert all(bool(row["carried_by"]) == (row["standing"] != "none") for row in rows)
    assert client.get(reverse("public:measures:named")).status_code == 200


def test_the_list_filters_by_state_and_saves(client: Client) -> None:
    whole = client.get(reverse("public:measures:save", args=["json"])).json()["measures"]
    part = sum(row["state"] == "partial" for row in whole)
    page = client.get(reverse("public:measures:all"), {"state": "partial"}).content.decode()
    assert page.count('<th scope="row">') == part
    assert client.get(reverse("public:measures:save", args=["csv"])).status_code == 200
    assert client.get(reverse("public:measures:save", args=["exe"])).status_code == 404


def test_a_number_beyond_the_last_is_told_so(client: Client) -> None:
    page = client.get(reverse("public:measures:one", args=[89]))
    assert page.status_code == 404
    assert "88" in page.content.decode()
