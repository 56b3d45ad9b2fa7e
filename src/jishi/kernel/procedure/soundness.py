"""Whether a plan can be walked: every step reachable, every step a way to an end, every clock decision taken.

Yields codes with parameters; nothing is repaired.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jishi.kernel.procedure.plan import SYSTEM, Plan, Step

Finding = tuple[str, str, dict[str, Any]]
"""A step, decision or end; the code; its parameters."""


def findings(plan: Plan) -> Iterator[Finding]:
    """Yield what is unsound in a plan whose pointers all resolve."""
    ways = {name: _ways(plan, step) for name, step in plan.steps.items()}
    reached = _closure(ways, [plan.first])
    yield from ((name, "procedure.unreachable", {}) for name in plan.steps if name not in reached)
    for end in sorted(plan.ends - reached):
        yield end, "procedure.unreachable", {}
    back: dict[str, set[str]] = {}
    for name, following in ways.items():
        for each in following:
            back.setdefault(each, set()).add(name)
    ending = _closure(back, plan.ends)
    yield from ((name, "procedure.dead_end", {}) for name in plan.steps if name not in ending)
    for step in plan.steps.values():
        yield from _undecided(step)


def _undecided(step: Step) -> Iterator[Finding]:
    clocks = [each.overdue for each in (step.clock, step.supplement) if each is not None]
    for decision in step.decisions:
        if decision.by == "clock" and decision.id not in clocks:
            yield f"{step.id}.{decision.id}", "procedure.never_taken", {"step": step.id}
    if step.role == SYSTEM and all(each.by == "person" and not each.role for each in step.decisions):
        yield step.id, "procedure.nobody", {}
    if step.id in step.not_by:
        yield step.id, "procedure.not_by_itself", {}


def _ways(plan: Plan, step: Step) -> set[str]:
    ways = {decision.next for decision in step.decisions}
    return ways | ({plan.withdraw[step.id]} if step.id in plan.withdraw else set())


def _closure(ways: Mapping[str, Iterable[str]], start: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(ways.get(name, ()))
    return reached
