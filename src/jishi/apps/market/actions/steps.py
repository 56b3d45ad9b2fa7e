"""Steps that an office, a committee or a panel gives a mechanism: each input with the permission it takes.

Refuses an input that has an action of its own (suspend, extend, reveal …), and one a bidder gives.
"""

from django.db import transaction

from jishi.apps.market.actions.fold import fold_all
from jishi.apps.market.actions.ground import release_entry
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import guard, require_impartial, require_state
from jishi.apps.market.models import NOTICED, TERMINATED, Offering
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs
from jishi.platform.context import Context

STEPS = {
    "agree": "agreement.record",
    "answer": "objection.decide",
    "discredit": "credit.record",
    "draw": "draw.make",
    "prefer": "preference.record",
    "score": "panel.score",
    "seat": "panel.seat",
    "solve": "packages.solve",
    "unseal": "bids.unseal",
}
"""Input -> the action of the permission table; those nobody holds are given by the system alone."""


def decide_step(ctx: Context, offering_id: str, given: inputs.Input) -> Offering:
    """Give a running mechanism what only an office, a committee or a panel can give.

    Faults: `market.step.own_way`, `market.own_case`, the mechanism's refusal.
    """
    action = STEPS.get(inputs.name_of(given))
    if action is None:
        raise Fault("market.step.own_way", input=inputs.name_of(given), known=", ".join(STEPS))
    guard(ctx, action, offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, NOTICED)
        require_impartial(ctx, offering)
        fold_all(ctx, (offering, head), [given])
        if offering.state == TERMINATED:
            release_entry(ctx, offering)
    return offering
