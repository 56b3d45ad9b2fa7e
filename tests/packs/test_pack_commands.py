"""`./jishi pack`: check, diff and parity say on the terminal what was found, and end with the right code."""

import csv
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from jishi.apps.packs.api import (
    CaseTable,
    PackError,
    ask_cases,
    compare_packs,
    load_pack,
    load_pack_from,
    read_parities,
)
from jishi.project import cli
from tests.packs.small_pack import write_small_pack

PERMIT = "rules/work.permit.toml"
PARITY = """
id = "work"
title = { zh = "全日制与非全日制", en = "Full time and part time" }
fact = "stable_job"
values = [true, false]
day = 2022-01-01
facts = { months_resident = 12, pay = "1000" }
"""


def run(*words: object, lang: str = "en") -> Result:
    """Call the command in one language and return what it said."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "LANG", lang)
        patch.setenv("COLUMNS", "200")
        return CliRunner().invoke(cli.app, [str(word) for word in words])


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Write the small pack."""
    return write_small_pack(tmp_path / "small")


@pytest.fixture
def other(small: Path, tmp_path: Path) -> Path:
    """Write a second version: three months instead of six, and no rule on points."""
    folder = Path(shutil.copytree(small, tmp_path / "other"))
    change(folder, "parameters/small.csv", "res.min_months,居住月数,6", "res.min_months,居住月数,3")
    change(folder, PERMIT, 'cites = ["法 1"]', 'cites = ["法 1", "法 2"]')
    for name in ("rules/work.points.toml", "cases/work.points.toml"):
        (folder / name).unlink()
    return folder


def change(folder: Path, name: str, old: str, new: str) -> None:
    """Replace a text, which must be there."""
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize("command", ["check", "diff", "parity"])
def test_every_command_explains_itself(command: str) -> None:
    done = run("pack", command, "--help")
    assert done.exit_code == 0 and "Usage" in done.output


def test_a_sound_pack_passes(small: Path) -> None:
    done = run("pack", "check", small)
    assert done.exit_code == 0, done.output
    assert "5 rules" in done.output and "errors 0, warnings 0, notes 1" in done.output
    assert "elsewhere" not in done.output and "elsewhere" in run("pack", "check", small, "--notes").output


def test_problems_cases_and_rows_are_told_together(small: Path) -> None:
    change(small, "rules/work.advert.toml", 'ground = "gender"', 'ground = "sex"')
    change(small, "cases/work.floor.toml", '"1880"', '"1881"')
    change(small, PERMIT, 'then = "refused"', 'when = "months_resident < 3"\nthen = "refused"')
    done = run("pack", "check", small)
    assert done.exit_code == 1
    assert "pattern[men_only].ground" in done.output
    assert "came out 1880" in done.output and "the case says 1881" in done.output
    assert "rules/work.permit: Some case is answered by no row" in done.output


def test_warnings_count_when_strict(small: Path) -> None:
    change(small, "clauses/small.toml", "[[clause]]", '[[clause]]\nid = "法 3"\nsource = "某法"\ntitle = "三"\n'
           'summary_zh = "三"\nsummary_en = "three"\n\n[[clause]]')  # fmt: skip
    done = run("pack", "check", small)
    assert done.exit_code == 0 and "“法 3” is in force and cited by no rule" in done.output
    assert run("pack", "check", small, "--strict").exit_code == 1


def test_diff_says_what_changed_and_whose_answer(small: Path, other: Path, tmp_path: Path) -> None:
    out = tmp_path / "changed.csv"
    done = run("pack", "diff", small, other, "--out", out)
    assert done.exit_code == 0, done.output
    assert "Changed number res.min_months" in done.output and "Removed rule work.points" in done.output
    assert "cites: 法 1 → 法 1, 法 2" in done.output
    assert "refused → undetermined: 1" in done.output
    with out.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    first = next(row for row in rows if row["rule"] == "work.permit")
    assert (first["before"], first["after"]) == ("refused", "undetermined")
    assert (first["before_row"], first["after_row"]) == ("otherwise", "")
    assert [row["after"] for row in rows if row["rule"] == "work.points"] == ["—", "—"]


def test_diff_asks_a_table_of_cases(small: Path, other: Path, tmp_path: Path) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text(
        "name,months_resident,stable_job,as_of\n甲,4,true,2022-01-01\n乙,9,是,2022-01-01\n丙,4,,\n", "utf-8"
    )
    done = run(
        "pack", "diff", small, other, "--cases", cases, "--table", "work.permit", "--as-of", "2020-01-01"
    )
    assert done.exit_code == 0, done.output
    assert "甲" in done.output and "丙" in done.output and "乙" not in done.output
    said = " ".join(done.output.split())  # a narrow window breaks the line anywhere
    assert "3 cases asked: 2 are answered otherwise, 1 alike on another row or clause" in said


def test_diff_refuses_lines_it_cannot_read_all_at_once(small: Path, other: Path, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("rule,as_of,months_resident\nwork.permit,,six\nwork.permits,2022-01-01,6\n", "utf-8")
    with pytest.raises(PackError) as caught:
        ask_cases(load_pack_from(small), load_pack_from(other), CaseTable(path))
    assert [(each.key, each.code) for each in caught.value.problems] == [
        ("line 2.as_of", "pack.bad_value"),
        ("line 2.months_resident", "rules.bad_value"),
        ("line 3.rule", "pack.unknown_rule"),
    ]
    assert run("pack", "diff", small, other, "--cases", path).exit_code == 2


def test_diff_asks_a_file_of_dated_cases(small: Path, other: Path) -> None:
    packs = load_pack_from(small), load_pack_from(other)
    impact = compare_packs(*packs, ask_cases(*packs, CaseTable(small / "cases/work.permit.toml")))
    assert impact.tallies["work.permit"].asked == 3 and impact.tallies["work.permit"].changed == 1


def test_a_pack_does_not_differ_from_itself(small: Path) -> None:
    done = run("pack", "diff", small, small)
    assert "0 parts differ" in done.output and "0 are answered otherwise, 0 alike" in done.output


def test_parity_shows_both_answers_with_their_clauses(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (small / "parity").mkdir()
    (small / "parity/work.toml").write_text(PARITY, "utf-8")
    monkeypatch.setenv("JISHI_PACK", str(small))
    done = run("pack", "parity")
    assert done.exit_code == 0, done.output
    assert "Residence permit" in done.output and "Yes" in done.output and "法 2" in done.output
    assert "2 rules ask; 2 answer differently, 0 lack facts" in done.output
    (small / "parity/work.toml").write_text(PARITY.replace("pay =", "salary ="), "utf-8")
    assert run("pack", "parity", "--case", small / "parity/work.toml").exit_code == 2


def test_the_parcel_of_the_pack_meets_every_rule_on_land_ownership() -> None:
    pack = load_pack("jilin")
    (parity,) = [each for each in read_parities(pack) if each.fact == "land_ownership"]
    assert parity.values == ("state", "collective")
    done = run("pack", "parity", lang="zh")
    assert done.exit_code == 0 and "事实不够 0 条" in done.output
