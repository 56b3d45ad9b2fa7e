"""What simulated bidders, committees and offices do in each mechanism, until nothing more is due.

Every bidder has a private valuation of a unit. Whatever a mechanism awaits is brought here, marked as simulated by
the offering it stands in. Everything comes from the generator given, so the same seed does the same.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from random import Random
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.sealing import api as sealing
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import acts, inputs
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context

MOST_STEPS = 400
PACE_MS = 20_000
OPEN_RAISES = 3
ROUND_FEN = 1_000_000  # large sums are quoted in whole 万元
Rows = Sequence[market.Registration]


def run_moves(ctx: Context, offering_id: str, rows: Rows, chance: Random) -> market.Offering:
    """Bid and bring what is awaited until the offering's mechanism is over."""
    values = _draw_values(rows, chance)
    filed: set[str] = set()  # the phases in which everybody has said what is said once
    for _ in range(MOST_STEPS):
        offering = market.get_offering(offering_id)
        if offering.state != "noticed":
            return offering
        if offering.awaits:
            _clock(ctx).move_to(_clock(ctx).now_ms() + PACE_MS)
            bring_awaited(ctx, offering)
        elif offering.phase not in filed and _clock(ctx).now_ms() >= offering.listing_start:
            filed.add(offering.phase)
            _file(ctx, offering, rows, (values, chance))
        elif not (offering.kind == "ascending" and _raise(ctx, offering, rows, (values, chance))):
            _wait(ctx, offering)
    raise Fault("day.endless", number=market.get_offering(offering_id).number)


def open_moves(ctx: Context, offering_id: str, rows: Rows, chance: Random) -> None:
    """Let every bidder say once what is said while the bidding is open, or two of them raise; leave it open."""
    drawn = (_draw_values(rows, chance), chance)
    offering = market.get_offering(offering_id)
    _file(ctx, offering, rows, drawn)
    for _ in range(OPEN_RAISES):
        _raise(ctx, market.get_offering(offering_id), rows, drawn)


def bring_awaited(ctx: Context, offering: market.Offering) -> None:
    """Give what a simulated committee, panel or office gives; Fault `day.awaits` where nobody is simulated."""
    if offering.awaits == "unseal":
        sealing.simulate_opening(ctx, offering.id)
    elif offering.awaits == "draw":
        market.reveal_draw(ctx, offering.id)
    elif offering.awaits == "clear":
        market.advance_offering(ctx, offering.id)
    else:
        raise Fault("day.awaits", number=offering.number, awaits=offering.awaits)


def _draw_values(rows: Rows, chance: Random) -> dict[str, int]:
    """Draw what a unit is worth to each bidder, in thousandths of the reference."""
    return {row.alias: chance.randint(900, 1400) for row in rows}


def _clock(ctx: Context) -> SimulatedClock:
    assert isinstance(ctx.clock, SimulatedClock)
    return ctx.clock


def _wait(ctx: Context, offering: market.Offering) -> None:
    if offering.due_ms is None:
        raise Fault("day.endless", number=offering.number)
    _clock(ctx).move_to(max(offering.due_ms, _clock(ctx).now_ms()))
    market.advance_offering(ctx, offering.id)


def _file(
    ctx: Context, offering: market.Offering, rows: Rows, drawn: tuple[Mapping[str, int], Random]
) -> None:
    """Send what each bidder has to say once in this phase; whom the mechanism does not admit to it says nothing."""
    say = _FILINGS.get((offering.mechanism, offering.phase))
    for row in rows if say else ():
        assert say is not None
        given = say(offering, row.alias, drawn)
        if market.get_offering(offering.id).phase != offering.phase:
            return
        _clock(ctx).move_to(_clock(ctx).now_ms() + drawn[1].randint(1, PACE_MS))
        if isinstance(given, acts.Agree):
            market.decide_step(ctx, offering.id, given)
        elif isinstance(given, dict):
            with suppress(Fault):  # a stage may be for those at the cap only
                sealing.simulate_filing(ctx, row, given, ctx.entropy)
        else:
            market.submit(ctx, offering.id, [market.Command(given)])


