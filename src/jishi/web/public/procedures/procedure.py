"""Every procedure by factor, and one procedure: who may, what is needed, how long it takes, how it runs."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.web.public.procedures import told
from jishi.web.shell import case_clock, case_word
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, market_pack, site

ASCII = {"ensure_ascii": False}


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """List the procedures by factor, with who may apply and how many cases there are."""
    lang, factors = language(), []
    for factor, word in told.AREAS.items():
        kinds = [each for each in market_pack().procedures.values() if each.factor == factor]
        lines = [
            {
                "id": each.id,
                "title": each.title.say(lang),
                "about": each.about.say(lang),
                "department": each.department.say(lang),
                "who": told.who_may(each),
                "open": told.may_apply(each),
            }
            for each in kinds
        ]
        if lines:
            factors.append((factor, word, sorted(lines, key=lambda line: not line["open"])))
    total = sum(len(lines) for _factor, _word, lines in factors)
    return render(request, "public/procedures/all.html", {"factors": factors, "total": total})


@require_safe
def save_all(request: HttpRequest) -> HttpResponse:
    """Send every procedure in short as JSON."""
    body = {"procedures": list_short()}
    return JsonResponse(body, json_dumps_params=ASCII)


@require_safe
def show(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Show one procedure in full."""
    pack, kind, day = market_pack(), find_kind(procedure_id), _today(request)
    lang = language()
    counts = procedures.count_cases(kind.id)
    notices = procedures.list_notices(procedure=kind.id, size=5)
    page: dict[str, Any] = {
        "kind": kind,
        "title": kind.title.say(lang),
        "about": kind.about.say(lang),
        "department": kind.department.say(lang),
        "factor": told.AREAS[kind.factor],
        "who": told.who_may(kind),
        "open": told.may_apply(kind),
        "behalf": [(each.title.say(lang), each.cites) for each in kind.behalf],
        "subject": market_pack().register(kind.subject.register_kind) if kind.subject else None,
        "steps": list(told.list_steps(pack, kind, day)),
        "sections": told.list_questions(kind),
        "documents": [(each, each.title.say(lang)) for each in kind.documents],
        "votes": [(each, each.title.say(lang)) for each in kind.votes],
        "papers": [(each, each.title.say(lang)) for each in kind.papers],
        "ends": [
            (each, each.title.say(lang), each.plain.say(lang), case_word.TONES[each.outcome])
            for each in kind.ends
        ],
        "remedies": [
            (each, each.title.say(lang), each.to.say(lang), case_clock.amount_of(pack, each.limit, day))
            for each in kind.remedies
        ],
        "counts": [
            (_("Running"), counts.get("open", 0)),
            (_("Ended"), counts.get("ended", 0)),
        ],
        "notices": [(each, each.title[lang]) for each in notices.rows],
        "diagram": mark_safe(packs.procedure_svg(pack, kind, lang)),
        "lang": lang,
    }
    return render(request, "public/procedures/one.html", page)


@require_safe
def save(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Send one procedure as JSON."""
    kind = find_kind(procedure_id)
    return JsonResponse(describe(kind, _today(request)), json_dumps_params=ASCII)


def find_kind(procedure_id: str) -> packs.ProcedureKind:
    """Return a procedure of the pack in force; 404 where there is none such."""
    found = market_pack().procedures.get(procedure_id)
    if found is None:
        raise Http404
    return found


def describe(kind: packs.ProcedureKind, day: date) -> dict[str, Any]:
    """Return a procedure for programs, with its public counts."""
    counts = procedures.count_cases(kind.id)
    return told.to_json(market_pack(), kind, day, {name: counts.get(name, 0) for name in ("open", "ended")})


def list_short() -> list[dict[str, Any]]:
    """Return every procedure in short for programs."""
    return [
        {
            "id": each.id,
            "title": {"zh": each.title.zh, "en": each.title.en},
            "about": {"zh": each.about.zh, "en": each.about.en},
            "factor": each.factor,
            "start": each.start.by,
            "kinds": list(each.start.kinds),
            "measures": list(each.measures),
        }
        for each in market_pack().procedures.values()
    ]


def _today(request: HttpRequest) -> date:
    return site().day(ctx_of(request).now_ms())
