"""The wall chart (挂图) of the reform: a year's tasks on one sheet, their lights by rule, and what has no task."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.packs.api import Measure, Pack
from jishi.apps.reform.api import LIGHTS, Board, TaskLine, list_years, read_board
from jishi.platform.access import require
from jishi.web.desk.frame import desk_page, reach_of, render_desk
from jishi.web.public.law.uses import RULE, index_of
from jishi.web.public.reform.task import TONES, light_word
from jishi.web.public.table import Cell, save_table
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, market_pack, site

WIDTH = 1000
"""How wide the chart's drawing of a year is, in its own units."""


class ReachForm(forms.Form):
    """Take the clauses a new document touches."""

    clauses = forms.CharField(
        label=gettext_lazy("Clauses or laws the document touches, one a line"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=20_000,
    )


@desk_page("GET")
def show_chart(request: HttpRequest) -> HttpResponse:
    """Show the tasks of a year as a chart; lights narrow it."""
    pack, board = _board(request)
    wanted, lang = request.GET.get("light", ""), language()
    lines = [line for line in board.lines if wanted not in LIGHTS or line.light.colour == wanted]
    shown = {
        "board": board,
        "years": list_years(board.day.year),
        "months": [date(board.year, month, 1) for month in range(1, 13)],
        "rows": [_row(pack, line, board) for line in lines],
        "lights": [
            (each, light_word(pack, each), board.counts.get(each, 0), each == wanted) for each in LIGHTS
        ],
        "today_x": _x(board, board.day) if board.day.year == board.year else None,
        "reasons": [
            (number, _title(pack, number, lang), text) for number, text in sorted(board.reasons.items())
        ],
        "unexplained": [(number, _title(pack, number, lang)) for number in board.unexplained],
        "width": WIDTH,
    }
    return render_desk(request, "desk/reform.html", shown)


@desk_page("GET")
def save_chart(request: HttpRequest, form: str) -> HttpResponse:
    """Give the tasks of a year as CSV, XLSX or JSON."""
    pack, board = _board(request)
    if form == "json":
        facts = [_facts(line) for line in board.lines]
        said = {
            "year": board.year,
            "day": board.day.isoformat(),
            "tasks": facts,
            "unexplained": board.unexplained,
        }
        return JsonResponse(said, json_dumps_params={"ensure_ascii": False})
    head = [
        "#",
        _("Task"),
        _("Measure"),
        _("Leads"),
        _("Begins on"),
        _("Due on"),
        _("Progress (%)"),
        _("Light"),
    ]
    kind = "xlsx" if form == "xlsx" else "csv"
    return save_table(f"tasks-{board.year}", kind, head, _cells(pack, board))  # type: ignore[return-value]


@desk_page("GET")
def find_reach(request: HttpRequest) -> HttpResponse:
    """Show what a new document touches: the clauses it names, the rules and measures that rest on them."""
    ctx = ctx_of(request)
    require(ctx, "register.read")
    form = ReachForm(request.GET if "clauses" in request.GET else None)
    shown: dict[str, Any] = {"form": form}
    if form.is_valid():
        shown |= _reach(market_pack(), form.cleaned_data["clauses"].splitlines())
    return render_desk(request, "desk/reform_reach.html", shown)


def _board(request: HttpRequest) -> tuple[Pack, Board]:
    ctx = ctx_of(request)
    require(ctx, "register.read")
    today, pack = site().day(ctx.now_ms()), market_pack()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else today.year
    return pack, read_board(pack, year, today, reach_of(ctx.actor, "register.read"))


def _row(pack: Pack, line: TaskLine, board: Board) -> dict[str, Any]:
    begins, ends = _x(board, line.starts_on), _x(board, line.due_on, after=True)
    done = float(line.entry.data["progress_percent"])
    return {
        "entry": line.entry,
        "depth": line.depth,
        "measure": line.measure,
        "lead": line.entry.data["lead"],
        "due_on": line.due_on,
        "done": round(done),
        "planned": line.light.planned_percent,
        "colour": line.light.colour,
        "word": light_word(pack, line.light.colour),
        "tone": TONES.get(line.light.colour, "plain"),
        "why": line.light.decision.row or "",
        "x": begins,
        "span": max(4, ends - begins),
        "done_span": round(max(4, ends - begins) * done / 100),
        "late": line.light.days_left < 0 and line.light.colour == "red",
    }


def _x(board: Board, day: date, *, after: bool = False) -> int:
    """Give where a day stands on the chart of the year, cut at its ends."""
    first, last = date(board.year, 1, 1), date(board.year, 12, 31)
    gone = (day - first).days + after
    return round(WIDTH * min(max(gone, 0), (last - first).days + 1) / ((last - first).days + 1))


def _title(pack: Pack, number: int, lang: str) -> str:
    measure: Measure | None = pack.reform.measures.get(number)
    return measure.title.say(lang) if measure else ""


def _facts(line: TaskLine) -> dict[str, Any]:
    said = {
        key: line.entry.public_data.get(key) for key in ("title", "lead", "support", "starts_on", "due_on")
    }
    light = {
        "colour": line.light.colour,
        "row": line.light.decision.row,
        "planned": line.light.planned_percent,
    }
    number = {"number": line.entry.number, "measure": line.measure, "state": line.entry.state}
    return {**number, **said, "progress": line.entry.public_data.get("progress_percent"), "light": light}


def _cells(pack: Pack, board: Board) -> Iterator[list[Cell]]:
    for line in board.lines:
        data = line.entry.data
        told = [
            line.entry.number,
            data["title"],
            line.measure,
            data["lead"],
            data["starts_on"],
            data["due_on"],
        ]
        yield [*told, str(data["progress_percent"]), light_word(pack, line.light.colour)]


def _reach(pack: Pack, named: list[str]) -> dict[str, Any]:
    """Return what rests on the clauses named (国家政策影响筛查); the name of a law stands for all its clauses."""
    wanted = {text.strip() for text in named} - {""}
    clauses = {
        key: row for key, row in pack.clauses.items() if wanted & {key, row.source, key.rpartition(" ")[0]}
    }
    met = {text for key, row in clauses.items() for text in (key, row.source, key.rpartition(" ")[0])}
    uses = index_of(pack).by_clause
    ids = {use.object_id for key in clauses for use in uses.get(key, ()) if use.kind == RULE}
    rules = [pack.rules[rule_id] for rule_id in sorted(ids)]
    procedures = [each for each in pack.procedures.values() if set(each.cites) & clauses.keys()]
    numbers = sorted(
        {n for each in rules for n in each.measures} | {n for each in procedures for n in each.measures}
    )
    lang = language()
    return {
        "clauses": sorted(clauses),
        "unknown": sorted(wanted - met),
        "rules": [(rule.id, rule.title[lang == "en"]) for rule in rules],
        "procedures": [(each.id, each.title.say(lang)) for each in procedures],
        "measures": [(number, _title(pack, number, lang)) for number in numbers],
        "asked": True,
    }
