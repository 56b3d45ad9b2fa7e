"""Solve a sale of package bids (组合报价): find the best allocation and its proof, and give it to the mechanism.

The search takes seconds, so it runs outside the transaction; the mechanism checks the certificate, and refuses a
solution that is not proved. Refuses an offering that awaits none.
"""

from jishi.apps.market.actions.record import guard
from jishi.apps.market.actions.steps import STEPS, decide_step
from jishi.apps.market.mechanism import mechanism_of
from jishi.apps.market.models import Offering
from jishi.apps.market.reads import get_offering
from jishi.kernel.fault import Fault
from jishi.platform.context import Context

AWAITED = "solve"


def solve_packages(ctx: Context, offering_id: str) -> Offering:
    """Solve the opened package bids of an offering and submit the solution with its certificate.

    Faults: `market.solve.early` where none is awaited, `package.solve.limit`, the mechanism's refusal.
    """
    guard(ctx, STEPS[AWAITED], offering_id)
    offering = get_offering(offering_id)
    if offering.awaits != AWAITED or offering.snapshot is None:
        raise Fault("market.solve.early", number=offering.number)
    from jishi.kernel.mechanism.package_settle import solve  # the solver is loaded by whoever solves

    return decide_step(ctx, offering_id, solve(mechanism_of(offering).load(offering.snapshot)))
