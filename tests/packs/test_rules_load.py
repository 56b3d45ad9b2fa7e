"""Rules load from files; what is wrong in one is told by file, key and remedy, and hides nothing else."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from jishi.apps.packs.api import Pack, check_pack, draft_pack, load_pack, load_pack_from
from jishi.kernel.fault import Fault
from jishi.kernel.rules.fact import read_value
from jishi.kernel.rules.rule import Schedule, Wording
from jishi.kernel.rules.wording import Scanner
from jishi.platform.words import say
from tests.packs.small_pack import write_small_pack

Change = Callable[[str, str, str], None]
PERMIT, FLOOR, FLOOR_ROWS = "rules/work.permit.toml", "rules/work.floor.toml", "rules/work.floor.csv"
SHORTFALL, POINTS, ADVERT = "rules/work.shortfall.toml", "rules/work.points.toml", "rules/work.advert.toml"
FACTS = "facts/small.toml"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Write the small pack."""
    return write_small_pack(tmp_path)


@pytest.fixture
def change(small: Path) -> Change:
    """Give a function that replaces a text, which must be there, in a file of the small pack."""

    def replace(name: str, old: str, new: str) -> None:
        text = (small / name).read_text("utf-8")
        assert old in text, (name, old)
        (small / name).write_text(text.replace(old, new, 1), "utf-8")

    return replace


@pytest.fixture
def pack(small: Path) -> Pack:
    """Load the small pack."""
    return load_pack_from(small)


def test_a_rule_decides_with_its_pack(pack: Pack) -> None:
    decision = pack.law.decide("work.permit", {"months_resident": 6, "stable_job": True}, date(2020, 11, 24))
    assert (decision.answer, decision.row, decision.clauses) == ("granted", "resident_with_job", ("法 1",))
    assert decision.pack == pack.hash and pack.law is pack.law


def test_a_schedule_reads_its_entries(pack: Pack) -> None:
    rule = pack.rule("work.floor")
    assert isinstance(rule, Schedule)
    city = rule.entries[0]
    assert (city.keys, city.value, city.cites) == (("220100",), 188_000, ("法 1", "法 2"))
    assert (rule.entries[2].keys, rule.entries[2].confidence) == (("*",), "unconfirmed")
    assert rule.entries[2].note == ("注", "note")


def test_code_lists_come_from_the_pack(pack: Pack) -> None:
    use, place = pack.facts["use"].vocabulary, pack.facts["place"].vocabulary
    assert use is not None and use.under("0601", "06") and not use.under("07", "06")
    assert place is not None and place.way_up("220100") == ("220100", "220000")
    assert read_value(pack.facts["place"], "220381") == "220381"


def test_a_derived_choice_takes_the_answers_of_its_table(pack: Pack) -> None:
    words = pack.facts["permit"].vocabulary
    assert words is not None and list(words.words) == ["granted", "refused"]


def test_a_wording_finds(pack: Pack) -> None:
    rule = pack.rule("work.advert")
    assert isinstance(rule, Wording)
    found = Scanner(rule, pack.book).scan("限男士；男女不限", {}, date(2020, 1, 1))
    assert [each.text for each in found] == ["限男士"]


