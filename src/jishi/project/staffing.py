"""Give and end the roles of the staff, from the machine the exchange runs on; whoever may do this may do anything."""

from jishi.apps.packs import api as packs
from jishi.kernel.fault import Fault
from jishi.platform import access
from jishi.platform.clock import SystemClock
from jishi.platform.models import User


def give_role(email: str, role: str, division: str, organisation: str) -> None:
    """Give a person who has signed up a role over a division and all below it.

    Faults: `project.staff.person`, `project.staff.division`, `access.role_unknown`.
    """
    access.grant(_find_person(email), role, _known(division), organisation)


def end_role(email: str, role: str, division: str) -> None:
    """End a person's role over a division now; Fault `project.staff.role` when there is none."""
    if not access.end_grants(_find_person(email), role, division, SystemClock().now_ms()):
        raise Fault("project.staff.role", email=email, role=role, division=division)


def _find_person(email: str) -> User:
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        raise Fault("project.staff.person", email=email)
    return person


def _known(division: str) -> str:
    if division not in packs.default_pack().divisions:
        raise Fault("project.staff.division", division=division)
    return division
