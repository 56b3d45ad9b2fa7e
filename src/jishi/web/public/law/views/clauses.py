"""The clauses the rules rest on: all of them, and one with everything that cites it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.kernel.law.clause import Clause
from jishi.kernel.spelling import narrow
from jishi.platform.search import Page
from jishi.web.public.law.citation import citing_json, citing_of
from jishi.web.public.law.edition import Edition, day_text, edition_of
from jishi.web.public.law.export import clause_json, pack_head
from jishi.web.public.law.label import span_text, state_of
from jishi.web.public.law.uses import index_of
from jishi.web.public.table import Cell, save_table
from jishi.web.shell.site import language

PAGE_ROWS = 80


@dataclass(frozen=True)
class ClauseLine:
    """One clause: how it is cited, what it says, when it is in force, how much rests on it.

    The pack titles clauses in Chinese only: an English page leaves the title to the summary.
    """

    id: str
    url: str
    source: str
    article: str
    title: str
    summary: str
    span: str
    state: str
    sure: bool
    uses: int


@require_safe
def show(request: HttpRequest) -> HttpResponseBase:
    """Show the clauses that the search leaves, by source."""
    edition = edition_of(request)
    found = _found(request, edition)
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 7 else 0
    rows = [clause_line(edition, each) for each in found[start : start + PAGE_ROWS]]
    following = start + PAGE_ROWS
    page = {
        "edition": edition,
        "text": request.GET.get("q", "").strip()[:100],
        "doubt": bool(request.GET.get("doubt")),
        "page": Page(rows, str(following) if following < len(found) else None, len(found)),
        "all": len(edition.pack.clauses),
        "unsure": sum(each.confidence != "confirmed" for each in found),
        "links": _links(request, edition),
    }
    return render(request, "public/law/clauses.html", page)


@require_safe
def save(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the clauses that the search leaves as JSON, CSV or XLSX."""
    edition = edition_of(request)
    found = _found(request, edition)
    if form == "json":
        body = pack_head(edition) | {"total": len(found), "clauses": [clause_json(each) for each in found]}
        return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
    if form not in ("csv", "xlsx"):
        raise Http404
    head: list[Cell] = [_("Clause"), _("Source"), _("Article"), _("Title"), _("Summary")]
    head += [_("In force from"), _("In force until"), _("Confirmed"), _("Places that cite it")]
    return save_table("clauses", form, head, _cells(edition, found))


@require_safe
def show_one(request: HttpRequest, clause_id: str) -> HttpResponseBase:
    """Show a clause and everything that rests on it."""
    edition, clause = _find(request, clause_id)
    citing = citing_of(edition, clause.id)
    page = {
        "edition": edition,
        "clause": clause_line(edition, clause),
        "citing": citing,
        "count": sum(each.count for each in citing),
        "links": _links(request, edition) | {"json": edition.link("clause-save", clause.id)},
    }
    return render(request, "public/law/clause.html", page)


@require_safe
def save_one(request: HttpRequest, clause_id: str) -> HttpResponseBase:
    """Send a clause and everything that rests on it as JSON."""
    edition, clause = _find(request, clause_id)
    body = pack_head(edition) | clause_json(clause) | {"cited_by": citing_json(edition, clause.id)}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def clause_line(edition: Edition, clause: Clause) -> ClauseLine:
    """Make the line of one clause."""
    since, until = clause.since.toordinal(), None if clause.until is None else clause.until.toordinal()
    return ClauseLine(
        id=clause.id,
        url=edition.link("clause", clause.id),
        source=clause.source,
        article=clause.article,
        title="" if language() == "en" else clause.title,
        summary=clause.summary_en if language() == "en" else clause.summary_zh,
        span=span_text(since, until),
        state=state_of(since, until, edition.on),
        sure=clause.confidence == "confirmed",
        uses=len(index_of(edition.pack).by_clause.get(clause.id, ())),
    )


def _find(request: HttpRequest, clause_id: str) -> tuple[Edition, Clause]:
    edition = edition_of(request)
    if clause_id not in edition.pack.clauses:
        raise Http404
    return edition, edition.pack.clauses[clause_id]


def _found(request: HttpRequest, edition: Edition) -> list[Clause]:
    words = narrow(request.GET.get("q", "")[:100]).lower().split()
    doubt = bool(request.GET.get("doubt"))
    found = [
        each
        for each in edition.pack.clauses.values()
        if not (doubt and each.confidence == "confirmed") and all(word in _said(each) for word in words)
    ]
    return sorted(found, key=lambda each: each.source)


def _said(each: Clause) -> str:
    parts = (each.id, each.source, each.article, each.title, each.summary_zh, each.summary_en)
    return narrow(" ".join(parts)).lower()


def _links(request: HttpRequest, edition: Edition) -> dict[str, str]:
    asked = {name: request.GET.get(name, "")[:100] for name in ("q", "doubt")}
    forms = {form: edition.link("clauses-save", form, **asked) for form in ("csv", "xlsx", "json")}
    return {"list": edition.link("rules"), "clauses": edition.link("clauses"), **forms}


def _cells(edition: Edition, found: list[Clause]) -> Iterator[list[Cell]]:
    for clause in found:
        line = clause_line(edition, clause)
        yield [
            line.id,
            line.source,
            line.article,
            line.title,
            line.summary,
            day_text(clause.since.toordinal()),
            "" if clause.until is None else clause.until.isoformat(),
            _("yes") if line.sure else _("no"),
            line.uses,
        ]