def test_an_unknown_rule_names_the_nearest(pack: Pack) -> None:
    with pytest.raises(Fault) as caught:
        pack.rule("work.permits")
    assert caught.value.code == "pack.no_rule" and "work.permit" in caught.value.params["near"]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ((PERMIT, "and stable_job", "and stable_jobs"),
         (PERMIT, "row[resident_with_job].when", "stable_jobs", "rules.unknown_fact", "stable_job")),
        ((PERMIT, '"stable_job"]', '"stable_jobs"]'),
         (PERMIT, "facts", "stable_jobs", "pack.unknown_fact", "stable_job")),
        ((PERMIT, "res.min_months", "res.min_month"),
         (PERMIT, "row[resident_with_job].when", "res.min_month", "rules.unknown_parameter", "res.min_months")),
        ((PERMIT, "months_resident >= res.min_months", "months_resident >= wage.floor"),
         (PERMIT, "row[resident_with_job].when", "", "rules.unit", "")),
        ((PERMIT, 'then = "granted"', 'then = "grant"'),
         (PERMIT, "row[resident_with_job].then", "grant", "pack.unknown_answer", "granted")),
        ((PERMIT, 'cites = ["法 1"]\n', ""),
         (PERMIT, "row[resident_with_job].cites", "", "pack.missing_key", "cites")),
        ((PERMIT, 'cites = ["法 1"]', "cites = []"),
         (PERMIT, "row[resident_with_job].cites", "[]", "pack.bad_value", "1")),
        ((PERMIT, 'cites = ["法 1"]\nsince = 2016-01-01', 'cites = ["法 1"]'),
         (PERMIT, "row[resident_with_job].since", "", "pack.missing_key", "since")),
        ((PERMIT, 'cites = ["法 1"]', 'cites = ["法 11"]'),
         (PERMIT, "row[resident_with_job].cites", "法 11", "pack.unknown_clause", "法 1")),
        ((PERMIT, "since = 2016-01-01", "since = 2016-01-01\nuntil = 2015-01-01"),
         (PERMIT, "row[resident_with_job].until", "2015-01-01", "pack.ends_early", "2016-01-01")),
        ((PERMIT, 'id = "otherwise"', 'id = "resident_with_job"'),
         (PERMIT, "row[resident_with_job].id", "resident_with_job", "pack.twice", "")),
        ((PERMIT, 'when = "months_resident >= res.min_months and stable_job"\n', ""),
         (PERMIT, "row[otherwise]", "otherwise", "pack.two_defaults", "until")),
        ((PERMIT, 'id = "work.permit"', 'id = "work.permits"'),
         (PERMIT, "id", "work.permits", "pack.rule_name", "rules/work.permits.toml")),
        ((PERMIT, 'kind = "table"', 'kind = "tables"'), (PERMIT, "kind", "tables", "pack.bad_value", "table")),
        ((PERMIT, '["months_resident", "stable_job"]', '["months_resident"]'),
         (PERMIT, "facts", "stable_job", "pack.fact_not_listed", "stable_job")),
        ((PERMIT, '["months_resident", ', '["pay", "months_resident", '),
         (PERMIT, "facts", "pay", "pack.fact_not_used", "months_resident")),
        ((PERMIT, "stable_job\"\nthen", "stable_job ==\"\nthen"),
         (PERMIT, "row[resident_with_job].when", "", "rules.syntax", "")),
        ((PERMIT, "months_resident >=", "import_os() >="),
         (PERMIT, "row[resident_with_job].when", "import_os", "rules.unknown_function", "months")),
        ((POINTS, "permit == 'granted'", "permit == 'grantd'"),
         (POINTS, "item[permit].row[holds_permit].when", "grantd", "rules.not_in_vocabulary", "granted")),
        ((POINTS, 'id = "per_thousand"', 'id = "no_permit"'),
         (POINTS, "item.row[no_permit].id", "no_permit", "pack.twice", "")),
        ((POINTS, "points = 5", 'points = "pay"'),
         (POINTS, "item[permit].row[holds_permit].points", "pay", "pack.value_unit", "point")),
        ((SHORTFALL, "yuan(0)", "0"), (SHORTFALL, "row[missing].then", "", "rules.arguments", "max(a, b)")),
        ((SHORTFALL, "wage_floor - pay", "pay / pay"), (SHORTFALL, "row[missing].then", "", "rules.arguments", "")),
        ((SHORTFALL, 'round = "half_up"\n', ""), (SHORTFALL, "row[missing].round", "", "pack.missing_key", "round")),
        ((FLOOR_ROWS, "city_before,220100,1780,2016-01-01,2021-11-30", "city_before,220100,1780,2016-01-01,"),
         (FLOOR_ROWS, "row[city_before].since", "city_before", "pack.entries_overlap", "since")),
        ((FLOOR_ROWS, "city,220100", "city,220109"),
         (FLOOR_ROWS, "row[city].place", "220109", "rules.bad_value", "220100")),
        ((FLOOR_ROWS, "city,220100,1880", "city,220100,lots"),
         (FLOOR_ROWS, "row[city].value", "lots", "rules.bad_value", "")),
        ((FLOOR_ROWS, "id,place", "id,places"), (FLOOR_ROWS, "places", "places", "pack.unknown_key", "place")),
        ((FLOOR_ROWS, "2016-01-01,,法 1,unc", "2016-01-01,,法 9,unc"),
         (FLOOR_ROWS, "row[elsewhere].cites", "法 9", "pack.unknown_clause", "法 1")),
        ((FLOOR_ROWS, "1540,2016-01-01,,法 1", "1540,2016-01-01,,"),
         (FLOOR_ROWS, "line 4.cites", "[]", "pack.bad_value", "1")),
        ((ADVERT, "仅?限男(?:性|士)?", "仅?限男(?:性|士"),
         (ADVERT, "pattern[men_only].match", "仅", "pack.no_regex", "position")),
        ((ADVERT, "仅?限男(?:性|士)?", "限(?:男+性?)+"),
         (ADVERT, "pattern[men_only].match", "限", "pack.slow_regex", "{0,9}")),
        ((ADVERT, "男女不限", ".*不限"),
         (ADVERT, "pattern[men_only].unless", "不限", "pack.slow_regex", "{0,20}")),
        ((ADVERT, 'ground = "gender"', 'ground = "sex"'),
         (ADVERT, "pattern[men_only].ground", "sex", "pack.unknown_ground", "gender")),
        ((FACTS, 'rule = "work.floor"', 'rule = "work.floors"'),
         (FACTS, "fact[wage_floor].rule", "work.floors", "pack.unknown_rule", "work.floor")),
        ((FACTS, 'name = "wage_floor"\nkind = "money"', 'name = "wage_floor"\nkind = "integer"'),
         (FACTS, "fact[wage_floor].rule", "work.floor", "pack.derived_kind", "money")),
        ((FACTS, 'name = "stable_job"', 'name = "stable_job"\nrule = "work.permit"'),
         (FACTS, "fact[stable_job].rule", "work.permit", "pack.derived_circle", "stable_job → stable_job")),
        ((FACTS, 'name = "stable_job"', 'name = "pay"'),
         (FACTS, "fact[pay].name", "pay", "pack.twice", "")),
        ((FACTS, 'kind = "boolean"', 'kind = "boolean"\nunit = "month"'),
         (FACTS, "fact[stable_job].unit", "month", "pack.fact_detail", "integer")),
        ((FACTS, 'kind = "choice"\nvocabulary = "land_use"', 'kind = "choice"'),
         (FACTS, "fact[use].choices", "choice", "pack.fact_choices", "vocabulary")),
        ((FACTS, 'kind = "money"\nminimum = "0"', 'kind = "money"\nminimum = "none"'),
         (FACTS, "fact[pay].minimum", "none", "rules.bad_value", "")),
        ((FACTS, 'vocabulary = "land_use"', 'vocabulary = "land_uses"'),
         (FACTS, "fact[use].vocabulary", "land_uses", "pack.bad_value", "land_use")),
    ],
)  # fmt: skip
def test_a_problem_names_its_place(
    small: Path, change: Change, edit: tuple[str, str, str], expected: tuple[str, ...]
) -> None:
    change(*edit)
    file, key, value, code, valid = expected
    found = [problem for problem in check_pack(small) if problem.code == code]
    assert found, check_pack(small)
    problem = found[0]
    assert (problem.file, problem.key) == (file, key)
    assert value in problem.value and valid in problem.valid
    for language in ("zh", "en"):
        sentence = say(problem.code, problem.fault.params, language)
        assert not re.search(r"\{[a-z_]+\}", sentence) and sentence != problem.code
        assert file in f"{problem.place} {sentence}" and key in f"{problem.place} {sentence}"


