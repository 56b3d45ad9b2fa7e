"""Rules (规则): which version is the law, what is being drafted, what was released by whom and when."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from jishi.apps.packs import actions, reads
from jishi.apps.packs.api import pack_of
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, may, require
from jishi.platform.context import Actor, Context
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.desk.rule_diff import diff_files
from jishi.web.desk.rule_forms import StartForm
from jishi.web.shell.posting import ctx_of, show_fault
from jishi.web.shell.site import language

COUNTED = ("rules", "facts", "parameters", "clauses")


def may_draft(actor: Actor, action: str = "pack.draft") -> bool:
    """Tell whether somebody may do something to the pack as a whole."""
    return may(actor, action, Target("pack", reads.root_division()))


def require_whole(ctx: Context, action: str, object_id: str = "pack") -> None:
    """Require the permission over the whole of the pack, which no office of a city has."""
    require(ctx, action, Target(object_id, reads.root_division()))


@desk_page("GET")
def show(request: HttpRequest) -> HttpResponse:
    """Show the version in force, live drafts, and every release."""
    ctx = ctx_of(request)
    require_whole(ctx, "pack.read_draft")
    held = reads.latest_release()
    pack = pack_of(reads.current_hash())
    shown = {
        "held": held,
        "pack": pack,
        "title": pack.manifest.title.say(language()),
        "counts": [(each, len(getattr(pack, each))) for each in COUNTED],
        "drafts": reads.list_drafts(),
        "page": reads.page_releases(request.GET.get("after")),
        "may_draft": may_draft(ctx.actor),
        "renewable": reads.is_renewable(),
    }
    return render_desk(request, "desk/rules.html", shown)


@desk_page("GET", "POST")
def start(request: HttpRequest) -> HttpResponse:
    """Start a draft; with ?renew=1 one that takes over the newly installed pack."""
    ctx = ctx_of(request)
    require_whole(ctx, "pack.draft")
    renew = request.GET.get("renew") == "1"
    initial = {"title": _("Take over the newly installed pack")} if renew else {}
    form = StartForm(request.POST or None, initial=initial)
    if form.is_valid():
        said = form.cleaned_data
        try:
            draft = actions.start_draft(ctx, said["title"], said["reason"], renew=renew)
        except Fault as fault:
            show_fault(form, fault)
        else:
            messages.success(request, _("The draft is open: choose the files to change."))
            return redirect("desk:draft", draft.id)
    return render_desk(request, "desk/draft_start.html", {"form": form, "renew": renew})


@desk_page("GET")
def show_version(request: HttpRequest, digest: str) -> HttpResponse:
    """Show one version: its hash, its releases, what it changed, and the way to its files."""
    ctx = ctx_of(request)
    require_whole(ctx, "pack.read_draft", digest)
    version, releases = reads.get_version(digest), reads.releases_of(digest)
    shown: dict[str, Any] = {
        "version": version,
        "releases": releases,
        "held": digest == reads.current_hash(),
        "installed": version.wheel == digest,
    }
    if releases:
        files = [reads.version_files(each) for each in (releases[0].parent, digest)]
        shown |= {"parent": releases[0].parent, "diffs": diff_files(*files)}
    return render_desk(request, "desk/version.html", shown)


@desk_page("GET")
def save_version(request: HttpRequest, digest: str) -> HttpResponse:
    """Send every file of a version as one archive."""
    ctx = ctx_of(request)
    require_whole(ctx, "pack.read_draft", digest)
    version = reads.get_version(digest)
    name = f"{version.pack}-{version.hash[:12]}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(reads.version_archive(digest), content_type="application/zip", headers=headers)
