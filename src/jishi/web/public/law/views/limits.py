"""The time limits of the law: what each binds, how long, how its days are counted."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.web.public.law.cited import Cited, cite_all
from jishi.web.public.law.edition import Edition, edition_of
from jishi.web.public.law.export import pack_head
from jishi.web.public.law.number import amount_text
from jishi.web.public.table import Cell, save_table
from jishi.web.shell.site import language


@dataclass(frozen=True)
class LimitLine:
    """One time limit in force: what it binds, how long, how it counts."""

    id: str
    title: str
    amount: str
    sense: str
    counting: str
    note: str
    cites: tuple[Cited, ...]
    sure: bool


@require_safe
def show(request: HttpRequest) -> HttpResponseBase:
    """Show the time limits in force on the day asked."""
    edition = edition_of(request)
    links = {form: edition.link("limits-save", form, as_of=edition.asked) for form in ("csv", "xlsx", "json")}
    page = {
        "edition": edition,
        "lines": list(list_limits(edition)),
        "all": len(edition.pack.limits),
        "links": links | {"list": edition.link("rules"), "parameters": edition.link("parameters")},
    }
    return render(request, "public/law/limits.html", page)


@require_safe
def save(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the time limits in force as JSON, CSV or XLSX."""
    edition = edition_of(request)
    lines = list(list_limits(edition))
    if form == "json":
        body = pack_head(edition) | {"limits": [_json(edition, each) for each in lines]}
        return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    if form not in ("csv", "xlsx"):
        raise Http404
    head: list[Cell] = [_("Limit"), _("Title"), _("Sense"), _("Length"), _("Counting"), _("Clauses")]
    head += [_("Confirmed"), _("Note")]
    return save_table("limits", form, head, _cells(lines))


def list_limits(edition: Edition) -> Iterator[LimitLine]:
    """Yield the time limits in force on the day asked."""
    senses = {"at_least": _("at least"), "within": _("within")}
    countings = {
        "next_day": _("the first day does not count"),
        "both_ends": _("first and last day both count"),
    }
    for limit_id, row in edition.pack.limits.items():
        parameter = edition.pack.parameter(limit_id)
        if parameter.at(edition.day) is None:
            continue
        limit = edition.pack.limit(limit_id, edition.day)
        yield LimitLine(
            id=limit_id,
            title=row.title.say(language()),
            amount=amount_text(edition, parameter, limit.amount),
            sense=senses[row.sense],
            counting=countings[row.counting],
            note="" if row.note is None else row.note.say(language()),
            cites=cite_all(edition, limit.clauses),
            sure=limit.confidence == "confirmed",
        )


def _json(edition: Edition, line: LimitLine) -> dict[str, object]:
    row = edition.pack.limit_row(line.id)
    limit = edition.pack.limit(line.id, edition.day)
    return {
        "id": line.id,
        "title": {"zh": row.title.zh, "en": row.title.en},
        "sense": row.sense,
        "amount": limit.amount,
        "unit": limit.unit,
        "counting": row.counting,
        "clauses": list(limit.clauses),
        "confidence": limit.confidence,
    }


def _cells(lines: list[LimitLine]) -> Iterator[list[Cell]]:
    for line in lines:
        cites = "; ".join(each.id for each in line.cites)
        sure = _("yes") if line.sure else _("no")
        yield [line.id, line.title, line.sense, line.amount, line.counting, cites, sure, line.note]
