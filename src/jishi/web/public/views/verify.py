"""Verify: a bundle dropped here, or the bundle of an offering as it stands, check by check in words.

The browser checks what it can by itself; the outcome is recomputed here, or by the file anyone carries away.
"""

import threading
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import condition, require_http_methods, require_safe

from jishi.apps.market import reads as market
from jishi.apps.market.api import bundle_offering
from jishi.apps.packs import api as packs
from jishi.kernel.evidence.report import Check
from jishi.kernel.evidence.verify import open_bundle, verify
from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law
from jishi.platform.secrets import operator_public_key
from jishi.platform.verifier.build import NAME, build_verifier, verifier_digest
from jishi.platform.verifier.line import Line, lines_of, readable
from jishi.platform.words import say
from jishi.web.public.browser_check import browser_sentences
from jishi.web.shell.limit import Buckets, limited
from jishi.web.shell.site import language
from jishi.web.shell.term import TERMS, find_term

LARGEST_BYTES = 5 * 1024 * 1024
OFTEN = Buckets(rate=0.2, burst=20)
LONGEST_WAIT_S = 10
_ONE_AT_A_TIME = threading.Lock()  # a stranger's file costs up to seconds, which bidders must not wait for


@require_http_methods(["GET", "HEAD", "POST"])
@limited(OFTEN, "POST")
def show(request: HttpRequest) -> HttpResponse:
    """Show the form; after a file was sent, show what was found in it. The file is not kept."""
    page = _page()
    status = 200
    if request.method == "POST":
        page["key"] = request.POST.get("trust", "").strip()[:200]
        try:
            page |= _examine(_read(request), page["key"] or None)
        except Fault as fault:
            page["problems"] = [(say(fault.code, fault.params, language()), "bundle")]
            status = 400
    return render(request, "public/verify.html", page, status=status)


@require_safe
@limited(OFTEN, "GET", "HEAD")
def show_offering(request: HttpRequest, offering_id: str) -> HttpResponse:
    """Verify the bundle of an offering as it stands now."""
    offering = market.get_public_offering(offering_id)
    page = _page() | {"offering": offering}
    return render(request, "public/verify.html", page | _examine(bundle_offering(offering), page["key"]))


@require_safe
@condition(etag_func=lambda request: f'"{verifier_digest()}"')
def download_verifier(request: HttpRequest) -> HttpResponse:
    """Send the verifier anyone carries away; a browser that holds these bytes already is told so."""
    answer = HttpResponse(build_verifier(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{NAME}"'
    answer["Cache-Control"] = "public, max-age=300"
    return answer


def _page() -> dict[str, Any]:
    return {
        "key": operator_public_key(),
        "most_mib": LARGEST_BYTES >> 20,
        "kib": len(build_verifier()) >> 10,
        "sha256": verifier_digest(),
        "sentences": browser_sentences(language()),
    }


def _read(request: HttpRequest) -> bytes:
    sent = request.FILES.get("bundle")
    if sent is None:
        raise Fault("public.verify.no_file")
    size = sent.size or 0
    if size > LARGEST_BYTES:
        raise Fault("public.verify.too_large", size=size >> 20, most=LARGEST_BYTES >> 20)
    return sent.read()


def _examine(raw: bytes, trust: str | None) -> dict[str, Any]:
    if not _ONE_AT_A_TIME.acquire(timeout=LONGEST_WAIT_S):
        raise Fault("public.verify.busy")
    try:
        report, bundle = verify(raw, trust, _law_of), open_bundle(raw)[1]
    finally:
        _ONE_AT_A_TIME.release()
    return {
        "report": report,
        "verdict": say(report.verdict, {}, language()),
        "checks": list(map(_shown, report.checks, lines_of(report, language()))),
        "passed": sum(check.ok for check in report.checks),
        "bundle": bundle.raw if bundle else None,
        "lot": _lot(bundle.raw["entries"]) if bundle else {},
    }


def _shown(check: Check, line: Line) -> dict[str, Any]:
    """Say a check; the public pages have the words for every result, more than a verifier carries."""
    result = check.params.get("result")
    if result not in TERMS:
        return line._asdict()
    params = {**readable(check.params, language()), "result": str(find_term(result).label)}
    return line._asdict() | {"text": say(check.code, params, language())}


def _lot(entries: Any) -> dict[str, Any]:
    """Return the lot the bundle's own notice names; a stranger's file may hold anything."""
    try:
        lot = next(entry["data"]["lot"] for entry in entries if entry["kind"] == "NoticePublished")
        return lot if isinstance(lot, dict) else {}
    except (KeyError, StopIteration, TypeError):
        return {}


def _law_of(digest: str) -> Law | None:
    """Give the law of a pack version kept here, None for one that never was in force here."""
    try:
        return packs.pack_of(digest).law
    except Fault:
        return None
