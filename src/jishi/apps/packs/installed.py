"""The packs that installed wheels offer, and the one this process runs where nothing was released."""

import os
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path

from jishi.apps.packs.loader import read_draft, read_pack
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import PackError, Problem
from jishi.kernel.fault import Fault

GROUP = "jishi.pack"


def installed_packs() -> tuple[str, ...]:
    """List the names of the packs that installed wheels offer, sorted."""
    return tuple(sorted(_offers()))


def locate_pack(name: str) -> Path:
    """Give the directory of an installed pack, else Fault `pack.not_installed`."""
    offers = _offers()
    if name not in offers:
        raise Fault("pack.not_installed", name=name, installed=sorted(offers))
    return Path(str(files(offers[name].module)))


@cache
def load_pack(name: str) -> Pack:
    """Load an installed pack once per process, else PackError with every problem in it."""
    return load_pack_from(locate_pack(name))


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
    return _chosen(os.environ.get("JISHI_PACK", ""))


@cache
def _chosen(named: str) -> Pack:
    if Path(named).is_dir() and named:
        return load_pack_from(Path(named))
    names = (named,) if named else installed_packs()
    if len(names) != 1:
        raise Fault("pack.no_default", installed=list(names))
    return load_pack(names[0])


def _offers() -> dict[str, EntryPoint]:
    return {each.name: each for each in entry_points(group=GROUP)}
