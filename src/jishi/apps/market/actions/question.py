"""Questions on a notice and their public answers (答疑). The log holds salted commitments, not the words."""

from django.db import transaction

from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import check_text, guard, instant, require_state, write
from jishi.apps.market.models import NOTICED, Question
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit
from jishi.platform.context import Context
from jishi.platform.entropy import new_id, new_salt
from jishi.platform.search import drop_row, put_row

QUESTION_DOMAIN = "jishi.question/1"
ANSWER_DOMAIN = "jishi.answer/1"


def ask_question(ctx: Context, offering_id: str, party: str, text: str) -> Question:
    """Ask on an offering's notice before registration ends; the asker is never shown."""
    guard(ctx, "question.ask", offering_id, party)
    _require_own(ctx, offering_id, party)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, NOTICED)
        at_ms = instant(ctx, head)
        if at_ms >= offering.registration_end:
            raise Fault("market.question.late", number=offering.number)
        question = Question.objects.create(
            id=new_id(ctx.entropy), offering=offering, party=party, text=check_text(text), asked_ms=at_ms
        )
        put_row(
            "question",
            question.id,
            title=f"{offering.number} {question.text[:80]}",
            division=offering.division,
            state="asked",
            due_ms=offering.registration_end,
            updated_ms=ctx.now_ms(),
        )
    return question


def answer_question(ctx: Context, question_id: str, text: str) -> Question:
    """Answer a question once; question and answer become public."""
    found = Question.objects.filter(pk=question_id).first()
    if found is None:
        raise Fault("market.question.unknown", question=question_id)
    guard(ctx, "question.answer", found.offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, found.offering_id)
        question = Question.objects.select_for_update().get(pk=question_id)
        if question.answered_ms is not None:
            raise Fault("market.question.answered", number=offering.number)
        question.answer, question.answered_ms = check_text(text), instant(ctx, head)
        question.salt = new_salt(ctx.entropy)
        question.save()
        data = {
            "question_commitment": commit(QUESTION_DOMAIN, question.salt, question.text),
            "answer_commitment": commit(ANSWER_DOMAIN, question.salt, question.answer),
        }
        write(ctx, head, [("QuestionAnswered", data)])
        drop_row("question", question.id)
    return question


def _require_own(ctx: Context, offering_id: str, party: str) -> None:
    actor = ctx.actor
    if not (actor.system or party in actor.parties or (party, offering_id) in actor.agencies):
        raise Fault("access.denied", action="question.ask")
