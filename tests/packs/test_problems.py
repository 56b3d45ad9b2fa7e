"""A broken pack says which file, which key, what was read, and what would be valid."""

import string
from collections.abc import Callable
from pathlib import Path

import pytest

from jishi.apps.packs.api import PackError, Problem, check_pack, load_pack_from
from jishi.platform.words import say

Edit = Callable[[str, str, str], None]
PRODUCT = "products/land.state_grant_listing.toml"
REGISTER = "registers/land.parcel.toml"


def test_a_whole_pack_has_no_problems(copy: Path) -> None:
    assert check_pack(copy) == []


@pytest.mark.parametrize(
    ("edit_of", "expected"),
    [
        (
            ("pack.toml", 'default_language = "zh"', 'default_language = "fr"'),
            ("pack.toml", "default_language", "fr", "pack.bad_value", "'zh' or 'en'"),
        ),
        (
            ("pack.toml", 'version = "0.1.0"', ""),
            ("pack.toml", "version", "", "pack.missing_key", "version"),
        ),
        (
            (PRODUCT, 'price_series = "land.grant_price"', 'price_series = "land.grant_price"\ncolour = "red"'),
            (PRODUCT, "colour", "red", "pack.unknown_key", "price_series"),
        ),
        (
            (PRODUCT, 'cites = ["39号令 10"]', 'cites = ["39号令 100"]'),
            (PRODUCT, "steps.cites", "39号令 100", "pack.unknown_clause", "39号令 10"),
        ),
        (
            (PRODUCT, 'limit = "land.notice_min_days"', 'limit = "land.notice_days"'),
            (PRODUCT, "limit.limit", "land.notice_days", "pack.unknown_limit", "land.notice_min_days"),
        ),
        (
            (PRODUCT, 'register = "land.parcel"', 'register = "land.parcels"'),
            (PRODUCT, "register", "land.parcels", "pack.unknown_register", "land.parcel"),
        ),
        (
            (PRODUCT, "land_grant_contract.typ", "contract.typ"),
            (PRODUCT, "contract_template", "templates/contract.typ", "pack.no_template", "land_grant_contract.typ"),
        ),
        (
            (REGISTER, 'type = "code"\nscheme = "real_estate_unit"', 'type = "code"'),
            (REGISTER, "field[unit_code]", "", "pack.detail_missing", "scheme"),
        ),
        (
            (REGISTER, 'next = ["offered", "withdrawn"]', 'next = ["offred"]'),
            (REGISTER, "state[planned].next", "offred", "pack.unknown_state", "offered"),
        ),
        (
            ("limits/land.toml", 'sense = "at_least"', 'sense = "about"'),
            ("limits/land.toml", "limit[land.notice_min_days].sense", "about", "pack.bad_value", "at_least"),
        ),
        (
            ("parameters/land.csv", "20,calendar_day,2007-11-01", "twenty,calendar_day,2007-11-01"),
            ("parameters/land.csv", "line 2.value", "twenty", "pack.bad_value", "fraction"),
        ),
        (
            ("parameters/land.csv", "2002-07-01,2007-10-31", "2007-11-01,2007-10-31"),
            ("parameters/land.csv", "land.listing_min_workdays_old", "", "law.interval", ""),
        ),
        (
            ("divisions.csv", ",220184,", ",220189,"),
            ("divisions.csv", "220381", "220189", "pack.unknown_division", "2201"),
        ),
        (
            ("clauses/grant.toml", 'id = "39号令 8"', 'id = "39号令 4"'),
            ("clauses/grant.toml", "id", "39号令 4", "pack.twice", ""),
        ),
        (
            (PRODUCT, 'id = "listing"', 'id = "lising"'),
            (PRODUCT, "mechanism", "lising 1", "pack.unknown_mechanism", "listing 1"),
        ),
        (
            (PRODUCT, "value = 300000", 'value = "abc"'),
            (PRODUCT, "mechanism[listing].term[question_ms]", "abc", "pack.bad_term", "integer"),
        ),
        (
            ("scenario/scenario.toml", 'ceiling = "1.6"', "ceiling = 1.6"),
            ("scenario/scenario.toml", "bidder[spruce].ceiling", "1.6", "pack.inexact", '"1.6"'),
        ),
        (
            ("scenario/lots.csv", "0601 50", "0601"),
            ("scenario/lots.csv", "line 2.uses", "0601", "pack.not_uses", "code years"),
        ),
        (
            ("scenario/lots.csv", ",23000000,", ",23000000.001,"),
            ("scenario/lots.csv", "line 2.start_price_yuan", "23000000.001", "pack.not_yuan", "yuan"),
        ),
    ],
)  # fmt: skip
def test_a_problem_names_its_place(
    copy: Path, edit: Edit, edit_of: tuple[str, str, str], expected: tuple[str, ...]
) -> None:
    edit(*edit_of)
    file, key, value, code, valid = expected
    found = [problem for problem in check_pack(copy) if problem.code == code]
    assert found, check_pack(copy)
    (problem,) = found
    assert (problem.file, problem.key) == (file, key)
    assert value in problem.value and valid in problem.valid
    for language in ("zh", "en"):
        sentence = say(problem.code, problem.fault.params, language)
        assert "{" not in sentence and sentence != problem.code
    assert code.startswith("law.") or file in say(problem.code, problem.fault.params, "en")


def test_broken_toml_names_the_line(copy: Path, edit: Edit) -> None:
    edit("pack.toml", 'id = "jilin"', "id = jilin")
    (problem,) = check_pack(copy)
    assert (problem.file, problem.code) == ("pack.toml", "pack.not_toml")
    assert "line 2" in problem.value


def test_all_problems_are_told_at_once(copy: Path, edit: Edit) -> None:
    edit("limits/land.toml", 'sense = "within"', 'sense = "soon"')
    edit("divisions.csv", "220102,南关区", "22010,南关区")
    (copy / "named.csv").unlink()
    with pytest.raises(PackError) as caught:
        load_pack_from(copy)
    assert {problem.file for problem in caught.value.problems} == {
        "limits/land.toml",
        "divisions.csv",
        "named.csv",
    }
    assert caught.value.params["count"] == 3


def test_a_directory_that_is_no_pack_says_what_it_lacks(tmp_path: Path) -> None:
    assert [(each.file, each.code) for each in check_pack(tmp_path)] == [("pack.toml", "pack.no_file")]


def test_the_hash_is_of_the_data(copy: Path, edit: Edit) -> None:
    before = load_pack_from(copy).hash
    (copy / "__init__.py").write_text('"""Changed."""\n')
    assert load_pack_from(copy).hash == before
    edit("words.toml", "Jilin", "Jilin Province")
    assert load_pack_from(copy).hash != before


def test_a_problem_is_a_fault_with_the_same_place() -> None:
    fault = Problem("a.toml", "k", "v", "pack.bad_value", "1").fault
    names = {name for _, name, _, _ in string.Formatter().parse(say("pack.bad_value", {})) if name}
    assert names <= fault.params.keys()
