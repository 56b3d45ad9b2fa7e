"""How a panel was drawn, for everybody: aliases at first; pool, secret and names once they may be told."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from jishi.apps.market import reads as market
from jishi.apps.panels import api as panels
from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.web.shell.panel_word import TONES, ground_word, result_rows, state_word

_JSON = "application/json; charset=utf-8"


@require_safe
def show_of(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Go to the latest panel of a public offering."""
    offering = market.get_public_offering(offering_id)
    found = panels.list_panels_of(panels.OFFERING, offering.id)
    if not found:
        raise Http404
    return redirect("public:panel", found[0].id)


@require_safe
def show(request: HttpRequest, panel_id: str) -> HttpResponse:
    """Show the record of a draw as it stands."""
    panel = panels.find_panel(panel_id)
    record, names = panels.read_record(panel), panels.public_names(panel)
    page = {
        "panel": panel,
        "word": state_word(panel.state),
        "tone": TONES[panel.state],
        "record": record,
        "seats": [(each, names.get(each["alias"], "")) for each in record["seats"]],
        "changes": [(each, [ground_word(g) for g in each["grounds"]]) for each in record["changes"] or ()],
        "named": bool(names),
        "is_offering": panel.owner_kind == panels.OFFERING,
        "ballots": result_rows(panel, {}),
    }
    return render(request, "public/panel.html", page)


@require_safe
def read(request: HttpRequest, panel_id: str) -> HttpResponse:
    """Give the record for programs, in the bytes that `./jishi verify` takes."""
    record = panels.read_record(panels.find_panel(panel_id))
    return HttpResponse(canonical_bytes(record), content_type=_JSON)
