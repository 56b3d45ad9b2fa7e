"""Every module, public class and public function says what it is for."""

import ast

from tests.house.tree import HOUSE, modules, name, parse

DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def test_modules_say_what_they_hold() -> None:
    written = [path for path in modules(HOUSE) if parse(path).body]
    silent = [name(path) for path in written if not ast.get_docstring(parse(path))]
    assert not silent, "\n".join(silent)


def test_public_names_have_docstrings() -> None:
    silent = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in modules(HOUSE)
        for node in parse(path).body
        if isinstance(node, DEFINITIONS)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and not _is_overload(node)
    ]
    assert not silent, "\n".join(silent)


def _is_overload(node: ast.AST) -> bool:
    return any(ast.unparse(mark).endswith("overload") for mark in getattr(node, "decorator_list", ()))
