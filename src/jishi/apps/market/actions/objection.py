"""Objections (异议) to what is public, and their answers. The log holds salted commitments, not the words.

While a mechanism has candidates or a price public (公示) an objection is a step of it, and so is its answer, upheld
or not; afterwards it is one to the published result. Refuses one where neither is public.
"""

from django.db import transaction

from jishi.apps.market.actions.fold import Locked, fold_all
from jishi.apps.market.actions.ground import release_entry
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import check_text, guard, instant, require_impartial, write
from jishi.apps.market.actions.steps import STEPS
from jishi.apps.market.models import NOTICED, TERMINATED, Objection, Offering
from jishi.apps.market.reads import get_objection, get_offering
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import acts
from jishi.kernel.mechanism.objection import PUBLICITY
from jishi.kernel.sealing.commitment import commit
from jishi.platform.context import Context
from jishi.platform.entropy import new_id, new_salt
from jishi.platform.search import drop_row, put_row

LONGEST = 4000
ROW, STEP_ROW = "objection", "objection_step"
"""What waits at the desk: for a clerk's answer, or for a reviewer's decision on which the sale depends."""
OBJECTION_DOMAIN = "jishi.objection/1"
ANSWER_DOMAIN = "jishi.objection_answer/1"


def object_to_result(ctx: Context, offering_id: str, text: str) -> Objection:
    """File an objection (异议) to what a mechanism has made public or to a published result.

    It waits at the desk until it is answered; a mechanism waits for it too. The same words of the same person are
    one objection until then.
    """
    text = check_text(text, most=LONGEST)
    offering = get_offering(offering_id)
    guard(ctx, "result.object", offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        said = offering.objections.filter(person=ctx.actor.user_id or 0, text=text, answered_ms__isnull=True)
        if (before := said.first()) is not None:
            return before
        objection = Objection(id=new_id(ctx.entropy), offering=offering, text=text, at_ms=ctx.now_ms())
        objection.person = ctx.actor.user_id or 0
        if _is_shown(offering):
            objection.salt = new_salt(ctx.entropy)
            fold_all(ctx, (offering, head), [acts.Object(_commitment(objection))])
        elif not offering.notices.filter(kind="result").exists():
            raise Fault("market.result.unpublished", number=offering.number)
        objection.save()
        decides = bool(objection.salt)
        put_row(
            STEP_ROW if decides else ROW,
            objection.id,
            title=f"{offering.number} {text[:80]}",
            division=offering.division,
            state="filed",
            updated_ms=objection.at_ms,
            due_ms=offering.due_ms if decides else None,  # from then on the sale waits for the answer
        )
    return objection


def answer_objection(ctx: Context, objection_id: str, text: str, *, upheld: bool | None = None) -> Objection:
    """Answer an objection once; only the objector and the office read it. `upheld` decides it in the mechanism.

    Faults: `market.own_case` for whoever acts for a bidder of the lot or filed the objection;
    `market.objection.answered`; `market.objection.undecided` where the mechanism needs `upheld`.
    """
    found = get_objection(objection_id)
    guard(ctx, "objection.answer" if upheld is None else STEPS["answer"], found.offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, found.offering_id)
        objection = Objection.objects.select_for_update().get(pk=objection_id)
        _require_detached(ctx, offering, objection)
        if objection.answered_ms is not None:
            raise Fault("market.objection.answered", number=offering.number)
        objection.answer, objection.answered_ms = check_text(text, most=LONGEST), instant(ctx, head)
        decides = is_step(objection, offering)
        objection.salt = objection.salt or new_salt(ctx.entropy)
        objection.save()
        data = {
            "objection_commitment": _commitment(objection),
            "answer_commitment": commit(ANSWER_DOMAIN, objection.salt, objection.answer),
        }
        write(ctx, head, [("ObjectionAnswered", data)])
        if decides:
            _decide(ctx, (offering, head), objection, upheld)
        for kind in (ROW, STEP_ROW):
            drop_row(kind, objection.id)
    return objection


def is_step(objection: Objection, offering: Offering | None = None) -> bool:
    """Tell whether the answer to an objection decides something in the mechanism: it was raised in its publicity."""
    return bool(objection.salt) and (offering or objection.offering).state == NOTICED


def _is_shown(offering: Offering) -> bool:
    """Tell whether the mechanism has something public that may be objected to now."""
    return offering.state == NOTICED and offering.phase == PUBLICITY and not offering.suspended


def _commitment(objection: Objection) -> str:
    return commit(OBJECTION_DOMAIN, objection.salt, objection.text)


def _decide(ctx: Context, locked: Locked, objection: Objection, upheld: bool | None) -> None:
    offering = locked[0]
    if upheld is None:
        raise Fault("market.objection.undecided", number=offering.number)
    fold_all(ctx, locked, [acts.Answer(_commitment(objection), upheld)])
    if offering.state == TERMINATED:
        release_entry(ctx, offering)


def _require_detached(ctx: Context, offering: Offering, objection: Objection) -> None:
    require_impartial(ctx, offering)
    if objection.person == ctx.actor.user_id:
        raise Fault("market.own_case", number=offering.number)
