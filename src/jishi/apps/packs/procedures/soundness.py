"""Prove that a procedure can be run: every step reachable, no dead end, every clock cited, every pointer resolved.

Errors name the file, the key, the bad value and what would be valid.
"""

from collections.abc import Collection, Iterator
from typing import Any

from pydantic import BaseModel

from jishi.apps.packs.kinds.procedure import ClockKind, DecisionKind, DocumentNeed, ProcedureKind, StepKind
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import Problem
from jishi.apps.packs.procedures.forms import check_forms
from jishi.apps.packs.procedures.planning import plan_of
from jishi.apps.packs.procedures.pointing import Desk
from jishi.apps.packs.procedures.sources import check_sources
from jishi.kernel.procedure.plan import APPLICANT, FILING
from jishi.kernel.procedure.soundness import findings
from jishi.kernel.rules.rule import Table

EVENTS = frozenset(
    {
        "market.offering_closed",
        "market.offering_failed",
        "market.sale_confirmed",
        "market.sale_defaulted",
        "settlement.payment_overdue",
    }
)
"""What other rooms tell procedures of; beside these stand findings, clocks and decisions."""
EFFECTS: dict[str, tuple[str, ...]] = {
    "market.suspend": ("offering",), "market.resume": ("offering",), "market.terminate": ("offering",),
}  # fmt: skip
"""Effect -> what it must be given."""


def check_procedures(pack: Pack) -> Iterator[Problem]:
    """Yield a problem for whatever keeps a procedure of the pack from running."""
    for kind in pack.procedures.values():
        desk = Desk(pack, kind)
        found = [*_unique(desk), *_pointers(desk)]
        yield from found
        if not found:
            for place, code, params in findings(plan_of(kind)):
                yield desk.wrong(place, place, code, **params)
        yield from check_forms(desk)
        yield from check_sources(desk)
    yield from _numbers(pack)


def _unique(desk: Desk) -> Iterator[Problem]:
    kind = desk.kind
    groups: dict[str, list[str]] = {
        "step/end": [each.id for each in (*kind.steps, *kind.ends)],
        "document": [each.id for each in kind.documents],
        "vote": [each.id for each in kind.votes],
        "paper": [each.id for each in kind.papers],
        "remedy": [each.id for each in kind.remedies],
        **{f"step[{step.id}].decision": [each.id for each in step.decisions] for step in kind.steps},
    }
    for key, names in groups.items():
        for name in sorted({each for each in names if names.count(each) > 1}):
            yield desk.wrong(key, name, "pack.twice", first=desk.file)


def _pointers(desk: Desk) -> Iterator[Problem]:
    kind = desk.kind
    yield from _cites(desk, kind, "")
    yield from _start(desk)
    steps = {step.id for step in kind.steps}
    for step in kind.steps:
        yield from _step(desk, step, steps)
    for end in kind.ends:
        key = f"end[{end.id}]"
        yield from desk.points(f"{key}.reopens", end.reopens, steps)
        for name in end.remedies:
            yield from desk.points(f"{key}.remedies", name, {each.id for each in kind.remedies})
        if end.outcome == "refused" and not end.remedies:
            yield desk.wrong(key, end.id, "pack.no_remedy", "remedies")
    if kind.withdrawal is not None:
        for name in kind.withdrawal.at:
            yield from desk.points("withdraw.at", name, steps)
        yield from desk.points("withdraw.next", kind.withdrawal.next, {end.id for end in kind.ends})
    for check in kind.checks:
        for name in check.at:
            yield from desk.points(f"check[{check.rule}].at", name, {*steps, "filing"})
        yield from _table(desk, f"check[{check.rule}]", check.rule)
    for remedy in kind.remedies:
        yield from _limit(desk, f"remedy[{remedy.id}].limit", remedy.limit)
    shown = [(each.id, each.document) for each in kind.behalf] + [
        (each.id, each.document) for each in kind.votes
    ]
    for name, document in shown:
        yield from desk.points(f"[{name}].document", document, {need.id for need in kind.documents})
    for paper in kind.papers:
        if not (desk.pack.root / paper.template).is_file():
            found = [
                path.relative_to(desk.pack.root).as_posix() for path in desk.pack.root.glob("templates/*")
            ]
            yield desk.wrong(f"paper[{paper.id}]", paper.template, "pack.no_template", ", ".join(found))


def _start(desk: Desk) -> Iterator[Problem]:
    start = desk.kind.start
    needed = {
        "application": start.kinds or start.staff,
        "event": start.on,
        "calendar": start.every and start.level,
    }
    if not needed[start.by]:
        valid = {"application": "kinds", "event": "on", "calendar": "every, level"}[start.by]
        yield desk.wrong("start", start.by, "pack.start_detail", valid)
    for name in start.on:
        head, _, tail = name.partition(".")
        if head == "finding":
            yield from desk.points("start.on", tail, desk.pack.rules, "pack.unknown_rule")
        elif head == "clock":
            yield from desk.points(
                "start.on", name, {f"clock.{each}" for each in _named(desk.pack, decisions=False)}
            )
        else:
            yield from desk.points("start.on", name, EVENTS | _named(desk.pack, decisions=True))


def _named(pack: Pack, *, decisions: bool) -> set[str]:
    return {
        f"{kind.id}.{name}"
        for kind in pack.procedures.values()
        for step in kind.steps
        for name in ([each.id for each in step.decisions] if decisions else [step.id])
    }


