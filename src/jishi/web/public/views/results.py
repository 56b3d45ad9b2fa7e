"""Published results, objections to them, and where to complain."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jishi.apps.market import actions
from jishi.apps.market import reads as market
from jishi.kernel.quantity.money import format_fen
from jishi.web.public.record import ResultRow, list_rows
from jishi.web.public.table import MOST_ROWS, Cell, save_table
from jishi.web.shell.limit import Buckets, limited
from jishi.web.shell.moment import instant_text
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.term import find_term

WRITING = Buckets(rate=1 / 60, burst=20)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show published results, newest first."""
    found = market.find_results(request.GET.get("after"))
    page = {"page": found, "rows": list_rows(found.rows), "most_rows": MOST_ROWS}
    return render(request, "public/results.html", page)


@require_safe
def save(request: HttpRequest) -> HttpResponseBase:
    """Send published results as CSV, a line an award, up to `MOST_ROWS` results."""
    head = [_("Number"), _("Lot"), _("Published"), _("Result"), _("Reason"), _("Start price (CNY)")]
    head += [_("Price (CNY)"), _("Winner"), _("Bidders"), _("Quotes"), _("Quantity"), _("To pay (CNY)")]
    return save_table("results", "csv", head, _rows())


@require_POST
@limited(WRITING, "POST")
def object_to(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Take an objection (异议) to a published result."""
    actions.object_to_result(ctx_of(request), offering_id, request.POST.get("text", ""))
    messages.success(
        request, _("Your objection was received. The office that ran the listing will answer you.")
    )
    at = "public:room" if request.POST.get("from") == "room" else "public:offering"
    return redirect(at, offering_id)


@require_safe
def explain_complaints(request: HttpRequest) -> HttpResponse:
    """Say how to object, and to whom to complain."""
    return render(request, "public/complaints.html")


def _rows() -> Iterator[list[Cell]]:
    cursor, sent = None, 0
    while sent < MOST_ROWS:
        found = market.find_results(cursor, 200)
        for row in list_rows(found.rows):
            yield from _lines(row)
        sent, cursor = sent + len(found.rows), found.next
        if cursor is None:
            return


def _lines(row: ResultRow) -> Iterator[list[Cell]]:
    """Yield a line for each award, or the one of a result without any."""
    if not row.awards:
        yield [*_cells(row, row.price_fen, row.winner), "", ""]
    for award in row.awards:
        yield [*_cells(row, award.price_fen, award.winner), award.quantity, _yuan(award.pay_fen)]


def _cells(row: ResultRow, price_fen: int | None, winner: str | None) -> list[Cell]:
    lot = row.lot
    return [
        lot.number,
        lot.title,
        instant_text(row.at_ms),
        str(find_term(row.result).label),
        str(find_term(row.reason).label) if row.reason else "",
        _yuan(lot.start_price_fen),
        _yuan(price_fen),
        winner or "",
        lot.registrants,
        lot.quotes,
    ]


def _yuan(fen: int | None) -> str:
    return "" if fen is None else format_fen(fen).replace(",", "")
