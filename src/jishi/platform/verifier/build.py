"""Build the verifier one carries away: one zipapp (PEP 441) of the very sources that run here.

Taken in are the modules verification imports, found in their syntax, the sentences they need, and
the calendar of working days. The same sources give the same bytes on any machine: sorted names,
one date, stored without compression, which differs between libraries.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import chinese_calendar

import jishi
from jishi.kernel.mechanism import registry

NAME = "jishi-verify.pyz"
SOURCES = Path(jishi.__file__).parents[1]
START = "jishi.platform.verifier.command"
WORDS = "jishi/platform/words"
EARLIEST = (1980, 1, 1, 0, 0, 0)
MAIN = """import sys

if sys.version_info < (3, 11):
    sys.exit("jishi-verify needs Python 3.11 or later; this is " + sys.version.split()[0])

from jishi.platform.verifier.command import main

sys.exit(main())
"""
NOTICE = """Jishi, licensed under the Apache License 2.0: https://www.apache.org/licenses/LICENSE-2.0
Holds chinese_calendar (https://github.com/LKI/chinese-calendar), licensed under the MIT License.
"""


@cache
def build_verifier() -> bytes:
    """Return the file; built once for a process."""
    written = BytesIO(b"")
    written.write(b"#!/usr/bin/env python3\n")
    with ZipFile(written, "w", ZIP_STORED) as archive:
        for name, raw in sorted(_contents().items()):
            info = ZipInfo(name, EARLIEST)
            info.create_system, info.external_attr = 3, 0o644 << 16  # the same on every system
            archive.writestr(info, raw)
    return written.getvalue()


@cache
def verifier_digest() -> str:
    """Return the SHA-256 of the file in hexadecimal."""
    return sha256(build_verifier()).hexdigest()


def _contents() -> dict[str, bytes]:
    modules = _closure([START, *(f"{registry.__package__}.{home}" for home, _ in registry.HOMES.values())])
    texts = {path.relative_to(SOURCES).as_posix(): path.read_bytes() for path in modules.values()}
    calendar = Path(chinese_calendar.__file__).parent
    days = {f"{calendar.name}/{path.name}": path.read_bytes() for path in calendar.glob("*.py")}
    written = {"__main__.py": MAIN.encode(), "NOTICE.txt": NOTICE.encode()}
    return {**texts, **days, **dict(_sentences(texts.values())), **written}


def _closure(names: list[str]) -> dict[str, Path]:
    """Return every module of the house these import, also inside functions, with the packages around them."""
    found: dict[str, Path] = {}
    while names:
        name = names.pop()
        path = _path_of(name)
        if path is None or name in found:
            continue
        found[name] = path
        names += [name.rpartition(".")[0], *_imports(path)]
    return found


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _path_of(name: str) -> Path | None:
    if name.partition(".")[0] != jishi.__name__:
        return None
    place = SOURCES.joinpath(*name.split("."))
    return next((path for path in (place / "__init__.py", place.with_suffix(".py")) if path.is_file()), None)


def _sentences(texts: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield each file of sentences that holds a code some module names."""
    named = {
        node.value
        for text in texts
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for path in (SOURCES / WORDS).glob("*.toml"):
        if not named.isdisjoint(_codes(path.read_text("utf-8"))):
            yield f"{WORDS}/{path.name}", path.read_bytes()


def _codes(toml: str) -> Iterator[str]:
    return (line.strip('[]"') for line in toml.splitlines() if line.startswith("["))
