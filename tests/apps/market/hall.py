"""An office with its officers and bidders, each acting with exactly the grants of their role."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from jishi.apps.market import actions as market
from jishi.apps.market.models import Offering, Registration
from jishi.apps.market.publication import bundle_offering
from jishi.apps.market.reads import get_offering
from jishi.apps.parties import api as parties
from jishi.apps.registers import api as registers
from jishi.kernel.codes.uscc import make_uscc
from jishi.kernel.evidence.verify import verify
from jishi.platform import access
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import ANYONE, Actor, Context, Permit
from jishi.platform.models import User

MONDAY_MS = 1_772_416_800_000  # 2026-03-02 10:00 in the pack's zone
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
FIVE_MINUTES = 5 * MINUTE_MS
START_FEN, STEP_FEN, DEPOSIT_FEN = 100_000_000, 1_000_000, 20_000_000
HERE, THERE = "220102", "222401"
PASSPHRASES = {"officer_one": "the first passphrase", "officer_two": "the second passphrase"}
STAFF = {
    "clerk": access.CLERK,
    "reviewer": access.REVIEWER,
    "treasurer": access.TREASURER,
    "regulator": access.REGULATOR,
    "auditor": access.AUDITOR,
    "officer_one": access.RESERVE_OFFICER,
    "officer_two": access.RESERVE_OFFICER,
}
BIDDERS = ("north", "south", "east", "west")


class Hall:
    """Everybody of one office, a clock they share, and the steps that bring a lot where a test needs it."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock
        self.system = Context(clock=clock)
        self.users = {
            name: User.objects.create(email=f"{name}@example.org") for name in (*STAFF, *BIDDERS, "member")
        }
        for name, role in STAFF.items():
            access.grant(self.users[name], role, HERE)
        forms = [
            parties.PartyForm("organisation", f"{name}置业有限公司", make_uscc(f"91220100MA{n:07d}"))
            for n, name in enumerate(BIDDERS, start=1)
        ]
        made = parties.register_parties(self.system, forms)
        self.parties = {name: party.id for name, party in zip(BIDDERS, made, strict=True)}
        for name, party in self.parties.items():
            parties.add_representative(self.system, party, self.users[name].pk)

    # --- who acts

    def as_(self, name: str, **changes: Any) -> Context:
        """Return the context of a person; `far_` before a role puts their office into another division."""
        return replace(self.system, actor=replace(self._actor(name), **changes))

    def _actor(self, name: str) -> Actor:
        if name == "anyone":
            return ANYONE
        division, role = (THERE, name[4:]) if name.startswith("far_") else (HERE, name)
        permits = (Permit(STAFF[role], division),) if role in STAFF else ()
        own = (self.parties[role],) if role in self.parties else ()
        return Actor(user_id=self.users[role].pk, name=name, permits=permits, parties=own)

    # --- what happens to a lot

    def entry(self, number: str = "T-1", **changes: Any) -> registers.EntryInfo:
        """Write a parcel into the register."""
        data = {
            "parcel_no": number,
            "place": "测试路1号",
            "division": HERE,
            "area_cm2": 250_005_000,
            "uses": [{"code": "0701", "name": "城镇住宅用地", "term_years": "70"}],
            "tenure": "state",
        }
        form = registers.EntryForm("land.parcel", data | changes)
        return registers.create_entry(self.system, form)

    def form(self, entry_id: str, number: str = "T-1", **changes: Any) -> market.OfferingForm:
        """Return a statement that stands: 22 days of notice, 12 of listing."""
        start = self.clock.now_ms() + 22 * DAY_MS
        form = market.OfferingForm(
            number=number,
            title=f"测试宗地 {number}",
            product="land.state_grant_listing",
            entry_id=entry_id,
            start_price_fen=START_FEN,
            deposit_fen=DEPOSIT_FEN,
            increment_fen=STEP_FEN,
            listing_start=start,
            listing_end=start + 12 * DAY_MS,
            registration_end=start + 11 * DAY_MS,
        )
        return replace(form, **changes)

    def draft(self, number: str = "T-1", **changes: Any) -> Offering:
        """Prepare a draft of a parcel of its own."""
        entry_id = changes.pop("entry_id", None) or self.entry(number).id
        return market.prepare_offering(self.as_("clerk"), self.form(entry_id, number, **changes))

    def publish(self, offering: Offering) -> Offering:
        """Publish the notice as the reviewer."""
        return market.publish_notice(self.as_("reviewer"), offering.id)

    def offer(self, number: str = "T-1", **changes: Any) -> Offering:
        """Publish a lot and let its listing begin."""
        offering = self.publish(self.draft(number, **changes))
        self.move(offering.listing_start)
        return self.advance(offering)

    def offer_two(self) -> tuple[Offering, Offering]:
        """Publish two lots whose listings begin together."""
        first, second = (self.publish(self.draft(number)) for number in ("T-1", "T-2"))
        self.move(first.listing_start)
        return self.advance(first), self.advance(second)

    def file(self, offering: Offering, *names: str) -> dict[str, Registration]:
        """Let bidders apply, each in their own name."""
        return {
            name: market.file_registrations(
                self.as_(name), offering.id, [market.RegistrationForm(self.parties[name])]
            )[0]
            for name in names
        }

    def admit(self, offering: Offering, *names: str) -> dict[str, Registration]:
        """Let bidders apply, qualify them, and secure their deposits."""
        rows = self.file(offering, *names)
        ids = [row.id for row in rows.values()]
        market.qualify_registrations(self.as_("clerk"), offering.id, ids)
        found = market.secure_deposits(self.system, offering.id, [(each, "transfer") for each in ids])
        by_id = {row.id: row for row in found}
        return {name: by_id[row.id] for name, row in rows.items()}

    def bid(self, row: Registration, price_fen: int, key: str = "", by: str = "") -> market.Answer:
        """Place a quote as whoever represents the registration's party."""
        name = by or next(name for name, party in self.parties.items() if party == row.party)
        return market.place_bid(self.as_(name), row.id, price_fen, key)

    def move(self, at_ms: int) -> None:
        """Set the clock forward."""
        self.clock.move_to(at_ms)

    def advance(self, offering: Offering) -> Offering:
        """Run what is due and return the offering as it stands."""
        market.advance_offering(self.system, offering.id)
        return get_offering(offering.id)

    def run_out(self, offering: Offering) -> Offering:
        """Let every clock of an offering run out, one by one."""
        while (due_ms := get_offering(offering.id).due_ms) is not None:
            self.move(due_ms)
            self.advance(offering)
        return get_offering(offering.id)

    def sell(self, number: str = "T-1", names: Sequence[str] = ("north", "south")) -> Offering:
        """Sell a lot to the last of `names` that quotes."""
        offering = self.offer(number)
        for place, row in enumerate(self.admit(offering, *names).values()):
            assert self.bid(row, START_FEN + place * STEP_FEN).accepted
        return self.run_out(offering)

    def seal(self, offering: Offering, reserve_fen: int) -> str:
        """Seal a reserve price to both officers, whose keys are made first."""
        for name, passphrase in PASSPHRASES.items():
            register_key(self.as_(name), passphrase)
        second = self.users["officer_two"].pk
        return market.seal_reserve_price(self.as_("officer_one"), offering.id, reserve_fen, second)

    def open_reserve(self, offering: Offering, name: str) -> Offering:
        """Give one officer's half."""
        return market.open_reserve(self.as_(name), offering.id, PASSPHRASES[name])


def register_key(ctx: Context, passphrase: str) -> str:
    """Make an officer's key at a cost that tests can bear."""
    from jishi.apps.market.actions.reserve import register_officer_key

    return register_officer_key(ctx, passphrase, cost=2)


def failed_checks(offering: Offering) -> dict[str, str]:
    """Verify the offering's bundle as a stranger would; return the checks that failed."""
    report = verify(bundle_offering(get_offering(offering.id)))
    assert report.checks
    return {check.name: check.code for check in report.checks if not check.ok}
