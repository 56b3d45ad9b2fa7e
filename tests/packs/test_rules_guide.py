"""The guide for clerks: its files load as they stand, its cases pass, its commands answer as it says."""

import csv
import re
import shlex
import shutil
import tomllib
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from jishi.apps.packs import api as packs
from jishi.project import cli
from tests.house.tree import DOCS

GUIDE = (DOCS / "rules.md").read_text("utf-8")
FILE = re.compile(r"```toml\n# (\S+)\n(.*?)```", re.DOTALL)
RULE, DAY = "example.market_stall", date(2020, 11, 24)
FOLDERS = {"facts", "clauses", "rules", "cases"}


@pytest.fixture(scope="module")
def guided(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the pack with the files of the guide, as they stand on the page."""
    folder = tmp_path_factory.mktemp("guide") / "pack"
    shutil.copytree(packs.locate_pack("jilin"), folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in FILE.findall(GUIDE):
        assert not (folder / name).exists(), name
        (folder / name).write_text(text, "utf-8")
    return folder


def run(words: str, folder: Path, lang: str = "en") -> Result:
    """Call a command of the guide with the pack of the guide."""
    command = shlex.split(words, comments=True)
    assert command.pop(0) == "./jishi"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JISHI_PACK", str(folder))
        patch.setattr(cli, "LANG", lang)
        return CliRunner().invoke(cli.app, command)


def command(beginning: str) -> str:
    """Find a command on the page by how it begins."""
    return next(line for line in GUIDE.splitlines() if line.startswith(beginning))


def test_every_file_of_the_example_is_marked() -> None:
    assert {Path(name).parent.name for name, _ in FILE.findall(GUIDE)} == FOLDERS
    assert GUIDE.count("```toml") == len(FILE.findall(GUIDE))


def test_the_example_loads_and_its_cases_pass(guided: Path) -> None:
    pack = packs.load_pack_from(guided)
    cases, problems = packs.read_cases(pack)
    assert RULE in pack.rules and not problems
    (written,) = (text for name, text in FILE.findall(GUIDE) if name.startswith("cases/"))
    mine = [case for case in cases if case.rule == RULE]
    assert len(mine) == len(tomllib.loads(written)["case"]) >= 4
    failed = [problem for problem in packs.check_cases(pack) if RULE in problem.file]
    assert not failed, failed


def test_the_checker_finds_nothing_wrong_with_it(guided: Path) -> None:
    pack = packs.load_pack_from(guided)
    found = [each for each in packs.lint_pack(pack, DAY) if each.rule == RULE and each.level == "error"]
    assert not found, found


def test_the_decision_of_the_guide_is_the_one_it_shows(guided: Path) -> None:
    done = run(command("./jishi decide example.market_stall stall_goods"), guided)
    assert done.exit_code == 0, done.output
    assert "May not trade" in done.output and "hot_food_without_licence; 示例办法 3" in done.output
    assert "不得经营" in run(command("./jishi decide example.market_stall stall_goods"), guided, "zh").output


def test_the_table_of_the_guide_is_decided_as_it_says(
    guided: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (table,) = re.findall(r"```csv\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "stalls.csv").write_text(table, "utf-8")
    monkeypatch.chdir(tmp_path)
    done = run(command("./jishi decide example.market_stall --file"), guided)
    assert done.exit_code == 1, done.output
    rows = list(csv.DictReader((tmp_path / "decided.csv").open(encoding="utf-8-sig")))
    assert [row["answer"] for row in rows] == ["free", "forbidden", "register", ""]
    assert [row["摊位号"] for row in rows] == ["A-01", "A-02", "A-03", "A-04"]
    assert rows[2]["problems"] == "stall_area: 约6" and rows[3]["missing"] == "stall_area"
    (problem,) = csv.DictReader((tmp_path / "decided.problems.csv").open(encoding="utf-8-sig"))
    assert (problem["row"], problem["column"], problem["value"]) == ("3", "stall_area", "约6")


def test_the_rule_of_the_guide_is_printed_as_sql(guided: Path) -> None:
    assert f"`./jishi decide {RULE} --sql duckdb`" in GUIDE
    assert "SELECT" in run(f"./jishi decide {RULE} --sql duckdb", guided).output
