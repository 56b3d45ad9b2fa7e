"""Read the source tree as text and syntax, once, for every house test."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
HOUSE = SRC / "jishi"
KERNEL = HOUSE / "kernel"
WEB = HOUSE / "web"
DOCS = ROOT / "docs"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules(under: Path = SRC) -> tuple[Path, ...]:
    """List the Python modules written by hand (migrations are generated)."""
    return tuple(path for path in sorted(under.rglob("*.py")) if "migrations" not in path.parts)


@cache
def parse(path: Path) -> ast.Module:
    """Parse one module."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


@cache
def tracked() -> tuple[Path, ...]:
    """List the files under version control, as they stand in the work tree."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return tuple(path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file())


def name(path: Path) -> str:
    """Give a path as it is written in a message: from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[tuple[str, Function]]:
    """Yield every function of a module, nested ones too, with the qualified name a table can hold."""
    yield from _functions(parse(path), name(path) + ":")


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        inner = prefix
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + child.name, child
            inner = f"{prefix}{child.name}."
        elif isinstance(child, ast.ClassDef):
            inner = f"{prefix}{child.name}."
        yield from _functions(child, inner)


def docstrings(path: Path) -> Iterator[str]:
    """Yield every docstring of a module."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield text
