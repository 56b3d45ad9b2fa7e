"""The dated numbers of the law, with their steps and the rules that use them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.kernel.law.parameter import Parameter
from jishi.kernel.spelling import narrow
from jishi.platform.search import Page
from jishi.web.public.law.edition import Edition, day_text, edition_of, word
from jishi.web.public.law.export import exact, number_json, pack_head
from jishi.web.public.law.number import Number, name_of, number_of
from jishi.web.public.law.uses import index_of
from jishi.web.public.table import Cell, save_table


@dataclass(frozen=True)
class Line:
    """One number with the rules that use it, and the time limit it is, if it is one."""

    number: Number
    rules: tuple[tuple[str, str], ...]
    limit: str


@require_safe
def show(request: HttpRequest) -> HttpResponseBase:
    """Show the numbers that the search leaves."""
    edition = edition_of(request)
    found = _found(request, edition)
    lines = [_line(edition, each) for each in found]
    page = {
        "edition": edition,
        "text": request.GET.get("q", "").strip()[:100],
        "page": Page(lines, None, len(lines)),
        "all": len(edition.pack.parameters),
        "steps": sum(len(each.steps) for each in found),
        "links": _links(request, edition),
    }
    return render(request, "public/law/parameters.html", page)


@require_safe
def save(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the numbers that the search leaves as JSON, CSV or XLSX, a line a step."""
    edition = edition_of(request)
    found = _found(request, edition)
    if form == "json":
        body = pack_head(edition) | {"total": len(found), "parameters": [number_json(each) for each in found]}
        return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    if form not in ("csv", "xlsx"):
        raise Http404
    head: list[Cell] = [
        _("Dated number"),
        _("Name"),
        _("Value"),
        _("Unit"),
        _("In force from"),
        _("In force until"),
    ]
    head += [_("Clauses"), _("Confirmed"), _("Used by")]
    return save_table("parameters", form, head, _cells(edition, found))


def _line(edition: Edition, parameter: Parameter) -> Line:
    rules = edition.pack.rules
    used = index_of(edition.pack).by_number.get(parameter.id, ())
    limit = edition.pack.limits.get(parameter.id)
    return Line(
        number_of(edition, parameter),
        tuple((word(rules[each].title), edition.rule_link(each)) for each in used),
        "" if limit is None else _("time limit"),
    )


def _found(request: HttpRequest, edition: Edition) -> list[Parameter]:
    words = narrow(request.GET.get("q", "")[:100]).lower().split()
    return [
        each
        for each in edition.pack.parameters.values()
        if all(word_ in _said(edition, each) for word_ in words)
    ]


def _said(edition: Edition, each: Parameter) -> str:
    clauses = [clause for step in each.steps for clause in step.clauses]
    used = index_of(edition.pack).by_number.get(each.id, ())
    titles = [title for rule in used for title in edition.pack.rules[rule].title]
    return narrow(" ".join([each.id, name_of(edition, each.id), *clauses, *titles])).lower()


def _links(request: HttpRequest, edition: Edition) -> dict[str, str]:
    asked = {"q": request.GET.get("q", "")[:100]}
    forms = {form: edition.link("parameters-save", form, **asked) for form in ("csv", "xlsx", "json")}
    return {"list": edition.link("rules"), "parameters": edition.link("parameters"), **forms}


def _cells(edition: Edition, found: list[Parameter]) -> Iterator[list[Cell]]:
    by_number = index_of(edition.pack).by_number
    for parameter in found:
        for step in parameter.steps:
            yield [
                parameter.id,
                name_of(edition, parameter.id),
                exact(step.value),
                parameter.unit,
                day_text(step.since.toordinal()),
                "" if step.until is None else step.until.isoformat(),
                "; ".join(step.clauses),
                _("yes") if step.confidence == "confirmed" else _("no"),
                "; ".join(by_number.get(parameter.id, ())),
            ]
