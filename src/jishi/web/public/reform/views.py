"""The measures of the policy and the systems it names, for people and for programs."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jishi.apps.packs.api import Measure, NamedSystem, Pack, carriers_of, state_of
from jishi.kernel.fault import Fault
from jishi.web.public.reform.carrier import KINDS, list_carriers, title_of, url_of
from jishi.web.public.reform.task import list_tasks
from jishi.web.public.table import Cell, save_table
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, market_pack

STATES = ("runs", "partial", "none")
STANDINGS = ("real", "adapter", "simulated", "none")
FORMS = ("csv", "xlsx", "json")


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show every measure under its chapter and section, with its state."""
    pack, wanted = market_pack(), request.GET.get("state", "")
    lines = [_line(pack, each) for each in _measures(pack)]
    counts = Counter(line["state"] for line in lines)
    shown = [line for line in lines if wanted not in STATES or line["state"] == wanted]
    page = {
        "lines": shown,
        "total": len(lines),
        "states": [(state, _state_word(state), counts[state], state == wanted) for state in STATES],
        "wanted": wanted,
    }
    return render(request, "public/reform/measures.html", page)


@require_safe
def show_one(request: HttpRequest, number: int) -> HttpResponse:
    """Show one measure: what it asks for, who leads, what carries it, what is missing."""
    pack, lang = market_pack(), language()
    measure = _measure(pack, number)
    page = {
        **_line(pack, measure),
        "measure": measure,
        "carriers": list_carriers(pack, measure, lang),
        "tasks": list_tasks(pack, number, ctx_of(request).now_ms()),
        "named": [_named_line(pack, row) for row in pack.named if number in row.numbers],
        "previous": number - 1 if number - 1 in pack.reform.measures else None,
        "next": number + 1 if number + 1 in pack.reform.measures else None,
    }
    return render(request, "public/reform/measure.html", page)


@require_safe
def save(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the measures as CSV, XLSX or JSON."""
    pack = market_pack()
    if _known(form) == "json":
        return JsonResponse(
            {"measures": [_facts(pack, each) for each in _measures(pack)]}, json_dumps_params=_PLAIN
        )
    head = ["#", _("Chapter"), _("Measure"), _("State"), _("Leads"), _("Carried by"), _("Still missing")]
    return save_table("measures", form, head, _rows(pack))


@require_safe
def save_one(request: HttpRequest, number: int) -> HttpResponseBase:
    """Send one measure as JSON."""
    pack = market_pack()
    return JsonResponse(_facts(pack, _measure(pack, number)), json_dumps_params=_PLAIN)


@require_safe
def show_named(request: HttpRequest) -> HttpResponse:
    """Show each system, programme and list the policy names, and what carries it."""
    pack = market_pack()
    lines = [_named_line(pack, row) for row in pack.named]
    counts = Counter(line["standing"] for line in lines)
    page = {"lines": lines, "counts": [(_standing_word(each), counts[each]) for each in STANDINGS]}
    return render(request, "public/reform/named.html", page)


@require_safe
def save_named(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the named systems as CSV, XLSX or JSON."""
    pack = market_pack()
    if _known(form) == "json":
        return JsonResponse({"named": [row.model_dump() for row in pack.named]}, json_dumps_params=_PLAIN)
    head = [_("Name"), _("Name (English)"), _("Measures"), _("Standing"), _("Carried by")]
    rows = (
        [row.name_zh, row.name_en, row.measures, _standing_word(row.standing), " ".join(row.carried_by)]
        for row in pack.named
    )
    return save_table("named", form, head, rows)


_PLAIN = {"ensure_ascii": False}


def _known(form: str) -> str:
    if form not in FORMS:
        raise Http404
    return form


def _measures(pack: Pack) -> list[Measure]:
    return [pack.reform.measures[number] for number in sorted(pack.reform.measures)]


def _measure(pack: Pack, number: int) -> Measure:
    if number not in pack.reform.measures:
        raise Fault("measure.absent", number=number, most=max(pack.reform.measures, default=0))
    return pack.reform.measures[number]


def _line(pack: Pack, measure: Measure) -> dict[str, Any]:
    lang, state = language(), state_of(pack, measure)
    section = pack.reform.sections[measure.section]
    carried = carriers_of(pack, measure)
    return {
        "number": measure.number,
        "url": reverse("public:measures:one", args=[measure.number]),
        "title": measure.title.say(lang),
        "summary": measure.summary.say(lang),
        "missing": measure.missing.say(lang) if measure.missing else "",
        "chapter": section.chapter_en if lang == "en" else section.chapter_zh,
        "section": section.title_en if lang == "en" else section.title_zh,
        "lead": _department(pack, measure.lead),
        "support": [_department(pack, each) for each in measure.support],
        "state": state,
        "state_word": _state_word(state),
        "counts": [(str(KINDS[kind]), len(ids)) for kind, ids in carried.items()],
    }


def _named_line(pack: Pack, row: NamedSystem) -> dict[str, Any]:
    lang = language()
    return {
        "name": row.name_en if lang == "en" else row.name_zh,
        "other": row.name_zh if lang == "en" else "",
        "numbers": [(number, reverse("public:measures:one", args=[number])) for number in row.numbers],
        "standing": row.standing,
        "standing_word": _standing_word(row.standing),
        "planned": row.carrier,
        "carriers": [(title_of(pack, kind, name, lang), url_of(kind, name)) for kind, name in row.carriers],
    }


def _department(pack: Pack, department_id: str) -> str:
    row = pack.reform.departments[department_id]
    return row.name_en if language() == "en" else row.name_zh


def _state_word(state: str) -> str:
    return {"runs": _("runs"), "partial": _("in part"), "none": _("nothing yet")}[state]


def _standing_word(standing: str) -> str:
    words = {
        "real": _("real"),
        "adapter": _("adapter"),
        "simulated": _("simulated"),
        "none": _("nothing yet"),
    }
    return words[standing]


def _facts(pack: Pack, measure: Measure) -> dict[str, Any]:
    carriers = {kind: list(ids) for kind, ids in carriers_of(pack, measure).items()}
    said = measure.model_dump(mode="json", exclude={"carriers"})
    return {**said, "carriers": carriers, "state": state_of(pack, measure)}


def _rows(pack: Pack) -> Iterator[list[Cell]]:
    for each in _measures(pack):
        line = _line(pack, each)
        carried = "; ".join(f"{kind} {count}" for kind, count in line["counts"])
        yield [
            each.number,
            line["chapter"],
            line["title"],
            line["state_word"],
            line["lead"],
            carried,
            line["missing"],
        ]
