"""The shapes of what the API says. Money is integer fen (`_fen`), an instant integer milliseconds UTC (`_ms`)."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, StrictInt

Fen = Annotated[int, Field(description="分 (1/100 yuan)")]
Ms = Annotated[int, Field(description="milliseconds since 1970-01-01 UTC")]


class Problem(Schema):
    """Why a request was refused."""

    code: str
    params: dict[str, Any]
    sentence: str


class OfferingLine(Schema):
    """An offering in a list. `leader` is an alias of this lot alone."""

    id: str
    number: str
    title: str
    product: str
    factor: str
    division: str
    organisation: str
    place: str
    uses_text: str
    use_class: str
    area_cm2: int
    longitude: float | None
    latitude: float | None
    listing_round: int
    state: str
    phase: str
    suspended: bool
    start_price_fen: Fen | None
    deposit_fen: Fen
    increment_fen: Fen | None
    price_fen: Fen | None
    leader: str | None
    quotes: int
    registrants: int
    notice_ms: Ms | None
    listing_start_ms: Ms
    registration_end_ms: Ms
    listing_end_ms: Ms
    due_ms: Ms | None
    closed_ms: Ms | None
    updated_ms: Ms
    simulated: bool


class FieldOut(Schema):
    """A field of an act: an integer of `least`, `least` + `step` … `most` (in `unit`), or one of `choices`."""

    name: str
    kind: str
    unit: str | None
    least: int | None
    most: int | None
    step: int | None
    choices: list[str | int] | None


class AskedOut(Schema):
    """An act (`type`) that bidders may give now, with its fields; `seals` names what stands in a bid to be sealed."""

    type: str
    fields: list[FieldOut]
    seals: list[str] | None


class OfferingFull(OfferingLine):
    """An offering with its lot, terms, statutory limits and outcome; `accepts` tells what bidders may give now."""

    lot: dict[str, Any]
    terms: dict[str, Any]
    limits: list[dict[str, Any]]
    operator_set: list[str]
    reserve_commitment: str | None
    previous: str | None
    next_bid_fen: Fen | None
    accepts: list[AskedOut]
    outcome: dict[str, Any] | None


class Facet(Schema):
    """How many offerings have a value, under the other filters."""

    value: str
    count: int


class OfferingPage(Schema):
    """A page of offerings, latest change first; `next` is the cursor of the next one. A total of 10,001 means more."""

    items: list[OfferingLine]
    next: str | None
    total: int
    facets: dict[str, list[Facet]] | None = None


class NoticeOut(Schema):
    """A notice (公告). `body` differs by kind."""

    id: str
    offering: str
    number: str
    version: int
    kind: str
    title: str
    body: dict[str, Any]
    at_ms: Ms


class NoticePage(Schema):
    """A page of notices, newest first."""

    items: list[NoticeOut]
    next: str | None
    total: int


class AwardOut(Schema):
    """What one winner won and pays in all; a price a unit is null where several were paid."""

    winner: str | None
    quantity: int
    price_fen: Fen | None
    pay_fen: Fen
    commitment: str


class ResultOut(Schema):
    """A published result. Winners are named when organisations, masked when persons; `winner` where one alone won."""

    offering: str
    number: str
    title: str
    result: str
    reason: str | None
    price_fen: Fen | None
    winner: str | None
    winner_commitment: str | None
    awards: list[AwardOut]
    at_ms: Ms
    simulated: bool


class ResultPage(Schema):
    """A page of results, newest first."""

    items: list[ResultOut]
    next: str | None
    total: int


class Rung(Schema):
    """An accepted quote."""

    seq: int
    at_ms: Ms
    alias: str
    price_fen: Fen


class EntryOut(Schema):
    """An evidence entry. `data` is null while what it is about is not public; its hash stands all the same."""

    index: int | None
    stream: str
    seq: int
    kind: str
    effective_at_ms: Ms
    recorded_at_ms: Ms
    data: dict[str, Any] | None
    leaf_hash: str


class Changes(Schema):
    """Entries of the global log after an index. Ask again with `next`; nothing is ever inserted before it."""

    items: list[EntryOut]
    next: int
    more: bool


class RegistrationOut(Schema):
    """An application to bid of a party the caller acts for."""

    id: str
    offering: str
    number: str
    party: str
    joint: str | None
    alias: str
    state: str
    refusal: str | None
    deposit_how: str | None
    commitment: str
    filed_ms: Ms
    decided_ms: Ms | None
    simulated: bool


class BidIn(Schema):
    """A quote by a registration."""

    registration: str = Field(max_length=32)
    price_fen: Annotated[StrictInt, Field(gt=0, lt=2**53, description="分 (1/100 yuan)")]


class ContinueIn(Schema):
    """The wish to go on bidding, said in the question period."""

    registration: str = Field(max_length=32)


class Accepted(Schema):
    """What was accepted, and the platform's signed promise that it stands in the evidence."""

    seq: int
    at_ms: Ms
    leaf_hash: str
    receipt: dict[str, Any]


class Ticket(Schema):
    """A bid ticket, where to send bids with it as `Authorization: Bearer`, and until when."""

    ticket: str
    until_ms: Ms
    url: str


class TokenIn(Schema):
    """Ask for a token."""

    name: str = Field(min_length=1, max_length=80)
    days: int = Field(default=90, ge=1, le=366)


class TokenOut(Schema):
    """A token without its text."""

    id: str
    name: str
    made_ms: Ms
    until_ms: Ms


class TokenMade(TokenOut):
    """A fresh token; its text is shown this once."""

    token: str
