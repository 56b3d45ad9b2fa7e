"""Published results as rows: the lot, the price, the winner by public name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jishi.apps.market.reads import count_objections
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
    objections: int = 0
    answered: int = 0


def list_rows(notices: Sequence[Any]) -> list[ResultRow]:
    """Return the rows of result notices, names of all winners and counts of objections (异议) read at once."""
    counts = count_objections({notice.offering_id for notice in notices})
    names = parties.find_parties([notice.body["winner"] for notice in notices if notice.body.get("winner")])
    rows = [_row(notice, names.get(notice.body.get("winner") or "")) for notice in notices]
    return [_with_objections(row, counts.get(row.offering_id)) for row in rows]


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


def _with_objections(row: ResultRow, counted: tuple[int, int] | None) -> ResultRow:
    return replace(row, objections=counted[0], answered=counted[1]) if counted else row


def _known_reason(code: str | None) -> str:
    """Return a reason that says more than the result; a code such as "notice" does not."""
    return code if code in REASONS else ""
