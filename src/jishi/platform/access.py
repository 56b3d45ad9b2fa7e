"""Who may do what to which object: one table, walked by the tests for every endpoint."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from jishi.kernel.fault import Fault
from jishi.platform.context import Actor, Context, Permit
from jishi.platform.models import AccessRecord, Grant, User

ANY, DIVISION, OWN, OBJECT = "any", "division", "own", "object"
PUBLIC, MEMBER, REPRESENTATIVE = "public", "member", "representative"
CLERK, REVIEWER, RESERVE_OFFICER = "clerk", "reviewer", "reserve_officer"
TREASURER, REGULATOR, AUDITOR = "treasurer", "regulator", "auditor"
STAFF = (CLERK, REVIEWER, RESERVE_OFFICER, TREASURER, REGULATOR, AUDITOR)

# action -> the roles that may, each with the reach of its grant. Absent means nobody.
PERMISSIONS: dict[str, dict[str, str]] = {
    "offering.read": {PUBLIC: ANY},
    "offering.prepare": {CLERK: DIVISION},
    "offering.read_draft": {
        CLERK: DIVISION,
        REVIEWER: DIVISION,
        REGULATOR: DIVISION,
        RESERVE_OFFICER: DIVISION,
    },
    "offering.publish": {REVIEWER: DIVISION},
    "offering.control": {REVIEWER: DIVISION},
    "offering.set_step": {CLERK: DIVISION},
    "start_price.approve": {REVIEWER: DIVISION},
    "question.ask": {REPRESENTATIVE: ANY},
    "question.answer": {CLERK: DIVISION},
    "question.read_all": {CLERK: DIVISION, REVIEWER: DIVISION, REGULATOR: DIVISION},
    "registration.file": {REPRESENTATIVE: OWN},
    "registration.read": {REPRESENTATIVE: OWN, CLERK: DIVISION, REVIEWER: DIVISION, REGULATOR: DIVISION},
    "registration.list": {CLERK: DIVISION, REVIEWER: DIVISION, REGULATOR: DIVISION},
    "registration.withdraw": {REPRESENTATIVE: OWN},
    "registration.qualify": {CLERK: DIVISION},
    "bid.place": {REPRESENTATIVE: OWN},
    "room.watch": {PUBLIC: ANY},
    "room.supervise": {REGULATOR: DIVISION, AUDITOR: DIVISION},
    "bids.unseal": {},
    "panel.seat": {},
    "panel.score": {},
    "draw.make": {REVIEWER: DIVISION},
    "packages.solve": {CLERK: DIVISION},
    "agreement.record": {CLERK: DIVISION},
    "preference.record": {CLERK: DIVISION},
    "credit.record": {CLERK: DIVISION},
    "objection.decide": {REVIEWER: DIVISION},
    "reserve.seal": {RESERVE_OFFICER: DIVISION},
    "reserve.open": {RESERVE_OFFICER: DIVISION},
    "reserve.read": {},
    "committee.name": {CLERK: DIVISION},
    "committee.end": {REVIEWER: DIVISION},
    "committee.read": {CLERK: DIVISION, REVIEWER: DIVISION, REGULATOR: DIVISION},
    "expert.read": {CLERK: DIVISION, REVIEWER: DIVISION, REGULATOR: DIVISION},
    "expert.edit": {CLERK: DIVISION},
    "panel.read": {CLERK: DIVISION, REVIEWER: DIVISION, REGULATOR: DIVISION, AUDITOR: DIVISION},
    "panel.convene": {CLERK: DIVISION},
    "panel.contribute": {REGULATOR: DIVISION, AUDITOR: DIVISION},
    "panel.draw": {REVIEWER: DIVISION},
    "panel.replace": {CLERK: DIVISION},
    "panel.dissolve": {REVIEWER: DIVISION},
    "sale.confirm": {REVIEWER: DIVISION},
    "sale.default": {REVIEWER: DIVISION},
    "result.publish": {REVIEWER: DIVISION},
    "result.object": {MEMBER: ANY},
    "objection.answer": {CLERK: DIVISION},
    "objection.list": {CLERK: DIVISION, REVIEWER: DIVISION, REGULATOR: DIVISION},
    "register.read": {CLERK: DIVISION, REVIEWER: DIVISION, REGULATOR: DIVISION, RESERVE_OFFICER: DIVISION},
    "register.edit": {CLERK: DIVISION},
    "party.read": {REPRESENTATIVE: OWN, CLERK: ANY, REVIEWER: ANY},
    "party.create": {MEMBER: ANY},
    "party.edit": {REPRESENTATIVE: OWN},
    "party.erase": {},
    "party.list": {CLERK: ANY, REVIEWER: ANY},
    "representative.add": {},
    "agent.authorise": {REPRESENTATIVE: OWN},
    "joint.form": {REPRESENTATIVE: OWN},
    "joint.consent": {REPRESENTATIVE: OWN},
    "deposit.read": {REPRESENTATIVE: OWN, TREASURER: DIVISION, REGULATOR: DIVISION},
    "deposit.pay": {REPRESENTATIVE: OWN},
    "payment.list": {TREASURER: DIVISION, REGULATOR: DIVISION},
    "payment.match": {TREASURER: DIVISION},
    "guarantee.accept": {TREASURER: DIVISION},
    "refund.pay": {TREASURER: DIVISION},
    "reconciliation.run": {TREASURER: DIVISION, REGULATOR: DIVISION},
    "contract.read": {
        REPRESENTATIVE: OWN,
        CLERK: DIVISION,
        REVIEWER: DIVISION,
        TREASURER: DIVISION,
        REGULATOR: DIVISION,
    },
    "contract.draft": {CLERK: DIVISION, REVIEWER: DIVISION},
    "contract.sign": {REPRESENTATIVE: OWN, REVIEWER: DIVISION},
    "instalment.pay": {REPRESENTATIVE: OWN},
    "office_payment.record": {CLERK: DIVISION},
    "registration_entry.write": {CLERK: DIVISION},
    "ruling.read": {CLERK: DIVISION, REVIEWER: DIVISION, REGULATOR: DIVISION},
    "ruling.state_fact": {CLERK: DIVISION},
    "ruling.override": {REVIEWER: DIVISION},
    "pack.read_draft": {CLERK: DIVISION, REVIEWER: DIVISION, REGULATOR: DIVISION},
    "pack.draft": {CLERK: DIVISION},
    "pack.release": {REVIEWER: DIVISION},
    "case.file": {REPRESENTATIVE: OWN},
    "case.file_for": {CLERK: DIVISION, REVIEWER: DIVISION, REGULATOR: DIVISION},
    "case.read": {REPRESENTATIVE: OWN, **dict.fromkeys(STAFF, DIVISION)},
    "case.decide": {REPRESENTATIVE: OWN, **dict.fromkeys(STAFF, DIVISION)},
    "case.handle": dict.fromkeys(STAFF, DIVISION),
    "case.supplement": {REPRESENTATIVE: OWN, CLERK: DIVISION},
    "case.withdraw": {REPRESENTATIVE: OWN},
    "case.reopen": {REVIEWER: DIVISION},
    "case.object": {MEMBER: ANY},
    "case.supervise": {REVIEWER: DIVISION, REGULATOR: DIVISION, AUDITOR: DIVISION},
    "access_log.read": {REGULATOR: DIVISION, AUDITOR: DIVISION},
    "desk.enter": dict.fromkeys(STAFF, DIVISION),
    "evidence.read": {PUBLIC: ANY},
}


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is done to: its id, the division it belongs to, the party that owns it.

    `departments` (部门) are those concerned; what names none is bounded by its division alone.
    """

    object_id: str = ""
    division: str = ""
    party: str = ""
    departments: tuple[str, ...] = ()


