"""Many cases on a page: a table is sent, decided while one watches, and taken home with its answers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from jishi.apps.packs.api import pack_of, valid_of
from jishi.kernel.fault import Fault
from jishi.kernel.rules.columns import facts_asked
from jishi.kernel.rules.frame import UNDECIDED
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.reading import DAY
from jishi.kernel.rules.rule import Rule, RuleBook, Wording
from jishi.platform.words import say
from jishi.platform.words.ruling import value_text
from jishi.web.public import law_run
from jishi.web.public.law.edition import Edition, edition_of, law_of, word
from jishi.web.public.law_run import State
from jishi.web.public.table import save_table
from jishi.web.shell.limit import Buckets, limited
from jishi.web.shell.posting import UNPROCESSABLE, ctx_of
from jishi.web.shell.site import language, site

SENDING = Buckets(rate=1 / 10, burst=5)
MINE, MOST_MINE = "law_many", 20
FILES = {"csv": "result.csv", "xlsx": "result.xlsx", "problems": "problems.csv"}
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Column:
    """A column a table may have: the fact, its name for people, how a value is written, whether it is needed first."""

    name: str
    label: str
    written: str
    inner: bool


@dataclass(frozen=True)
class Count:
    """How many rows have an answer, of all; `sure` tells a definite answer."""

    label: str
    count: str
    share: str
    sure: bool


@csrf_exempt  # checked below, once the size is known to be one that is read
@require_http_methods(["GET", "HEAD", "POST"])
@limited(SENDING, "POST")
def show(request: HttpRequest, rule_id: str) -> HttpResponse:
    """Show the form; a table that was sent begins a run. One that is too large is refused unread."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and size.isdecimal() and int(size) > law_run.LARGEST_BYTES:
        return _refuse(request, rule_id, _too_large(int(size)))
    answer: HttpResponse = _show(request, rule_id)
    return answer


@csrf_protect
def _show(request: HttpRequest, rule_id: str) -> HttpResponse:
    edition, rule = _find(request, rule_id)
    if request.method != "POST":
        return _form(request, edition, rule)
    if edition.trouble:
        return _form(request, edition, rule, (edition.trouble, "as-of"))
    sent = request.FILES.get("table")
    if sent is None or not sent.size:
        return _form(request, edition, rule, (_("Choose a file that holds a table."), "table"))
    if isinstance(sent, list):  # never with FILES.get; the type says it may
        raise Http404
    state = State(rule.id, edition.pack.hash, edition.day.isoformat(), language(), (sent.name or "")[:120])
    try:
        run_id = law_run.start_run(edition.pack, state, sent)
    except Fault as fault:
        return _form(request, edition, rule, (say(fault.code, fault.params, language()), "table"))
    request.session[MINE] = [*request.session.get(MINE, []), run_id][-MOST_MINE:]
    return redirect("public:law-many-run", rule.id, run_id)


@require_safe
def show_run(request: HttpRequest, rule_id: str, run_id: str) -> HttpResponse:
    """Show how far a run of this reader is, and what came out."""
    state = _mine(request, rule_id, run_id)
    pack = pack_of(state.pack)
    rule, book = pack.rules[state.rule], pack.book
    page = {
        "state": state,
        "edition": Edition(pack, date.fromisoformat(state.as_of)),
        "title": word(rule.title),
        "question": word(rule.question),
        "run_id": run_id,
        "done": f"{state.rows:,}",
        "of": f"{state.of:,}",
        "counts": list(_counts(rule, state)),
        "missing": _missing(book, state),
        "between": _between(rule, state),
        "absent": ("、" if language() == "zh" else ", ").join(
            word(book.facts[name].label) for name in state.tally.get("absent", ())
        ),
        "near": list(state.tally.get("near", {}).items()),
        "refused": say(state.fault["code"], state.fault["params"], language()) if state.fault else "",
        "kept_hours": law_run.KEPT_S // 3600,
    }
    return render(request, "public/law_many_run.html", page)


