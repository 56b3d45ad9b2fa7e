"""What a bare Python lacks: a package that is not there becomes a fault that names it.

A check that needs the package is then reported as not made, by name, instead of as a failure of
the file. Refuses to guess about any other import, which fails as ever.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

from jishi.kernel.fault import Fault

OPTIONAL = frozenset({"cryptography", "gmssl_pyx", "numpy", "polars", "scipy"})
CODE = "verify.package.missing"


class Absent(Fault, ImportError):
    """Say which package is missing; an ImportError too, for code that has another way."""

    def __init__(self, package: str) -> None:
        super().__init__(CODE, package=package)


class _LastFinder(MetaPathFinder):
    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname in OPTIONAL:
            raise Absent(fullname)


def name_what_is_absent() -> None:
    """Name an optional package that is imported and not there; asked after every other finder."""
    if not any(isinstance(finder, _LastFinder) for finder in sys.meta_path):
        sys.meta_path.append(_LastFinder())
