"""Every dated case of the pack holds: answer, deciding row, clauses, and the facts still needed."""

from functools import cache
from pathlib import Path

import pytest

from jishi.apps.packs.api import DatedCase, check_cases, load_pack, load_pack_from, read_cases
from jishi.apps.packs.rules.check import run_cases
from jishi.platform.words import say
from tests.packs.small_pack import write_small_pack

RULES = sorted(path.stem for path in (Path(__file__).parents[2] / "src/jishi_jilin/rules").glob("*.toml"))
PERMIT, ADVERT = "cases/work.permit.toml", "cases/work.advert.toml"


@cache
def _cases() -> dict[str, list[DatedCase]]:
    cases, problems = read_cases(load_pack("jilin"))
    assert not problems, "\n".join(map(str, problems))
    found: dict[str, list[DatedCase]] = {}
    for case in cases:
        found.setdefault(case.rule, []).append(case)
    return found


@pytest.mark.parametrize("rule", RULES)
def test_dated_cases_hold(rule: str) -> None:
    cases = _cases().get(rule, [])
    assert cases, f"{rule} has no dated case"
    problems = list(run_cases(load_pack("jilin"), cases))
    assert not problems, "\n".join(say(each.code, each.fault.params, "en") for each in problems)


@pytest.mark.parametrize(
    ("edit", "key", "code", "said"),
    [
        (
            (PERMIT, 'answer = "granted"', 'answer = "refused"'),
            "case[1].answer",
            "pack.case_answer",
            "granted",
        ),
        (
            (PERMIT, 'row = "otherwise"', 'row = "resident_with_job"'),
            "case[2].row",
            "pack.case_row",
            "otherwise",
        ),
        ((PERMIT, 'cites = ["法 2"]', 'cites = ["法 1"]'), "case[2].cites", "pack.case_cites", "法 2"),
        (
            (PERMIT, 'needs = ["stable_job"]', 'needs = ["pay"]'),
            "case[3].needs",
            "pack.case_needs",
            "stable_job",
        ),
        (
            (PERMIT, "day = 2020-11-24", "day = 2010-11-24"),
            "case[1].answer",
            "pack.case_answer",
            "undetermined",
        ),
        (("cases/work.floor.toml", '"1880"', '"1881"'), "case[1].answer", "pack.case_answer", "1880"),
        (
            ("cases/work.points.toml", "answer = 12", "answer = 14"),
            "case[1].answer",
            "pack.case_answer",
            "12",
        ),
        ((ADVERT, 'finds = ["men_only"]', "finds = []"), "case[1].finds", "pack.case_finds", "仅限男性"),
        ((ADVERT, 'cites = ["法 2"]', 'cites = ["法 1"]'), "case[1].cites", "pack.case_cites", "法 2"),
        (
            (PERMIT, "stable_job = true", 'stable_job = "maybe"'),
            "case[1].facts.stable_job",
            "rules.bad_value",
            "maybe",
        ),
        (
            (PERMIT, "stable_job = true", "steady_job = true"),
            "case[1].facts.steady_job",
            "pack.unknown_fact",
            "steady",
        ),
        ((PERMIT, 'row = "otherwise"', 'row = "others"'), "case[2].row", "pack.unknown_row", "others"),
        ((PERMIT, 'answer = "granted"\n', ""), "case[1].answer", "pack.missing_key", ""),
        (
            (PERMIT, 'answer = "granted"', 'answer = "grant"'),
            "case[1].answer",
            "pack.unknown_answer",
            "grant",
        ),
        ((PERMIT, "day = 2020-11-24", ""), "case[1].day", "pack.missing_key", ""),
        ((PERMIT, "day = 2020-11-24", "day = 2020-11-24\nwhen = 1"), "case[1].when", "pack.unknown_key", "1"),
        ((PERMIT, 'cites = ["法 2"]', 'cites = ["法 3"]'), "case[2].cites", "pack.unknown_clause", "法 3"),
    ],
)
def test_a_case_that_differs_is_told(
    tmp_path: Path, edit: tuple[str, str, str], key: str, code: str, said: str
) -> None:
    write_small_pack(tmp_path)
    name, old, new = edit
    text = (tmp_path / name).read_text("utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1), "utf-8")
    found = check_cases(load_pack_from(tmp_path))
    assert [(each.file, each.key, each.code) for each in found] == [(name, key, code)]
    sentence = say(found[0].code, found[0].fault.params, "zh")
    assert said in found[0].value and "{" not in sentence


def test_a_case_of_no_rule_is_told(tmp_path: Path) -> None:
    write_small_pack(tmp_path)
    (tmp_path / PERMIT).rename(tmp_path / "cases/work.permits.toml")
    (problem,) = check_cases(load_pack_from(tmp_path))
    assert (problem.code, problem.file) == ("pack.unknown_rule", "cases/work.permits.toml")
