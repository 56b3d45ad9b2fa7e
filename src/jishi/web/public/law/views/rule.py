"""One rule: its table, history, numbers and examples, and the what-if form with its answer."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from jishi.kernel.fault import Fault
from jishi.kernel.rules.explain import explain
from jishi.kernel.rules.rule import Rule, Wording, kind_of
from jishi.platform.words import say
from jishi.platform.words.ruling import tell
from jishi.web.public.law.answer import Answer, answer
from jishi.web.public.law.asking import (
    LONGEST_ADDRESS,
    LONGEST_TEXT,
    TEXT,
    Asking,
    is_untidy,
    read_asking,
    tidy,
)
from jishi.web.public.law.catalogue import is_sure_at
from jishi.web.public.law.edition import AS_OF, Edition, edition_of, word
from jishi.web.public.law.example import list_examples
from jishi.web.public.law.export import pack_head, rule_json
from jishi.web.public.law.field import Field, Filled, list_fields
from jishi.web.public.law.finding import look_through
from jishi.web.public.law.history import list_versions
from jishi.web.public.law.label import KINDS, area_label, area_of
from jishi.web.public.law.number import numbers_of
from jishi.web.public.law.sheet import dated_of, lay_out, numbered, parameters_used
from jishi.web.public.law.table import save_rows
from jishi.web.shell.limit import Buckets, limited
from jishi.web.shell.posting import UNPROCESSABLE
from jishi.web.shell.site import language

ASKING = Buckets(rate=2, burst=300)
"""A question new to the rule book is worked out cell by cell: nobody may keep it at that."""


@require_http_methods(["GET", "HEAD", "POST"])
@limited(ASKING, "GET", "POST")
@csrf_protect
def show(request: HttpRequest, rule_id: str) -> HttpResponse:
    """Show a rule, and the answer to what was asked; a text too long for an address comes as a form."""
    edition, rule = _find(request, rule_id)
    if request.method == "POST":
        address = edition.link("rule", rule.id, **tidy(request.POST))
        if len(address) <= LONGEST_ADDRESS:
            return redirect(address + "#answer")
    elif is_untidy(request.GET):
        return redirect(edition.link("rule", rule.id, **tidy(request.GET)))
    given = request.POST if request.method == "POST" else request.GET
    return _page(request, edition, rule, read_asking(edition, rule, given))


@require_safe
def save(request: HttpRequest, rule_id: str, form: str) -> HttpResponseBase:
    """Send a rule as JSON, with the decision where facts are given, or its rows as CSV or XLSX."""
    edition, rule = _find(request, rule_id)
    if form != "json":
        return save_rows(edition, rule, form)
    asking = read_asking(edition, rule, request.GET)
    body = pack_head(edition) | {"rule": rule_json(edition, rule)}
    if asking.errors:
        body["errors"] = dict(asking.errors)
    elif asking.asked:
        body |= _decided(edition, rule, asking)
    status = UNPROCESSABLE if asking.errors else 200
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def _find(request: HttpRequest, rule_id: str) -> tuple[Edition, Rule]:
    edition = edition_of(request)
    if rule_id not in edition.pack.rules:
        raise Http404
    return edition, edition.pack.rules[rule_id]


def _page(request: HttpRequest, edition: Edition, rule: Rule, asking: Asking) -> HttpResponse:
    told, trouble = _answer(edition, rule, asking)
    needed = frozenset(told.decision.missing) if told else frozenset()
    fields = list_fields(edition, rule, Filled(asking.typed, asking.errors, needed))
    problems = _problems(edition, fields, asking)
    page: dict[str, Any] = _reading_matter(edition, rule) | {
        "edition": edition,
        "sheet": lay_out(edition, rule, request),
        "fields": fields,
        "problems": problems,
        "asking": asking,
        "answer": told,
        "decided": _decided_by(told),
        "reading": _reading(edition, rule, asking),
        "trouble": trouble,
        "longest": LONGEST_TEXT,
        "links": _links(request, edition, rule, asking),
    }
    return render(request, "public/law/rule.html", page, status=UNPROCESSABLE if problems else 200)


def _reading_matter(edition: Edition, rule: Rule) -> dict[str, Any]:
    """Give what a reader sees of a rule whether or not they ask it something."""
    dated, (examples, example_count), area = dated_of(rule), list_examples(edition, rule), area_of(rule.id)
    return {
        "rule": rule,
        "title": word(rule.title),
        "question": word(rule.question),
        "note": word(rule.note),
        "kind": KINDS[kind_of(rule)],
        "area": (area_label(area), edition.link("rules", area=area)),
        "measures": [(n, edition.link("rules", measure=n)) for n in rule.measures],
        "row_count": len(dated),
        "unsure_count": sum(not is_sure_at(edition, each) for each in dated),
        "numbers": numbers_of(edition, parameters_used(rule)),
        "versions": list_versions(edition, rule, numbered(rule)),
        "today": edition.day.isoformat(),
        "examples": examples,
        "example_count": example_count,
    }


def _links(request: HttpRequest, edition: Edition, rule: Rule, asking: Asking) -> dict[str, str]:
    asked = asking.params() if asking.asked else {}
    at = {AS_OF: edition.asked}
    return {
        "list": edition.link("rules"),
        "self": edition.link("rule", rule.id),
        "today": edition.link("rule", rule.id, **asked),
        "json": edition.link("rule-save", rule.id, "json", **asked | at),
        "csv": edition.link("rule-save", rule.id, "csv"),
        "xlsx": edition.link("rule-save", rule.id, "xlsx"),
        "share": request.build_absolute_uri(edition.link("rule", rule.id, **asked | at)),
    }


def _answer(edition: Edition, rule: Rule, asking: Asking) -> tuple[Answer | None, str]:
    """Give the answer, or the sentence that says why there can be none."""
    if not asking.asked or asking.errors or edition.trouble or isinstance(rule, Wording):
        return None, ""
    try:
        return answer(edition, rule, asking), ""
    except Fault as fault:  # two rows of one rank disagree on this case: the rule book itself is at fault
        return None, say(fault.code, fault.params, language())


def _decided_by(told: Answer | None) -> frozenset[str]:
    """Give the ids of the rows that decided."""
    ruling = None if told is None else told.decision.ruling
    return frozenset() if ruling is None or ruling.row is None else frozenset((ruling.row, *ruling.also))


def _reading(edition: Edition, rule: Rule, asking: Asking) -> Any:
    if isinstance(rule, Wording) and asking.text.strip() and not asking.errors and not edition.trouble:
        return look_through(edition, rule, asking)
    return None


def _problems(edition: Edition, fields: tuple[Field, ...], asking: Asking) -> list[tuple[str, str]]:
    """Give (sentence, id of the field) of everything that could not be read."""
    wrong = [each for field in fields for each in field.walk() if each.error]
    found = [
        (_("%(label)s: %(error)s") % {"label": each.label, "error": each.error}, each.id) for each in wrong
    ]
    if TEXT in asking.errors:
        found.append((asking.errors[TEXT], "fact-text"))
    if edition.trouble:
        found.append((edition.trouble, "as-of"))
    return found


def _decided(edition: Edition, rule: Rule, asking: Asking) -> dict[str, Any]:
    if isinstance(rule, Wording):
        found = look_through(edition, rule, asking).findings
        return {"findings": [each.to_json() for each in found]}
    law = edition.pack.law
    decision = law.decide(rule.id, asking.case, edition.on)
    told = {
        lang: _told_json(tell(explain(law, decision, asking.case), edition.pack.book, lang))
        for lang in ("zh", "en")
    }
    return {"decision": decision.to_json(), "told": told}


def _told_json(told: Any) -> dict[str, Any]:
    return {
        "answer": told.answer,
        "permits": told.permits,
        "determined": told.determined,
        "unconfirmed": told.unconfirmed,
        "reason": told.reason,
        "change": told.change,
        "needs": list(told.needs),
    }
