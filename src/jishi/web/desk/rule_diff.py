"""What changed between two versions of the pack's files, line by line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from jishi.apps.packs.overlay import is_open_to_drafts

AROUND = 3
MOST_LINES = 4000


@dataclass(frozen=True)
class Line:
    """One line: `sign` is +, - or blank, `…` where lines are left out; numbers are those of each side."""

    sign: str
    before: int | None
    after: int | None
    text: str


@dataclass(frozen=True)
class FileDiff:
    """What changed in one file; `how` is added, deleted or changed."""

    path: str
    how: str
    lines: tuple[Line, ...]
    added: int
    removed: int

    @property
    def editable(self) -> bool:
        """Tell whether a draft may change the file."""
        return is_open_to_drafts(self.path)


def diff_files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[FileDiff]:
    """Compare all files of two versions; those that are the same are left out."""
    paths = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return [diff_file(path, before.get(path), after.get(path)) for path in paths]


def diff_file(path: str, before: bytes | None, after: bytes | None) -> FileDiff:
    """Compare one file; None stands for a file that is not there."""
    sides = [(each or b"").decode("utf-8", "replace").splitlines() for each in (before, after)]
    lines = tuple(_lines(*sides))
    how = "added" if before is None else "deleted" if after is None else "changed"
    counts = [sum(line.sign == sign for line in lines) for sign in "+-"]
    return FileDiff(path, how, lines[:MOST_LINES], *counts)


def _lines(before: list[str], after: list[str]) -> Iterator[Line]:
    groups = SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(AROUND)
    for number, group in enumerate(groups):
        if number:
            yield Line("…", None, None, "")
        for tag, a, b, c, d in group:
            if tag == "equal":
                yield from (Line(" ", a + n + 1, c + n + 1, before[a + n]) for n in range(b - a))
                continue
            yield from (Line("-", n + 1, None, before[n]) for n in range(a, b))
            yield from (Line("+", None, n + 1, after[n]) for n in range(c, d))