def test_broken_rules_hide_nothing_of_each_other(small: Path, change: Change) -> None:
    change(PERMIT, "since = 2016-01-01", "since = soon")
    change(SHORTFALL, "wage_floor - pay", "wage_flor - pay")
    change(FLOOR_ROWS, "city,220100,1880", "city,220100,lots")
    change(ADVERT, 'ground = "gender"', 'ground = "sex"')
    files = [problem.file for problem in check_pack(small)]
    assert sorted(files) == sorted([PERMIT, SHORTFALL, FLOOR_ROWS, ADVERT])


@pytest.mark.parametrize(
    ("edit", "problems"),
    [
        ((FACTS, 'name = "pay"\nkind = "money"', 'name = "pay"\nkind = "cash"'), 1),
        ((FACTS, "[[fact]]", "[[fact"), 1),
        (("parameters/small.csv", "res.min_months,居住月数,6", "res.min_months,居住月数,six"), 1),
        (("clauses/small.toml", 'title = "一"\n', ""), 1),
    ],
)
def test_what_a_broken_file_declares_is_not_missed_a_second_time(
    small: Path, change: Change, edit: tuple[str, str, str], problems: int
) -> None:
    change(*edit)
    assert len(check_pack(small)) == problems


def test_a_draft_keeps_what_is_sound(small: Path, change: Change) -> None:
    change(PERMIT, "and stable_job", "and stable_jobs")
    pack, problems = draft_pack(small)
    assert pack is not None and problems
    assert "work.permit" not in pack.rules and "work.shortfall" in pack.rules
    assert pack.facts["permit"].rule is None


def test_the_jilin_pack_loads_without_much_work() -> None:
    """A pack is read at every start and release: the guard is on processor time, so a busy machine counts too."""
    import time

    folder = load_pack("jilin").root
    took = []
    for _ in range(3):
        start = time.process_time()
        load_pack_from(folder)
        took.append(time.process_time() - start)
    assert min(took) < 1.5, took
