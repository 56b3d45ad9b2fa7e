"""The price basis: totals, unit prices, increments in conditions, deposits by share, caps."""

from fractions import Fraction

import pytest

from jishi.apps.simulation.listings.conditions import cap_rule, floor_area_cm2, joint_bidding
from tests.apps.simulation.listing_rows import (
    BY_HEADCOUNT,
    HOMES,
    INDUSTRIAL,
    PER_MU_STEP,
    UNDATED,
    only_lot,
    read,
    refusals,
)


@pytest.mark.parametrize(
    "text, fen",
    [
        ("2,470,000", 247000000),
        ("２４７００００", 247000000),
        ("247万元", 247000000),
        ("1.4亿元", 14000000000),
        ("2470000.00元", 247000000),
        ("190万元/亩", 2469810000),
        ("住宅200万元;商业47万元", 247000000),
    ],
)
def test_a_start_price_is_read_however_written(text, fen):
    mixed = {"use_zh": "商住用地", "term_years": "40", "start_price_cny": text}
    assert only_lot(UNDATED | mixed).start_price_fen == fen


@pytest.mark.parametrize(
    "text, code",
    [
        ("约247万", "money.unreadable"),
        ("24,70", "money.unreadable"),
        ("2.47E+06", "money.unreadable"),
        ("-5", "money.unreadable"),
        ("0", "listings.amount.zero"),
        ("24***00", "listings.cell.masked"),
        ("0.001", "money.sub_fen"),
        ("20%", "money.unreadable"),
        ("", "listings.price.blank"),
    ],
)
def test_a_start_price_is_never_guessed(text, code):
    assert refusals(UNDATED | {"start_price_cny": text}) == [("start_price_cny", code)]


def test_a_unit_price_is_multiplied_by_the_area():
    assert only_lot(BY_HEADCOUNT).start_price_fen == 64_886_535_00
    wan = only_lot(BY_HEADCOUNT | {"start_unit_price": "119", "start_unit": "万元/亩"})
    assert wan.start_price_fen == 64_886_535_00
    assert refusals(BY_HEADCOUNT | {"start_unit": "CNY/坪"}) == [("start_unit", "listings.price.unit")]


def test_a_floor_price_needs_an_exact_floor_area():
    row = UNDATED | {"start_price_cny": "", "start_unit_price": "1560", "start_unit": "CNY/m2 GFA(楼面地价)"}
    assert only_lot(row | {"conditions": "规划建筑面积118867㎡"}).start_price_fen == 1560 * 118_867 * 100
    for conditions in ("", "规划建筑面积约118867㎡", "计容建面≤12.02万㎡"):
        assert refusals(row | {"conditions": conditions}) == [("start_unit", "listings.price.floor_area")]


def test_a_total_and_a_unit_price_must_agree_within_the_rounding_stated():
    both = UNDATED | {"start_unit_price": "285", "start_unit": "CNY/m2"}
    assert only_lot(both).start_price_fen == 2470000_00
    assert refusals(both | {"start_unit_price": "286"}) == [("start_price_cny", "listings.value.differs")]


@pytest.mark.parametrize(
    "conditions, fen",
    [
        ("增价幅度0.2万元/亩(按亩计)", 2599800),
        ("增价10万元或其整数倍", 10000000),
        ("每次增价不低于5万元;亩均税收≥20万元/亩", 5000000),
        ("加价幅度为起始价的1%", 2470000),
        ("竞价阶梯:20000元", 2000000),
    ],
)
def test_an_increment_is_read_in_the_conditions(conditions, fen):
    lot = only_lot(UNDATED | {"increment_cny": "", "conditions": conditions})
    assert (lot.increment_fen, "increment_cny" in lot.operator_set) == (fen, False)


def test_a_per_mu_increment_of_a_real_row_is_exact():
    assert only_lot(PER_MU_STEP).increment_fen == 36_114_00


def test_increments_stated_twice_must_agree():
    assert only_lot(HOMES).increment_fen == 20_000_00
    assert refusals(HOMES | {"increment_cny": "30000"}) == [("increment_cny", "listings.value.differs")]
    two = {"conditions": "增价幅度2万元;增价为3万元整数倍"}
    assert refusals(HOMES | two) == [("increment_cny", "listings.increment.differs")]


