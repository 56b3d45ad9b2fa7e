"""Clauses and dated numbers for programs."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from jishi.kernel.fault import Fault
from jishi.kernel.spelling import narrow
from jishi.web.api_v1 import law_shapes as shapes
from jishi.web.api_v1.law_edition import EditionQuery, PageQuery, page_of, read_edition
from jishi.web.api_v1.shapes import Problem
from jishi.web.public.law.citation import citing_json
from jishi.web.public.law.export import clause_json, number_json, pack_head
from jishi.web.public.law.uses import index_of

router = Router(tags=["rules"])
REFUSED = dict.fromkeys((404, 422), Problem)


@router.get("/clauses", response={200: shapes.ClausePage, **REFUSED})
def find_clauses(request: HttpRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Page the clauses the rules rest on."""
    edition = read_edition(request, query.as_of, query.pack)
    found = [
        each
        for each in edition.pack.clauses.values()
        if _holds(query.q, each.id, each.source, each.title, each.summary_zh, each.summary_en)
    ]
    rows, around = page_of(edition, found, query)
    return around | {"items": [clause_json(each) for each in rows]}


@router.get("/clauses/{path:clause_id}", response={200: shapes.ClauseFull, **REFUSED})
def read_clause(request: HttpRequest, clause_id: str, query: Query[EditionQuery]) -> dict[str, Any]:
    """Return a clause with everything that cites it."""
    edition = read_edition(request, query.as_of, query.pack)
    if clause_id not in edition.pack.clauses:
        raise Fault("rules.clause.unknown", id=clause_id)
    cited = citing_json(edition, clause_id)
    return pack_head(edition) | clause_json(edition.pack.clauses[clause_id]) | {"cited_by": cited}


@router.get("/parameters", response={200: shapes.ParameterPage, **REFUSED})
def find_parameters(request: HttpRequest, query: Query[PageQuery]) -> dict[str, Any]:
    """Page the dated numbers the law sets, each with its steps, clauses and the rules that use it."""
    edition = read_edition(request, query.as_of, query.pack)
    used = index_of(edition.pack).by_number
    found = [
        each
        for each in edition.pack.parameters.values()
        if _holds(query.q, each.id, each.unit, *(clause for step in each.steps for clause in step.clauses))
    ]
    rows, around = page_of(edition, found, query)
    return around | {"items": [number_json(each) | {"rules": list(used.get(each.id, ()))} for each in rows]}


def _holds(words: str, *texts: str) -> bool:
    said = narrow(" ".join(texts)).lower()
    return all(word in said for word in narrow(words).lower().split())
