"""The least start price of a later listing (再次挂牌起始价): a share of the first one's, where a product says so.

Refuses a lower start price. A mechanism without a start price, then or now, has nothing to hold.
"""

from datetime import date
from fractions import Fraction

from jishi.apps.market.models import Offering
from jishi.apps.market.reads import get_offering
from jishi.apps.packs.api import Pack
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.relisting import WHOLE_BP, Relisting, check_start
from jishi.kernel.quantity.rounding import up

MOST_ROUNDS = 3


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
    refusal = check_start(plan, offering.listing_round, price_fen)
    if refusal is not None:
        raise Fault(refusal.code, **refusal.params)


def _first(offering: Offering) -> Offering:
    while offering.previous_id:
        offering = get_offering(offering.previous_id)
    return offering
