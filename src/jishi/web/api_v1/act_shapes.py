"""The shapes of what a bidder gives to a mechanism, one for each act, and of what one has given."""

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, StrictInt

from jishi.kernel.mechanism.kind import MAX_INTEGER
from jishi.web.api_v1.shapes import AskedOut, Ms

Exact = Annotated[StrictInt, Field(ge=0, le=MAX_INTEGER)]
Fen = Annotated[StrictInt, Field(gt=0, le=MAX_INTEGER, description="分 (1/100 yuan)")]


class Act(Schema):
    """What every act keeps to: no field of another act and none misspelt."""

    model_config = ConfigDict(extra="forbid")


class BidAct(Act):
    """A quote (报价) of an auction or a listing."""

    type: Literal["bid"]
    price_fen: Fen


class ContinueAct(Act):
    """The wish to go on bidding, said in the question period (询问期)."""

    type: Literal["continue"]


class OrderAct(Act):
    """An order (申报) of a call auction: a quantity at a limit price in fen a unit."""

    type: Literal["order"]
    side: Literal["buy", "sell"]
    price_fen: Fen
    quantity: Exact


class CancelAct(Act):
    """The withdrawal (撤单) of an own order by its place in the book."""

    type: Literal["cancel"]
    order: Exact


class BuyAct(Act):
    """A purchase or subscription (认购) at the fixed price."""

    type: Literal["buy"]
    quantity: Exact


class OfferAct(Act):
    """The one quote (一次性报价) of an auction's second quantity; nobody reads its amount before the stage ends."""

    type: Literal["offer"]
    amount: Exact


class ExerciseAct(Act):
    """A right of first refusal (优先购买权) exercised at the price reached."""

    type: Literal["exercise"]


class DeclineAct(Act):
    """A right of first refusal (优先购买权) let go."""

    type: Literal["decline"]


class SealAct(Act):
    """A sealed bid (密封报价), or a sealed part of a draw (摇号): the envelope that `jishi seal` writes."""

    type: Literal["seal"]
    envelope: dict[str, Any]


AnyAct = Annotated[
    BidAct | ContinueAct | OrderAct | CancelAct | BuyAct | OfferAct | ExerciseAct | DeclineAct | SealAct,
    Field(discriminator="type"),
]
EXAMPLES: dict[str, dict[str, Any]] = {
    "bid": {"type": "bid", "price_fen": 102_000_000},
    "continue": {"type": "continue"},
    "order": {"type": "order", "side": "buy", "price_fen": 1_200, "quantity": 5},
    "cancel": {"type": "cancel", "order": 1},
    "buy": {"type": "buy", "quantity": 4},
    "offer": {"type": "offer", "amount": 5_000},
    "exercise": {"type": "exercise"},
    "decline": {"type": "decline"},
    "seal": {"type": "seal", "envelope": {"format": "jishi.envelope/1", "lot": "…", "commitment": "…"}},
}


class OrderOut(Schema):
    """An own order that stands, by its place in the book."""

    place: int
    side: str
    price_fen: int
    quantity: int


class HoldingOut(Schema):
    """What the registration has: orders, units, its one quote while the stage runs, its right ("" without one)."""

    orders: list[OrderOut]
    bought: int
    waiting: int
    offer: int | None
    right: str


class GivenOut(Schema):
    """An act that was accepted, at its place in the log, with the receipt; `counts` is of sealed bids alone."""

    seq: int
    at_ms: Ms
    act: dict[str, Any]
    counts: bool | None
    leaf_hash: str
    receipt: dict[str, Any]


class Given(Schema):
    """Where a registration stands: what it may give now, what it has, what it gave; `next` asks for what follows."""

    registration: str
    offering: str
    alias: str
    state: str
    phase: str
    accepts: list[AskedOut]
    holding: HoldingOut
    items: list[GivenOut]
    next: int | None
