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
from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryForm
from jishi.platform.clock import SimulatedClock, SystemClock
from jishi.platform.context import Actor, Context, Permit
from jishi.platform.models import User
from jishi.web.shell.site import site
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


def publish_case(world: World) -> tuple[str, str]:
    """Bring the close-out of a task to its publicity period; give the case and its publication."""
    year = site().day(world.now_ms).year
    task = {
        "title": "居住证签注提速", "measure": "16", "year": str(year), "division": HERE, "lead": "公安局",
        "starts_on": f"{year}-01-01", "due_on": f"{year}-12-31", "progress_percent": "100", "evidence_needed": "2",
    }  # fmt: skip
    entry = registers.create_entry(Context(), EntryForm("reform.task", task, state="running"))
    form = {"result": "系统上线", "evidence_filed": "2"}
    filing = Filing("reform.close_out", form, HERE, subject=entry.id)
    case = procedures.file_case(_staff(world, "clerk"), filing, [("evidence", "evidence.pdf", PDF)]).id
    for seq, (who, decision) in enumerate((("reviewer", "agree"), ("regulator", "pass")), 1):
        procedures.decide(_staff(world, who), case, procedures.Choice(decision, seq))
    return case, procedures.open_case(Context(), case).notices[0].id


def _staff(world: World, who: str) -> Context:
    return Context(actor=Actor(user_id=world.users[who].pk, name=who, permits=(Permit(who, HERE),)))


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
