"""A scenario (演示数据): parties, accounts, demo bidders and lots for a first run.

Everything here is invented or carried from the announcement at `source_url`, and is shown
with the scenario's `mark`. No real organisation, person or parcel is meant.
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Json, StringConstraints
from pydantic_core import PydanticCustomError

from jishi.apps.packs.kinds.demo import DemoCase, DemoEntry, DemoSale
from jishi.apps.packs.kinds.place import DivisionCode, LandUseCode
from jishi.apps.packs.kinds.row import Exact, Identity, Row, Words

Stage = Literal[
    "draft", "notice", "registration", "free", "question", "rounds", "awaiting_reserve", "sold_publicity",
    "contracted", "completed", "unsold", "second_listing", "suspended", "terminated",
]  # fmt: skip


def _fen_from_yuan(text: Any) -> int:
    try:
        fen = Decimal(str(text)).scaleb(2)
    except InvalidOperation:
        fen = Decimal("0.5")
    if fen != fen.to_integral_value() or fen <= 0:
        raise PydanticCustomError("pack.not_yuan", "yuan with at most two decimals")
    return int(fen)


def _split_uses(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    names = ("code", "term_years", "area_m2", "plot_ratio")
    rows = [each.split() for each in text.split(";")]
    if any(not 2 <= len(row) <= len(names) for row in rows):
        raise PydanticCustomError("pack.not_uses", "code years [square-metres [plot-ratio]]; …")
    return [dict(zip(names, row, strict=False)) for row in rows]


def _split_words(text: Any) -> Any:
    return text.split() if isinstance(text, str) else text


SquareMetres = Annotated[str, StringConstraints(pattern=r"^\d+(\.\d{1,4})?$")]
FenFromYuan = Annotated[int, BeforeValidator(_fen_from_yuan)]


class DemoParty(Row):
    """Invent a party: an organisation by unified social credit code or a person by resident ID."""

    id: Identity
    kind: Literal["organisation", "person"]
    name: Annotated[str, StringConstraints(pattern="演示|模拟")]
    code: str
    division: DivisionCode


class DemoAccount(Row):
    """Give a login; a participant acts for `party`, an officer holds `roles` in `division`."""

    login: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Words
    party: Identity | None = None
    roles: tuple[Identity, ...] = ()
    division: DivisionCode


class DemoBidder(Row):
    """Let a party answer bids by itself, up to `ceiling` times the start price, after `wait_ms`."""

    party: Identity
    ceiling: Exact
    wait_ms: Annotated[int, Field(ge=0)]


class UseShare(Row):
    """Give one use of a lot its years and, where the announcement splits them, area and plot ratio."""

    code: LandUseCode
    term_years: Annotated[int, Field(gt=0, le=70)]
    area_m2: SquareMetres | None = None
    plot_ratio: str = ""


class DemoLot(Row):
    """Place a lot in a division at a stage of its life; figures come from `source_url`.

    Files write prices in yuan and uses as `code years [square-metres [plot-ratio]]; …`; the model holds fen.
    `minutes_left` is how long after loading the running clock ends: the listing for "free", the
    question period or the round for "question" and "rounds". `round_seconds` announces other rounds
    than the product's, so that a newcomer need not wait. `bidders` have registered, the
    first of them leads; `final_price_fen` is the price of a lot already sold.
    """

    number: str
    title_zh: str
    title_en: str
    stage: Stage
    minutes_left: Annotated[int, Field(gt=0)] | None = None
    round_seconds: Annotated[int, Field(gt=0)] | None = None
    division: DivisionCode
    place: str
    parcel_no: str
    unit_code: str | None = None
    area_m2: SquareMetres
    uses: Annotated[tuple[UseShare, ...], BeforeValidator(_split_uses), Field(min_length=1)]
    plot_ratio: str = ""
    building_density: str = ""
    green_ratio: str = ""
    height: str = ""
    start_price_fen: Annotated[FenFromYuan, Field(alias="start_price_yuan")]
    deposit_fen: Annotated[FenFromYuan, Field(alias="deposit_yuan")]
    increment_fen: Annotated[FenFromYuan, Field(alias="increment_yuan")]
    cap_price_fen: Annotated[FenFromYuan | None, Field(alias="cap_price_yuan")] = None
    reserve_fen: Annotated[FenFromYuan | None, Field(alias="reserve_yuan")] = None
    bidders: Annotated[tuple[Identity, ...], BeforeValidator(_split_words)] = ()
    final_price_fen: Annotated[FenFromYuan | None, Field(alias="final_price_yuan")] = None
    conditions: str = ""
    geometry: Json[dict[str, Any]]
    source_url: str
    source_parcel: str


class Scenario(Row):
    """Hold a first run: the mark shown beside everything in it, and what it contains."""

    id: Identity
    title: Words
    mark: Words
    notice: Words
    demo_password: str
    product: Identity
    grantor: Identity
    parties: Annotated[tuple[DemoParty, ...], Field(alias="party")]
    accounts: Annotated[tuple[DemoAccount, ...], Field(alias="account")]
    bidders: Annotated[tuple[DemoBidder, ...], Field(alias="bidder")]
    lots: Annotated[tuple[DemoLot, ...], Field(alias="lot")]
    sales: Annotated[tuple[DemoSale, ...], Field(alias="sale")] = ()
    entries: Annotated[tuple[DemoEntry, ...], Field(alias="entry")] = ()
    cases: Annotated[tuple[DemoCase, ...], Field(alias="case")] = ()

    def at_stage(self, *stages: str) -> tuple[DemoLot, ...]:
        """List the lots at any of `stages`, in file order."""
        return tuple(lot for lot in self.lots if lot.stage in stages)
