"""Answer what was ruled of an object, what a rule would say of it now, and what waits for facts."""

from collections.abc import Mapping, Sequence
from typing import Any

from jishi.apps.packs import api as packs
from jishi.apps.rulings.models import OPEN, FactTask, Override, Ruling, StatedFact
from jishi.apps.rulings.question import Preview, Question, Subject
from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.rule import Table

Stated = Mapping[tuple[str, str], Mapping[str, Any]]


def get_task(task_id: str) -> FactTask:
    """Give a task, else Fault `rulings.task.unknown`."""
    task = FactTask.objects.select_related("ruling").filter(pk=task_id).first()
    if task is None:
        raise Fault("rulings.task.unknown", task=task_id)
    return task


def preview(questions: Sequence[Question]) -> list[Preview]:
    """Say what each rule would answer now, with what people stated and decided; store nothing."""
    law = packs.current_pack().law
    stated = stated_facts([question.subject for question in questions])
    return [weigh(law, question, stated) for question in questions]


def weigh(law: Law, question: Question, stated: Stated) -> Preview:
    """Decide a question with the facts stated of its object; a person's decision stands in for an open answer."""
    subject = question.subject
    case = {**question.case, **stated.get((subject.kind, subject.id), {})}
    decision = law.decide(question.rule, case, question.as_of)
    rule = law.rule(question.rule)
    assert isinstance(rule, Table), "a guard is a table: its answers say which of them permit"
    if decision.determined:
        return Preview(question, decision, law, rule.answer(str(decision.answer)).permits)
    override = find_override(subject, question.rule)
    return Preview(question, decision, law, override is not None, override)


def stated_facts(subjects: Sequence[Subject]) -> Stated:
    """Give the facts people stated of objects, by (kind, id); the latest of a name holds."""
    rows = StatedFact.objects.filter(subject_id__in=[subject.id for subject in subjects]).order_by("pk")
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        found.setdefault((row.subject_kind, row.subject_id), {})[row.name] = row.value
    return found


def list_stated(subject_kind: str, subject_id: str) -> list[StatedFact]:
    """List who stated what of an object, the latest first."""
    rows = StatedFact.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    return list(rows.select_related("by").order_by("-pk"))


def find_override(subject: Subject, rule: str) -> int | None:
    """Give the override of a rule for an object, None if nobody decided in its place."""
    rows = Override.objects.filter(subject_kind=subject.kind, subject_id=subject.id, rule=rule)
    return rows.order_by("-pk").values_list("pk", flat=True).first()


def list_open_tasks(subject_kind: str, subject_id: str) -> list[FactTask]:
    """List the tasks that wait for facts of an object."""
    rows = FactTask.objects.filter(subject_kind=subject_kind, subject_id=subject_id, state=OPEN)
    return list(rows.order_by("opened_ms", "pk"))


def overrides_of(task: FactTask) -> list[Override]:
    """List who decided in a rule's place for an object, the latest first."""
    rows = Override.objects.filter(subject_kind=task.subject_kind, subject_id=task.subject_id, rule=task.rule)
    return list(rows.select_related("by").order_by("-pk"))


def list_rulings(subject_kind: str, subject_id: str, size: int = 50) -> list[Ruling]:
    """List the rulings on an object, the latest first."""
    rows = Ruling.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    return list(rows.order_by("-made_ms", "-pk")[:size])


def packs_that_ruled() -> set[str]:
    """List the hashes of every pack version that decided something."""
    return set(Ruling.objects.values_list("pack", flat=True).distinct())
