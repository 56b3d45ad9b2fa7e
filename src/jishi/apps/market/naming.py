"""Find the public offering (标的) a person means by its number, its title or its id.

Drafts are never found. A title that several offerings bear names none of them: their numbers do.
"""

from collections.abc import Sequence

from django.db.models import Q

from jishi.apps.market.models import Offering
from jishi.apps.market.reads import PUBLIC_STATES, filter_offerings
from jishi.kernel.fault import Fault

MOST_NEAR = 8


def find_named(text: str) -> Offering | None:
    """Return the public offering of this id, number or title; None where there is none, or several by the title."""
    text = text.strip()[:200]
    public = Offering.objects.filter(PUBLIC_STATES)
    found = public.filter(Q(pk=text[:32]) | Q(number=text[:80])).first() if text else None
    if found is None and text:
        same = list(public.filter(title=text)[:2])
        found = same[0] if len(same) == 1 else None
    return found


def list_near(text: str, most: int = MOST_NEAR) -> list[Offering]:
    """Return public offerings whose number, title or place holds every word of `text`, latest change first."""
    if not text.strip():
        return []
    return list(filter_offerings({}, text[:200]).order_by("-updated_ms", "pk")[:most])


def require_named(text: str) -> Offering:
    """Return the public offering a text names; Faults `market.offering.unnamed`, `market.offering.near`."""
    found = find_named(text)
    if found is None:
        near = list_near(text)
        raise _unfound(text.strip()[:80], near)
    return found


def _unfound(text: str, near: Sequence[Offering]) -> Fault:
    if not near:
        return Fault("market.offering.unnamed", value=text)
    return Fault("market.offering.near", value=text, near=", ".join(each.number for each in near))
