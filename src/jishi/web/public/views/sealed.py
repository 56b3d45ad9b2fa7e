"""The audit of sealed bids: committee, envelopes, published keys and what they opened, as a page and for programs."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jishi.apps.market import reads as market
from jishi.apps.sealing import api as sealing
from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.fault import Fault
from jishi.platform.words import say
from jishi.web.shell.site import language

_JSON = "application/json; charset=utf-8"
SHOWN = 500


@require_safe
def show(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Show the ceremony of a public offering as it stands."""
    offering = market.get_public_offering(offering_id)
    stated, found = sealing.sealing_of(offering), sealing.read_ceremony(offering)
    page = {
        "offering": offering,
        "stated": stated,
        "found": found,
        "opened": list(_opened(found)) if found else [],
        "envelopes": found.envelopes[-SHOWN:] if found else (),
        "waits": offering.awaits == "unseal",
        "needed": stated["threshold"] if stated["suite"] == "x25519" else stated["members"],
    }
    return render(request, "public/sealed.html", page)


@require_safe
def read(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Give the same for programs."""
    offering = market.get_public_offering(offering_id)
    sealing.sealing_of(offering)
    found = sealing.read_ceremony(offering)
    if found is None:
        raise Fault("ceremony.unformed", number=offering.number)
    return JsonResponse(found.to_json(), json_dumps_params={"ensure_ascii": False})


@require_safe
def download_committee(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Send the committee file, as `./jishi seal` takes it."""
    offering = market.get_public_offering(offering_id)
    committee = sealing.committee_of(offering.id)
    answer = HttpResponse(canonical_bytes(committee.file), content_type=_JSON)
    answer["Content-Disposition"] = f'attachment; filename="committee-{offering.id}.json"'
    return answer


def _opened(found: sealing.Ceremony) -> Iterator[tuple[str, Any, str]]:
    """Yield each alias with its bid, None where it could not be opened, and why it is void."""
    for alias, opening in found.openings.items():
        why = found.voids.get(alias)
        yield alias, opening.get("bid"), _say(why) if why else ""


def _say(why: Mapping[str, Any]) -> str:
    return say(why["code"], why["params"], language())
