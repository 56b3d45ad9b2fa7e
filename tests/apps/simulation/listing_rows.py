"""Rows of real announcements (sources in `source_url`), and the law they are read under."""

import csv
import io
from datetime import date
from fractions import Fraction

from jishi.apps.simulation.listings import LotDraft, MaxTerm, Options, Problem, read_listings
from jishi.apps.simulation.listings.table import COLUMNS
from jishi.kernel.calendar.limit import Limit

DAY = date(2026, 3, 2)
_ORDER_39 = date(2007, 11, 1)
_YEARS = {
    "residential": 70,
    "industrial": 50,
    "edu_sci_culture_health_sport": 50,
    "commercial_tourism_recreation": 40,
    "mixed_other": 50,
}

INDUSTRIAL = {
    "notice_no": "海自然告字[2022]05号", "parcel_no": "HC-BL-2022-M-004", "place": "海城市八里镇",
    "division": "海城市", "area_m2": "8666", "use_zh": "工业用地", "term_years": "50", "plot_ratio_min": "0.7",
    "building_density": "≥30%", "green_ratio": "≤20%", "start_price_cny": "2470000", "deposit_cny": "2470000",
    "increment_cny": "100000", "notice_date": "2022-04-02", "listing_start": "2022-04-22T08:00",
    "listing_end": "2022-05-01T16:00", "conditions": "土地级别三级", "method": "挂牌", "tenure": "国有",
    "source_url": "http://hcsggzy.com/Bulletin/BulletinBrowse.aspx?id=14934", "provenance": "A",
}  # fmt: skip
UNDATED = INDUSTRIAL | {"notice_date": "", "listing_start": "", "listing_end": ""}
PER_MU_STEP = UNDATED | {
    "notice_no": "", "parcel_no": "2025**B2", "area_m2": "12038", "use_zh": "工业/一类工业", "term_years": "40",
    "plot_ratio_min": ">1", "start_price_cny": "2527980", "deposit_cny": "600000", "increment_cny": "",
    "listing_start": "2025-04-01T09:00", "listing_end": "2025-04-10T10:00",
    "registration_deadline": "2025-04-08T17:00", "conditions": "增价幅度0.2万元/亩(按亩计);其余同上一宗",
    "source_url": "https://js.qianlima.com/zbcontent-490832261.html", "provenance": "C",
}  # fmt: skip
HOMES = UNDATED | {
    "notice_no": "浠资规告字[2021]029号", "parcel_no": "浠水县(2021)-01号", "area_m2": "64115.85",
    "use_zh": "居住用地(可兼容10%商业等配套设施建筑)", "term_years": "居住70;商业40", "plot_ratio_min": "1.0",
    "plot_ratio_max": "2.5", "building_density": "<30%", "green_ratio": "≥35%", "start_price_cny": "140000000",
    "deposit_cny": "70000000", "increment_cny": "20000", "reserve": "有底价",
    "registration_deadline": "2021-11-05T12:00", "height_limit_m": "80",
    "conditions": "增价为2万元整数倍;须独立竞买;价款含耕地占用税;申请自2021-10-11",
    "source_url": "https://xsggzy.org.cn/trade/detail/td/cr/248.html",
}  # fmt: skip
BY_HEADCOUNT = UNDATED | {
    "parcel_no": "KF10-02-02-01", "area_m2": "36351", "use_zh": "住宅兼容商业用地", "term_years": "住宅70;商业40",
    "start_price_cny": "", "deposit_cny": "12980000", "registration_deadline": "2026-02-09T16:00",
    "conditions": "起始价按万元/亩报(119万元/亩);不接受自然人;取得资格者≥2人拍卖,不足2人转其他方式",
    "method": "公开出让(拍卖/挂牌按报名人数)", "start_unit_price": "1190000", "start_unit": "CNY/mu",
    "source_url": "https://www.qianlima.com/bid-571292733.html",
}  # fmt: skip
REFERENCE = UNDATED | {
    "parcel_no": "FDG25-34", "area_m2": "11533", "start_price_cny": "", "deposit_cny": "890000",
    "start_unit_price": "384", "start_unit": "CNY/m2(参考价)", "conditions": "标准地;成交价不低于参考价",
    "source_url": "https://www.qianlima.com/bid-568268546.html",
}  # fmt: skip
PART_OF_HOMES = UNDATED | {
    "notice_no": "惠自然资规告字[2024]12号", "parcel_no": "2023-M066(居住部分)", "area_m2": "21357",
    "use_zh": "居住", "term_years": "70", "plot_ratio_min": "1.2", "plot_ratio_max": "2.0",
    "building_density": "≤30", "green_ratio": "≥35", "start_price_cny": "71860000", "deposit_cny": "71860000",
    "increment_cny": "50000", "conditions": "整宗一个起始价/保证金(保证金=起始价);可联合申请",
    "source_url": "https://wap.qianlima.com/zb/detail/20240923_449331804.html",
}  # fmt: skip
PART_OF_SHOPS = PART_OF_HOMES | {
    "parcel_no": "2023-M066(商业部分)", "area_m2": "18179", "use_zh": "商业", "term_years": "40",
    "plot_ratio_max": "3.0", "building_density": "≤60", "green_ratio": "≥10", "start_price_cny": "",
    "deposit_cny": "", "increment_cny": "", "conditions": "价格见居住部分(整宗)",
}  # fmt: skip


class NationalLaw:
    """39号令 8 and 18 from 2007-11-01, ten working days (11号令) before; 暂行条例 12."""

    def notice_limit(self, day: date) -> Limit | None:
        if day < _ORDER_39:
            return None
        return Limit("land.notice_min_days", 20, "calendar_day", "next_day", ("order39.8",))

    def listing_limit(self, day: date) -> Limit | None:
        if day < _ORDER_39:
            return Limit("land.listing_min_workdays_old", 10, "working_day", "both_ends", ("order11.18",))
        return Limit("land.listing_min_days", 10, "calendar_day", "both_ends", ("order39.18",))

    def max_term(self, kind: str, day: date) -> MaxTerm | None:
        return MaxTerm(_YEARS[kind], ("interim.12",))


def table(*rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, encoding: str = "utf-8") -> bytes:
    """Write rows as the bytes of a CSV file."""
    sheet = io.StringIO(newline="")
    writer = csv.DictWriter(sheet, columns, restval="", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return sheet.getvalue().encode(encoding)


def options(increment: Fraction | None = None, day: date = DAY) -> Options:
    """Return options under the national law."""
    return Options(day, NationalLaw(), increment, divisions={"海城市": "210381"})


def read(*rows: dict[str, str], increment: Fraction | None = None) -> tuple[list[LotDraft], list[Problem]]:
    """Read rows as one file."""
    return read_listings(table(*rows), options(increment))


def only_lot(row: dict[str, str], increment: Fraction | None = None) -> LotDraft:
    """Return the lot of a row that must open."""
    lots, problems = read(row, increment=increment)
    assert problems == []
    return lots[0]


def refusals(row: dict[str, str]) -> list[tuple[str, str]]:
    """Return (column, code) of a row that must not open."""
    lots, problems = read(row)
    assert lots == []
    return [(problem.column, problem.code) for problem in problems]