def _step(desk: Desk, step: StepKind, steps: Collection[str]) -> Iterator[Problem]:
    key, own = f"step[{step.id}]", {each.id: each for each in step.decisions}
    for name in step.not_by:
        yield from desk.points(f"{key}.not_by", name, {*steps, FILING})
    if step.clock is not None:
        yield from _clock(desk, f"{key}.clock", step.clock, (steps, own))
    if step.supplement is not None:
        yield from _limit(desk, f"{key}.supplement.limit", step.supplement.limit)
        yield from desk.points(f"{key}.supplement.overdue", step.supplement.overdue, own)
    if step.publicity is not None and (step.clock is None or step.clock.overdue is None):
        yield desk.wrong(f"{key}.publicity", step.id, "pack.publicity_clock", "clock.overdue")
    if step.rest is not None:
        yield from _rest(desk, key, step)
    if step.panel is not None:
        for name in (step.panel.passed, step.panel.failed):
            yield from desk.points(
                f"{key}.panel", name, [each.id for each in step.decisions if each.by == "panel"]
            )
    if step.fee is not None and (step.fee.parameter is None) == (step.fee.amount is None):
        yield desk.wrong(f"{key}.fee", step.id, "pack.fee_amount", "parameter | amount")
    if step.fee is not None:
        yield from desk.points(
            f"{key}.fee.parameter", step.fee.parameter, desk.pack.parameters, "pack.unknown_parameter"
        )
    for decision in step.decisions:
        yield from _decision(desk, step, decision, steps)


def _decision(
    desk: Desk, step: StepKind, decision: DecisionKind, steps: Collection[str]
) -> Iterator[Problem]:
    kind, key = desk.kind, f"step[{step.id}].decision[{decision.id}]"
    ends = {end.id: end for end in kind.ends}
    yield from desk.points(f"{key}.next", decision.next, {*steps, *ends})
    end = ends.get(decision.next)
    unreasoned = decision.by == "person" and not (decision.reason or decision.reasons)
    if end is not None and end.outcome == "refused" and unreasoned:
        yield desk.wrong(key, decision.id, "pack.reason_needed", "reason = true | [[step.decision.because]]")
    if decision.by == "panel" and step.panel is None:
        yield desk.wrong(f"{key}.by", "panel", "pack.unknown_name", "[step.panel]")
    if decision.window is not None:
        yield from _limit(desk, f"{key}.window", decision.window)
        if step.clock is None:
            yield desk.wrong(f"{key}.window", decision.window, "pack.window_clock", "[step.clock]")
    for rule in decision.needs:
        yield from _table(desk, f"{key}.needs", rule)
    for name in (*decision.issues, *decision.revokes):
        yield from desk.points(f"{key}.issues", name, {each.id for each in kind.papers})
    for effect in decision.effects:
        yield from desk.points(f"{key}.effect", effect.do, EFFECTS)
        for name in EFFECTS.get(effect.do, ()):
            yield from desk.points(f"{key}.effect.with", name, effect.arguments)


def _clock(
    desk: Desk, key: str, clock: ClockKind, known: tuple[Collection[str], dict[str, DecisionKind]]
) -> Iterator[Problem]:
    steps, own = known
    yield from _limit(desk, f"{key}.limit", clock.limit)
    yield from desk.points(f"{key}.since", clock.since, steps)
    yield from desk.points(f"{key}.overdue", clock.overdue, own)
    if clock.extend is not None:
        yield from _limit(desk, f"{key}.extend", clock.extend)
    if clock.deemed and clock.overdue is None:
        yield desk.wrong(f"{key}.deemed", "true", "pack.unknown_name", "overdue")


def _rest(desk: Desk, key: str, step: StepKind) -> Iterator[Problem]:
    rest = step.rest
    if rest is None:
        return
    if step.role != APPLICANT:
        yield desk.wrong(f"{key}.rest", step.role, "pack.unknown_name", APPLICANT)
    if rest.window is not None:
        yield from _limit(desk, f"{key}.rest.window", rest.window)
        if rest.until is None:
            yield desk.wrong(f"{key}.rest.window", rest.window, "pack.unknown_name", "until")


def _limit(desk: Desk, key: str, name: str) -> Iterator[Problem]:
    """A clock is cited where its limit is in the pack: a limit without clauses does not load."""
    yield from desk.points(key, name, desk.pack.limits, "pack.unknown_limit")


def _table(desk: Desk, key: str, name: str) -> Iterator[Problem]:
    yield from desk.points(key, name, desk.pack.rules, "pack.unknown_rule")
    rule = desk.pack.rules.get(name)
    if rule is not None and not isinstance(rule, Table):
        yield desk.wrong(key, name, "pack.guard_not_table", "table")


def _cites(desk: Desk, part: Any, key: str) -> Iterator[Problem]:
    """Walk a whole file for clauses; what says a limit, a remedy or a document says which."""
    if isinstance(part, tuple):
        for each in part:
            yield from _cites(desk, each, f"{key}[{getattr(each, 'id', '')}]")
    elif isinstance(part, BaseModel):
        for name in getattr(part, "cites", ()):
            yield from desk.points(f"{key}.cites".lstrip("."), name, desk.pack.clauses, "pack.unknown_clause")
        for field in type(part).model_fields:
            if not isinstance(part, DocumentNeed) or field != "cites":
                yield from _cites(desk, getattr(part, field), f"{key}.{field}".lstrip("."))


def _numbers(pack: Pack) -> Iterator[Problem]:
    first: dict[str, ProcedureKind] = {}
    for kind in pack.procedures.values():
        other = first.setdefault(kind.number, kind)
        if other is not kind:
            file = f"procedures/{kind.id}.toml"
            yield Problem(file, "number", kind.number, "pack.twice", params={"first": other.id})
