"""Announcement rows become lots with the values stated, or problems with the true reason."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.apps.simulation.listings import read_listings
from jishi.apps.simulation.listings.table import COLUMNS
from jishi.kernel.quantity.bounds import parse_bounds, parse_span
from jishi.platform.words import codes, say
from tests.apps.simulation.listing_rows import (
    BY_HEADCOUNT,
    DAY,
    HOMES,
    INDUSTRIAL,
    PART_OF_HOMES,
    PART_OF_SHOPS,
    PER_MU_STEP,
    REFERENCE,
    UNDATED,
    NationalLaw,
    only_lot,
    options,
    read,
    refusals,
    table,
)

ONE_PERCENT = Fraction(1, 100)


def ms(year: int, month: int, day: int, hour: int, minute: int = 0) -> int:
    """Return milliseconds of an hour in UTC+8."""
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp() - 8 * 3600) * 1000


def test_a_full_row_is_read_as_stated():
    lot = only_lot(INDUSTRIAL)
    assert (lot.row, lot.area_cm2, lot.division_code) == (2, 86_660_000, "210381")
    assert (lot.start_price_fen, lot.deposit_fen, lot.increment_fen) == (247000000, 247000000, 10000000)
    assert [(use.name_zh, use.code, use.term_years) for use in lot.uses] == [("工业用地", "0601", 50)]
    assert (lot.notice_day, lot.listing_start) == (date(2022, 4, 2), ms(2022, 4, 22, 8))
    assert (lot.listing_end, lot.registration_end) == (ms(2022, 5, 1, 16), ms(2022, 4, 30, 15))
    assert lot.operator_set == {"registration_deadline"}
    assert lot.plot_ratio == parse_span("0.7", "")
    assert (lot.building_density, lot.height) == (parse_bounds("≥30%"), None)


def test_absent_dates_are_scheduled_from_the_operators_day():
    lot = only_lot(UNDATED)
    assert lot.notice_day == DAY
    assert (lot.listing_start, lot.listing_end) == (ms(2026, 3, 22, 9), ms(2026, 3, 31, 15))
    assert lot.registration_end == ms(2026, 3, 30, 15)
    assert lot.operator_set == {"notice_date", "listing_start", "listing_end", "registration_deadline"}


def test_a_stated_registration_deadline_places_the_rest():
    lot = only_lot(HOMES)
    assert lot.registration_end == ms(2021, 11, 5, 12)
    assert (lot.notice_day, lot.listing_start) == (date(2021, 10, 8), ms(2021, 10, 28, 9))
    assert lot.listing_end == ms(2021, 11, 6, 15)
    assert "registration_deadline" not in lot.operator_set


def test_a_notice_and_a_deadline_place_the_listing_between():
    lot = only_lot(UNDATED | {"notice_date": "2024-05-11", "registration_deadline": "2024-06-10"})
    assert (lot.listing_start, lot.listing_end) == (ms(2024, 5, 31, 9), ms(2024, 6, 11, 15))
    assert lot.operator_set == {"listing_start", "listing_end", "registration_deadline_hour"}


def test_a_date_without_an_hour_gets_the_usual_one_and_says_so():
    lot = only_lot(UNDATED | {"listing_start": "2024-10-12", "listing_end": "2024-11-11"})
    assert (lot.listing_start, lot.listing_end) == (ms(2024, 10, 12, 9), ms(2024, 11, 11, 15))
    assert lot.operator_set == {
        "notice_date",
        "registration_deadline",
        "listing_start_hour",
        "listing_end_hour",
    }


@pytest.mark.parametrize(
    "dates, column, code",
    [
        (("2022-04-03", "2022-04-22", "2022-05-01"), "listing_start", "listings.date.notice"),
        (("2022-04-02", "2022-04-22", "2022-04-30"), "listing_end", "listings.date.listing"),
        (("2022-04-23", "2022-04-22", "2022-05-01"), "notice_date", "listings.date.notice_after_start"),
        (("2022-04-02", "2022-05-02", "2022-05-01"), "listing_end", "listings.date.end_before_start"),
        (("", "2022-04-31", "2022-05-01"), "listing_start", "listings.date.unreadable"),
        (("10月22日", "", ""), "notice_date", "listings.date.unreadable"),
        (("", "2003-06-06", "2003-06-17"), "listing_start", "listings.date.no_rule"),
    ],
)
def test_unlawful_dates_are_refused_at_the_stated_column(dates, column, code):
    row = INDUSTRIAL | dict(zip(("notice_date", "listing_start", "listing_end"), dates, strict=True))
    assert (column, code) in refusals(row)


def test_a_refused_date_names_its_clause():
    _, problems = read(INDUSTRIAL | {"notice_date": "2022-04-03"})
    assert problems[0].params["clauses"] == "order39.8"
    assert "order39.8" in say(problems[0].code, problems[0].params, "zh")


def test_before_november_2007_a_listing_needs_ten_working_days():
    old = {"notice_date": "2005-05-11", "listing_start": "2005-06-06", "listing_end": "2005-06-17"}
    assert only_lot(INDUSTRIAL | old).listing_end == ms(2005, 6, 17, 15)
    assert refusals(INDUSTRIAL | old | {"listing_end": "2005-06-16"}) == [
        ("listing_end", "listings.date.working_days")
    ]


@pytest.mark.parametrize(
    "use, term, expected",
    [
        ("城镇住宅用地", "商业40;住宅70", [("0701", 70), (None, 40)]),
        ("商住用地", "商服40;住宅70", [(None, 40), ("0701", 70)]),
        ("城镇住宅(地下交通服务场站用地)", "70(50)", [("0701", 70), ("1005", 50)]),
        ("公用设施用地(供水用地)", "50", [("0809", 50)]),
        ("工业/一类工业", "40年", [("0601", 40)]),
        ("二类居住用地(R2)", "70.0", [("0701", 70)]),
        (
            "居住(城镇住宅、城镇社区服务设施)用地、商业服务业(商业)用地",
            "居住70;商业40",
            [("0701", 70), (None, 40)],
        ),
        ("商办用地", "商业40;办公50", [(None, 40), ("0505", 50)]),
        ("商业、住宅用地", "40、70", [(None, 40), ("0701", 70)]),
        ("工矿用地", "50", [(None, 50)]),
        ("中低价位、中小套型普通商品住房用地", "70年(自交付之日起)", [("0701", 70)]),
    ],
)
def test_uses_and_terms_are_tied(use, term, expected):
    lot = only_lot(UNDATED | {"use_zh": use, "term_years": term})
    assert [(found.code, found.term_years) for found in lot.uses] == expected


@pytest.mark.parametrize(
    "use, term, column, code",
    [
        ("工业用地", "", "term_years", "listings.cell.blank"),
        ("工业用地", "51", "term_years", "listings.term.exceeds"),
        ("商业用地", "50", "term_years", "listings.term.exceeds"),
        ("商住用地", "70", "term_years", "listings.term.exceeds"),
        ("商住用地", "商业40", "term_years", "listings.term.missing"),
        ("住宅、工业用地", "40、30", "term_years", "listings.term.ambiguous"),
        ("工业用地", "租赁5", "term_years", "listings.term.lease"),
        ("工业用地", "长期", "term_years", "listings.term.unreadable"),
        ("工业用地", "0", "term_years", "listings.term.unreadable"),
        ("工业用地", "70(50)", "term_years", "listings.term.ambiguous"),
        ("沙滩用地", "50", "use_zh", "listings.use.unrecognised"),
        ("", "50", "use_zh", "listings.cell.blank"),
        ("****", "50", "use_zh", "listings.cell.masked"),
    ],
)
def test_terms_and_uses_are_never_guessed(use, term, column, code):
    assert refusals(UNDATED | {"use_zh": use, "term_years": term}) == [(column, code)]


def test_a_share_is_read_from_the_use_or_the_conditions():
    assert only_lot(HOMES).uses[1].share == parse_bounds("≤10%")
    mixed = {
        "use_zh": "城镇住宅用地",
        "term_years": "商业40;住宅70",
        "conditions": "商业占比≤20%;保证金可用银行保函",
    }
    lot = only_lot(UNDATED | mixed)
    assert [use.share for use in lot.uses] == [None, parse_bounds("≤20%")]
    assert lot.guarantee_allowed


def test_parts_of_one_parcel_are_one_lot():
    lots, problems = read(PART_OF_HOMES, PART_OF_SHOPS)
    assert (problems, len(lots)) == ([], 1)
    lot = lots[0]
    assert (lot.rows, lot.parcel_no, lot.area_cm2) == ((2, 3), "2023-M066", 395_360_000)
    assert [(use.area_cm2, use.term_years) for use in lot.uses] == [(213_570_000, 70), (181_790_000, 40)]
    assert [use.plot_ratio for use in lot.uses] == [parse_span("1.2", "2.0"), parse_span("1.2", "3.0")]
    assert lot.as_published["building_density"] == "居住≤30;商业≤60"
    assert (lot.start_price_fen, lot.joint_bidding) == (71_860_000_00, True)


def test_a_refused_composite_accounts_for_each_of_its_rows():
    lots, problems = read(PART_OF_HOMES | {"deposit_cny": ""}, PART_OF_SHOPS | {"increment_cny": "60000"})
    assert lots == []
    assert [(problem.row, problem.code) for problem in problems] == [
        (2, "listings.value.differs"), (3, "listings.part.refused"),
    ]  # fmt: skip
    assert refusals(PART_OF_HOMES) == [("parcel_no", "listings.part.alone")]


def test_the_headcount_rule_and_exclusions_are_read():
    lot = only_lot(BY_HEADCOUNT)
    assert (lot.headcount_auction, lot.natural_persons) == (2, False)
    three = {
        "method": "公开出让(挂牌/拍卖按报名人数)",
        "conditions": "1人或2人挂牌(2人截止仍报价转现场竞价),3人及以上改拍卖",
    }
    assert only_lot(UNDATED | three).headcount_auction == 3
    assert refusals(UNDATED | three | {"conditions": ""}) == [("method", "listings.method.threshold")]


@pytest.mark.parametrize(
    "method", ["网上竞价", "协议(有竞争转招拍挂)", "挂牌租赁", "挂牌(先租后让)", "公开出让", "出让"]
)
def test_other_methods_wait(method):
    assert refusals(UNDATED | {"method": method}) == [("method", "listings.method.unavailable")]


def test_every_problem_of_a_row_is_told_and_other_rows_stand():
    bad = UNDATED | {"parcel_no": "x", "tenure": "集体", "method": "出让", "area_m2": "", "increment_cny": ""}
    lots, problems = read(UNDATED, bad, HOMES)
    assert [lot.row for lot in lots] == [2, 4]
    assert {problem.column for problem in problems} == {"tenure", "method", "area_m2", "increment_cny"}
    assert {(problem.row, problem.parcel_no) for problem in problems} == {(3, "x")}


def test_references_to_the_row_above_are_followed_only_within_an_announcement():
    first = PER_MU_STEP | {"parcel_no": "B1", "conditions": "增价幅度0.2万元/亩", "reserve": "有底价"}
    second = PER_MU_STEP | {"parcel_no": "B2", "listing_start": "", "listing_end": "", "deposit_cny": "同上"}
    lots, problems = read(first, second)
    assert problems == []
    assert (lots[1].listing_start, lots[1].reserve) == (lots[0].listing_start, "stated")
    assert lots[1].deposit_fen == lots[0].deposit_fen
    lots, problems = read(INDUSTRIAL, second)
    assert [(problem.column, problem.code) for problem in problems] == [
        ("deposit_cny", "listings.reference.lost")
    ]


def test_a_repeated_parcel_is_refused_and_the_first_stands():
    lots, problems = read(INDUSTRIAL, INDUSTRIAL | {"start_price_cny": "1"})
    assert [lot.row for lot in lots] == [2]
    assert [(problem.row, problem.code, problem.params) for problem in problems] == [
        (3, "listings.row.repeated", {"first": 2})
    ]


def test_planning_conditions_are_read_or_kept_or_refused():
    kept = only_lot(UNDATED | {"height_limit_m": "生产性≤40;非生产性≤50", "green_ratio": "10%≤λg≤15%"})
    assert (kept.height, kept.green_ratio) == (None, parse_bounds("10%≤x≤15%"))
    assert [note.code for note in kept.notes] == ["listings.note.as_published"]
    assert only_lot(UNDATED | {"height_limit_m": "80"}).height == parse_bounds("≤80")
    assert refusals(UNDATED | {"building_density": "甚高"}) == [("building_density", "bounds.unreadable")]
    assert refusals(UNDATED | {"plot_ratio_min": "2", "plot_ratio_max": "1"}) == [
        ("plot_ratio_max", "bounds.empty")
    ]


cells = st.one_of(
    st.sampled_from([*INDUSTRIAL.values(), *HOMES.values(), "1e9", "-5", "9" * 30]), st.text(max_size=30)
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(COLUMNS), cells), st.booleans())
def test_no_cell_makes_the_reader_raise_and_every_row_is_accounted_for(changes, with_increment):
    changed = INDUSTRIAL | {"parcel_no": "changed"} | changes
    increment = ONE_PERCENT if with_increment else None
    lots, problems = read(UNDATED | {"notice_no": "other"}, changed, increment=increment)
    rows = {row for lot in lots for row in lot.rows} | {problem.row for problem in problems}
    assert 2 in rows
    assert 3 in rows
    assert {problem.code for problem in problems} <= codes()
    for lot in lots:
        assert min(lot.start_price_fen, lot.deposit_fen, lot.increment_fen, lot.area_cm2) > 0
        assert lot.listing_start < lot.listing_end
        assert lot.registration_end <= lot.listing_end


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_no_bytes_make_the_reader_raise(noise, position):
    whole = table(INDUSTRIAL, HOMES)
    read_listings(noise, options())
    read_listings(whole[:position] + noise + whole[position:], options())


def test_the_operators_hours_follow_the_zone():
    here = replace(options(), utc_offset_minutes=0)
    lots, _ = read_listings(table(UNDATED), here)
    assert lots[0].listing_start == ms(2026, 3, 22, 17)
    assert isinstance(here.law, NationalLaw)


def test_the_reference_price_is_the_floor_only_where_the_conditions_say_so():
    lot = only_lot(REFERENCE)
    assert lot.start_price_fen == 384 * 11_533 * 100
    assert [note.code for note in lot.notes] == ["listings.note.reference_price"]
    assert refusals(REFERENCE | {"conditions": "标准地"}) == [("start_unit", "listings.price.reference")]
