"""Compile the message files of the interface, so that no gettext tool need be installed.

A compiled file is not kept in version control; it is made anew whenever its source is newer.
"""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCES = Path(__file__).resolve().parents[1]


def compile_stale(root: Path = SOURCES) -> list[Path]:
    """Compile each `.po` under `root` that is newer than its `.mo`; return those compiled.

    Raises `ValueError` naming the file where one cannot be read.
    """
    stale = [source for source in sorted(root.rglob("*.po")) if _is_stale(source)]
    for source in stale:
        _compile(source)
    return stale


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime < source.stat().st_mtime


def _compile(source: Path) -> None:
    try:
        with source.open("rb") as text:
            catalogue = read_po(text, abort_invalid=True)
    except Exception as error:
        raise ValueError(f"{source}: not a readable message file: {error}") from error
    target = source.with_suffix(".mo")
    partial = target.with_suffix(".mo.part")
    with partial.open("wb") as compiled:
        write_mo(compiled, catalogue)
    partial.replace(target)


if __name__ == "__main__":
    compile_stale()
