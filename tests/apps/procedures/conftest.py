"""What tests of procedures share: a day the calendar knows, an applicant with a party, staff of a city."""

from dataclasses import replace
from datetime import date

import pytest

from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.procedures import api as procedures
from jishi.kernel.calendar.zone import start_of_day_ms
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Actor, Context, Permit
from jishi.platform.models import User

PDF = b"%PDF-1.7 demo"


def instant(day: date, hour: int = 10) -> int:
    """Give an instant (ms) of a day in the pack's zone."""
    return start_of_day_ms(day, packs.default_pack().manifest.utc_offset_minutes) + hour * 3_600_000


@pytest.fixture
def clock() -> SimulatedClock:
    """Give a clock that stands at a Monday the calendar knows."""
    return SimulatedClock(instant(date(2020, 11, 23)))


class Office:
    """Acting persons: an applicant, two clerks and a reviewer of a city, a clerk elsewhere."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        form = parties.PartyForm("person", "李四", "11010519491231002X")
        self.party = parties.register_party(self.acting("li"), form)
        self.applicant = self.acting("li", parties=(self.party.id,))
        self.clerk = self.acting("clerk", Permit("clerk", "220100"))
        self.second = self.acting("second", Permit("clerk", "220100"))
        self.reviewer = self.acting("reviewer", Permit("reviewer", "220100"))
        self.elsewhere = self.acting("elsewhere", Permit("clerk", "220200"))

    def user(self, name: str) -> User:
        return User.objects.get_or_create(email=f"{name}@example.org", defaults={"display_name": name})[0]

    def acting(self, name: str, *permits: Permit, parties: tuple[str, ...] = ()) -> Context:
        actor = Actor(user_id=self.user(name).pk, name=name, permits=permits, parties=parties)
        return replace(self.ctx, actor=actor)

    def decide(self, who: Context, case: str, decision: str, **more: object) -> procedures.CaseInfo:
        seq = procedures.open_case(self.ctx, case).seq
        procedures.decide(who, case, procedures.Choice(decision, seq, **more))  # type: ignore[arg-type]
        return procedures.open_case(self.ctx, case)


@pytest.fixture
def office(db: None, ctx: Context) -> Office:
    """Give the acting persons."""
    return Office(ctx)
