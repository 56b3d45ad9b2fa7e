"""Who stands in for people in the demonstration, marked as simulated: bidders who answer a newcomer's quotes, members
who open sealed bids."""

from jishi.apps.market import api as market
from jishi.apps.sealing import api as sealing
from jishi.apps.simulation.models import DemoResponder
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs
from jishi.platform.context import Context


def answer_bids(ctx: Context) -> int:
    """Let each demo bidder whose wait is over answer the leading quote; return how many did."""
    answered = 0
    rows = DemoResponder.objects.order_by("offering_id", "wait_ms", "pk")
    by_offering: dict[str, list[DemoResponder]] = {}
    for row in rows:
        by_offering.setdefault(row.offering_id, []).append(row)
    for offering in market.list_quoting(by_offering):
        answered += _answer(ctx, offering, by_offering[offering.id])
    return answered


def open_sealed(ctx: Context) -> int:
    """Let the simulated members publish their keys once bidding is over, and open the bids; return in how many lots."""
    owed = sealing.list_owed_by_simulated()
    for offering_id in owed:
        sealing.simulate_opening(ctx, offering_id)
    return len(owed)


def _answer(ctx: Context, offering: market.Offering, responders: list[DemoResponder]) -> int:
    if not offering.leader or offering.leader in {row.alias for row in responders}:
        return 0  # nobody to answer, or one of ours leads already
    lowest = (offering.price_fen or 0) + (offering.increment_fen or 0)
    waited_ms = ctx.now_ms() - market.last_event_ms(offering)
    for row in responders:
        if row.ceiling_fen >= lowest and waited_ms >= row.wait_ms:
            return _say(ctx, offering, row)
    return 0


def _say(ctx: Context, offering: market.Offering, row: DemoResponder) -> int:
    asked = offering.phase == "question"
    price_fen = market.next_bid(offering)
    given = inputs.Continue(row.alias) if asked else inputs.Bid(row.alias, price_fen or 0)
    try:
        return int(market.submit(ctx, offering.id, [market.Command(given)])[0].accepted)
    except Fault:
        return 0  # it closed in between; there is nothing left to answer
