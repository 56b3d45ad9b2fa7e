"""Panels on the desk: convene one for its owner, let an office add to the seed, draw, replace, dissolve.

Members' names are shown to who arranges the panel, and every look at them stands in the access log.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jishi.apps.panels import api as panels
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, may, require
from jishi.platform.context import Actor
from jishi.platform.department import departments_of
from jishi.platform.search import Page
from jishi.web.desk.frame import desk_page, reach_of, render_desk
from jishi.web.desk.panel_forms import ContributeForm, ConveneForm, DissolveForm, DrawForm, ReplaceForm
from jishi.web.shell.panel_word import TONES, ground_word, result_rows, state_word, with_words
from jishi.web.shell.posting import ctx_of, show_fault

MEMBER_TONES = {"asked": "warn", "accepted": "ok", "left": "plain"}


@desk_page("GET")
def list_all(request: HttpRequest) -> HttpResponse:
    """List the panels of one's divisions, the latest first."""
    ctx = ctx_of(request)
    require(ctx, "panel.read")
    page = _reached(
        ctx.actor, panels.find_panels(reach_of(ctx.actor, "panel.read"), request.GET.get("after"))
    )
    shown = {
        "page": page,
        "panels": [
            (each, word, tone, counts)
            for (each, word, tone), counts in zip(with_words(page.rows), _progress(page.rows), strict=True)
        ],
        "may_experts": bool(reach_of(ctx.actor, "expert.read")),
    }
    return render_desk(request, "desk/panels.html", shown)


@desk_page("GET", "POST")
def convene(request: HttpRequest, kind: str, owner_id: str) -> HttpResponse:
    """Convene a panel for an owner; where one runs, go there."""
    ctx, owner = ctx_of(request), panels.owner_of(kind)
    about = owner.about(owner_id)
    target = Target(owner_id, about.division, departments=departments_of(kind, owner_id))
    running = panels.find_running(kind, owner_id)
    if request.method == "GET" and running is not None:
        require(ctx, "panel.read", target)
        return redirect("desk:panel", running.id)
    require(ctx, "panel.convene", target)
    form = ConveneForm(request.POST or None, experts=panels.list_eligible(about.division))
    if form.is_valid():
        try:
            panel = panels.convene(ctx, form.read(kind, owner_id))
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The panel is convened; what it is drawn from is committed to."))
            return redirect("desk:panel", panel.id)
    shown = {
        "form": form,
        "about": about,
        "rules": owner.rules(owner_id),
        "sealed": owner.is_sealed(owner_id),
        "pool": len(form.experts),
        "earlier": with_words(panels.list_panels_of(kind, owner_id)),
    }
    return render_desk(request, "desk/panel_new.html", shown)


@desk_page("GET")
def show(request: HttpRequest, panel_id: str) -> HttpResponse:
    """Show a panel, its members and the steps open to one's roles."""
    panel = _read(request, panel_id, "panel.read")
    return _show(request, panel)


@desk_page("POST")
def contribute(request: HttpRequest, panel_id: str) -> HttpResponse:
    """Add an office's part of the seed."""
    panel, form = _read(request, panel_id, "panel.contribute"), ContributeForm(request.POST)
    return _do(request, panel, form, "contribute")


@desk_page("POST")
def draw(request: HttpRequest, panel_id: str) -> HttpResponse:
    """Draw the members."""
    panel = _read(request, panel_id, "panel.draw")
    return _do(request, panel, DrawForm(request.POST), "draw")


@desk_page("POST")
def replace(request: HttpRequest, panel_id: str) -> HttpResponse:
    """Let a member leave; the next substitute is asked."""
    panel = _read(request, panel_id, "panel.replace")
    return _do(request, panel, ReplaceForm(request.POST, members=_sitting(panel)), "replace")


@desk_page("POST")
def dissolve(request: HttpRequest, panel_id: str) -> HttpResponse:
    """End a panel without a result."""
    panel, form = _read(request, panel_id, "panel.dissolve"), DissolveForm(request.POST)
    return _do(request, panel, form, "dissolve")


