"""What a running tender holds: what was opened, the panel's marks, the ranking and its candidates.

O(registrants x experts), however many bids were filed.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple

from jishi.kernel.mechanism.frame import Frame
from jishi.kernel.mechanism.sealed_box import Box
from jishi.kernel.mechanism.tender_price import Offer
from jishi.kernel.mechanism.tender_terms import SURCHARGE


class State(NamedTuple):
    """A tender at one instant.

    `marks` by expert and alias, in the order of the expert criteria; `scores` by alias; `ranking` of
    (alias, rank); `out` of (candidate, why) who left; objections by commitment, None unanswered.
    """

    terms: dict[str, Any]
    frame: Frame
    box: Box = Box()
    credit: dict[str, int] = {}
    reserve_fen: int | None = None
    panel: tuple[str, ...] = ()
    marks: dict[str, dict[str, list[int]]] = {}
    scores: dict[str, Any] = {}
    ranking: tuple[tuple[str, int], ...] = ()
    ties: tuple[dict[str, Any], ...] = ()
    out: tuple[tuple[str, str], ...] = ()
    objections: dict[str, bool | None] = {}

    @property
    def candidates(self) -> tuple[str, ...]:
        """Return the candidates (中标候选人) made public, those who left since included."""
        return tuple(alias for alias, _ in cut(self.ranking, self.terms["candidates"]))

    @property
    def standing(self) -> tuple[str, ...]:
        """Return the candidates who may still win, in order."""
        gone = {alias for alias, _ in self.out}
        return tuple(alias for alias in self.candidates if alias not in gone)

    @property
    def leader(self) -> str | None:
        """Return the candidate proposed to win, None while a tie stands or nobody is left."""
        ranks, left = dict(self.ranking), self.standing
        if not left or (len(left) > 1 and ranks[left[0]] == ranks[left[1]]):
            return None
        return left[0]


def cut(ranking: Iterable[tuple[str, int]], most: int) -> tuple[tuple[str, int], ...]:
    """Return the first so many; those tied across the limit are all left out, unless they tie for the first rank.

    >>> cut((("a", 1), ("b", 2), ("c", 2)), 2), cut((("a", 1), ("b", 1)), 1)
    ((('a', 1),), (('a', 1), ('b', 1)))
    """
    kept: list[tuple[str, int]] = []
    for rank, group in groupby(ranking, key=lambda place: place[1]):
        tied = list(group)
        if rank > 1 and len(kept) + len(tied) > most:
            break
        kept += tied
    return tuple(kept)


def credit_share(state: State, alias: str) -> int:
    """Return what the credit rule adds or takes off for a bidder, in ten-thousandths."""
    level = state.credit.get(alias, 0)
    return state.terms["credit_bp"][level - 1] if level else 0


def offers_of(state: State) -> list[Offer]:
    """Return the opened bids that count, in the order of their last filing."""
    surcharged = state.terms["credit_rule"] == SURCHARGE
    return [
        Offer(alias, bid["price_fen"], place, credit_share(state, alias) if surcharged else 0)
        for place, (alias, bid) in enumerate(state.box.bids)
    ]
