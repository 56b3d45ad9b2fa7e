"""Move a draft onto other files: a version released meanwhile, or a pack newly installed.

What others changed in a file the draft changes too is not merged: the file is marked, and a person looks at it.
"""

from jishi.apps.packs.installed import default_pack
from jishi.apps.packs.models import PackDraft, PackVersion
from jishi.apps.packs.overlay import changes_between
from jishi.apps.packs.reads import version_files
from jishi.kernel.fault import Fault


def renew(draft: PackDraft, wheel: str) -> None:
    """Lay what the version that holds changed over the newly installed pack."""
    installed = default_pack()
    if wheel == installed.hash:
        raise Fault("pack.draft.not_new", version=installed.version)
    old, new = version_files(wheel), version_files(installed.hash)
    draft.files = real(changes_between(old, version_files(draft.parent)), new)
    draft.base = draft.wheel = installed.hash
    draft.unseen = sorted(changes_between(old, new).keys() & draft.files.keys())


def move(draft: PackDraft, current: str) -> None:
    """Let a draft replace another version: what that one changed is taken over where the draft did not change it."""
    before, after = version_files(draft.parent), version_files(current)
    moved = changes_between(before, after)
    if draft.base == draft.parent:
        draft.base = current
        draft.wheel = PackVersion.objects.values_list("wheel", flat=True).get(pk=current)
    else:  # it renews the installed pack below: what was released since is carried over as well
        draft.files |= {path: text for path, text in moved.items() if not _differs(draft, path, before)}
    clash = {path for path in moved if path in draft.files and draft.files[path] != moved[path]}
    draft.parent, draft.files = current, real(draft.files, version_files(draft.base))
    draft.unseen = sorted({*draft.unseen, *clash} & draft.files.keys())


def _differs(draft: PackDraft, path: str, before: dict[str, bytes]) -> bool:
    """Tell whether a draft says otherwise in a file than the version it was started to replace."""
    if path not in draft.files:
        return False
    text = draft.files[path]
    return before.get(path) != (None if text is None else text.encode())


def real(files: dict[str, str | None], base: dict[str, bytes]) -> dict[str, str | None]:
    """Leave out what is as it stands in the base already."""
    return {
        path: text
        for path, text in files.items()
        if base.get(path) != (None if text is None else text.encode())
    }
