"""Hold a recorded tender against the rule: would the price function have chosen whom the record names?

Pure. The record is not always the rule: whatever does not agree has a reason, and where the rule
itself chooses nobody (an exact tie, no valid bid) nothing is decided. Prices are integers in any one unit.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from jishi.kernel.mechanism.tender_price import BELOW_MINIMUM, HALT, Bounds, Offer, find_void, rank_prices

AGREE: Final = "agree"
DISAGREE: Final = "disagree"
UNDECIDED: Final = "undecided"


class Recorded(NamedTuple):
    """A bid of the record by its row: None for no usable price, and whether marked as won (None: not recorded)."""

    row: int
    bidder: str
    price: int | None
    won: bool | None


class Verdict(NamedTuple):
    """What came of one auction; `rule` and `record` are the rows chosen by each."""

    verdict: str
    reason: str = ""
    rule: tuple[int, ...] = ()
    record: tuple[int, ...] = ()


def replay_auction(bounds: Bounds, bids: Sequence[Recorded]) -> Verdict:
    """Rank the bids of one auction by price alone and compare the first with the recorded winner.

    >>> bids = [Recorded(1, "a", 90, False), Recorded(2, "b", 80, True), Recorded(3, "c", 70, False)]
    >>> replay_auction(Bounds("low", 100, 75), bids)
    Verdict(verdict='agree', reason='', rule=(2,), record=(2,))
    """
    offers = [
        Offer(str(bid.row), bid.price, place) for place, bid in enumerate(bids) if bid.price is not None
    ]
    ranking, _ = rank_prices(bounds, offers, HALT)
    best = tuple(int(alias) for alias, rank in ranking.places if rank == 1)
    won = [bid for bid in bids if bid.won]
    record = tuple(bid.row for bid in won)
    if ranking.first is None:
        return Verdict(UNDECIDED, "tie" if best else "no_valid_bid", best, record)
    if all(bid.won is None for bid in bids):
        return Verdict(UNDECIDED, "no_record", best, record)
    reason = _difference(bounds, won, best[0])
    return Verdict(DISAGREE if reason else AGREE, reason, best, record)


def _difference(bounds: Bounds, won: Sequence[Any], best: int) -> str:
    if not won:
        return "no_winner"
    if len(won) > 1:
        return "two_winners"
    price = won[0].price
    if price is None:
        return "winner_without_bid"
    why = find_void(bounds, price)
    if why is not None:
        return "winner_below_minimum" if why == BELOW_MINIMUM else "winner_above_control"
    return "" if won[0].row == best else "not_lowest"
