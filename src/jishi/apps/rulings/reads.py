"""Answer what was ruled of an object, what a rule would say of it now, and what waits for facts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from jishi.apps.packs import api as packs
from jishi.apps.rulings.models import OPEN, FactTask, Override, Ruling, StatedFact
from jishi.apps.rulings.question import Preview, Question, Subject
from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.rule import Table
from jishi.platform.access import Target
from jishi.platform.department import departments_of, map_departments

Stated = Mapping[tuple[str, str, str], Mapping[str, Any]]


def get_task(task_id: str) -> FactTask:
    """Give a task, else Fault `rulings.task.unknown`."""
    task = FactTask.objects.select_related("ruling").filter(pk=task_id).first()
    if task is None:
        raise Fault("rulings.task.unknown", task=task_id)
    return task


def target_of(task: FactTask) -> Target:
    """Return a task as the permission table sees it: of its division, and of the departments of what it is about."""
    return Target(task.id, task.division, departments=departments_of(task.subject_kind, task.subject_id))


def map_targets(task_ids: Sequence[str]) -> dict[str, Target]:
    """Return tasks by id as the permission table sees them."""
    rows = FactTask.objects.filter(pk__in=list(task_ids)).only("subject_kind", "subject_id", "division")
    told = map_departments((each.subject_kind, each.subject_id) for each in rows)
    return {
        each.id: Target(
            each.id, each.division, departments=told.get((each.subject_kind, each.subject_id), ())
        )
        for each in rows
    }


def preview(questions: Sequence[Question]) -> list[Preview]:
    """Say what each rule would answer now, with what people stated and decided; store nothing."""
    law = packs.current_pack().law
    stated = stated_facts([question.subject for question in questions])
    return [weigh(law, question, stated) for question in questions]


def weigh(law: Law, question: Question, stated: Stated) -> Preview:
    """Decide a question; what people stated fills in what is unknown, a person's decision an open answer."""
    question = replace(question, case={**stated.get(question.subject.key, {}), **question.case})
    decision = law.decide(question.rule, question.case, question.as_of)
    rule = law.rule(question.rule)
    assert isinstance(rule, Table), "a guard is a table: its answers say which of them permit"
    if decision.determined:
        return Preview(question, decision, law, rule.answer(str(decision.answer)).permits)
    override = find_override(question.subject, decision)
    return Preview(question, decision, law, override is not None, override)


def stated_facts(subjects: Sequence[Subject]) -> Stated:
    """Give the facts people stated of objects, by their key; the latest of a name holds."""
    rows = StatedFact.objects.filter(subject_id__in={subject.id for subject in subjects}).order_by("pk")
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        found.setdefault((row.subject_kind, row.subject_id, row.part), {})[row.name] = row.value
    return found


def list_stated(task: FactTask) -> list[StatedFact]:
    """List who stated what of a task's object, the latest first."""
    return list(StatedFact.objects.filter(**_of(task)).select_related("by").order_by("-pk"))


def find_override(subject: Subject, decision: Decision) -> int | None:
    """Give the latest override made on the same facts, None if nobody decided in the rule's place on them."""
    kind, identity, part = subject.key
    rows = Override.objects.filter(subject_kind=kind, subject_id=identity, part=part, rule=decision.rule)
    found = (row.pk for row in rows.select_related("ruling").order_by("-pk") if _same(row.ruling, decision))
    return next(found, None)


def _same(ruling: Ruling, decision: Decision) -> bool:
    return bool(ruling.body["used"] == dict(decision.used))


def _of(task: FactTask) -> dict[str, str]:
    return {"subject_kind": task.subject_kind, "subject_id": task.subject_id, "part": task.part}


def list_open_tasks(subject_kind: str, subject_id: str) -> list[FactTask]:
    """List the tasks that wait for facts of an object."""
    rows = FactTask.objects.filter(subject_kind=subject_kind, subject_id=subject_id, state=OPEN)
    return list(rows.order_by("opened_ms", "pk"))


def overrides_of(task: FactTask) -> list[Override]:
    """List who decided in a rule's place for an object, the latest first."""
    rows = Override.objects.filter(**_of(task), rule=task.rule)
    return list(rows.select_related("by").order_by("-pk"))


def list_rulings(subject_kind: str, subject_id: str, size: int = 50) -> list[Ruling]:
    """List the rulings on an object, the latest first."""
    rows = Ruling.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    return list(rows.order_by("-made_ms", "-pk")[:size])


def packs_that_ruled() -> set[str]:
    """List the hashes of every pack version that decided something."""
    return set(Ruling.objects.values_list("pack", flat=True).distinct())
