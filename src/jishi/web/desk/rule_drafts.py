"""One draft of the rules: its files in an editor, what the checker says of it, whose answer it changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jishi.apps.packs import actions, reads
from jishi.apps.packs.api import Pack, pack_of
from jishi.apps.packs.overlay import FOLDERS, is_open_to_drafts
from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.desk.rule_diff import diff_file, diff_files
from jishi.web.desk.rule_forms import NewFileForm, TryForm, TurnForm
from jishi.web.desk.rule_report import Report, say_report
from jishi.web.desk.rule_templates import begin_file
from jishi.web.desk.rules import may_draft, require_whole
from jishi.web.shell.posting import UNPROCESSABLE, ctx_of, show_fault, tell_fault
from jishi.web.shell.site import language, site

MOST_FOUND = 200
SPARE_LINES = 40
SCHEDULE_HEAD = "id,value,since,until,cites,confidence,note_zh,note_en\n"


@dataclass(frozen=True)
class Entry:
    """One file of the pack as a list shows it; `how` says what the draft does with it."""

    path: str
    title: str
    how: str = ""


class TextForm(forms.Form):
    """Hold the whole text of a file, and the revision of the draft it was written on."""

    fault_fields = {"pack.draft": "text"}
    revision = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"wrap": "off", "spellcheck": "false", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].label = _("Text of the file")


@desk_page("GET")
def show(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show a draft: what it changes, what stops it, whose answer it changes, who did what."""
    ctx = ctx_of(request)
    require_whole(ctx, "pack.read_draft", draft_id)
    return render_desk(request, "desk/draft.html", page_of(ctx, _checked(draft_id)))


@desk_page("GET")
def list_files(request: HttpRequest, draft_id: str) -> HttpResponse:
    """List the files a draft may change, by folder or by what stands in them."""
    ctx = ctx_of(request)
    require_whole(ctx, "pack.read_draft", draft_id)
    draft, text = reads.get_draft(draft_id), request.GET.get("q", "").strip()[:100]
    entries = list(_entries(draft, text))
    folders = [
        (folder, [each for each in entries if each.path.startswith(folder + "/")]) for folder in FOLDERS
    ]
    shown = {
        "draft": draft,
        "text": text,
        "total": len(entries),
        "folders": [(folder, found[:MOST_FOUND], len(found)) for folder, found in folders if found],
        "form": NewFileForm(),
        "may_edit": draft.state == "open" and may_draft(ctx.actor),
    }
    return render_desk(request, "desk/draft_files.html", shown)


