"""Files and functions stay small enough to be read whole; an exception carries its reason."""

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.house.tree import KERNEL, SRC, Function, functions, modules, name

KERNEL_FILE, FILE, FUNCTION, POSITIONAL = 300, 400, 40, 4

# "path" or "path:qualified.name" -> why it may be larger. One whose place is gone fails.
EXCEPTIONS: dict[str, str] = {
    "src/jishi/project/cli.py:day": "Typer reads the options of a command from its arguments",
    "src/jishi/project/cli.py:decide": "Typer reads the options of a command from its arguments",
    "src/jishi/project/cli.py:grant": "Typer reads the options of a command from its arguments",
}


def test_files_are_not_too_long() -> None:
    long = [
        f"{name(path)} has {lines} lines, at most {limit}"
        for path in modules(SRC)
        if (lines := len(path.read_text("utf-8").splitlines())) > (limit := _file_limit(path))
        and name(path) not in EXCEPTIONS
    ]
    assert not long, "\n".join(long)


def test_functions_are_not_too_long() -> None:
    long = [
        f"{place} has {lines} lines without its docstring, at most {FUNCTION}"
        for place, function in _all_functions()
        if (lines := _body_lines(function)) > FUNCTION and place not in EXCEPTIONS
    ]
    assert not long, "\n".join(long)


def test_functions_take_few_positional_arguments() -> None:
    many = [
        f"{place} takes {count} positional arguments, at most {POSITIONAL}; make the rest keyword-only"
        for place, function in _all_functions()
        if (count := _positional(function)) > POSITIONAL and place not in EXCEPTIONS
    ]
    assert not many, "\n".join(many)


def test_every_exception_names_a_place() -> None:
    places = {place for place, _ in _all_functions()} | set(map(name, modules(SRC)))
    assert not set(EXCEPTIONS) - places


def _file_limit(path: Path) -> int:
    return KERNEL_FILE if path.is_relative_to(KERNEL) else FILE


def _all_functions() -> Iterator[tuple[str, Function]]:
    return chain.from_iterable(map(functions, modules(SRC)))


def _body_lines(function: Function) -> int:
    docstring = function.body[0] if ast.get_docstring(function) is not None else None
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if docstring is None:
        return lines
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def _positional(function: Function) -> int:
    names = [argument.arg for argument in function.args.posonlyargs + function.args.args]
    return len(names) - (names[:1] in (["self"], ["cls"], ["mcs"]))
