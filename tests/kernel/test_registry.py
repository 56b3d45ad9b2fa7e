"""The registry names what it loads, and loads nothing it was not asked for."""

import subprocess
import sys

import pytest

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.registry import HOMES, MECHANISMS, find

ALONE = """
import sys
from jishi.kernel.mechanism.registry import find
find("listing", 1), find("lottery", 1), find("tender", 1)
print(sorted({"numpy", "scipy", "polars"} & set(sys.modules)))
"""


def test_every_mechanism_stands_under_its_own_name() -> None:
    assert [(each.id, each.version) for each in MECHANISMS] == list(HOMES)
    assert all(find(each.id, each.version) is each for each in MECHANISMS)


@pytest.mark.parametrize("asked", [("listing", 2), ("LISTING", 1), ([], {}), (None, None)])
def test_an_unknown_one_is_refused_by_code(asked: tuple[str, int]) -> None:
    with pytest.raises(Fault) as caught:
        find(*asked)
    assert caught.value.code == "mechanism.unknown"


def test_what_needs_no_library_loads_none() -> None:
    assert subprocess.check_output([sys.executable, "-c", ALONE], text=True) == "[]\n"