@desk_page("POST")
def add_file(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Begin a new file from a template."""
    ctx = ctx_of(request)
    require_whole(ctx, "pack.draft", draft_id)
    draft, form = reads.get_draft(draft_id), NewFileForm(request.POST)
    if form.is_valid():
        kind, name = form.cleaned_data["kind"], form.cleaned_data["name"]
        path, text = begin_file(kind, name, site().day(ctx.now_ms()).isoformat())
        if path in reads.draft_files(draft):
            form.add_error("name", _("There is a file of this name: open it from the list."))
        else:
            try:
                draft = actions.save_file(ctx, draft_id, path, text, revision=draft.revision)
                if kind == "schedule":
                    rows = path.replace(".toml", ".csv")
                    actions.save_file(ctx, draft_id, rows, SCHEDULE_HEAD, revision=draft.revision)
            except Fault as fault:
                show_fault(form, fault)
            else:
                return redirect("desk:draft_file", draft_id, path)
    shown = {"draft": draft, "form": form, "folders": [], "may_edit": True, "text": "", "total": 0}
    return render_desk(request, "desk/draft_files.html", shown)


@desk_page("GET", "POST")
def edit_file(request: HttpRequest, draft_id: str, path: str) -> HttpResponse:
    """Show one file in the editor; save it, delete it, or take the changes back."""
    ctx = ctx_of(request)
    posted = request.method == "POST"
    require_whole(ctx, "pack.draft" if posted else "pack.read_draft", draft_id)
    if not posted:
        return _editor(request, (draft_id, path), None)
    form = TextForm(request.POST)
    if form.is_valid():
        try:
            _save(ctx, (draft_id, path), request)
            actions.check_draft(draft_id)
        except Fault as fault:
            show_fault(form, fault)
        else:
            return _after_save(request, draft_id, path)
    return _editor(request, (draft_id, path), form)


def _save(ctx: Context, place: tuple[str, str], request: HttpRequest) -> None:
    (draft_id, path), revision = place, int(request.POST["revision"])
    if "delete" in request.POST:
        actions.delete_file(ctx, draft_id, path, revision=revision)
    elif "restore" in request.POST:
        actions.restore_file(ctx, draft_id, path, revision=revision)
    else:
        actions.save_file(ctx, draft_id, path, request.POST.get("text", ""), revision=revision)


def _after_save(request: HttpRequest, draft_id: str, path: str) -> HttpResponse:
    if "delete" in request.POST or "restore" in request.POST:
        messages.success(request, _("Done: %s") % path)
        return redirect("desk:draft", draft_id)
    messages.success(request, _("Saved. The checker's answer stands beside the text."))
    return redirect("desk:draft_file", draft_id, path)


def _editor(request: HttpRequest, place: tuple[str, str], form: TextForm | None) -> HttpResponse:
    (draft_id, path), ctx = place, ctx_of(request)
    draft = _checked(draft_id)
    base = reads.version_files(draft.base).get(path)
    held = draft.files.get(path, None if base is None else base.decode("utf-8", "replace"))
    if not is_open_to_drafts(path) or (base is None and path not in draft.files):
        raise Fault("pack.draft.file.unknown", path=path)
    text = held if form is None else form.data.get("text", "")
    form = form or TextForm(initial={"text": held or "", "revision": draft.revision})
    report = _report(draft)
    lines = (text or "").count("\n") + 1
    form.fields["text"].widget.attrs["rows"] = lines + 2
    shown = {
        "draft": draft,
        "path": path,
        "form": form,
        "deleted": path in draft.files and draft.files[path] is None,
        "changed": path in draft.files,
        "unseen": path in draft.unseen,
        "numbers": range(1, lines + SPARE_LINES),
        "diff": diff_file(path, base, None if held is None else held.encode())
        if path in draft.files
        else None,
        "report": report,
        "here": [each for each in report.errors + report.remarks if each.file == path] if report else [],
        "kin": list(_kin(draft, path)),
        "rule": _rule_of(pack_of(draft.parent), path),
        "may_edit": draft.state == "open" and may_draft(ctx.actor),
    }
    return render_desk(request, "desk/draft_file.html", shown)


def page_of(ctx: Context, draft: Any, **more: Any) -> dict[str, Any]:
    """Give what the page of a draft shows."""
    report, is_live = _report(draft), draft.state in ("open", "submitted")
    whole = draft.state != "released"
    base = reads.version_files(draft.parent if whole else draft.release.parent)
    after = reads.draft_files(draft) if whole else reads.version_files(draft.release.version_id)
    drafts, releases = may_draft(ctx.actor), may_draft(ctx.actor, "pack.release")
    return {
        "draft": draft,
        "report": report,
        "diffs": diff_files(base, after),
        "saves": reads.list_saves(draft.id),
        "moved": is_live and draft.parent != reads.current_hash(),
        "is_editor": ctx.actor.user_id in reads.editors_of(draft.id),
        "may_edit": draft.state == "open" and drafts,
        "may_withdraw": is_live and drafts,
        "may_release": draft.state == "submitted" and releases,
        "turn": TurnForm(prefix="turn"),
        "try": TryForm(rules=rule_choices(draft)) if is_live else None,
        **more,
    }


def rule_choices(draft: Any) -> list[tuple[str, str]]:
    """Give the rules of the version a draft would replace, by title."""
    rules = pack_of(draft.parent).rules.values()
    return [(rule.id, f"{rule.title[language() == 'en']} · {rule.id}") for rule in rules]


def turned(request: HttpRequest, draft_id: str, fault: Fault) -> HttpResponse:
    """Say why a step on a draft was refused, and show the draft again."""
    tell_fault(request, fault)
    return redirect("desk:draft", draft_id)


def _checked(draft_id: str) -> Any:
    """Give a draft with its report; one that was not checked since its last change is checked now."""
    draft = reads.get_draft(draft_id)
    is_live = draft.state in ("open", "submitted")
    return actions.check_draft(draft_id) if draft.report is None and draft.files and is_live else draft


def _report(draft: Any) -> Report | None:
    return say_report(draft.report, draft.id) if draft.report and draft.files else None


def _entries(draft: Any, text: str) -> Iterator[Entry]:
    files, pack = reads.version_files(draft.base), pack_of(draft.parent)
    names = sorted({*filter(is_open_to_drafts, files), *draft.files})
    wanted = text.lower()
    for path in names:
        title = _title(pack, path)
        held = draft.files.get(path) or files.get(path, b"").decode("utf-8", "replace")
        if wanted and not any(wanted in each.lower() for each in (path, title, held)):
            continue
        how = "" if path not in draft.files else "deleted" if draft.files[path] is None else "changed"
        yield Entry(path, title, "added" if how == "changed" and path not in files else how)


def _title(pack: Pack, path: str) -> str:
    rule = _rule_of(pack, path)
    return pack.rules[rule].title[language() == "en"] if rule else ""


def _rule_of(pack: Pack, path: str) -> str:
    """Give the rule a file is about, "" for none."""
    stem = PurePosixPath(path).stem
    return stem if path.startswith(("rules/", "cases/")) and stem in pack.rules else ""


def _kin(draft: Any, path: str) -> Iterator[str]:
    """Yield the other files of the same rule."""
    stem = PurePosixPath(path).stem
    names = reads.draft_files(draft)
    for each in (f"rules/{stem}.toml", f"rules/{stem}.csv", f"cases/{stem}.toml"):
        if path.startswith(("rules/", "cases/")) and each != path and each in names:
            yield each


def unprocessable(answer: HttpResponse) -> HttpResponse:
    """Mark a page that tells of a refusal."""
    answer.status_code = UNPROCESSABLE
    return answer
