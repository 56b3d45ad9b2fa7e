"""What a room of any kind tells its watchers beside the price: figures by name, and the book of public orders.

Holds no word and no identity; an amount that may not be read before its stage ends is not among them.
"""

from typing import Any

from jishi.apps.market.api import Offering, View, read_book

MOST_LEVELS = 30
_STAGE = ("number", "stages", "offers", "filed", "lines")
SHOWN = {
    "ascending": _STAGE,
    "sealed": ("lines", "valid", "void"),
    "orders": ("orders", "buy_quantity", "sell_quantity", "lines"),
    "shop": ("stock", "left", "bought", "buyers", "waiting"),
    "notice": ("objections", "unanswered"),
}
"""What of a mechanism's stage is told, by the kind of its room."""


def build_facts(offering: Offering, view: View | None) -> dict[str, int | None]:
    """Return the figures of a room by name; prices in fen a unit end in `_fen`."""
    stage = {} if view is None else view.stage
    return {name: stage.get(name) for name in SHOWN[offering.kind] if name in stage}


def build_book(offering: Offering) -> dict[str, Any]:
    """Return the book of a call auction: levels from the highest price, and what they would clear at now."""
    if offering.kind != "orders":
        return {}
    book = read_book(offering)
    levels = [[level.price_fen, level.buy, level.sell] for level in book.levels[:MOST_LEVELS]]
    return {"levels": levels, "indicative_fen": book.price_fen, "indicative_volume": book.volume}
