"""What a stranger takes away from an offering: its bundle, its quotes, the receipt of one entry."""

import json
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.apps.market import reads as market
from jishi.apps.market.api import bundle_offering, receipt_of
from jishi.kernel.quantity.money import format_fen
from jishi.web.public.table import MOST_ROWS, Cell, save_table
from jishi.web.shell.site import site

_JSON = "application/json; charset=utf-8"


@require_safe
def download_bundle(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Send the signed bundle of an offering as it stands."""
    offering = market.get_public_offering(offering_id)
    answer = HttpResponse(bundle_offering(offering), content_type=_JSON)
    answer["Content-Disposition"] = f'attachment; filename="bundle-{offering.id}.json"'
    return answer


@require_safe
def download_receipt(request: HttpRequest, offering_id: str, seq: int) -> HttpResponse:
    """Send the signed receipt (回执) of one entry of an offering."""
    offering = market.get_public_offering(offering_id)
    body = json.dumps(receipt_of(offering.stream, seq), ensure_ascii=False, sort_keys=True)
    answer = HttpResponse(body, content_type=_JSON)
    answer["Content-Disposition"] = f'attachment; filename="receipt-{offering.id}-{seq}.json"'
    return answer


@require_safe
def download_quotes(request: HttpRequest, offering_id: str) -> HttpResponseBase:
    """Send the accepted quotes of an offering as CSV, latest first."""
    offering = market.get_public_offering(offering_id)
    simulated = market.simulated_aliases(offering_id)
    head: list[Cell] = [_("No."), _("Time"), _("Bidder"), _("Quote (CNY)"), _("Simulated")]
    rungs = market.list_ladder(offering_id, MOST_ROWS)

    def rows() -> Iterator[list[Cell]]:
        for rung in rungs:
            stamp = site().local(rung["at_ms"]).isoformat(timespec="milliseconds")
            price = format_fen(rung["price_fen"]).replace(",", "")
            yield [rung["seq"], stamp, rung["alias"], price, _("yes") if rung["alias"] in simulated else ""]

    return save_table(f"quotes-{offering.id}", "csv", head, rows())
