"""Draft changes to the pack, save by save, and release them by another person: a new version of the law.

Every step is written to the stream `pack/<id>` with what it changed by hash; texts and names stay in the tables.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from jishi.apps.packs import moving
from jishi.apps.packs.archive import files_hash, write_archive
from jishi.apps.packs.installed import default_pack
from jishi.apps.packs.models import (
    OPEN,
    RELEASED,
    SUBMITTED,
    WITHDRAWN,
    PackDraft,
    PackRelease,
    PackSave,
    PackVersion,
)
from jishi.apps.packs.overlay import check_path, check_size, clean_text
from jishi.apps.packs.reads import (
    current_hash,
    draft_files,
    editors_of,
    get_draft,
    latest_release,
    version_files,
)
from jishi.apps.packs.review import Review, review_files, try_table
from jishi.apps.packs.versions import forget_current, keep_version, pack_of
from jishi.kernel.fault import Fault
from jishi.kernel.spelling import visible
from jishi.platform import evidence
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id
from jishi.platform.search import drop_row, put_row

DRAFT = "pack_draft"
LONGEST_TITLE, LONGEST_REASON = 120, 2000


def start_draft(ctx: Context, title: str, reason: str, *, renew: bool = False) -> PackDraft:
    """Start a draft on the version that holds; `renew` lays its changes over a newly installed pack instead.

    Faults `pack.draft.title`, `pack.draft.reason`, `pack.draft.not_new`.
    """
    _require(ctx, "pack.draft")
    pack, at_ms = default_pack(), ctx.now_ms()
    title, reason = _text(title, LONGEST_TITLE, "pack.draft.title"), _text(reason, LONGEST_REASON)
    with transaction.atomic():
        head = evidence.lock(f"pack/{pack.id}")
        parent = current_hash()
        keep_version(parent, at_ms)
        keep_version(pack.hash, at_ms)
        wheel = PackVersion.objects.values_list("wheel", flat=True).get(pk=parent)
        draft = PackDraft(
            id=new_id(ctx.entropy), pack=pack.id, title=title, reason=reason, base=parent, parent=parent,
            wheel=wheel, author_id=ctx.actor.user_id, started_ms=at_ms, updated_ms=at_ms,
        )  # fmt: skip
        if renew:
            moving.renew(draft, wheel)
        draft.save(force_insert=True)
        _note(ctx, draft, "started")
        _write(ctx, head, draft, ("PackDraftStarted", {"base": draft.base, "parent": parent}))
    return draft


def save_file(ctx: Context, draft_id: str, path: str, text: str, *, revision: int) -> PackDraft:
    """Save the whole text of one file; `revision` is the one the text was written on.

    Faults `pack.draft.path`, `.large`, `.character`, `.many`, `.state`, `.revision`.
    """
    check_path(path)
    return _change(ctx, draft_id, (path, clean_text(path, text)), revision)


def delete_file(ctx: Context, draft_id: str, path: str, *, revision: int) -> PackDraft:
    """Delete one file of the pack, or one that the draft added; Fault `pack.draft.no_file`."""
    return _change(ctx, draft_id, (check_path(path), None), revision)


def restore_file(ctx: Context, draft_id: str, path: str, *, revision: int) -> PackDraft:
    """Take back what a draft changed in one file; Fault `pack.draft.no_file`."""
    with _editing(ctx, draft_id, revision) as (draft, write):
        if path not in draft.files:
            raise Fault("pack.draft.no_file", path=path)
        draft.files = {name: text for name, text in draft.files.items() if name != path}
        draft.unseen = [each for each in draft.unseen if each != path]
        write("restored", path, "")
    return draft


def rebase_draft(ctx: Context, draft_id: str, *, revision: int) -> PackDraft:
    """Move a draft onto the version that holds now; files both changed are marked to be looked at again."""
    with _editing(ctx, draft_id, revision) as (draft, write):
        keep_version(current_hash(), ctx.now_ms())
        moving.move(draft, current_hash())
        write("rebased", "", "")
    return draft


def check_draft(draft_id: str) -> PackDraft:
    """Check a draft and keep the report with it, unless somebody saved meanwhile; changes no file."""
    draft = get_draft(draft_id)
    report = review_files(pack_of(draft.parent), draft_files(draft), whole=False).to_json()
    PackDraft.objects.filter(pk=draft_id, revision=draft.revision).update(report=report)
    draft.report = report
    return draft


def try_cases(draft: PackDraft, content: bytes, *, rule: str = "", day: str = "") -> dict[str, Any]:
    """Tell whose answer changes in a table of cases (CSV); PackError lists the lines that cannot be read.

    Fault `pack.draft.unread` for a draft whose files do not load.
    """
    return try_table(pack_of(draft.parent), draft_files(draft), (content, rule, day))


def submit_draft(ctx: Context, draft_id: str, *, revision: int) -> PackDraft:
    """Hand a sound draft to another person; Faults `pack.draft.empty`, `.unsound`, `.unseen`."""
    _require(ctx, "pack.draft", draft_id)
    report = _sound(get_draft(draft_id), revision)
    with _editing(ctx, draft_id, revision) as (draft, write):
        draft.state, draft.report = SUBMITTED, report.to_json()
        write("submitted", "", "")
        title, division = draft.title, default_pack().manifest.root_division
        put_row(DRAFT, draft.id, title=title, division=division, state=SUBMITTED, updated_ms=ctx.now_ms())
    return draft


def reopen_draft(ctx: Context, draft_id: str, reason: str) -> PackDraft:
    """Give a submitted draft back to those who write it, with a reason."""
    return _turn(ctx, draft_id, ("pack.release", "returned", OPEN), reason)


def withdraw_draft(ctx: Context, draft_id: str, reason: str) -> PackDraft:
    """End a draft that shall not be released."""
    return _turn(ctx, draft_id, ("pack.draft", "withdrawn", WITHDRAWN), reason)


def release_draft(ctx: Context, draft_id: str, *, revision: int) -> PackRelease:
    """Make a submitted draft the law from now on, by a person who never worked on it (四眼原则).

    Faults `pack.draft.state`, `.revision`, `.four_eyes`, `.unsound`, `.moved`.
    """
    _require(ctx, "pack.release", draft_id)
    report = _sound(get_draft(draft_id), revision)
    with transaction.atomic():
        head = evidence.lock(f"pack/{default_pack().id}")
        draft = PackDraft.objects.select_for_update().get(pk=draft_id)
        _require_state(draft, SUBMITTED)
        _require_revision(draft, revision)
        if ctx.actor.user_id in editors_of(draft_id):
            raise Fault("pack.draft.four_eyes", title=draft.title)
        _require_unmoved(draft)
        release = _release(ctx, draft, report)
        _note(ctx, draft, "released")
        data = {
            "number": release.number, "hash": release.version_id, "parent": draft.parent,
            "wheel": draft.wheel, "files": _digests(draft),
        }  # fmt: skip
        _write(ctx, head, draft, ("PackReleased", data))
        drop_row(DRAFT, draft.id)
        transaction.on_commit(forget_current)
    return release


def _release(ctx: Context, draft: PackDraft, report: Review) -> PackRelease:
    files, at_ms = draft_files(draft), ctx.now_ms()
    digest = files_hash(files)
    row = PackVersion(
        hash=digest, pack=draft.pack, label=default_pack().version, wheel=draft.wheel,
        files=write_archive(files), kept_ms=at_ms,
    )  # fmt: skip
    PackVersion.objects.bulk_create(
        [row], ignore_conflicts=True
    )  # who goes back to an old version finds it there
    last = latest_release()
    draft.state, draft.report, draft.updated_ms = RELEASED, report.to_json(), at_ms
    draft.save()
    return PackRelease.objects.create(
        number=1 if last is None else last.number + 1, pack=draft.pack, version_id=digest, parent=draft.parent,
        draft=draft, title=draft.title, reason=draft.reason, changed=sorted(draft.files),
        prepared_by_id=draft.author_id, released_by_id=ctx.actor.user_id, released_ms=at_ms,
    )  # fmt: skip


def _change(ctx: Context, draft_id: str, change: tuple[str, str | None], revision: int) -> PackDraft:
    path, text = change
    with _editing(ctx, draft_id, revision) as (draft, write):
        base = version_files(draft.base)
        if text is None and path not in base and path not in draft.files:
            raise Fault("pack.draft.no_file", path=path)
        draft.files = moving.real({**draft.files, path: text}, base)
        check_size(draft.files)
        draft.unseen = [each for each in draft.unseen if each != path]
        write("deleted" if text is None else "saved", path, text or "")
    return draft


@contextmanager
def _editing(
    ctx: Context, draft_id: str, revision: int
) -> Iterator[tuple[PackDraft, Callable[[str, str, str], None]]]:
    """Lock an open draft that nobody changed since `revision`; what is written counts it up."""
    _require(ctx, "pack.draft", draft_id)
    with transaction.atomic():
        get_draft(draft_id)
        head = evidence.lock(f"pack/{default_pack().id}")
        draft = PackDraft.objects.select_for_update().get(pk=draft_id)
        _require_state(draft, OPEN)
        _require_revision(draft, revision)

        def write(act: str, path: str, text: str) -> None:
            draft.revision += 1
            draft.updated_ms = ctx.now_ms()
            if draft.state == OPEN:
                draft.report = None
            draft.save()
            _note(ctx, draft, act, path=path, text=text)
            data = {"act": act, "path": path, "revision": draft.revision, "files": _digests(draft)}
            _write(ctx, head, draft, ("PackDraftChanged", data))

        yield draft, write


def _turn(ctx: Context, draft_id: str, way: tuple[str, str, str], reason: str) -> PackDraft:
    """Turn the state of a live draft, for a reason that stays with it."""
    action, act, state = way
    _require(ctx, action, draft_id)
    reason = _text(reason, LONGEST_REASON)
    with transaction.atomic():
        head = evidence.lock(f"pack/{get_draft(draft_id).pack}")
        draft = PackDraft.objects.select_for_update().get(pk=draft_id)
        _require_state(draft, *((SUBMITTED,) if state == OPEN else (OPEN, SUBMITTED)))
        draft.state, draft.updated_ms = state, ctx.now_ms()
        draft.save()
        _note(ctx, draft, act, text=reason)
        _write(ctx, head, draft, ("PackDraftChanged", {"act": act, "revision": draft.revision}))
        drop_row(DRAFT, draft.id)
    return draft


def _sound(draft: PackDraft, revision: int) -> Review:
    """Check a draft anew, at the revision somebody looked at; raise what stops it from being released."""
    _require_revision(draft, revision)
    if not draft.files:
        raise Fault("pack.draft.empty", title=draft.title)
    if draft.unseen:
        raise Fault("pack.draft.unseen", files=", ".join(draft.unseen))
    _require_unmoved(draft)
    report = review_files(pack_of(draft.parent), draft_files(draft))
    if report.stops:
        counts = {"problems": len(report.problems), "cases": len(report.broken), "errors": len(report.errors)}
        raise Fault("pack.draft.unsound", title=draft.title, **counts)
    return report


def _require(ctx: Context, action: str, draft_id: str = "") -> None:
    require(ctx, action, Target(draft_id or "pack", default_pack().manifest.root_division))


def _require_state(draft: PackDraft, *states: str) -> None:
    if draft.state not in states:
        raise Fault("pack.draft.state", title=draft.title, state=draft.state, needed=", ".join(states))


def _require_revision(draft: PackDraft, revision: int) -> None:
    if draft.revision != revision:
        raise Fault("pack.draft.stale", title=draft.title, revision=draft.revision)


def _require_unmoved(draft: PackDraft) -> None:
    if draft.parent != current_hash():
        raise Fault(
            "pack.draft.moved", title=draft.title, parent=draft.parent[:12], current=current_hash()[:12]
        )


def _text(text: str, most: int, code: str = "pack.draft.reason") -> str:
    text = visible(text).strip()
    if not text or len(text) > most:
        raise Fault(code, most=most)
    return text


def _digests(draft: PackDraft) -> dict[str, str]:
    """Give the hash of each changed file's text, "" where it is deleted."""
    return {
        path: "" if text is None else hashlib.sha256(text.encode()).hexdigest()
        for path, text in sorted(draft.files.items())
    }


def _note(ctx: Context, draft: PackDraft, act: str, *, path: str = "", text: str = "") -> None:
    PackSave.objects.create(
        draft=draft, revision=draft.revision, act=act, path=path, text=text,
        by_id=ctx.actor.user_id, at_ms=ctx.now_ms(),
    )  # fmt: skip


def _write(ctx: Context, head: Any, draft: PackDraft, news: tuple[str, dict[str, Any]]) -> None:
    kind, data = news
    at_ms = max(ctx.now_ms(), head.at_ms)
    evidence.append(head, ctx.now_ms(), [(kind, {"draft": draft.id, **data}, at_ms)])
