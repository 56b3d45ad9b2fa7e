"""The packs that installed wheels offer, and the one this process runs where nothing was released."""

import os
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path

from jishi.apps.packs.archive import files_hash, read_files, write_archive
from jishi.apps.packs.loader import read_draft, read_pack
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import PackError, Problem
from jishi.kernel.fault import Fault

GROUP = "jishi.pack"
TRIES = 5


def installed_packs() -> tuple[str, ...]:
    """List the names of the packs that installed wheels offer, sorted."""
    return tuple(sorted(_offers()))


def locate_pack(name: str) -> Path:
    """Give the directory of an installed pack, else Fault `pack.not_installed`."""
    offers = _offers()
    if name not in offers:
        raise Fault("pack.not_installed", name=name, installed=sorted(offers))
    return Path(str(files(offers[name].module)))


def load_pack(name: str) -> Pack:
    """Load an installed pack once per process, else PackError with every problem in it."""
    return _loaded(locate_pack(name))[0]


def load_pack_from(path: Path) -> Pack:
    """Load a pack from a directory, installed or not, else PackError with every problem in it."""
    pack, problems = read_pack(Path(path))
    if pack is None:
        raise PackError(Path(path).name, problems)
    return pack


def check_pack(path: Path) -> list[Problem]:
    """List what is wrong with the pack in a directory; an empty list says that it loads."""
    return read_pack(Path(path))[1]


def draft_pack(path: Path) -> tuple[Pack | None, list[Problem]]:
    """Read what is sound in a directory, with what is not: for checking, never for deciding."""
    return read_draft(Path(path))


def default_pack() -> Pack:
    """Load the pack that JISHI_PACK names (an installed one, or a directory), else the only installed one.

    Fault `pack.no_default` when it names none and not exactly one is installed.
    """
    return _loaded(_chosen(os.environ.get("JISHI_PACK", "")))[0]


def default_files() -> dict[str, bytes]:
    """Give the files of the default pack as they were when it was loaded, whatever became of the directory."""
    return dict(_loaded(_chosen(os.environ.get("JISHI_PACK", "")))[1])


def default_archive() -> bytes:
    """Give the files of the default pack as one archive; packing them takes a tenth of a second, once a process."""
    return _packed(_chosen(os.environ.get("JISHI_PACK", "")))


@cache
def _chosen(named: str) -> Path:
    if Path(named).is_dir() and named:
        return Path(named)
    names = (named,) if named else installed_packs()
    if len(names) != 1:
        raise Fault("pack.no_default", installed=list(names))
    return locate_pack(names[0])


@cache
def _loaded(root: Path) -> tuple[Pack, dict[str, bytes]]:
    """Load a directory with its files; Fault `pack.changing` where they change under one's hands."""
    for _ in range(TRIES):
        held, pack = read_files(root), load_pack_from(root)
        if files_hash(held) == pack.hash:
            return pack, held
    raise Fault("pack.changing", path=str(root))


@cache
def _packed(root: Path) -> bytes:
    return write_archive(_loaded(root)[1])


def _offers() -> dict[str, EntryPoint]:
    return {each.name: each for each in entry_points(group=GROUP)}
