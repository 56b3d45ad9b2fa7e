"""A lot of any mechanism, brought by the real actions on a clock in the past as far as a test of the desk needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.kernel.mechanism import acts
from jishi.kernel.mechanism.inputs import Input
from jishi.kernel.mechanism.sealed_box import commit_bid
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from tests.web.world import DAY_MS, HOUR_MS, World, _entry, _form

AUCTION = "land.state_grant_auction"
SEALING = {"suite": "x25519", "members": 3, "threshold": 2}
SALT = "5a" * 32
NONE: dict[str, Any] = {"start_price_fen": None, "increment_fen": None}


@dataclass(slots=True)
class Lot:
    """One lot and the clock of its past; bidders are those of the world."""

    world: World
    ctx: Context
    id: str

    @property
    def offering(self) -> market.Offering:
        """Return the lot as it stands."""
        return market.get_offering(self.id)

    def move(self, at_ms: int) -> None:
        """Set its clock forward and run what is due."""
        assert isinstance(self.ctx.clock, SimulatedClock)
        self.ctx.clock.move_to(at_ms)
        if self.offering.state == "noticed":
            market.advance_offering(self.ctx, self.id)

    def publish(self) -> "Lot":
        """Publish the notice; bidders may apply."""
        market.publish_notice(self.world.acting(self.ctx, "reviewer"), self.id)
        return self

    def open(self) -> None:
        """Let bidding open."""
        self.move(self.offering.listing_start + HOUR_MS)

    def file(self, *parties: str) -> dict[str, market.Registration]:
        """Let parties apply; nothing is decided yet."""
        forms = [market.RegistrationForm(self.world.parties[party]) for party in parties]
        return dict(zip(parties, market.file_registrations(self.ctx, self.id, forms), strict=True))

    def admit(self, *parties: str) -> dict[str, market.Registration]:
        """Let parties apply, qualify them and pay their deposits."""
        rows = self.file(*parties)
        ids = [row.id for row in rows.values()]
        market.qualify_registrations(self.world.acting(self.ctx, "clerk"), self.id, ids)
        settlement.pay_deposits(self.ctx, [(each, None) for each in ids])
        return {party: market.get_registration(row.id) for party, row in rows.items()}

    def give(self, *given: Input) -> None:
        """Submit inputs; each must be accepted."""
        answers = market.submit(self.ctx, self.id, [market.Command(each) for each in given])
        assert all(answer.accepted for answer in answers), answers

    def seal(self, bids: dict[str, Any], rows: dict[str, market.Registration]) -> None:
        """File sealed bids by party, close, and open them, unless something else is awaited before."""
        bound = {rows[party].alias: bid for party, bid in bids.items()}
        filed = [acts.Seal(alias, commit_bid(self.id, alias, bid, SALT)) for alias, bid in bound.items()]
        self.give(*filed)
        self.move(self.offering.listing_end + HOUR_MS)
        if self.offering.awaits == "unseal":
            self.unseal(filed, bound)

    def unseal(self, filed: Sequence[acts.Seal], bids: dict[str, Any]) -> None:
        """Open what was filed."""
        lines = [[each.alias, each.commitment] for each in filed]
        self.give(acts.Unseal(lines, {alias: {"bid": bid, "salt": SALT} for alias, bid in bids.items()}))


def draft(
    world: World, mechanism: str, terms: dict[str, Any], *, product: str = AUCTION, **changes: Any
) -> Lot:
    """Prepare a lot whose listing closed yesterday, or `ends_ms` from now where that is given."""
    ends_ms = world.now_ms + changes.pop("ends_ms", -DAY_MS)
    ctx = Context(clock=SimulatedClock(world.now_ms - 60 * DAY_MS))
    number = changes.pop("number", f"WAY-{mechanism}")
    entry = registers.create_entry(ctx, replace_number(_entry(mechanism, "220102", 900), number))
    dates = [world.now_ms - 30 * DAY_MS, ends_ms - DAY_MS, ends_ms]
    form = replace(
        _form(mechanism, entry.id, dates, terms), product=product, mechanism=mechanism, number=number,
        title=f"测试标的 {number}", **changes,
    )  # fmt: skip
    made = market.prepare_offering(world.acting(ctx, "clerk"), form)
    return Lot(world, ctx, made.id)


def replace_number(form: registers.EntryForm, number: str) -> registers.EntryForm:
    """Give an entry a number of its own."""
    return replace(form, data={**form.data, "parcel_no": number})
