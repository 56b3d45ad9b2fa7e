"""A module is named after what it holds."""

from pathlib import Path

from tests.house.tree import SRC, functions, modules, name

# Names that say nothing about what is inside, so that everything ends up there.
EMPTY_NAMES = {
    *("util", "utils", "helper", "helpers", "common", "base", "manager", "managers", "misc", "core"),
    *("tools", "shared", "stuff", "lib"),
}


def test_no_empty_names() -> None:
    empty = [name(path) for path in modules(SRC) if _words(path) & EMPTY_NAMES]
    assert not empty, f"name them after what they hold: {empty}"


def test_names_are_ascii() -> None:
    foreign = [name(path) for path in modules(SRC) if not name(path).isascii()]
    foreign += [place for path in modules(SRC) for place, _ in functions(path) if not place.isascii()]
    assert not foreign, foreign


def _words(path: Path) -> set[str]:
    return {part.removesuffix(".py").strip("_") for part in path.relative_to(SRC).parts}
