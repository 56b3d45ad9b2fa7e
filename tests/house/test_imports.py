"""Imports point down only, apps meet at their api, and the kernel leans on very little."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import KERNEL, ROOT, modules, name, parse

KERNEL_LIBRARIES = {"jishi", "numpy", "polars", "scipy", "cryptography", "gmssl_pyx", "chinese_calendar"}
KERNEL_REFUSES = {
    *("asyncio", "ctypes", "glob", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets"),
    *("select", "shutil", "signal", "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading"),
    *("time", "urllib", "uuid"),
}
KERNEL_CALLS_REFUSED = {"open", "print", "input", "eval", "exec", "__import__"}
CLOCK_READINGS = {"now", "utcnow", "today"}


def test_floors_and_rooms_keep_their_contracts() -> None:
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_kernel_imports_only_what_a_verifier_has() -> None:
    wrong = [
        f"{name(path)}:{line} imports {root}"
        for path in modules(KERNEL)
        for line, root in _imported(path)
        if root in KERNEL_REFUSES or (root not in sys.stdlib_module_names and root not in KERNEL_LIBRARIES)
    ]
    assert not wrong, "\n".join(wrong)


def test_kernel_reads_no_clock_and_no_file() -> None:
    wrong = [
        f"{name(path)}:{node.lineno} calls {ast.unparse(node.func)}"
        for path in modules(KERNEL)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and _is_refused(node.func)
    ]
    assert not wrong, "\n".join(wrong)


def _imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, (node.module or "").split(".")[0]


def _is_refused(called: ast.expr) -> bool:
    if isinstance(called, ast.Name):
        return called.id in KERNEL_CALLS_REFUSED
    return isinstance(called, ast.Attribute) and called.attr in CLOCK_READINGS
