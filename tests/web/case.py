"""A case for pages: a residence permit filed at the desk for a walk-in."""

from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Filing
from jishi.platform.clock import SimulatedClock, SystemClock
from jishi.platform.context import Actor, Context, Permit
from tests.web.world import HERE, World

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


def file_case(world: World, *, division: str = HERE, now_ms: int | None = None, **form: str) -> str:
    """File for a walk-in, as an officer who will not decide."""
    actor = Actor(user_id=world.users["member"].pk, name="member", permits=(Permit("clerk", division),))
    ctx = Context(actor=actor, clock=SystemClock() if now_ms is None else SimulatedClock(now_ms))
    return procedures.file_case(ctx, Filing(PERMIT, {**FORM, "division": division, **form}), PAPERS).id
