"""Divisions: the shape of a code, and a table that knows when each was in force."""

from datetime import date

import pytest

from jishi.kernel.codes.division import DivisionTable, check_division, is_within
from jishi.kernel.fault import Fault

ROWS = [
    {"code": "220000", "name_zh": "吉林省", "name_en": "Jilin Province"},
    {"code": "220100", "name_zh": "长春市"},
    {"code": "220300", "name_zh": "四平市"},
    {"code": "220184", "name_zh": "公主岭市", "since": "2020-06-05"},
    {"code": "220381", "name_zh": "公主岭市", "until": "2020-06-04", "successor": "220184"},
]
TABLE = DivisionTable.read(ROWS)


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("22018", "codes.division.length", {"length": 5, "expected": 6}),
        ("22018A", "codes.division.sign", {"position": 6, "sign": "A"}),
        ("990000", "codes.division.province", {"province": "99"}),
        ("220084", "codes.division.gap", {"expected": "220000"}),
    ],
)
def test_refuses_a_code_out_of_shape(text, code, params):
    with pytest.raises(Fault) as caught:
        check_division(text)
    assert caught.value.code == code
    assert params.items() <= caught.value.params.items()


def test_finds_a_division_by_code_and_day():
    assert TABLE.find("２２０１８４").name_zh == "公主岭市"
    assert TABLE.find("220381", date(2020, 6, 4)).successor == "220184"
    assert TABLE.find("220184", date(2020, 6, 5)).since == date(2020, 6, 5)
    assert TABLE.find("220000", date(2020, 1, 1)).name_en == "Jilin Province"


def test_an_old_code_is_not_in_force_and_names_its_successor():
    with pytest.raises(Fault) as caught:
        TABLE.find("220381", date(2020, 6, 5))
    assert caught.value == Fault(
        "codes.division.not_in_force", value="220381", day="2020-06-05", successor="220184"
    )
    with pytest.raises(Fault, match=r"codes\.division\.not_in_force"):
        TABLE.find("220184", date(2020, 6, 4))


def test_an_unknown_code_is_not_a_wrong_one():
    with pytest.raises(Fault, match=r"codes\.division\.unknown value='220999'"):
        TABLE.find("220999")


def test_the_path_leads_from_the_province_down():
    assert [step.name_zh for step in TABLE.path("220184")] == ["吉林省", "长春市", "公主岭市"]
    assert [step.name_zh for step in TABLE.path("220000")] == ["吉林省"]


def test_a_subtree_holds_itself_and_what_lies_in_it():
    within_changchun = [row["code"] for row in ROWS if is_within(row["code"], "220100")]
    assert within_changchun == ["220100", "220184"]
    assert all(is_within(row["code"], "220000") for row in ROWS)
    assert not is_within("220000", "220100")


def test_a_table_refuses_a_code_met_twice_or_out_of_shape():
    with pytest.raises(Fault, match=r"codes\.division\.twice value='220000'"):
        DivisionTable.read([*ROWS, ROWS[0]])
    with pytest.raises(Fault, match=r"codes\.division\.province"):
        DivisionTable.read([{"code": "990000", "name_zh": "?"}])