def test_an_absent_increment_is_the_operators_in_whole_yuan():
    row = UNDATED | {"increment_cny": "", "start_price_cny": "2527980", "deposit_cny": "600000"}
    lot = only_lot(row, Fraction(1, 100))
    assert (lot.increment_fen, "increment_cny" in lot.operator_set) == (25_280_00, True)
    assert refusals(row) == [("increment_cny", "listings.increment.blank")]
    assert "increment_cny" not in only_lot(INDUSTRIAL, Fraction(1, 100)).operator_set


def test_a_deposit_may_be_a_share_of_the_start_price():
    assert only_lot(UNDATED | {"deposit_cny": "20%"}).deposit_fen == 494_000_00
    rule = {"deposit_cny": "", "conditions": "保证金为起始价的50%"}
    assert only_lot(UNDATED | rule).deposit_fen == 1_235_000_00
    assert refusals(UNDATED | rule | {"deposit_cny": "1"}) == [("deposit_cny", "listings.value.differs")]
    assert refusals(UNDATED | {"deposit_cny": ""}) == [("deposit_cny", "listings.cell.blank")]


def test_an_announced_cap_needs_its_amount():
    lot = only_lot(UNDATED | {"cap_price_cny": "284万元", "conditions": "设熔断价"})
    assert (lot.cap_fen, lot.cap_rule) == (2_840_000_00, "halt")
    assert refusals(UNDATED | {"conditions": "设最高限价(数额未载)"}) == [
        ("cap_price_cny", "listings.cap.blank")
    ]
    assert only_lot(UNDATED | {"conditions": "不设最高限价"}).cap_fen is None
    assert refusals(UNDATED | {"cap_price_cny": "1"}) == [("cap_price_cny", "listings.cap.below_start")]
    assert cap_rule("达到最高限价的即成交") == "first"


@pytest.mark.parametrize("area, cm2", [("12,038㎡", 120380000), ("1.2公顷", 120000000), ("18亩", 120000000)])
def test_an_area_is_read_in_the_unit_it_states(area, cm2):
    assert only_lot(UNDATED | {"area_m2": area}).area_cm2 == cm2


@pytest.mark.parametrize("area, code", [("约58亩", "area.unreadable"), ("0", "listings.amount.zero")])
def test_an_area_is_never_guessed(area, code):
    assert refusals(UNDATED | {"area_m2": area}) == [("area_m2", code)]


def test_areas_by_use_are_added_and_must_agree():
    mixed = {"use_zh": "住宅13468.5㎡;商服13468.5㎡", "term_years": "住宅70;商服40"}
    lot = only_lot(UNDATED | mixed | {"area_m2": "26937"})
    assert [use.area_cm2 for use in lot.uses] == [134_685_000, 134_685_000]
    assert refusals(UNDATED | mixed) == [("area_m2", "listings.value.differs")]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("不接受联合申请", False),
        ("须单独申请", False),
        ("可联合竞买(须协议)", True),
        ("须独立竞买", False),
        ("", None),
    ],
)
def test_joint_bidding_is_read(text, expected):
    assert joint_bidding(text) is expected


@pytest.mark.parametrize("text, expected", [("有底价", "stated"), ("不设保留价", "none"), ("", "unstated")])
def test_the_reserve_is_stated_or_not(text, expected):
    assert only_lot(UNDATED | {"reserve": text}).reserve == expected


def test_a_reserve_amount_in_the_open_is_refused():
    assert refusals(UNDATED | {"reserve": "5000000"}) == [("reserve", "listings.reserve.unreadable")]


def test_floor_area_is_read_only_where_exact():
    assert floor_area_cm2("计容面积11288.16m2") == 112_881_600
    assert floor_area_cm2("建筑面积≥6500m2") is None


def test_a_missing_price_does_not_hide_the_other_problems():
    _, problems = read(UNDATED | {"start_price_cny": "", "increment_cny": "", "deposit_cny": "20%"})
    assert {problem.column for problem in problems} == {"start_price_cny", "increment_cny"}
