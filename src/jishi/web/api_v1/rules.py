"""Rules for programs: found, read in full, asked about one case; texts looked through."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language_from_request
from ninja import Field, Query, Router

from jishi.kernel.fault import Fault
from jishi.kernel.rules.explain import explain
from jishi.kernel.rules.rule import Wording
from jishi.kernel.rules.wording import Scanner
from jishi.platform.words.ruling import tell
from jishi.web.api_v1 import law_shapes as shapes
from jishi.web.api_v1 import law_show as show
from jishi.web.api_v1.given import read_facts
from jishi.web.api_v1.law_edition import EditionQuery, PageQuery, find_rule, page_of, read_edition
from jishi.web.api_v1.shapes import Problem
from jishi.web.public.law.catalogue import Summary, catalogue_of

router = Router(tags=["rules"])
REFUSED = dict.fromkeys((404, 422), Problem)


class RuleQuery(PageQuery):
    """Choose rules."""

    area: str = Field("", max_length=40)
    kind: str = Field("", pattern="^(table|schedule|formula|score|wording)?$")
    measure: int | None = Field(None, ge=1, le=88, description="one of the 88 measures")


@router.get("", response={200: shapes.RulePage, **REFUSED})
def find_rules(request: HttpRequest, query: Query[RuleQuery]) -> dict[str, Any]:
    """Page the rules of the pack."""
    edition = read_edition(request, query.as_of, query.pack)
    shelf = catalogue_of(edition)
    hits = shelf.find(query.q) if query.q.strip() else shelf.summaries
    rows, around = page_of(edition, [each for each in hits if _fits(each, query)], query)
    return around | {"items": [show.show_line(edition, each) for each in rows]}


@router.get("/{rule_id}", response={200: shapes.RuleFull, **REFUSED}, exclude_unset=True)
def read_rule(request: HttpRequest, rule_id: str, query: Query[EditionQuery]) -> dict[str, Any]:
    """Return a rule in full: rows as written and as said, clauses, dates, facts, numbers."""
    edition = read_edition(request, query.as_of, query.pack)
    return show.show_rule(edition, find_rule(edition, rule_id))


@router.post(
    "/{rule_id}/decide", response={200: shapes.DecisionOut, 409: Problem, **REFUSED}, exclude_unset=True
)
def decide(request: HttpRequest, rule_id: str, payload: shapes.DecideIn) -> dict[str, Any]:
    """Decide one case. With `explain`, `told` says in the language of `Accept-Language` why and why not."""
    edition = read_edition(request, payload.as_of, payload.pack)
    find_rule(edition, rule_id)
    law, language = edition.pack.law, get_language_from_request(request)
    law.decider(rule_id)
    case = read_facts(law, rule_id, payload.facts, language)
    decision = law.decide(rule_id, case, edition.on)
    told = decision.to_json()
    if payload.explain:
        told["told"] = show.show_told(tell(explain(law, decision, case), law.book, _plain(language)))
    return told


@router.post("/{rule_id}/scan", response={200: shapes.ScanOut, **REFUSED})
def scan(request: HttpRequest, rule_id: str, payload: shapes.ScanIn) -> dict[str, Any]:
    """Look a text through for wording the law objects to."""
    edition = read_edition(request, payload.as_of, payload.pack)
    rule, law = find_rule(edition, rule_id), edition.pack.law
    if not isinstance(rule, Wording):
        raise Fault("rules.not_scanned", id=rule_id)
    case = read_facts(law, rule_id, payload.facts, get_language_from_request(request))
    found = Scanner(rule, law.book).scan(payload.text, case, edition.on)
    return {
        "rule": rule_id,
        "as_of": edition.day.isoformat(),
        "pack": edition.pack.hash,
        "findings": show.show_findings(law.book, rule, found),
    }


def _fits(each: Summary, query: RuleQuery) -> bool:
    return (
        query.area in ("", each.area)
        and query.kind in ("", each.kind)
        and (query.measure is None or query.measure in each.rule.measures)
    )


def _plain(language: str) -> str:
    return "en" if language.startswith("en") else "zh"
