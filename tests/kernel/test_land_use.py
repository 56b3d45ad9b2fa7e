"""Land use: codes of two or four digits, looked up in a table that is handed in."""

import pytest

from jishi.kernel.codes.land_use import LandUse, LandUseTable, check_land_use
from jishi.kernel.fault import Fault

ROWS = [
    {"l1_name": "工矿仓储用地", "l2_code": "0601", "l2_name": "工业用地", "three_category": "建设用地"},
    {"l1_name": "工矿仓储用地", "l2_code": "0604", "l2_name": "仓储用地", "three_category": "建设用地"},
    {"l1_name": "交通运输用地", "l2_code": "1003", "l2_name": "公路用地", "three_category": "建设用地"},
    {"l1_name": "交通运输用地", "l2_code": "1006", "l2_name": "农村道路", "three_category": "农用地"},
    {"l1_name": "交通运输用地", "l2_code": "1007", "l2_name": "机场用地", "three_category": "建设用地"},
]
TABLE = LandUseTable.read(ROWS)


def test_finds_kinds_and_the_classes_gathered_from_them():
    assert TABLE.find("０６０１") == LandUse("0601", "工业用地", "工矿仓储用地", "建设用地")
    assert TABLE.find("06") == LandUse("06", "工矿仓储用地", "工矿仓储用地", "建设用地")
    assert TABLE.find("0601").class_code == "06"
    assert len(TABLE) == 7


def test_a_class_of_several_categories_claims_none():
    assert TABLE.find("10").category is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("601", "codes.land_use.length"),
        ("06011", "codes.land_use.length"),
        ("", "codes.land_use.length"),
        ("06A1", "codes.land_use.sign"),
    ],
)
def test_refuses_a_code_out_of_shape(text, code):
    with pytest.raises(Fault) as caught:
        check_land_use(text)
    assert caught.value.code == code


def test_an_unknown_code_is_named():
    with pytest.raises(Fault, match=r"codes\.land_use\.unknown value='0699'"):
        TABLE.find("0699")


def test_a_table_refuses_doubles_and_a_class_in_the_place_of_a_kind():
    with pytest.raises(Fault, match=r"codes\.land_use\.twice value='0601'"):
        LandUseTable.read([*ROWS, ROWS[0]])
    with pytest.raises(Fault, match=r"codes\.land_use\.length"):
        LandUseTable.read([ROWS[0] | {"l2_code": "06"}])
