"""A copy of the Jilin pack that a test may change."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from jishi.apps.packs.api import locate_pack

Edit = Callable[[str, str, str], None]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the installed pack, code and all, to a directory of its own."""
    return Path(shutil.copytree(locate_pack("jilin"), tmp_path / "copy"))


@pytest.fixture
def edit(copy: Path) -> Edit:
    """Give a function that replaces a text, which must be there, in a file of the copy."""

    def replace(name: str, old: str, new: str) -> None:
        path = copy / name
        text = path.read_text("utf-8")
        assert old in text, (name, old)
        path.write_text(text.replace(old, new, 1), "utf-8")

    return replace
