"""Answer what is drafted, what was released, and what stands in the files of a version."""

from collections.abc import Sequence

from jishi.apps.packs.archive import read_archive
from jishi.apps.packs.installed import default_archive, default_files, default_pack
from jishi.apps.packs.models import OPEN, SUBMITTED, PackDraft, PackRelease, PackSave, PackVersion
from jishi.apps.packs.overlay import apply_changes
from jishi.kernel.fault import Fault
from jishi.platform.search import Page, page_recent

LIVE = (OPEN, SUBMITTED)


def list_drafts(states: Sequence[str] = LIVE) -> list[PackDraft]:
    """List the drafts of this market's pack in some states, the latest change first; without their texts."""
    rows = PackDraft.objects.filter(pack=default_pack().id, state__in=states).select_related("author")
    return list(rows.defer("report").order_by("-updated_ms")[:200])


def get_draft(draft_id: str) -> PackDraft:
    """Give a draft with its author, else Fault `pack.draft.unknown`."""
    rows = PackDraft.objects.select_related("author")
    found = rows.filter(pk=draft_id, pack=default_pack().id).first()
    if found is None:
        raise Fault("pack.draft.unknown", draft=draft_id)
    return found


def list_saves(draft_id: str, size: int = 100) -> list[PackSave]:
    """List what was done to a draft and by whom, the latest first; without the texts."""
    rows = PackSave.objects.filter(draft=draft_id).select_related("by").defer("text")
    return list(rows.order_by("-pk")[:size])


def editors_of(draft_id: str) -> set[int | None]:
    """Give who ever worked on a draft: none of them may release it."""
    acts = PackSave.objects.filter(draft=draft_id).exclude(act="returned")
    return set(acts.values_list("by", flat=True).distinct())


def draft_files(draft: PackDraft) -> dict[str, bytes]:
    """Give every file of the pack a draft would make."""
    return apply_changes(version_files(draft.base), draft.files)


def latest_release() -> PackRelease | None:
    """Give the release that holds, None while the installed pack does; read anew, past any cache."""
    rows = PackRelease.objects.filter(pack=default_pack().id).select_related("version", "released_by")
    return rows.defer("version__files").order_by("-number").first()


def current_hash() -> str:
    """Give the hash of the version that holds, read anew."""
    found = latest_release()
    return default_pack().hash if found is None else found.version_id


def page_releases(cursor: str | None = None, size: int = 30) -> Page:
    """Page the releases of this market's pack, the latest first."""
    rows = PackRelease.objects.filter(pack=default_pack().id).select_related("prepared_by", "released_by")
    return page_recent(rows, cursor, size, field="released_ms")


def releases_of(digest: str) -> list[PackRelease]:
    """List the releases of one version, the latest first."""
    rows = PackRelease.objects.filter(pack=default_pack().id, version=digest)
    return list(rows.select_related("prepared_by", "released_by").order_by("-number"))


def root_division() -> str:
    """Give the division whose staff may draft and release: the whole of the pack."""
    return default_pack().manifest.root_division


def is_renewable() -> bool:
    """Tell whether another pack is installed than the one the version in force rests on."""
    found = latest_release()
    return found is not None and found.version.wheel != default_pack().hash


def get_version(digest: str) -> PackVersion:
    """Give what is kept of a version without its files, or the installed one, else Fault `pack.version.unknown`."""
    found = PackVersion.objects.defer("files").filter(pk=digest).first()
    pack = default_pack()
    if found is None and digest != pack.hash:
        raise Fault("pack.version.unknown", hash=digest)
    return found or PackVersion(hash=digest, pack=pack.id, label=pack.version, wheel=digest, kept_ms=0)


def version_archive(digest: str) -> bytes:
    """Give a kept version, or the installed one, as one archive, else Fault `pack.version.unknown`."""
    found = PackVersion.objects.filter(pk=digest).values_list("files", flat=True).first()
    if found is None and digest != default_pack().hash:
        raise Fault("pack.version.unknown", hash=digest)
    return default_archive() if found is None else bytes(found)


def version_files(digest: str) -> dict[str, bytes]:
    """Give every file of the installed pack or of a kept version, else Fault `pack.version.unknown`."""
    return default_files() if digest == default_pack().hash else read_archive(version_archive(digest))
