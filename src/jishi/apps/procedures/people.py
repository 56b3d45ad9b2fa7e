"""Who somebody is in a case: the role they act in, their alias in its evidence, whether it is their own."""

from jishi.apps.packs import api as packs
from jishi.apps.procedures.models import Case
from jishi.kernel.fault import Fault
from jishi.platform import secrets
from jishi.platform.access import Target, covers
from jishi.platform.context import Context


def person_alias(case_id: str, user_id: int | None) -> str:
    """Give what a person is called in the evidence of one case: the same there, useless elsewhere."""
    return "" if user_id is None else secrets.blind_index("case.person", f"{case_id}:{user_id}")[:16]


def departments_of(kind: packs.ProcedureKind) -> tuple[str, ...]:
    """Give the departments (部门) a procedure concerns: the one that leads it, and those with a step in it."""
    found = (kind.department, *(each.department for each in kind.steps))
    return tuple(dict.fromkeys(each.zh for each in found if each is not None))


def department_at(kind: packs.ProcedureKind, step: str) -> str:
    """Give the department a step waits for: its own, else the one that leads the procedure."""
    own = next((each.department for each in kind.steps if each.id == step), None)
    return (own or kind.department).zh


def kind_of(row: Case) -> packs.ProcedureKind:
    """Give the procedure of a case in the version it began with."""
    return packs.pack_of(row.pack).procedure(row.procedure)


def departments_by_case(case_ids: list[str]) -> dict[str, tuple[str, ...]]:
    """Give the departments of cases by their ids."""
    rows = Case.objects.filter(pk__in=case_ids).only("pack", "procedure")
    return {row.id: departments_of(kind_of(row)) for row in rows}


def target_of(row: Case, party: str = "") -> Target:
    """Give a case as the permission table sees it."""
    return Target(row.id, row.division, party, departments_of(kind_of(row)))


def role_of(ctx: Context, row: Case, wanted: str) -> str:
    """Give `wanted` if the actor may act as it in this case, else another role they have there, else empty."""
    actor = ctx.actor
    if actor.system:
        return wanted
    if wanted == "applicant":
        own = {row.party, row.behalf} & set(actor.parties)
        return wanted if own or (not row.party and row.made_by_id == actor.user_id) else ""
    here = department_at(kind_of(row), row.step) if any(each.department for each in actor.permits) else ""
    held = [
        each.role
        for each in actor.permits
        if each.department in ("", here) and (covers(each.division, row.division) or each.object_id == row.id)
    ]
    return wanted if wanted in held else next(iter(held), "")


def refuse_own(ctx: Context, row: Case, step: str) -> None:
    """Refuse a member of staff who now represents a party of the case: Fault `procedure.own_case`."""
    if ({row.party, row.behalf} - {""}) & set(ctx.actor.parties):
        raise Fault("procedure.own_case", step=step)
