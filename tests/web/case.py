"""Cases for pages: residence permits filed at the desk for walk-ins.

`python -m tests.web.case < ages.json` files one for each age in days, in the environment of a server (`Server.run`).
"""

import json
import sys

import django

if __name__ == "__main__":
    django.setup()

from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Filing
from jishi.platform.clock import SimulatedClock, SystemClock
from jishi.platform.context import Actor, Context, Permit
from jishi.platform.models import User
from tests.web.world import DAY_MS, HERE, World

PDF = b"%PDF-1.7 demo"
FORM = {
    "name": "李四",
    "identity": "11010519491231002X",
    "applicant_age": "30",
    "home_address": "演示省演示路1号",
    "address": "长春市演示路2号",
    "division": HERE,
    "months_resident": "8",
    "residence_proof": "job",
    "employer": "演示公司",
}
PAPERS = [(need, f"{need}.pdf", PDF) for need in ("identity_card", "photo", "proof")]
PERMIT = "labour.residence_permit"
LONG_AGO = 30


def file_case(world: World, *, division: str = HERE, now_ms: int | None = None, **form: str) -> str:
    """File for a walk-in, as an officer who will not decide."""
    return file_as(world.users["member"].pk, division=division, now_ms=now_ms, **form)


def file_as(user: int, *, division: str = HERE, now_ms: int | None = None, **form: str) -> str:
    """File for a walk-in as a clerk of a division, now or at an instant (ms)."""
    actor = Actor(user_id=user, name="clerk", permits=(Permit("clerk", division),))
    ctx = Context(actor=actor, clock=SystemClock() if now_ms is None else SimulatedClock(now_ms))
    return procedures.file_case(ctx, Filing(PERMIT, {**FORM, "division": division, **form}), PAPERS).id


def main(ages: list[int]) -> None:
    """File one case for each age in days; one of long ago is accepted then and waits since."""
    filer = User.objects.create_user("window@example.org", display_name="window")
    now_ms = Context().now_ms()
    clerk = User.objects.get(email="clerk@example.org")
    for age in ages:
        at_ms = now_ms - age * DAY_MS
        case = file_as(filer.pk, now_ms=at_ms)
        if age > LONG_AGO:  # examined by nobody since: its clock is missed
            actor = Actor(user_id=clerk.pk, name="clerk", permits=(Permit("clerk", HERE),))
            ctx = Context(actor=actor, clock=SimulatedClock(at_ms))
            procedures.decide(ctx, case, procedures.Choice("accept", 1))


if __name__ == "__main__":
    main(json.load(sys.stdin))
