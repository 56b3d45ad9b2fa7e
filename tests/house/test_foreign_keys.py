"""No foreign key crosses an app; a row of another app is named by its id.

Keys to the platform are allowed: it is the floor below, not a sibling.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import HOUSE, modules, name, parse

RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
MODELS = tuple(path for path in modules(HOUSE) if path.stem == "models" or path.parent.name == "models")


def test_foreign_keys_stay_in_their_app() -> None:
    wrong = [
        f"{name(path)}:{line} points to {target}"
        for path in MODELS
        for line, target in _targets(path)
        if _app_of(target, _imported_models(path), own=_own_app(path)) not in (_own_app(path), "platform")
    ]
    assert not wrong, "\n".join(wrong)


def _own_app(path: Path) -> str:
    return path.parent.name if path.stem == "models" else path.parent.parent.name


def _targets(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(parse(path)):
        if not isinstance(node, ast.Call) or ast.unparse(node.func).split(".")[-1] not in RELATIONS:
            continue
        target = node.args[0] if node.args else next(k.value for k in node.keywords if k.arg == "to")
        text = target.value if isinstance(target, ast.Constant) else ast.unparse(target)
        yield node.lineno, str(text)


def _app_of(target: str, imported: dict[str, str], own: str) -> str:
    if target == "settings.AUTH_USER_MODEL":
        return "platform"
    head, _, tail = target.partition(".")
    if head in imported:
        return imported[head]
    return head if tail else own


def _imported_models(path: Path) -> dict[str, str]:
    """Map each name imported from a module of ours to the app that module belongs to."""
    found = {}
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("jishi."):
            parts = (node.module or "").split(".")
            app = parts[2] if parts[1] == "apps" and len(parts) > 2 else parts[1]
            found |= {alias.asname or alias.name: app for alias in node.names}
    return found
