"""What other rooms may ask of the packs."""

import os
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path

from jishi.apps.packs.content import pack_hash
from jishi.apps.packs.entry import validate_entry
from jishi.apps.packs.kinds.law import LimitRow
from jishi.apps.packs.kinds.place import Division, LandUse
from jishi.apps.packs.kinds.product import Product
from jishi.apps.packs.kinds.register import FieldKind, RegisterKind
from jishi.apps.packs.kinds.row import Words
from jishi.apps.packs.kinds.scenario import DemoAccount, DemoBidder, DemoLot, DemoParty, Scenario
from jishi.apps.packs.loader import read_draft, read_pack
from jishi.apps.packs.pack import Pack
from jishi.apps.packs.problem import PackError, Problem
from jishi.apps.packs.rules.cases import DatedCase, Expectation, read_cases
from jishi.apps.packs.rules.check import check_cases
from jishi.apps.packs.rules.lint import finding_params, lint_pack
from jishi.apps.packs.rules.writing import written, written_answer
from jishi.kernel.fault import Fault
from jishi.kernel.rules.finding import Finding

__all__ = [
    "DatedCase", "DemoAccount", "DemoBidder", "DemoLot", "DemoParty", "Division", "Expectation", "FieldKind", "Finding",
    "LandUse", "LimitRow", "Pack", "PackError", "Problem", "Product", "RegisterKind", "Scenario", "Words",
    "check_cases", "check_pack", "default_pack", "draft_pack", "finding_params", "installed_packs", "lint_pack", "load_pack",
    "load_pack_from", "locate_pack", "pack_hash", "read_cases", "validate_entry", "written", "written_answer",
]  # fmt: skip

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
