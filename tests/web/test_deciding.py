"""Deciding on the terminal: one case with its reasons, a file of cases, a rule as SQL; exit codes and sentences."""

import csv
import json
from pathlib import Path

import duckdb
import polars as pl
import pytest
from openpyxl import load_workbook

from tests.web.test_command import run

RULE = "labour.residence_permit"
DAY = ("--as-of", "2020-11-24")
CASES = "编号,居住月数,stable_job,stable_hom\n001,6,是,\n002,5,no,\n003,six,no,\n004,7,,\n5,6\n"


def test_the_command_explains_itself() -> None:
    done = run("decide", "--help")
    assert done.exit_code == 0 and "--file" in done.output and "--sql" in done.output


def test_a_case_is_answered_with_its_clause_and_explained() -> None:
    done = run("decide", RULE, "months_resident=6", "--facts", "stable_job=yes", *DAY, "--explain")
    assert done.exit_code == 0, done.output
    assert "May be issued" in done.output and "居住证暂行条例 2" in done.output
    assert "✓" in done.output and "What would change it" in done.output
    assert "可以申领" in run("decide", RULE, "months_resident=6", "stable_job=是", *DAY, lang="zh").output


def test_what_is_not_known_is_named_and_ends_with_1() -> None:
    done = run("decide", RULE, "months_resident=6", *DAY)
    assert done.exit_code == 1
    assert "Undetermined" in done.output and "Still needed: Has a lawful stable job, " in done.output


def test_a_decision_is_json_when_asked() -> None:
    done = run("decide", RULE, "months_resident=6", "stable_job=yes", *DAY, "--json")
    told = json.loads(done.output)
    assert (told["answer"], told["as_of"], told["row"]) == ("granted", "2020-11-24", "resident_with_tie")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((RULE, "months_resident"), "is not written fact=value"),
        ((RULE, "months_residen=6"), "does not ask for the fact “months_residen”; valid: months_resident"),
        ((RULE, "months_resident=six"), "months_resident"),
        (("labour.residence_permi",), "near: labour.residence_permit"),
        ((RULE, "--file", "none.csv"), "There is no file none.csv"),
        ((RULE, "--sql", "cobol"), "duckdb, postgres, "),
        (("labour.job_advertisement", "--file", __file__), "looks for wording"),
    ],
)
def test_what_is_wrongly_called_gets_a_sentence(words: tuple[str, ...], said: str) -> None:
    done = run("decide", *words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_text_is_looked_through() -> None:
    done = run("decide", "labour.job_advertisement", "text=仅限男性，35岁以下", *DAY)
    assert done.exit_code == 1
    assert "仅限男性 0–4 Gender" in done.output and "→ Drop" in done.output
    assert run("decide", "labour.job_advertisement", "text=欢迎应聘", *DAY).exit_code == 0


def decide_file(tmp_path: Path, out: str, text: str = CASES) -> tuple[int, str]:
    path = tmp_path / "cases.csv"
    path.write_text(text)
    done = run("decide", RULE, "--file", path, "--out", tmp_path / out, *DAY)
    return done.exit_code, done.output


def test_a_file_keeps_its_columns_and_gets_the_answers(tmp_path: Path) -> None:
    code, said = decide_file(tmp_path, "out.csv")
    assert code == 1
    rows = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8-sig")))
    assert [row["编号"] for row in rows] == ["001", "002", "003", "004", "5"]
    assert [row["answer"] for row in rows] == ["granted", "refused", "", "", ""]
    assert rows[0]["row"] == "resident_with_tie" and rows[0]["clauses"] == "居住证暂行条例 2"
    assert rows[3]["missing"].startswith("stable_job; ") and rows[4]["status"] == "undetermined"
    problems = list(csv.DictReader((tmp_path / "out.problems.csv").open(encoding="utf-8-sig")))
    assert [(row["row"], row["column"], row["value"]) for row in problems] == [
        ("3", "居住月数", "six"),
        ("5", "", "5,6"),
    ]
    for words in ("Undetermined   3  60.0%", "Rows with problems: 2", "the fact stable_home meant?"):
        assert words in said


def test_a_file_all_decided_ends_with_0_and_lists_no_problem(tmp_path: Path) -> None:
    code, _ = decide_file(tmp_path, "out.csv", "id,months_resident\n1,5\n2,4\n")
    assert code == 0
    assert not (tmp_path / "out.problems.csv").exists() and not list(tmp_path.glob("*.part"))


def test_every_form_comes_out(tmp_path: Path) -> None:
    decide_file(tmp_path, "out.parquet")
    decide_file(tmp_path, "out.xlsx")
    frame = pl.read_parquet(tmp_path / "out.parquet")
    assert frame["answer_text"].to_list()[:2] == ["May be issued", "Not eligible"]
    sheet = load_workbook(tmp_path / "out.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[2]][:2] == ["001", "6"] and sheet.max_row == 6


def test_a_parquet_file_is_decided_beside_itself(tmp_path: Path) -> None:
    pl.DataFrame({"id": ["01"], "months_resident": [5], "answer": ["mine"]}).write_parquet(
        tmp_path / "in.parquet"
    )
    assert run("decide", RULE, "--file", tmp_path / "in.parquet", *DAY).exit_code == 0
    (row,) = pl.read_parquet(tmp_path / "in.decided.parquet").to_dicts()
    assert (row["id"], row["answer"], row["decided_answer"]) == ("01", "mine", "refused")


@pytest.mark.parametrize("out", ["out.txt", "cases.csv", "no/out.csv"])
def test_a_result_goes_only_where_it_can(tmp_path: Path, out: str) -> None:
    assert decide_file(tmp_path, out)[0] == 2
    assert (tmp_path / "cases.csv").read_text() == CASES


def test_a_rule_printed_as_sql_runs_and_answers_alike() -> None:
    told = run("decide", RULE, "--sql", "duckdb").output
    assert "--   months_resident BIGINT" in told and "--   as_of DATE" in told
    made = duckdb.connect()
    made.execute(
        "CREATE TABLE cases AS SELECT * FROM (VALUES (1, 6, TRUE), (2, 5, FALSE), (3, 6, NULL)) "
        "AS t(id, months_resident, stable_job), (SELECT NULL::BOOLEAN AS stable_home, "
        "NULL::BOOLEAN AS enrolled, DATE '2020-11-24' AS as_of)"
    )
    found = made.execute(told).fetchall()
    assert [row[1] for row in sorted(found)] == ["granted", "refused", None]


@pytest.mark.parametrize("dialect", ["postgres", "snowflake", "mysql", "oracle"])
def test_other_dialects_are_written(dialect: str) -> None:
    done = run("decide", RULE, "--sql", dialect, *DAY)
    assert done.exit_code == 0 and "SELECT" in done.output and "as_of DATE —" not in done.output
