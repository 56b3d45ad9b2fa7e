"""Procedures on the desk: the list, and a page each with its diagram, its steps with clocks, and its cases."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.platform.access import require
from jishi.platform.context import Context
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.shell.case_clock import amount_of
from jishi.web.shell.case_word import ROLES
from jishi.web.shell.factor import FACTORS
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, market_pack, site

AREAS = {
    **FACTORS,
    "market": _("Market"),
    "supervision": _("Supervision and reform"),
}


@desk_page("GET")
def list_all(request: HttpRequest) -> HttpResponse:
    """List the procedures of the pack, by factor."""
    ctx = ctx_of(request)
    require(ctx, "case.handle")
    lang, groups = language(), dict[str, list[dict[str, Any]]]()
    for kind in market_pack().procedures.values():
        groups.setdefault(kind.factor, []).append(
            {
                "id": kind.id,
                "title": kind.title.say(lang),
                "about": kind.about.say(lang),
                "department": kind.department.say(lang),
                "measures": kind.measures,
                "may_file": may_file(ctx, kind),
            }
        )
    shown = {
        "groups": [(AREAS[each], groups[each]) for each in AREAS if each in groups],
        "drafts": _drafts(ctx),
    }
    return render_desk(request, "desk/procedures.html", shown)


@desk_page("GET")
def show(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Show a procedure: who begins it, its diagram drawn from the file, its steps and ends."""
    ctx, pack = ctx_of(request), market_pack()
    require(ctx, "case.handle")
    kind, lang = pack.procedure(procedure_id), language()
    today = site().day(ctx.now_ms())
    shown = {
        "kind": kind,
        "lang": lang,
        "diagram": mark_safe(
            packs.procedure_svg(pack, kind, lang)
        ),  # drawn by the engine, every text escaped
        "steps": [_step(pack, kind, step, today) for step in kind.steps],
        "ends": [(each.title.say(lang), each.plain.say(lang), each.outcome) for each in kind.ends],
        "documents": [(each.title.say(lang), each.required, each.cites) for each in kind.documents],
        "counts": procedures.count_cases(kind.id),
        "may_file": may_file(ctx, kind),
        "begins": kind.start.by,
    }
    return render_desk(request, "desk/procedure.html", shown)


def _drafts(ctx: Context) -> list[tuple[procedures.CaseRow, str]]:
    """Give the drafts the actor began at the desk, the latest first."""
    own, kinds = procedures.list_cases_of(ctx).rows, market_pack().procedures
    return [
        (row, kinds[row.procedure].title.say(language()))
        for row in own
        if row.phase == "draft" and row.procedure in kinds
    ]


def may_file(ctx: Context, kind: packs.ProcedureKind) -> bool:
    """Tell whether one of the actor's roles may file a case of this procedure at the desk."""
    held = {each.role for each in ctx.actor.permits}
    return kind.start.by == "application" and bool(held & set(kind.start.staff))


def _step(pack: packs.Pack, kind: packs.ProcedureKind, step: packs.StepKind, today: Any) -> dict[str, Any]:
    lang, clock = language(), step.clock
    return {
        "title": step.title.say(lang),
        "plain": step.plain.say(lang),
        "role": ROLES.get(step.role, step.role),
        "cites": step.cites,
        "clock": amount_of(pack, clock.limit, today) if clock else "",
        "clock_cites": pack.limit_row(clock.limit).cites if clock else (),
        "decisions": [each.title.say(lang) for each in step.decisions],
    }