NOTHING = Target()
"""No object at all, known by identity: an object outside every division is not nothing."""


def covers(division: str, below: str) -> bool:
    """Tell whether a six-digit `division` is `below` or one of its ancestors; `220000` covers Jilin.

    >>> covers("220100", "220102"), covers("220102", "220100"), covers("220000", "222401")
    (True, False, True)
    """
    return bool(division) and below.startswith(stem_of(division))


def stem_of(division: str) -> str:
    """Return the digits that every code below `division` begins with.

    >>> stem_of("220000"), stem_of("220100"), stem_of("222401")
    ('22', '2201', '222401')
    """
    stem = division.rstrip("0")
    return stem + "0" * (len(stem) % 2)


def _reaches(permit: Permit, reach: str, target: Target) -> bool:
    if permit.department and target.departments and permit.department not in target.departments:
        return False
    if permit.object_id:
        return permit.object_id == target.object_id
    if reach == ANY or (target is NOTHING and reach == DIVISION):
        return True
    return reach == DIVISION and covers(permit.division, target.division)


def may(actor: Actor, action: str, target: Target = NOTHING) -> bool:
    """Tell whether `actor` may do `action` to `target`. An unknown action is a programming error."""
    rule = PERMISSIONS[action]
    if actor.system or PUBLIC in rule:
        return True
    if MEMBER in rule and actor.user_id is not None:
        return True
    if _represents(actor, rule.get(REPRESENTATIVE), target):
        return True
    return any(p.role in rule and _reaches(p, rule[p.role], target) for p in actor.permits)


