"""Which files a draft may change, and with what text; everything else of a pack comes with its wheel."""

import re
from collections.abc import Mapping

from jishi.apps.packs.archive import Files
from jishi.kernel.fault import Fault

Changes = Mapping[str, str | None]
"""Texts by path; None where the file is deleted."""

FOLDERS = {
    "facts": "toml", "rules": "toml csv", "cases": "toml", "clauses": "toml", "parameters": "csv", "limits": "toml",
}  # fmt: skip
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.([a-z]+)")
LONGEST_FILE = 512 * 1024
MOST_FILES, MOST_BYTES = 400, 4 * 1024 * 1024
# Controls that no file format can hold, and marks that make a rule read otherwise than it is stored.
REFUSED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def check_path(path: str) -> str:
    """Give a path that a draft may change, else Fault `pack.draft.path`."""
    folder, slash, name = path.partition("/")
    found = NAME.fullmatch(name)
    if not slash or found is None or ".." in name or found[1] not in FOLDERS.get(folder, "").split():
        valid = ", ".join(f"{each}/*.{kind}" for each, kinds in FOLDERS.items() for kind in kinds.split())
        raise Fault("pack.draft.path", path=path[:120], valid=valid)
    return path


def clean_text(path: str, text: str) -> str:
    """Give a text as it is stored: lines end with a line feed; Faults `pack.draft.large`, `pack.draft.character`."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    plain = plain if plain.endswith("\n") or not plain else plain + "\n"
    strange = REFUSED.search(plain)
    if strange is not None:
        line = plain.count("\n", 0, strange.start()) + 1
        raise Fault("pack.draft.character", path=path, line=line, character=f"U+{ord(strange[0]):04X}")
    if len(plain.encode()) > LONGEST_FILE:
        raise Fault("pack.draft.large", path=path, size=len(plain.encode()), most=LONGEST_FILE)
    return plain


def check_size(changes: Changes) -> None:
    """Raise Fault `pack.draft.many` where a draft changes too many files or holds too much text."""
    size = sum(len((text or "").encode()) for text in changes.values())
    if len(changes) > MOST_FILES or size > MOST_BYTES:
        raise Fault("pack.draft.many", files=len(changes), most=MOST_FILES, size=size, most_size=MOST_BYTES)


def is_open_to_drafts(path: str) -> bool:
    """Tell whether a draft may change a file."""
    try:
        return bool(check_path(path))
    except Fault:
        return False


def apply_changes(base: Files, changes: Changes) -> dict[str, bytes]:
    """Lay the changes over the files of a pack."""
    kept = {path: content for path, content in base.items() if path not in changes}
    written = {path: text.encode() for path, text in changes.items() if text is not None}
    return {**kept, **written}


def changes_between(before: Files, after: Files) -> dict[str, str | None]:
    """Give the changes of open files that make `after` of `before`."""
    paths = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return {
        path: after[path].decode("utf-8", "replace") if path in after else None
        for path in paths
        if is_open_to_drafts(path)
    }
