"""Objections (异议) to published results and their answers. The log holds salted commitments, not the words."""

from django.db import transaction

from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import check_text, guard, instant, require_impartial, write
from jishi.apps.market.models import Objection, Offering
from jishi.apps.market.reads import get_objection, get_offering
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit
from jishi.platform.context import Context
from jishi.platform.entropy import new_id, new_salt
from jishi.platform.search import drop_row, put_row

LONGEST = 4000
OBJECTION_DOMAIN = "jishi.objection/1"
ANSWER_DOMAIN = "jishi.objection_answer/1"


def object_to_result(ctx: Context, offering_id: str, text: str) -> Objection:
    """File an objection (异议) to a published result; it waits at the desk until it is answered."""
    text = check_text(text, most=LONGEST)
    offering = get_offering(offering_id)
    guard(ctx, "result.object", offering_id)
    if not offering.notices.filter(kind="result").exists():
        raise Fault("market.result.unpublished", number=offering.number)
    with transaction.atomic():
        person = ctx.actor.user_id or 0
        objection = Objection.objects.create(
            id=new_id(ctx.entropy), offering=offering, person=person, text=text, at_ms=ctx.now_ms()
        )
        put_row(
            "objection",
            objection.id,
            title=f"{offering.number} {text[:80]}",
            division=offering.division,
            state="filed",
            updated_ms=objection.at_ms,
        )
    return objection


def answer_objection(ctx: Context, objection_id: str, text: str) -> Objection:
    """Answer an objection once; only the objector and the office read it.

    Faults: `market.own_case` for whoever acts for a bidder of the lot or filed the objection;
    `market.objection.answered`.
    """
    found = get_objection(objection_id)
    guard(ctx, "objection.answer", found.offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, found.offering_id)
        objection = Objection.objects.select_for_update().get(pk=objection_id)
        _require_detached(ctx, offering, objection)
        if objection.answered_ms is not None:
            raise Fault("market.objection.answered", number=offering.number)
        objection.answer, objection.answered_ms = check_text(text, most=LONGEST), instant(ctx, head)
        objection.salt = new_salt(ctx.entropy)
        objection.save()
        data = {
            "objection_commitment": commit(OBJECTION_DOMAIN, objection.salt, objection.text),
            "answer_commitment": commit(ANSWER_DOMAIN, objection.salt, objection.answer),
        }
        write(ctx, head, [("ObjectionAnswered", data)])
        drop_row("objection", objection.id)
    return objection


def _require_detached(ctx: Context, offering: Offering, objection: Objection) -> None:
    require_impartial(ctx, offering)
    if objection.person == ctx.actor.user_id:
        raise Fault("market.own_case", number=offering.number)
