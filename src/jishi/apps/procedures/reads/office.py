"""What an office needs beside its cases: colleagues a case may go to, deputies, what the rules say, missed clocks."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q

from jishi.apps.procedures import facts
from jishi.apps.procedures.info import CaseRow
from jishi.apps.procedures.models import DRAFT, OPEN, Case, Delegation
from jishi.apps.procedures.people import department_at, kind_of
from jishi.apps.procedures.reads.case import row_of, today_of
from jishi.apps.procedures.reads.inbox import SHOWN, _below
from jishi.apps.procedures.view import CaseView
from jishi.apps.rulings import api as rulings
from jishi.platform.access import covers, require
from jishi.platform.context import Context
from jishi.platform.models import Grant, User

MOST_COLLEAGUES = 200


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person of the staff by the name others read."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A role handed on for a time (代理): by whom, to whom, over which division; `ended_ms` where it ended early."""

    id: str
    person: str
    deputy: str
    role: str
    division: str
    reason: str
    since_ms: int
    until_ms: int
    ended_ms: int | None
    mine: bool


def list_colleagues(ctx: Context, row: Case) -> list[Colleague]:
    """Give who holds the role a case waits for now, over its division and department, by name; the actor too."""
    role, here = row.role, ("", department_at(kind_of(row), row.step))
    now = ctx.now_ms()
    held = Grant.objects.filter(Q(until_ms=None) | Q(until_ms__gt=now), role=role, since_ms__lte=now)
    found = {
        each.person_id: each.person
        for each in held.select_related("person")
        if each.person.is_active and covers(each.division, row.division) and each.department in here
    }
    named = [Colleague(key, name_of(person)) for key, person in found.items()]
    return sorted(named, key=lambda each: each.name)[:MOST_COLLEAGUES]


def list_deputies(ctx: Context) -> list[Colleague]:
    """Give the staff who share a division with the actor: those a role may be handed to, by name."""
    own = [each.division for each in ctx.actor.permits if each.division]
    now = ctx.now_ms()
    held = Grant.objects.filter(Q(until_ms=None) | Q(until_ms__gt=now)).exclude(person_id=ctx.actor.user_id)
    found = {
        each.person_id: each.person
        for each in held.select_related("person")
        if each.person.is_active
        and any(covers(one, each.division) or covers(each.division, one) for one in own)
    }
    named = [Colleague(key, name_of(person)) for key, person in found.items()]
    return sorted(named, key=lambda each: each.name)[:MOST_COLLEAGUES]


def list_delegations(ctx: Context) -> list[DelegationRow]:
    """Give what the actor handed on and what was handed to the actor, the latest first."""
    me = ctx.actor.user_id
    rows = Delegation.objects.filter(Q(person_id=me) | Q(deputy_id=me)).select_related("person", "deputy")
    return [
        DelegationRow(
            each.id, name_of(each.person), name_of(each.deputy), each.role, each.division, each.reason,
            each.since_ms, each.until_ms, each.ended_ms, each.person_id == me,
        )
        for each in rows.order_by("-since_ms", "pk")[:100]
    ]  # fmt: skip


def name_of(user: User) -> str:
    """Give the name others read of a person."""
    return user.display_name or user.email


def preview_rules(view: CaseView) -> list[rulings.Preview]:
    """Give what the rules of the step at hand answer now, with the rows that decide."""
    row = view.row
    place = facts.FILING if row.phase == DRAFT else row.step
    rules = [each.rule for each in facts.rules_at(view, place)]
    if row.phase == OPEN:
        rules += [rule for one in view.kind.step(row.step).decisions for rule in one.needs]
    return list(rulings.preview(facts.questions_of(view, rules)))


def list_missed_cases(ctx: Context, procedure: str = "", step: str = "", division: str = "") -> list[CaseRow]:
    """Give the running cases past their clock, the longest first; at most a thousand."""
    require(ctx, "case.supervise")
    return list(_missed(ctx, procedure, step, division))


def _missed(ctx: Context, procedure: str, step: str, division: str) -> Iterator[CaseRow]:
    rows = Case.objects.filter(_below(ctx), phase=OPEN, due_ms__lte=ctx.now_ms())
    narrowed = {"procedure": procedure, "step": step, "division": division}
    rows = rows.filter(**{name: value for name, value in narrowed.items() if value})
    today = today_of(ctx)
    for each in rows.order_by("due_ms", "id").only(*SHOWN)[:1000]:
        yield row_of(each, today)
