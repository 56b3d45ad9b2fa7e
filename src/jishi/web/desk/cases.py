"""Lists of cases: all of one's divisions, clocks missed by department, many decided at once; each saved as a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.reads.office import list_missed_cases
from jishi.platform.access import require
from jishi.platform.context import Context
from jishi.platform.search import COUNTED
from jishi.web.desk.case_inbox import departments_of
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.public.table import Cell, save_table
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, market_pack, site

PHASES = ("open", "ended")


@dataclass(frozen=True)
class Listed:
    """A case in a list, in words."""

    row: procedures.CaseRow
    procedure: str
    place: str
    division: str
    department: str


@dataclass(frozen=True)
class Missed:
    """Clocks missed at one step in one division, in words."""

    row: procedures.MissedRow
    department: str
    procedure: str
    step: str
    division: str
    days: int


@desk_page("GET")
def list_all(request: HttpRequest) -> HttpResponse:
    """List filed cases of one's divisions, newest first."""
    ctx = ctx_of(request)
    procedure, phase = _asked(request)
    page = procedures.list_cases(ctx, procedure, phase, request.GET.get("after"))
    pack = market_pack()
    shown = {
        "page": page,
        "rows": [listed(pack, row) for row in page.rows],
        "procedures": [(each.id, each.title.say(language())) for each in pack.procedures.values()],
        "procedure": procedure,
        "phase": phase,
        "counts": procedures.count_cases(procedure),
    }
    return render_desk(request, "desk/cases.html", shown)


@desk_page("GET")  # type: ignore[arg-type]  # a stream is no HttpResponse, and passes all the same
def save_all(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give the cases of the list as CSV or XLSX, at most ten thousand."""
    ctx = ctx_of(request)
    require(ctx, "case.supervise")
    procedure, phase = _asked(request)
    rows = _each_case(ctx, procedure, phase)
    return save_table("cases", _form(form), case_head(), case_cells(rows))


@desk_page("GET")
def show_missed(request: HttpRequest) -> HttpResponse:
    """Show the clocks missed now by department, procedure, step and division, the longest missed first."""
    ctx = ctx_of(request)
    wanted = request.GET.get("department", "")
    missed = [each for each in _missed(ctx) if not wanted or each.department == wanted]
    counts: dict[str, int] = {}
    for each in missed:
        counts[each.department] = counts.get(each.department, 0) + each.row.count
    asked = {name: request.GET.get(name, "") for name in ("procedure", "step", "division")}
    rows = list_missed_cases(ctx, **asked) if asked["procedure"] else []
    shown = {
        "missed": missed,
        "counts": sorted(counts.items(), key=lambda each: -each[1]),
        "total": sum(counts.values()),
        "departments": [name for _zh, name in departments_of(market_pack())],
        "wanted": wanted,
        "rows": [listed(market_pack(), row) for row in rows],
        "asked": asked,
    }
    return render_desk(request, "desk/cases_missed.html", shown)


@desk_page("GET")  # type: ignore[arg-type]  # a stream is no HttpResponse, and passes all the same
def save_missed(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give every case past its clock as CSV or XLSX, the longest first."""
    ctx = ctx_of(request)
    require(ctx, "case.supervise")
    rows = list_missed_cases(ctx, *(request.GET.get(name, "") for name in ("procedure", "step", "division")))
    return save_table("clocks-missed", _form(form), case_head(), case_cells(rows))


def listed(pack: packs.Pack, row: procedures.CaseRow) -> Listed:
    """Give a case of a list in words."""
    lang, kind = language(), pack.procedures.get(row.procedure)
    if kind is None:
        return Listed(row, row.procedure, row.step, row.division, "")
    steps = {each.id: each for each in kind.steps}
    places = {**{each.id: each for each in kind.ends}, **steps}
    place, step = places.get(row.step), steps.get(row.step)
    return Listed(
        row,
        kind.title.say(lang),
        place.title.say(lang) if place else row.step,
        division_name(pack, row.division),
        ((step.department if step else None) or kind.department).say(lang),
    )


def division_name(pack: packs.Pack, code: str) -> str:
    """Give the name of a division in the language of the page, its code where the pack has no name."""
    place = pack.divisions.get(code)
    if place is None:
        return code
    return place.name_en if language() == "en" else place.name_zh


def case_head() -> list[str]:
    """Give the heads of a list of cases as a file."""
    return [
        _("Number"), _("Title"), _("Procedure"), _("Step"), _("Department"), _("Division"), _("Filed"),
        _("Last day"), _("Days left"), _("State"),
    ]  # fmt: skip


def case_cells(rows: Iterable[procedures.CaseRow]) -> Iterator[list[Cell]]:
    """Yield cases as lines of a file."""
    pack = market_pack()
    for row in rows:
        said = listed(pack, row)
        state = (
            _("overdue") if row.overdue else _("clock stopped") if row.paused else row.outcome or row.phase
        )
        yield [
            row.number, row.title, said.procedure, said.place, said.department, said.division,
            site().day(row.started_ms).isoformat(), row.due_day.isoformat() if row.due_day else "", row.left, state,
        ]  # fmt: skip


def _missed(ctx: Context) -> list[Missed]:
    pack, lang = market_pack(), language()
    found = []
    for row in procedures.list_missed(ctx):
        kind = pack.procedures.get(row.procedure)
        step = next((each for each in kind.steps if each.id == row.step), None) if kind else None
        department = ((step.department if step else None) or kind.department).say(lang) if kind else ""
        found.append(
            Missed(
                row,
                department,
                kind.title.say(lang) if kind else row.procedure,
                step.title.say(lang) if step else row.step,
                division_name(pack, row.division),
                (site().day(ctx.now_ms()) - site().day(row.oldest_ms)).days,
            )
        )
    return found


def _each_case(ctx: Context, procedure: str, phase: str) -> Iterator[procedures.CaseRow]:
    cursor, given = None, 0
    while given < COUNTED:
        page = procedures.list_cases(ctx, procedure, phase, cursor)
        yield from page.rows
        given, cursor = given + len(page.rows), page.next
        if cursor is None:
            return


def _asked(request: HttpRequest) -> tuple[str, str]:
    procedure, phase = request.GET.get("procedure", ""), request.GET.get("phase", "")
    return procedure if procedure in market_pack().procedures else "", phase if phase in PHASES else ""


def _form(form: str) -> Any:
    return "xlsx" if form == "xlsx" else "csv"
