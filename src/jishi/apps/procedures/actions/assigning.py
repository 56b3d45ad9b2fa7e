"""Who takes a case: assign it, hand one's role to a deputy for a time (代理), end that early."""

from django.db import transaction

from jishi.apps.procedures.actions.deciding import get_case
from jishi.apps.procedures.models import Case, Delegation
from jishi.apps.procedures.people import department_at, kind_of, person_alias, target_of
from jishi.kernel.fault import Fault
from jishi.kernel.spelling import visible
from jishi.platform import evidence
from jishi.platform.access import covers, require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id
from jishi.platform.models import Grant, User

LONGEST_MS = 366 * 24 * 3600 * 1000


def assign(ctx: Context, case_id: str, user_id: int | None) -> Case:
    """Give a case to a colleague who holds the role its step waits for; None puts it back.

    Fault `procedures.assignee`.
    """
    row = get_case(case_id)
    require(ctx, "case.handle", target_of(row))
    with transaction.atomic():
        head = evidence.lock(row.stream)
        row = Case.objects.select_for_update().get(pk=case_id)
        if user_id is not None:
            held = Grant.objects.filter(person_id=user_id, role=row.role, until_ms=None)
            until = Grant.objects.filter(person_id=user_id, role=row.role, until_ms__gt=ctx.now_ms())
            here = ("", department_at(kind_of(row), row.step))
            if not any(
                covers(each.division, row.division) and each.department in here for each in (*held, *until)
            ):
                raise Fault("procedures.assignee", role=row.role)
        row.assignee_id, row.updated_ms = user_id, ctx.now_ms()
        row.save(update_fields=["assignee", "updated_ms"])
        told = {"to": person_alias(row.id, user_id), "by": person_alias(row.id, ctx.actor.user_id)}
        evidence.append(head, ctx.now_ms(), [("CaseAssigned", told, max(ctx.now_ms(), head.at_ms))])
    return row


def delegate(
    ctx: Context, deputy_id: int, role: str, *, until_ms: int, reason: str, division: str = ""
) -> Delegation:
    """Hand a role one holds oneself to a deputy, from now until an instant within a year.

    Faults `procedures.delegation.role`, `.self`, `.until`, `procedure.reason.missing`. The grant it makes is
    the deputy's own: four eyes still ask for two persons.
    """
    me, now = ctx.actor.user_id, ctx.now_ms()
    held = [each for each in ctx.actor.permits if each.role == role and each.division]
    reach = division or next(iter(sorted(each.division for each in held)), "")
    within = sorted({each.department for each in held if covers(each.division, reach)})
    if me is None or not within:
        raise Fault("procedures.delegation.role", role=role, division=reach)
    if deputy_id == me or not User.objects.filter(pk=deputy_id, is_active=True).exists():
        raise Fault("procedures.delegation.self")
    if not now < until_ms <= now + LONGEST_MS:
        raise Fault("procedures.delegation.until")
    if not (words := visible(reason).strip()[:2000]):
        raise Fault("procedure.reason.missing", decision="delegate")
    with transaction.atomic():
        head = evidence.lock(f"delegation/{reach}")
        grant = Grant.objects.create(
            person_id=deputy_id, role=role, division=reach, organisation="", since_ms=now, until_ms=until_ms,
            department=within[0],  # where one holds a role of no department it is the first
        )  # fmt: skip
        made = Delegation.objects.create(
            id=new_id(ctx.entropy), person_id=me, deputy_id=deputy_id, role=role, division=reach, grant=grant.pk,
            reason=words, since_ms=now, until_ms=until_ms,
        )  # fmt: skip
        data = {"delegation": made.id, "role": role, "division": reach, "until": until_ms}
        evidence.append(head, now, [("RoleDelegated", data, max(now, head.at_ms))])
    return made


def end_delegation(ctx: Context, delegation_id: str) -> None:
    """End a delegation one made, now; Fault `procedures.delegation.unknown`."""
    with transaction.atomic():
        made = Delegation.objects.select_for_update().filter(pk=delegation_id).first()
        if made is None or (made.person_id != ctx.actor.user_id and not ctx.actor.system):
            raise Fault("procedures.delegation.unknown", delegation=delegation_id)
        if made.ended_ms is None:
            head, now = evidence.lock(f"delegation/{made.division}"), ctx.now_ms()
            made.ended_ms = min(now, made.until_ms)
            made.save(update_fields=["ended_ms"])
            Grant.objects.filter(pk=made.grant).update(until_ms=made.ended_ms)
            evidence.append(head, now, [("DelegationEnded", {"delegation": made.id}, max(now, head.at_ms))])