def _raise(
    ctx: Context, offering: market.Offering, rows: Rows, drawn: tuple[Mapping[str, int], Random]
) -> bool:
    """Let one bidder who still wants to go on quote the next price; tell whether one did."""
    view = market.view_of(offering)
    values, chance = drawn
    if view is None or view.next_bid_fen is None or "bid" not in view.accepts:
        return False
    start_fen = view.start_price_fen or view.next_bid_fen
    keen = [
        row
        for row in rows
        if row.alias != view.leader and start_fen * values[row.alias] // 1000 >= view.next_bid_fen
    ]
    if not keen:
        return False
    due_ms = offering.due_ms or _clock(ctx).now_ms() + PACE_MS
    _clock(ctx).move_to(min(_clock(ctx).now_ms() + chance.randint(1, PACE_MS), due_ms - 1))
    given = inputs.Bid(chance.choice(keen).alias, view.next_bid_fen)
    return market.submit(ctx, offering.id, [market.Command(given)])[0].accepted


Drawn = tuple[Mapping[str, int], Random]


def _order(offering: market.Offering, alias: str, drawn: Drawn) -> inputs.Input:
    side = drawn[1].choice(("buy", "sell"))
    keen = 1050 if side == "buy" else 1250  # who sells values it less than who buys
    price_fen = offering.terms["reference_fen"] * drawn[0][alias] // keen
    return acts.Order(alias, side, max(1, price_fen), drawn[1].randint(1, 100))


def _buy(offering: market.Offering, alias: str, drawn: Drawn) -> inputs.Input:
    return acts.Buy(alias, drawn[1].randint(1, offering.terms.get("per_bidder") or 20))


def _contribute(offering: market.Offering, alias: str, drawn: Drawn) -> dict[str, Any]:
    return {"contribution": drawn[1].randbytes(32).hex()}


def _pair(offering: market.Offering, alias: str, drawn: Drawn) -> dict[str, Any]:
    floor_fen, supply = offering.terms["floor_fen"], offering.terms["supply"]
    return {
        "price_fen": floor_fen * drawn[0][alias] // 900,
        "quantity": drawn[1].randint(1, max(1, supply // 3)),
    }


def _total(offering: market.Offering, alias: str, drawn: Drawn) -> dict[str, Any]:
    reference_fen = offering.terms.get("min_price_fen") or offering.terms.get("control_price_fen") or 1
    price_fen = reference_fen * drawn[0][alias] // 900
    return {"price_fen": max(reference_fen, price_fen - price_fen % ROUND_FEN)}


def _agree(offering: market.Offering, alias: str, drawn: Drawn) -> inputs.Input:
    floor_fen = offering.terms["floor_fen"]
    return acts.Agree(alias, max(floor_fen, floor_fen * drawn[0][alias] // 1000))


def _offer(offering: market.Offering, alias: str, drawn: Drawn) -> inputs.Input:
    stage = next(each for each in offering.terms["stages"] if each["kind"] == "second_quantity")
    return acts.Offer(alias, stage["least"] + stage["step"] * drawn[1].randint(0, 50))


_FILINGS: Mapping[tuple[str, str], Callable[[market.Offering, str, Drawn], inputs.Input | dict[str, Any]]] = {
    ("call_auction", "open"): _order,
    ("fixed_price", "open"): _buy,
    ("lottery", "open"): _contribute,
    ("uniform_price", "open"): _pair,
    ("pay_as_bid", "open"): _pair,
    ("tender", "open"): _total,
    ("negotiation", "open"): _agree,
    ("auction", "second_quantity"): _offer,
    ("auction", "lottery"): _contribute,
}
"""Mechanism and phase -> what one bidder says once: an input in the open, or a bid to be sealed."""
