"""What is done to a draft of the rules as a whole: submit, move, give back, withdraw, release, try on cases."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jishi.apps.packs import actions, reads
from jishi.kernel.fault import Fault
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.desk.rule_drafts import page_of, rule_choices, turned, unprocessable
from jishi.web.desk.rule_forms import MOST_UPLOAD, TryForm, TurnForm
from jishi.web.desk.rule_report import say_rule
from jishi.web.desk.rules import require_whole
from jishi.web.shell.posting import ctx_of, show_fault
from jishi.web.shell.site import language


@desk_page("POST")
def submit(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Hand a draft to another person."""
    said = _("Submitted: another person reviews and releases it.")
    return _step(request, draft_id, "pack.draft", (actions.submit_draft, said))


@desk_page("POST")
def rebase(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Move a draft onto the version in force."""
    said = _("The draft stands on the version in force now; look at the files marked.")
    return _step(request, draft_id, "pack.draft", (actions.rebase_draft, said))


@desk_page("GET", "POST")
def release(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Show the whole change to the person who answers for it, and make it the law."""
    ctx = ctx_of(request)
    require_whole(ctx, "pack.release", draft_id)
    if request.method == "POST":
        try:
            made = actions.release_draft(ctx, draft_id, revision=_revision(request))
        except Fault as fault:
            return turned(request, draft_id, fault)
        messages.success(request, _("Released as no. %d: it is the law from now on.") % made.number)
        return redirect("desk:version", made.version_id)
    shown = page_of(ctx, reads.get_draft(draft_id), whole=True)
    return render_desk(request, "desk/draft_release.html", shown)


@desk_page("POST")
def give_back(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Give a submitted draft back to those who write it."""
    said = _("Given back with your reason.")
    return _turn(request, draft_id, "pack.release", (actions.reopen_draft, said))


@desk_page("POST")
def withdraw(request: HttpRequest, draft_id: str) -> HttpResponse:
    """End a draft that shall not become the law."""
    return _turn(request, draft_id, "pack.draft", (actions.withdraw_draft, _("The draft is withdrawn.")))


@desk_page("POST")
def try_cases(request: HttpRequest, draft_id: str) -> HttpResponse:
    """Say whose answer changes in a table of cases somebody brought; nothing of it is kept."""
    ctx = ctx_of(request)
    require_whole(ctx, "pack.read_draft", draft_id)
    draft = reads.get_draft(draft_id)
    form = TryForm(request.POST, request.FILES, rules=rule_choices(draft))
    told: dict[str, Any] | None = None
    if form.is_valid() and form.cleaned_data["table"].size > MOST_UPLOAD:
        form.add_error("table", _("The table is larger than 5 MiB: bring it in parts."))
    elif form.is_valid():
        said = form.cleaned_data
        try:
            told = actions.try_cases(draft, said["table"].read(), rule=said["rule"], day=said["day"])
        except Fault as fault:
            show_fault(form, fault)
    shown = {"draft": draft, "form": form, "told": told, "problems": [], "rules": []}
    if told is not None:
        shown["rules"] = [say_rule(each, language()) for each in told["rules"]]
    answer = render_desk(request, "desk/draft_try.html", shown)
    return unprocessable(answer) if told is None else answer


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _step(
    request: HttpRequest, draft_id: str, action: str, how: tuple[Callable[..., Any], str]
) -> HttpResponse:
    ctx, (act, said) = ctx_of(request), how
    require_whole(ctx, action, draft_id)
    try:
        act(ctx, draft_id, revision=_revision(request))
    except Fault as fault:
        return turned(request, draft_id, fault)
    messages.success(request, said)
    return redirect("desk:draft", draft_id)


def _turn(
    request: HttpRequest, draft_id: str, action: str, how: tuple[Callable[..., Any], str]
) -> HttpResponse:
    ctx, (act, said) = ctx_of(request), how
    require_whole(ctx, action, draft_id)
    form = TurnForm(request.POST, prefix="turn")
    if form.is_valid():
        try:
            act(ctx, draft_id, form.cleaned_data["reason"])
        except Fault as fault:
            return turned(request, draft_id, fault)
        messages.success(request, said)
        return redirect("desk:draft", draft_id)
    shown = page_of(ctx, reads.get_draft(draft_id), turn=form)
    return unprocessable(render_desk(request, "desk/draft.html", shown))
