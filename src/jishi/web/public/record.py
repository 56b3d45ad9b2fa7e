"""Published results as rows: the lot, the price, the winner by public name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jishi.apps.parties import api as parties
from jishi.web.public.cards import Card, card_of

REASONS = ("no_quote", "below_reserve", "headcount", "cap_reached")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One published result; `winner` is an organisation's name or a person's masked one, None without a sale."""

    offering_id: str
    notice_id: str
    lot: Card
    at_ms: int
    result: str
    reason: str
    price_fen: int | None
    winner: str | None
    simulated: bool


def list_rows(notices: Sequence[Any]) -> list[ResultRow]:
    """Return the rows of result notices, names of all winners read at once."""
    names = parties.find_parties([notice.body["winner"] for notice in notices if notice.body.get("winner")])
    return [_row(notice, names.get(notice.body.get("winner") or "")) for notice in notices]


def _row(notice: Any, winner: parties.PartyInfo | None) -> ResultRow:
    return ResultRow(
        offering_id=notice.offering_id,
        notice_id=notice.id,
        lot=card_of(notice.offering),
        at_ms=notice.at_ms,
        result=notice.body.get("result") or notice.offering.state,
        reason=_known_reason(notice.body.get("reason")),
        price_fen=notice.body.get("price_fen"),
        winner=winner.name if winner else None,
        simulated=bool(winner and winner.simulated),
    )


def _known_reason(code: str | None) -> str:
    """Return a reason that says more than the result; a code such as "notice" does not."""
    return code if code in REASONS else ""