def _do(request: HttpRequest, panel: panels.Panel, form: Any, step: str) -> HttpResponse:
    ctx, said = ctx_of(request), ""
    if form.is_valid():
        try:
            if step == "contribute":
                panels.contribute(ctx, panel.id, form.cleaned_data["value"])
                said = _("Your number is in the log and in the seed.")
            elif step == "draw":
                panels.draw_members(ctx, panel.id)
                said = _("The panel is drawn; its members are asked.")
            elif step == "replace":
                data = form.cleaned_data
                panels.replace_member(ctx, panel.id, data["alias"], data["ground"], note=data["note"])
                said = _("The member has left the seat.")
            else:
                panels.dissolve_panel(ctx, panel.id, form.cleaned_data["reason"])
                said = _("The panel is dissolved.")
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, said)
            return redirect("desk:panel", panel.id)
    return _show(request, panels.find_panel(panel.id), **{step: form})


def _read(request: HttpRequest, panel_id: str, action: str) -> panels.Panel:
    panel = panels.find_panel(panel_id)
    require(ctx_of(request), action, panels.target_of(panel))
    return panel


def _show(request: HttpRequest, panel: panels.Panel, **posted: Any) -> HttpResponse:
    ctx, target = ctx_of(request), panels.target_of(panel)
    held = {
        step: may(ctx.actor, f"panel.{step}", target)
        for step in ("contribute", "draw", "replace", "dissolve")
    }
    drawing, sitting = panel.state == "convened", panel.state in ("drawn", "sitting")
    own = panel.convened_by == ctx.actor.user_id
    forms = {
        "contribute": ContributeForm() if held["contribute"] and drawing and not own else None,
        "replace": ReplaceForm(members=_sitting(panel)) if held["replace"] and sitting else None,
        "dissolve": DissolveForm() if held["dissolve"] and (drawing or sitting) else None,
    }
    members = panels.list_members(panel.id)
    shown = {
        "panel": panel,
        "word": state_word(panel.state),
        "tone": TONES[panel.state],
        "members": [_member(each, panel) for each in members],
        "done": panels.count_done(panel) if panel.state == "sitting" else {},
        "parts": panels.list_contributions(panel.id),
        "kept_out": _kept_out(panel),
        "asked_for": panel.demand["seats"],
        "may_draw": held["draw"] and drawing and not own,
        "forms": {**forms, **{step: form for step, form in posted.items() if step != "draw"}},
        "draw_form": posted.get("draw"),
        "ballots": result_rows(panel, {}),
        "form": next(iter(posted.values()), None),
    }
    return render_desk(request, "desk/panel.html", shown)


def _reached(actor: Actor, page: Page) -> Page:
    """Leave out the panels of departments the actor's roles are not of."""
    targets = panels.targets_of(page.rows)
    rows = [each for each, target in zip(page.rows, targets, strict=True) if may(actor, "panel.read", target)]
    return Page(rows, page.next, page.total - len(page.rows) + len(rows))


def _member(member: panels.Member, panel: panels.Panel) -> dict[str, Any]:
    words = {"asked": _("asked"), "accepted": _("accepted"), "left": _("left")}
    return {
        "row": member,
        "word": words[member.state],
        "tone": MEMBER_TONES[member.state],
        "ground": ground_word(member.ground) if member.ground else "",
    }


def _sitting(panel: panels.Panel) -> list[panels.Member]:
    return [each for each in panels.list_members(panel.id) if each.state != "left"]


def _kept_out(panel: panels.Panel) -> list[tuple[str, int]]:
    """Count by ground who was kept out of the draw."""
    counts: dict[str, int] = {}
    for grounds in panel.recusal["experts"].values():
        for ground in grounds:
            counts[ground] = counts.get(ground, 0) + 1
    return [(ground_word(ground), count) for ground, count in sorted(counts.items())]


def _progress(rows: list[panels.Panel]) -> list[tuple[int, int]]:
    counted = panels.progress_of(rows)
    return [counted.get(each.id, (0, 0)) for each in rows]
