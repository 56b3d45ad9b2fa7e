"""Give and end roles and close accounts, from the machine the exchange runs on; whoever may do this may do anything."""

from jishi.apps.packs import api as packs
from jishi.apps.procedures.api import departments_of
from jishi.kernel.fault import Fault
from jishi.platform import access, account
from jishi.platform.clock import SystemClock
from jishi.platform.context import Context
from jishi.platform.models import User


def give_role(email: str, role: str, division: str, organisation: str, *, department: str = "") -> None:
    """Give a person who has signed up a role over a division and all below it; of cases those of a department.

    Faults: `project.staff.person`, `project.staff.division`, `project.staff.department`, `access.role_unknown`.
    """
    known = sorted(
        {each for kind in packs.default_pack().procedures.values() for each in departments_of(kind)}
    )
    if department and department not in known:
        raise Fault("project.staff.department", department=department, valid=", ".join(known))
    access.grant(_find_person(email), role, _known(division), organisation, department=department)


def end_role(email: str, role: str, division: str) -> None:
    """End a person's role over a division now; Fault `project.staff.role` when there is none."""
    if not access.end_grants(_find_person(email), role, division, SystemClock().now_ms()):
        raise Fault("project.staff.role", email=email, role=role, division=division)


def close_account(email: str) -> None:
    """Close a person's account; faults: `project.staff.person`, `account.state`."""
    account.close_account(Context(), _find_person(email))


def reopen_account(email: str) -> None:
    """Open a closed account again; faults: `project.staff.person`, `account.state`."""
    account.reopen_account(Context(), _find_person(email))


def _find_person(email: str) -> User:
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        raise Fault("project.staff.person", email=email)
    return person


def _known(division: str) -> str:
    if division not in packs.default_pack().divisions:
        raise Fault("project.staff.division", division=division)
    return division
