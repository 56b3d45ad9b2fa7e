"""The least a notice may state: the start price of a later listing (再次挂牌起始价), and whether a deposit is asked.

A later listing starts at no less than a share of the first one's price, where a product says so, unless a lower
price was approved anew. Refuses a lower start price, and no deposit where the product needs one. A mechanism without
a start price, then or now, has no floor to hold.
"""

import json
from datetime import date
from fractions import Fraction

from jishi.apps.market.models import Offering
from jishi.apps.market.reads import get_offering
from jishi.apps.packs.api import Pack, Product
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.kind import MAX_INTEGER
from jishi.kernel.mechanism.relisting import WHOLE_BP, Relisting, check_start
from jishi.kernel.quantity.rounding import up
from jishi.platform.evidence import read_stream

MOST_ROUNDS = 3
APPROVED = "StartPriceApproved"


def require_floor(pack: Pack, offering: Offering, day: date) -> None:
    """Raise Fault `relisting.approval` when a lot listed again starts below the share in force on a day."""
    relist = pack.product(offering.product).relist
    price_fen = offering.start_price_fen
    if relist is None or price_fen is None or offering.listing_round == 1:
        return
    step, first_fen = pack.parameter(relist.floor).at(day), _first(offering).start_price_fen
    if step is None or first_fen is None:
        return
    floor_bp = up(Fraction(step.value) * WHOLE_BP)
    plan = Relisting(first_fen, first_fen, floor_bp=floor_bp, most_rounds=MOST_ROUNDS)
    refusal = check_start(plan, offering.listing_round, price_fen, approved_price(offering.previous_id))
    if refusal is not None:
        raise Fault(refusal.code, **refusal.params)


def approved_price(offering_id: str) -> int | None:
    """Return the start price (fen) last approved anew for the next listing of an offering, None without one."""
    rows = read_stream(f"offering/{offering_id}", [APPROVED])
    return int(json.loads(rows[-1].data)["price_fen"]) if rows else None


def require_deposit(product: Product, number: str, deposit_fen: int) -> None:
    """Raise Fault `market.deposit_missing` or `.deposit_range` unless a deposit (fen) may be asked of bidders.

    None at all is lawful where the product says so; a floor of its own may still be broken.
    """
    if not deposit_fen and not product.deposit_optional:
        raise Fault("market.deposit_missing", number=number, product=product.id)
    if not 0 <= deposit_fen <= MAX_INTEGER:
        raise Fault("market.deposit_range", number=number, deposit_fen=deposit_fen, most_fen=MAX_INTEGER)


def _first(offering: Offering) -> Offering:
    while offering.previous_id:
        offering = get_offering(offering.previous_id)
    return offering
