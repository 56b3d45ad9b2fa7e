"""Where the reader stands in an offering: nobody, a stranger to it, an applicant, or an admitted bidder."""

from typing import Any

from django.http import HttpRequest

from jishi.apps.market import reads as market
from jishi.apps.market.api import Registration
from jishi.web.shell.address import find_address
from jishi.web.shell.posting import ctx_of


def own_parties(request: HttpRequest, offering_id: str) -> tuple[str, ...]:
    """Return the parties the reader represents in this offering, as an agent for it alone too."""
    actor = ctx_of(request).actor
    return (*actor.parties, *(party for party, object_id in actor.agencies if object_id == offering_id))


def own_registration(request: HttpRequest, offering_id: str) -> Registration | None:
    """Return the reader's live registration in this offering, or None."""
    parties = own_parties(request, offering_id)
    return market.find_own_registration(offering_id, parties) if parties else None


def describe(request: HttpRequest, offering: Any) -> dict[str, Any]:
    """Return what pages say of the reader: registration, whether admitted, and the way to apply."""
    registration = own_registration(request, offering.id)
    now_ms = ctx_of(request).now_ms()
    can_apply = offering.state == "noticed" and not offering.suspended and now_ms < offering.registration_end
    return {
        "registration": registration,
        "admitted": registration is not None and registration.state == Registration.ADMITTED,
        "can_apply": can_apply and (registration is None or registration.state == Registration.REFUSED),
        "apply_url": find_address("participant:apply", offering.id),
        "mine_url": find_address("participant:home"),
    }
