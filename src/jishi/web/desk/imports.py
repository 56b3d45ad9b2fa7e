"""Bring a file into a register (导入): its columns, what its rows will become, what keeps some out, how far it is."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.packs.api import RegisterKind
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform.access import require
from jishi.platform.words import say
from jishi.web.desk.frame import desk_page, reach_of, render_desk
from jishi.web.public.parcel import say_value
from jishi.web.public.places import place_name
from jishi.web.public.table import save_table
from jishi.web.shell.posting import ctx_of, show_fault, tell_fault
from jishi.web.shell.site import language, market_pack

SHOWN_PROBLEMS = 100
SHOWN_ROWS = 10
APART = {
    "#number": gettext_lazy("Number"),
    "#state": gettext_lazy("State"),
    "#geometry": gettext_lazy("Outline"),
}


class FileForm(forms.Form):
    """Choose a file, the division of rows that name none, and what to do with numbers that exist."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV, XLSX or GeoJSON; the first line names the columns"),
    )
    division = forms.ChoiceField(label=gettext_lazy("Division of rows that name none"))
    mode = forms.ChoiceField(
        label=gettext_lazy("Numbers that exist already"),
        choices=[
            ("new", gettext_lazy("leave the row out")),
            ("update", gettext_lazy("amend the entry where the row says otherwise")),
        ],
    )

    def __init__(self, *args: Any, divisions: tuple[str, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["division"].choices = [(code, place_name(code)) for code in divisions]  # type: ignore[attr-defined]


@desk_page("GET", "POST")
def start(request: HttpRequest, kind_id: str) -> HttpResponse:
    """Take a file in."""
    ctx, kind = ctx_of(request), market_pack().register(kind_id)
    require(ctx, "register.edit")
    divisions = reach_of(ctx.actor, "register.edit")
    form = FileForm(request.POST or None, request.FILES or None, divisions=divisions)
    if form.is_valid():
        upload, said = form.cleaned_data["file"], form.cleaned_data
        try:
            run = registers.start_import(
                ctx,
                kind.id,
                upload.read(),
                name=str(upload.name),
                division=said["division"],
                mode=said["mode"],
            )
        except Fault as fault:
            show_fault(form, fault)
        else:
            return redirect("desk:import", run.id)
    runs = registers.list_imports(kind.id, divisions)
    shown = {"form": form, "kind": kind, "runs": runs, "lang": language(), "state_words": _state_words()}
    return render_desk(request, "desk/import_start.html", shown)


@desk_page("GET", "POST")
def show(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show how an import stands; by POST its columns are chosen anew."""
    ctx = ctx_of(request)
    run = registers.get_import(ctx, run_id)
    if request.method == "POST":
        columns = request.POST.getlist("column")
        chosen = dict(zip(columns, request.POST.getlist("field"), strict=False))
        try:
            registers.choose_columns(ctx, run.id, chosen)
        except Fault as fault:
            tell_fault(request, fault)
        return redirect("desk:import", run.id)
    kind = market_pack().register(run.kind)
    columns_, preview = registers.preview_import(run.id, SHOWN_ROWS)
    shown = {
        "run": run,
        "kind": kind,
        "lang": language(),
        "state_word": _state_words()[run.state],
        "running": run.state in ("trying", "writing"),
        "columns": [(name, run.columns.get(name, "")) for name in columns_],
        "fields": _field_words(kind),
        "problems": _problems(kind, registers.list_problems(run.id, size=SHOWN_PROBLEMS)),
        "shown_problems": SHOWN_PROBLEMS,
        **_preview(kind, preview),
    }
    return render_desk(request, "desk/import.html", shown)


@desk_page("POST")
def write(request: HttpRequest, run_id: str) -> HttpResponse:
    """Write the good rows."""
    try:
        registers.write_import(ctx_of(request), run_id)
        messages.success(request, _("The good rows are being written; the others stay out."))
    except Fault as fault:
        if fault.code != "registers.import.state":
            raise
        tell_fault(request, fault)
    return redirect("desk:import", run_id)


@desk_page("POST")
def stop(request: HttpRequest, run_id: str) -> HttpResponse:
    """Stop an import; what is written stays."""
    try:
        registers.stop_import(ctx_of(request), run_id)
    except Fault as fault:
        if fault.code != "registers.import.state":
            raise
        tell_fault(request, fault)
    return redirect("desk:import", run_id)


@desk_page("GET")  # type: ignore[arg-type]  # a stream is no HttpResponse, and passes all the same
def save_problems(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """Send what keeps rows out, row by row, as CSV."""
    run = registers.get_import(ctx_of(request), run_id)
    kind = market_pack().register(run.kind)

    def rows() -> Iterator[list[str | int | None]]:
        after = 0
        while found := registers.list_problems(run.id, after, 1000):
            whole = [each for each in found if each.row < found[-1].row] if len(found) == 1000 else found
            for row, label, text in _problems(kind, whole or found):
                yield [row, label, text]
            after = (whole or found)[-1].row
            if len(found) < 1000:
                return

    return save_table("problems", "csv", [_("Row"), _("Field of the register"), _("What is wrong")], rows())


def _preview(kind: RegisterKind, rows: list[registers.PreviewRow]) -> dict[str, Any]:
    """Return the fields the first rows fill, and the rows as they will be written."""
    filled = {name for row in rows if row.form for name in row.form.data}
    fields = [field for field in kind.fields if field.name in filled][:7]
    lines = []
    for row in rows:
        said = row.form.data if row.form else {}
        cells = [(field.label.say(language()), _cell(field, said.get(field.name))) for field in fields]
        faults = [say(each.code, _named(kind, each.params), language()) for each in row.faults]
        lines.append((row.row, cells, faults))
    return {"heads": [field.label.say(language()) for field in fields], "preview": lines}


def _cell(field: Any, value: Any) -> str:
    if value in (None, ""):
        return ""
    if isinstance(value, list):
        return "; ".join(
            " ".join(str(cell) for cell in row.values()) for row in value if isinstance(row, dict)
        )
    if field.type in ("choice", "division", "boolean"):
        return say_value(field, value)
    if isinstance(value, dict):
        return " — ".join(map(str, value.values()))
    return str(value)[:60]


def _problems(kind: RegisterKind, problems: list[registers.ProblemInfo]) -> Iterator[tuple[int, str, str]]:
    for each in problems:
        params = _named(kind, each.params)
        yield each.row, str(params.get("field", "")), say(each.code, params, language())


def _named(kind: RegisterKind, params: Any) -> dict[str, Any]:
    """Return the parameters of a fault with its field as the reader calls it."""
    words = _field_words(kind)
    name = str(params.get("field", ""))
    if not name:
        return dict(params)
    field = next((each for each in kind.fields if each.name == name), None)
    titles = [choice.title.say(language()) for choice in field.choices] if field else []
    return {
        **params,
        "field": words.get(name.partition("[")[0], name),
        **({"allowed": titles} if titles else {}),
    }


def _field_words(kind: RegisterKind) -> dict[str, str]:
    own = {field.name: field.label.say(language()) for field in kind.fields}
    apart = {name: str(word) for name, word in APART.items() if name != "#geometry" or kind.geometry}
    return own | apart


def _state_words() -> dict[str, str]:
    return {
        "trying": _("rows are tried"),
        "tried": _("tried; nothing is written yet"),
        "writing": _("good rows are written"),
        "done": _("done"),
        "stopped": _("stopped"),
    }
