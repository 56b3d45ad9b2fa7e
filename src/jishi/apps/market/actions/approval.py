"""Approve a lower start price for the next listing (重新报批起始价): by a reviewer, on a stated ground, publicly.

Only then may a lot be listed again below the floor of its product. Refuses an offering that cannot be listed again.
"""

from django.db import transaction

from jishi.apps.market.actions.announce import add_notice
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import check_reason, check_text, guard, require_impartial, write
from jishi.apps.market.floor import APPROVED, MOST_ROUNDS
from jishi.apps.market.models import CONVERTED, DEFAULTED, HALTED, UNSOLD, Offering
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.kind import MAX_INTEGER
from jishi.platform.context import Context

RELISTED = (UNSOLD, HALTED, CONVERTED, DEFAULTED)
LONGEST_BASIS = 200


def approve_start_price(
    ctx: Context, offering_id: str, price_fen: int, *, basis: str, reason: str
) -> Offering:
    """Approve the least start price (fen) of the next listing, `basis` being the clause or document it rests on.

    The last approval counts. Faults: `market.approval.round`, `.basis`, `market.price_missing`, `market.own_case`.
    """
    guard(ctx, "start_price.approve", offering_id)
    reason, basis = check_reason(reason), check_text(basis, "market.approval.basis", LONGEST_BASIS)
    if not 0 < price_fen <= MAX_INTEGER:
        raise Fault("market.price_missing", price_fen=price_fen)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        if offering.state not in RELISTED or offering.listing_round >= MOST_ROUNDS:
            at = {"round": offering.listing_round, "state": offering.state}
            raise Fault("market.approval.round", number=offering.number, **at)
        require_impartial(ctx, offering)
        write(ctx, head, [(APPROVED, {"price_fen": price_fen, "clauses": [basis]})])
        body = {"reason": reason, "start_price_fen": price_fen, "clauses": [basis]}
        add_notice(ctx, (offering, head), "approval", body)
    return offering