def _represents(actor: Actor, reach: str | None, target: Target) -> bool:
    if reach == ANY:
        return bool(actor.parties or actor.agencies)
    is_own = target.party in actor.parties or (target.party, target.object_id) in actor.agencies
    return reach == OWN and is_own


def require(ctx: Context, action: str, target: Target = NOTHING) -> None:
    """Raise Fault `access.denied` unless the actor may; staff actions are written to the access log.

    Call it before the transaction opens: what is rolled back takes its line of the log with it.
    """
    allowed = may(ctx.actor, action, target)
    if ctx.actor.permits:
        record(ctx, action, target, allowed=allowed)
    if not allowed:
        raise Fault("access.denied", action=action)


def record(ctx: Context, action: str, target: Target, *, allowed: bool) -> None:
    """Write one line of the access log (访问日志)."""
    AccessRecord.objects.create(
        at_ms=ctx.now_ms(),
        person_id=ctx.actor.user_id,
        action=action,
        object_id=target.object_id,
        division=target.division,
        allowed=allowed,
    )


def permits_of(user: User, at_ms: int) -> tuple[Permit, ...]:
    """Return the permits of `user` in force at `at_ms`."""
    rows = Grant.objects.filter(
        Q(until_ms__isnull=True) | Q(until_ms__gt=at_ms), person=user, since_ms__lte=at_ms
    )
    return tuple(Permit(g.role, g.division, g.object_id, g.organisation, g.department) for g in rows)


def grant(user: User, role: str, division: str, organisation: str = "", *, department: str = "") -> Grant:
    """Grant `role` over the subtree of `division`, of its cases those of `department` if one is named.

    Fault `access.role_unknown` names the valid roles.
    """
    if role not in STAFF:
        raise Fault("access.role_unknown", role=role, valid=", ".join(STAFF))
    made, _ = Grant.objects.get_or_create(
        person=user, role=role, division=division, organisation=organisation, object_id="", until_ms=None,
        department=department,
    )  # fmt: skip
    return made


def end_grants(user: User, role: str, division: str, at_ms: int) -> int:
    """End the running grants of `role` over `division` at `at_ms`; return how many there were."""
    running = Grant.objects.filter(person=user, role=role, division=division, until_ms__isnull=True)
    return running.update(until_ms=at_ms)


def divisions_of(actor: Actor, roles: Iterable[str]) -> tuple[str, ...]:
    """Return the divisions over which `actor` holds any of `roles`."""
    wanted = set(roles)
    return tuple(sorted({p.division for p in actor.permits if p.role in wanted and p.division}))
