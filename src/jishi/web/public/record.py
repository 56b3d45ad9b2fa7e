"""Published results as rows: the lot, the price, every winner by public name with what it got and pays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jishi.apps.market.reads import count_objections
from jishi.apps.parties import api as parties
from jishi.web.public.cards import Card, card_of
from jishi.web.public.room.outcome import say_amount, unit_title
from jishi.web.shell.term import find_term

UNTOLD = ("", "notice")  # reasons that say no more than the result


@dataclass(frozen=True, slots=True)
class AwardRow:
    """One award of a result: to whom by public name, how many units, at what price a unit, and what it pays (fen).

    `second` is what was quoted of stages' second quantities, each named and said.
    """

    winner: str
    quantity: int
    price_fen: int | None
    pay_fen: int
    simulated: bool
    second: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One published result; `winner` is an organisation's name or a person's masked one, None without a sole one."""

    offering_id: str
    notice_id: str
    lot: Card
    at_ms: int
    result: str
    reason: str
    price_fen: int | None
    winner: str | None
    simulated: bool
    awards: tuple[AwardRow, ...] = ()
    objections: int = 0
    answered: int = 0

    @property
    def is_shared(self) -> bool:
        """Tell whether there are several awards, or one of more than one unit: a list says more than a name."""
        return len(self.awards) > 1 or any(award.quantity != 1 for award in self.awards)

    @property
    def paid_fen(self) -> int:
        """Return what all winners pay."""
        return sum(award.pay_fen for award in self.awards)


def list_rows(notices: Sequence[Any]) -> list[ResultRow]:
    """Return the rows of result notices, names of all winners and counts of objections (异议) read at once."""
    counts = count_objections({notice.offering_id for notice in notices})
    names = parties.find_parties({party for notice in notices for party in _winners(notice.body)})
    rows = [_row(notice, names) for notice in notices]
    return [_with_objections(row, counts.get(row.offering_id)) for row in rows]


def _winners(body: dict[str, Any]) -> set[str]:
    alone = {body["winner"]} if body.get("winner") else set()
    return alone | {award["party"] for award in body.get("awards", ())}


def _row(notice: Any, names: dict[str, parties.PartyInfo]) -> ResultRow:
    winner = names.get(notice.body.get("winner") or "")
    return ResultRow(
        offering_id=notice.offering_id,
        notice_id=notice.id,
        lot=card_of(notice.offering),
        at_ms=notice.at_ms,
        result=notice.body.get("result") or notice.offering.state,
        reason=_telling(notice.body.get("reason")),
        price_fen=notice.body.get("price_fen"),
        winner=winner.name if winner else None,
        simulated=bool(winner and winner.simulated),
        awards=tuple(_award(award, names.get(award["party"])) for award in notice.body.get("awards", ())),
    )


def _award(award: dict[str, Any], winner: parties.PartyInfo | None) -> AwardRow:
    return AwardRow(
        winner.name if winner else "—",
        award["quantity"],
        award["price_fen"],
        award["pay_fen"],
        bool(winner and winner.simulated),
        [
            (unit_title(unit), say_amount(unit, amount))
            for unit, amount in (award.get("second") or {}).items()
        ],
    )


def _with_objections(row: ResultRow, counted: tuple[int, int] | None) -> ResultRow:
    return replace(row, objections=counted[0], answered=counted[1]) if counted else row


def _telling(code: str | None) -> str:
    """Return a reason that says more than the result and has words; a code such as "notice" does not."""
    if not code or code in UNTOLD or str(find_term(code).label) == code:
        return ""
    return code
