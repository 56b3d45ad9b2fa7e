"""The page of a case: facts, documents, what the rules say, clocks, timeline, and only the next lawful steps."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from jishi.apps.panels import api as panels
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.reads.office import list_colleagues, preview_rules
from jishi.apps.rulings import api as rulings
from jishi.kernel.fault import Fault
from jishi.platform.access import may
from jishi.platform.context import Context
from jishi.web.desk.case_forms import AnswerForm
from jishi.web.desk.case_next import Barred, Seen, acts_of, asked_items, decisions_of
from jishi.web.desk.case_sheet import sheets_of
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.desk.told import say_kept, say_previews
from jishi.web.shell.case_clock import pauses_of, running_clock_of
from jishi.web.shell.case_fault import say_fault, titles_of
from jishi.web.shell.case_timeline import timeline_of
from jishi.web.shell.panel_word import with_words
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language

OUTCOME_TONES = {
    "granted": "ok",
    "refused": "bad",
    "withdrawn": "plain",
    "lapsed": "plain",
    "closed": "plain",
}


@desk_page("GET")
def show(request: HttpRequest, case_id: str) -> HttpResponse:
    """Show a case to the staff of its division."""
    return render_case(request, open_for_desk(ctx_of(request), case_id))


@desk_page("GET")
def read_file(request: HttpRequest, case_id: str, file_id: str) -> HttpResponse:
    """Give a document of a case to whoever may read the case; each reading stands in the access log."""
    open_for_desk(ctx := ctx_of(request), case_id)
    name, media_type, content = procedures.read_document(ctx, case_id, file_id)
    answer = HttpResponse(content, content_type=media_type)
    answer.headers["Content-Disposition"] = _disposition(name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@desk_page("GET")
def read_paper(request: HttpRequest, case_id: str, number: str) -> HttpResponse:
    """Give a document the case issued as PDF."""
    seen = open_for_desk(ctx := ctx_of(request), case_id)
    if number not in {each.number for each in seen.info.papers}:
        raise Fault("file.missing", name=number)
    answer = HttpResponse(procedures.paper_pdf(ctx, number), content_type="application/pdf")
    answer.headers["Content-Disposition"] = _disposition(f"{number}.pdf")
    return answer


def open_for_desk(ctx: Context, case_id: str) -> Seen:
    """Open a case for somebody of its office, a draft for whoever began it; Fault `procedures.case.unknown`."""
    view = procedures.view_for(ctx, case_id)
    mine = view.row.phase == "draft" and view.row.made_by_id == ctx.actor.user_id
    if not mine and not may(ctx.actor, "case.handle", procedures.target_of(view.row)):
        raise Fault("procedures.case.unknown", case=case_id)
    return Seen(view, procedures.info_of(ctx, view))


def render_case(request: HttpRequest, seen: Seen) -> HttpResponse:
    """Render the page of a case."""
    ctx, view, info = ctx_of(request), seen.view, seen.info
    ways = procedures.ways_of(ctx, view)
    previews = [] if info.row.phase == "draft" else preview_rules(view)
    own = _own(ctx, view)
    decisions, barred = ([], []) if own or not _runs(view) else decisions_of(view, ways, previews)
    acts = [] if own else acts_of(ctx, seen, ways)
    shown = {
        **_head(view, info),
        "case": info,
        "seen": seen,
        "next_steps": [*decisions, *acts],
        "redraws": any(each.form.deciding for each in [*decisions, *acts]),
        "barred": own or barred,
        "sheets": sheets_of(view, info),
        "documents": _documents(view, info),
        "votes": [(each, info.votes[each.id]) for each in view.kind.votes if each.id in info.votes],
        "said": say_previews(previews, _needed(view)),
        "kept": say_kept(rulings.list_rulings("case", info.row.id)),
        "tasks": rulings.list_open_tasks("case", info.row.id),
        "timeline": timeline_of(view, info),
        "clock": running_clock_of(view, info),
        "pauses": pauses_of(view),
        "objections": _objections(view, info, "answered" in ways.acts and not own),
        "panel_rows": with_words(panels.list_panels_of("case", info.row.id)),
        "panel_running": panels.find_running("case", info.row.id),
        "assignee": _assignee(ctx, view, info),
        "asked_items": asked_items(info) if info.row.paused == "supplement" else [],
    }
    return render_desk(request, "desk/case.html", shown)


def _head(view: procedures.CaseView, info: procedures.CaseInfo) -> dict[str, Any]:
    lang, kind, state = language(), view.kind, view.state
    place = kind.end(state.step) if state.ended else kind.step(state.step) if state.step else None
    step = None if state.ended or not state.step else kind.step(state.step)
    end = kind.end(state.step) if state.ended else None
    remedies = [each for each in kind.remedies if end is not None and each.id in end.remedies]
    return {
        "kind": kind,
        "applied": kind.start.by == "application",
        "lang": lang,
        "place": place.title.say(lang) if place else _("Draft"),
        "plain": place.plain.say(lang) if place else "",
        "place_tone": OUTCOME_TONES.get(info.row.outcome, "live") if state.ended else "live",
        "step_kind": step,
        "remedies": [(each.title.say(lang), each.to.say(lang), each.cites) for each in remedies],
        "party": str(view.value("case.party_name") or ""),
        "behalf": str(view.value("case.behalf_name") or "") if info.behalf else "",
        "division": _division(view, info.row.division),
        "department": ((step.department if step else None) or kind.department).say(lang),
        "subject": view.entry("subject"),
        "entries": [(name, view.entry(name)) for name in info.kept if view.entry(name) is not None],
    }


def _documents(view: procedures.CaseView, info: procedures.CaseInfo) -> list[dict[str, Any]]:
    """Give what was asked for, with the files that answer it; a required one without a file is missing."""
    lang, needs = language(), {each.id: each for each in view.kind.documents}
    for step in view.kind.steps:
        needs |= {each.id: each for one in step.decisions for each in one.documents if each.id not in needs}
    found = []
    for need in needs.values():
        files = [each for each in info.files if each.need == need.id]
        asked = (
            need.id in {each.id for each in view.kind.documents} and need.required and view.holds(need.when)
        )
        if files or asked:
            found.append(
                {"title": need.title.say(lang), "files": files, "missing": not files, "cites": need.cites}
            )
    return found


def _objections(
    view: procedures.CaseView, info: procedures.CaseInfo, may_answer: bool
) -> list[tuple[procedures.ObjectionRow, AnswerForm | None]]:
    return [
        (
            each,
            AnswerForm(initial={"seq": info.seq}, auto_id=f"objection-{each.id}-%s")
            if may_answer and each.state == "open"
            else None,
        )
        for each in info.objections
    ]


def _own(ctx: Context, view: procedures.CaseView) -> list[Barred]:
    """Give the one reason there is where the case is the actor's own: no step of it is shown then."""
    if view.state.ended or not ({view.row.party, view.row.behalf} - {""}) & set(ctx.actor.parties):
        return []
    step = titles_of(view.kind).get(view.state.step, view.state.step)
    return [Barred(say_fault(view.kind, Fault("procedure.own_case", step=step)), ())]


def _needed(view: procedures.CaseView) -> set[str]:
    """Give the rules whose leave a decision of the step at hand needs."""
    if not _runs(view):
        return set()
    return {rule for each in view.kind.step(view.state.step).decisions for rule in each.needs}


def _runs(view: procedures.CaseView) -> bool:
    return bool(view.state.step) and not view.state.ended


def _assignee(ctx: Context, view: procedures.CaseView, info: procedures.CaseInfo) -> str:
    if info.row.assignee is None:
        return ""
    people = list_colleagues(ctx, view.row)
    return next((each.name for each in people if each.id == info.row.assignee), _("a colleague"))


def _division(view: procedures.CaseView, code: str) -> str:
    place = view.pack.divisions.get(code)
    if place is None:
        return code
    return place.name_en if language() == "en" else place.name_zh


def _disposition(name: str) -> str:
    return content_disposition_header(False, name) or "attachment"
