"""Publications (公示) of cases: what is published, until when, and the form to object to it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jishi.apps.procedures import api as procedures
from jishi.kernel.fault import Fault
from jishi.web.public.places import place_name
from jishi.web.shell import case_word
from jishi.web.shell.posting import ctx_of, tell_fault
from jishi.web.shell.site import language, market_pack

ASCII = {"ensure_ascii": False}


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """List publications, the newest first; of one procedure, or all."""
    wanted = request.GET.get("procedure", "")
    found = procedures.list_notices(wanted, cursor=request.GET.get("after"))
    lang = language()
    kinds = market_pack().procedures
    rows = [(each, each.title[lang], _kind(each.procedure), place_name(each.division)) for each in found.rows]
    chosen = kinds[wanted].title.say(lang) if wanted in kinds else ""
    return render(request, "public/procedures/notices.html", {"page": found, "rows": rows, "chosen": chosen})


@require_safe
def save_all(request: HttpRequest) -> HttpResponse:
    """Send a page of publications as JSON."""
    found = procedures.list_notices(request.GET.get("procedure", ""), cursor=request.GET.get("after"))
    body = {"items": [show_notice(each) for each in found.rows], "next": found.next, "total": found.total}
    return JsonResponse(body, json_dumps_params=ASCII)


@require_safe
def show(request: HttpRequest, notice_id: str) -> HttpResponse:
    """Show one publication; while it is open anybody signed in may object."""
    return _render(request, notice_id)


@require_safe
def save(request: HttpRequest, notice_id: str) -> HttpResponse:
    """Send one publication as JSON."""
    return JsonResponse(show_notice(find(notice_id)), json_dumps_params=ASCII)


@login_required
@require_POST
def object_to(request: HttpRequest, notice_id: str) -> HttpResponse:
    """Object to a publication; the office must answer with reasons."""
    find(notice_id)
    try:
        procedures.object_to(ctx_of(request), notice_id, request.POST.get("text", ""))
    except Fault as fault:
        tell_fault(request, fault)
        return _render(request, notice_id, request.POST.get("text", "")[:4000])
    messages.success(request, _("Your objection is filed; the office must answer it with reasons."))
    return redirect("public:publicity", notice_id)


def find(notice_id: str) -> procedures.NoticeRow:
    """Return a publication; 404 where there is none such."""
    found = procedures.find_notice(notice_id)
    if found is None:
        raise Http404
    return found


def show_notice(each: procedures.NoticeRow) -> dict[str, Any]:
    """Return a publication for programs."""
    return {
        "id": each.id,
        "procedure": each.procedure,
        "division": each.division,
        "title": each.title,
        "lines": [{name: line[name] for name in ("name", "label", "text")} for line in each.lines],
        "from_ms": each.from_ms,
        "until": each.until.isoformat() if each.until else None,
        "open": each.open,
        "objections": each.objections,
    }


def _render(request: HttpRequest, notice_id: str, text: str = "") -> HttpResponse:
    each = find(notice_id)
    kind = market_pack().procedures.get(each.procedure)
    step = next((s for s in kind.steps if s.publicity), None) if kind else None
    page = {
        "notice": each,
        "title": each.title[language()],
        "lines": case_word.lines_of(each.lines),
        "procedure": _kind(each.procedure),
        "known": kind is not None,
        "place": place_name(each.division),
        "cites": step.publicity.cites if step and step.publicity else (),
        "text": text,
        "filed": procedures.count_objections(notice_id),
        "own": procedures.find_own_objection(ctx_of(request), notice_id),
    }
    return render(request, "public/procedures/notice.html", page, status=422 if text else 200)


def _kind(procedure: str) -> str:
    found = market_pack().procedures.get(procedure)
    return found.title.say(language()) if found else procedure
