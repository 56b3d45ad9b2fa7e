"""Rows of announcements sold otherwise than land by listing: what is sold, by which method, at what price and quantity.

The column `method` says how; `quantity` and `product` are columns a table may have besides. Refuses a price or a
quantity that cannot be read; one that is absent is set by the operator and named.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jishi.apps.simulation.listings.law import Options
from jishi.apps.simulation.listings.row import Row
from jishi.apps.simulation.listings.timetable import read_schedule
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.kind import MAX_INTEGER
from jishi.kernel.quantity.money import parse_fen

METHODS: Mapping[str, tuple[str, str]] = {
    "call_auction": (r"集合竞价|集中竞价|call[_ ]auction", "capital.emission_right"),
    "uniform_price": (r"统一价(?:竞价)?|uniform[_ ]price", "capital.emission_right"),
    "pay_as_bid": (r"(?:按)?(?:各自)?报价成交|差别价|pay[_ ]as[_ ]bid", "capital.emission_right"),
    "fixed_price": (
        r"定价(?:出售|认购|许可)?|一口价|认购|fixed[_ ]price|subscription",
        "data.product_licence",
    ),
    "lottery": (r"摇号(?:配租|配售)?|抽签|lottery", "labour.talent_housing"),
    "negotiation": (r"协议(?:定价|转让)?(?:公示)?|negotiation|agreement", "technology.achievement_transfer"),
}
"""Mechanism -> how announcements word it, and the product where the row names none."""
DEFAULT_QUANTITY = {"call_auction": 1000, "uniform_price": 1000, "pay_as_bid": 1000, "lottery": 3}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, (pattern, _) in METHODS.items()}
_QUANTITY = re.compile(r"[1-9]\d{0,9}")


@dataclass(frozen=True)
class GoodsDraft:
    """A lot that is no parcel: price in fen a unit (0 where none is asked), quantity in units, instants in ms."""

    rows: tuple[int, ...]
    notice_no: str
    parcel_no: str
    place: str
    division_text: str
    division_code: str | None
    method: str
    product: str
    price_fen: int
    quantity: int
    listing_start: int
    listing_end: int
    registration_end: int
    notice_day: Any
    kind_text: str
    conditions: str
    source_url: str
    operator_set: frozenset[str]

    @property
    def row(self) -> int:
        """Return the record that states the lot."""
        return self.rows[0]


def goods_method(row: Row) -> str | None:
    """Return the mechanism a row's method names, None for land and for what nobody runs."""
    method = row.cell("method")
    return next((name for name, pattern in _PATTERNS.items() if pattern.fullmatch(method)), None)


def read_goods(row: Row, method: str, options: Options) -> GoodsDraft | None:
    """Read the cells of a row; None if there is a problem, which the row keeps."""
    schedule = read_schedule(row, options)
    price_fen = row.read("start_price_cny", _price)
    if price_fen is None and method != "lottery" and not row.refused("start_price_cny"):
        row.refuse("start_price_cny", "listings.price.blank")
    quantity = row.read("quantity", _quantity)
    if row.problems or schedule is None:
        return None
    offset, division = options.utc_offset_minutes, row.cell("division")
    by_operator = schedule.operator_set | ({"quantity"} if quantity is None else frozenset())
    return GoodsDraft(
        rows=row.numbers,
        notice_no=row.cell("notice_no"),
        parcel_no=row.cell("parcel_no"),
        place=row.cell("place"),
        division_text=division,
        division_code=options.divisions.get(division),
        method=method,
        product=row.cell("product") or METHODS[method][1],
        price_fen=price_fen or 0,
        quantity=quantity or DEFAULT_QUANTITY.get(method, 100),
        listing_start=schedule.start.at_ms(offset),
        listing_end=schedule.end.at_ms(offset),
        registration_end=schedule.registration.at_ms(offset),
        notice_day=schedule.notice.day,
        kind_text=row.cell("use_zh"),
        conditions=row.cells["conditions"].strip(),
        source_url=row.cell("source_url"),
        operator_set=frozenset(by_operator),
    )


def _price(text: str) -> int:
    return parse_fen(text if text.endswith("元") else f"{text}元")


def _quantity(text: str) -> int:
    plain = text.replace(",", "")
    if not _QUANTITY.fullmatch(plain) or int(plain) > MAX_INTEGER:
        raise Fault("listings.quantity.unreadable", text=text)
    return int(plain)