@require_safe
def save(request: HttpRequest, rule_id: str, run_id: str, form: str) -> HttpResponseBase:
    """Send the table with its answers as CSV or XLSX, or the list of problems."""
    state = _mine(request, rule_id, run_id)
    path = law_run.file_of(run_id, FILES[form]) if form in FILES and state.status == law_run.DONE else None
    if path is None:
        raise Http404
    media = TYPES.get(form, "text/csv; charset=utf-8")
    name = f"{rule_id}.{state.as_of}.{'problems.csv' if form == 'problems' else form}"
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=media)
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
def save_blank(request: HttpRequest, rule_id: str, form: str) -> HttpResponseBase:
    """Send a table without rows, headed as the rule asks."""
    edition, rule = _find(request, rule_id)
    if form not in ("csv", "xlsx"):
        raise Http404
    heads = [_("Number"), *(each.label for each in _columns(edition, rule) if not each.inner)]
    return save_table(rule_id, form, [*heads, word(DAY.label)], [])


def _find(request: HttpRequest, rule_id: str) -> tuple[Edition, Rule]:
    edition = edition_of(request)
    return edition, _rule_in(edition, rule_id)


def _rule_in(edition: Edition, rule_id: str) -> Rule:
    rule = edition.pack.rules.get(rule_id)
    if rule is None or isinstance(rule, Wording):
        raise Http404
    return rule


def _mine(request: HttpRequest, rule_id: str, run_id: str) -> State:
    """Give a run this browser began; it is nobody else's."""
    state = law_run.find_run(run_id) if run_id in request.session.get(MINE, ()) else None
    if state is None or state.rule != rule_id:
        raise Http404
    return state


def _form(
    request: HttpRequest, edition: Edition, rule: Rule, trouble: tuple[str, str] | None = None
) -> HttpResponse:
    page: dict[str, Any] = {
        "edition": edition,
        "rule": rule,
        "title": word(rule.title),
        "question": word(rule.question),
        "columns": _columns(edition, rule),
        "day_label": word(DAY.label),
        "problems": [trouble] if trouble else [],
        "most_mib": law_run.LARGEST_BYTES >> 20,
        "kept_hours": law_run.KEPT_S // 3600,
        "back": edition.rule_link(rule.id),
    }
    return render(request, "public/law_many.html", page, status=UNPROCESSABLE if trouble else 200)


def _refuse(request: HttpRequest, rule_id: str, sentence: str) -> HttpResponse:
    """Show the form again without reading what was sent, not even the day."""
    edition = Edition(law_of(request), site().day(ctx_of(request).now_ms()))
    answer = _form(request, edition, _rule_in(edition, rule_id), (sentence, "table"))
    answer.status_code = 413
    return answer


def _too_large(size: int) -> str:
    params = {"mib": size >> 20, "most": law_run.LARGEST_BYTES >> 20}
    return say("api.too_large", params, language())


def _columns(edition: Edition, rule: Rule) -> list[Column]:
    facts = edition.pack.facts
    names = dict.fromkeys(name for name in facts_asked(edition.pack.law, rule.id) if name != AS_OF)
    return [
        Column(name, word(facts[name].label), valid_of(facts[name]), name not in rule.facts) for name in names
    ]


def _counts(rule: Rule, state: State) -> Any:
    special = {
        UNDECIDED: _("Not settled"),
        "conflict": _("Rows of the rule disagree"),
        "known": _("A value"),
    }
    answers = state.tally.get("answers", {})
    for answer, count in sorted(answers.items(), key=lambda pair: -pair[1]):
        if count:
            said = special.get(answer) or value_text(rule, answer, language())
            share = f"{100 * count / max(state.rows, 1):.1f}%"
            yield Count(said, f"{count:,}", share, answer not in (UNDECIDED, "conflict"))


def _missing(book: RuleBook, state: State) -> list[tuple[str, str]]:
    found = sorted(state.tally.get("missing", {}).items(), key=lambda pair: -pair[1])
    return [(word((DAY if name == AS_OF else book.facts[name]).label), f"{count:,}") for name, count in found]


def _between(rule: Rule, state: State) -> tuple[str, str] | None:
    low, high = state.tally.get("least"), state.tally.get("greatest")
    if low is None or high is None:
        return None
    return value_text(rule, low, language()), value_text(rule, high, language())
