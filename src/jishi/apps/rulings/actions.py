"""Guard an action by a rule; open a task for missing facts; state a fact; decide instead, with a reason."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from jishi.apps.packs import api as packs
from jishi.apps.rulings.models import OPEN, OVERRIDDEN, SETTLED, FactTask, Override, Ruling, StatedFact
from jishi.apps.rulings.question import NotPermitted, Permit, Question, say_refusal
from jishi.apps.rulings.reads import Stated, get_task, stated_facts, target_of, weigh
from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.fact import read_value
from jishi.kernel.spelling import visible
from jishi.platform import evidence
from jishi.platform.access import require
from jishi.platform.batch import insert_rows
from jishi.platform.context import Context
from jishi.platform.entropy import new_id
from jishi.platform.search import drop_row, put_row

TASK = "fact_task"
LONGEST_REASON = 2000


def require_permits(ctx: Context, questions: Sequence[Question]) -> list[Permit]:
    """Decide each question and store its ruling; raise NotPermitted at the first that does not permit.

    Call inside the transaction of the guarded action, and that inside `recording`.
    """
    pack = packs.current_pack()
    packs.keep_version(pack.hash, ctx.now_ms())
    law = pack.law
    stated = stated_facts([question.subject for question in questions])
    permits = [_permit(law, question, stated) for question in questions]
    rows = [_row(ctx, each.question, (each.decision, True)) for each in permits]
    insert_rows(rows)
    _settle(ctx, [each.question for each in permits])
    return permits


@contextmanager
def recording(ctx: Context) -> Iterator[None]:
    """Keep what stopped a guarded action: the ruling, and a task where facts are missing; then refuse it."""
    try:
        yield
    except NotPermitted as refused:
        if not connection.needs_rollback:  # a doomed unit of work falls whole, with what it found
            with transaction.atomic():
                _record(ctx, refused.question, refused.decision)
        raise


def state_facts(ctx: Context, task_id: str, raw: Mapping[str, Any], ground: str) -> FactTask:
    """State facts a task waits for, as people write them, with the ground; the next try decides anew.

    Faults `rules.bad_value`, `rulings.not_needed`, `rulings.reason_missing`.
    """
    task = get_task(task_id)
    require(ctx, "ruling.state_fact", target_of(task))
    ground, book = _reason(ground), packs.current_pack().book
    with transaction.atomic():
        task = FactTask.objects.select_for_update().get(pk=task_id)
        _require_open(task)
        rule = packs.current_pack().law.rule(task.rule)
        known = {*task.needs, *rule.facts}
        for name, value in raw.items():
            if name not in known:
                raise Fault("rulings.not_needed", name=name, needs=", ".join(task.needs))
            stored = read_value(book.facts[name], value)
            StatedFact.objects.create(
                subject_kind=task.subject_kind, subject_id=task.subject_id, part=task.part, name=name, value=stored,
                ground=ground, by_id=ctx.actor.user_id, at_ms=ctx.now_ms(),
            )  # fmt: skip
        _write(ctx, task, "FactStated", {"facts": sorted(raw), "rule": task.rule})
    return task


def override_task(ctx: Context, task_id: str, reason: str) -> Override:
    """Decide in a rule's place where it cannot tell: a person's decision, with its reason, recorded as such."""
    task, reason = get_task(task_id), _reason(reason)
    require(ctx, "ruling.override", target_of(task))
    with transaction.atomic():
        task = FactTask.objects.select_for_update().get(pk=task_id)
        _require_open(task)
        made = Override.objects.create(
            ruling=task.ruling, subject_kind=task.subject_kind, subject_id=task.subject_id,
            part=task.part, rule=task.rule,
            reason=reason, by_id=ctx.actor.user_id, at_ms=ctx.now_ms(),
        )  # fmt: skip
        _close(ctx, task, OVERRIDDEN)
        data = {"rule": task.rule, "ruling": task.ruling_id, "pack": task.ruling.pack, "override": made.pk}
        _write(ctx, task, "RulingOverridden", data)
    return made


def _permit(law: Law, question: Question, stated: Stated) -> Permit:
    found = weigh(law, question, stated)
    if not found.permits:
        raise NotPermitted(found.question, found.decision, say_refusal(law, question, found.decision))
    return Permit(found.question, found.decision, found.override)


def _row(ctx: Context, question: Question, made: tuple[Decision, bool]) -> Ruling:
    decision, permits = made
    return Ruling(
        id=new_id(ctx.entropy),
        subject_kind=question.subject.kind,
        subject_id=question.subject.id,
        part=question.subject.part,
        division=question.subject.division,
        rule=decision.rule,
        basis=question.basis,
        as_of=question.as_of,
        pack=decision.pack,
        status=decision.status,
        answer=str(decision.answer or ""),
        row=decision.row or "",
        permits=permits,
        body=decision.to_json(),
        made_ms=ctx.now_ms(),
    )


def _record(ctx: Context, question: Question, decision: Decision) -> None:
    packs.keep_version(decision.pack, ctx.now_ms())
    ruling = _row(ctx, question, (decision, False))
    ruling.save(force_insert=True)
    if decision.determined:
        return
    subject = question.subject
    told = {
        "ruling": ruling, "needs": list(decision.missing), "title": subject.title[:300], "division": subject.division,
    }  # fmt: skip
    task, _ = FactTask.objects.update_or_create(
        subject_kind=subject.kind,
        subject_id=subject.id,
        part=subject.part,
        rule=question.rule,
        state=OPEN,
        defaults=told,
        create_defaults={**told, "id": new_id(ctx.entropy), "opened_ms": ctx.now_ms()},
    )
    _write(ctx, task, "FactsNeeded", {"rule": task.rule, "needs": task.needs, "pack": ruling.pack})
    put_row(
        TASK,
        task.id,
        title=task.title,
        text=task.rule,
        division=task.division,
        state=OPEN,
        updated_ms=ctx.now_ms(),
    )


def _settle(ctx: Context, questions: Sequence[Question]) -> None:
    """Close the open tasks of what is now permitted."""
    permitted = {(*each.subject.key, each.rule) for each in questions}
    ids = {each.subject.id for each in questions}
    for task in FactTask.objects.filter(subject_id__in=ids, state=OPEN):
        if (task.subject_kind, task.subject_id, task.part, task.rule) in permitted:
            _close(ctx, task, SETTLED)


def _close(ctx: Context, task: FactTask, state: str) -> None:
    task.state, task.closed_ms = state, ctx.now_ms()
    task.save(update_fields=["state", "closed_ms"])
    drop_row(TASK, task.id)


def _write(ctx: Context, task: FactTask, kind: str, data: dict[str, Any]) -> None:
    head = evidence.lock(f"ruling/{task.subject_kind}/{task.subject_id}")
    evidence.append(head, ctx.now_ms(), [(kind, {"task": task.id, **data}, max(ctx.now_ms(), head.at_ms))])


def _require_open(task: FactTask) -> None:
    if task.state != OPEN:
        raise Fault("rulings.task_closed", state=task.state)


def _reason(text: str) -> str:
    text = visible(text).strip()
    if not text or len(text) > LONGEST_REASON:
        raise Fault("rulings.reason_missing", most=LONGEST_REASON)
    return text
