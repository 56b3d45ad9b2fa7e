"""Answer what was ruled of an object, and what waits for facts."""

from collections.abc import Mapping, Sequence
from typing import Any

from jishi.apps.rulings.models import FactTask, Override, Ruling, StatedFact
from jishi.apps.rulings.question import Subject
from jishi.kernel.fault import Fault


def get_task(task_id: str) -> FactTask:
    """Give a task, else Fault `rulings.task_unknown`."""
    task = FactTask.objects.select_related("ruling").filter(pk=task_id).first()
    if task is None:
        raise Fault("rulings.task_unknown", task=task_id)
    return task


def stated_facts(subjects: Sequence[Subject]) -> Mapping[tuple[str, str], Mapping[str, Any]]:
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


def list_rulings(subject_kind: str, subject_id: str, size: int = 50) -> list[Ruling]:
    """List the rulings on an object, the latest first."""
    rows = Ruling.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    return list(rows.order_by("-made_ms", "-pk")[:size])


def packs_that_ruled() -> set[str]:
    """List the hashes of every pack version that decided something."""
    return set(Ruling.objects.values_list("pack", flat=True).distinct())
