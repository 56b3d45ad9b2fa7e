"""Where a value that a case writes comes from: a path, a literal, or one of a few functions of them.

Parsed by `ast`, never run. `form.name` copies an answer, `'text'` is itself, `after(case.today, 'limit')` is the
day a limit ends, `days_since('step')` how long ago a step was entered. Refuses all else, and names it cannot place.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jishi.kernel.fault import Fault

LONGEST = 500
TRUTHS = {"true": True, "false": False}
FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "after": (2, 2), "join": (1, 12), "first": (2, 6), "ask": (1, 1), "choose": (3, 3), "days_since": (1, 1),
    "workdays_since": (1, 1), "months_after": (2, 2), "digest": (1, 6), "burdens": (2, 2),
}  # fmt: skip
"""Function -> least and most arguments."""


@dataclass(frozen=True)
class Path:
    """Name a value of the case: `form.name`, `entry.permit.state`, `step.decide.amount`."""

    parts: tuple[str, ...]


@dataclass(frozen=True)
class Literal:
    """Stand for itself."""

    value: str | int | bool


@dataclass(frozen=True)
class Call:
    """Apply a function of the list above."""

    name: str
    args: "tuple[Source, ...]"


Source = Path | Literal | Call


def read_source(raw: str | int | bool) -> Source:
    """Read a mapping; Faults `mapping.syntax`, `mapping.unknown`.

    >>> read_source("after(case.today, 'res.endorse_months')").name
    'after'
    """
    if not isinstance(raw, str):
        return Literal(raw)
    try:
        if len(raw) > LONGEST:
            raise ValueError
        tree = ast.parse(raw.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Fault("mapping.syntax", text=raw[:80]) from None
    return _read(tree.body, raw)


def paths(source: Source) -> Iterator[tuple[str, ...]]:
    """Yield every path a mapping reads."""
    if isinstance(source, Path):
        yield source.parts
    elif isinstance(source, Call):
        for each in source.args:
            yield from paths(each)


def calls(source: Source) -> Iterator[Call]:
    """Yield every call in a mapping, the outer one first."""
    if isinstance(source, Call):
        yield source
        for each in source.args:
            yield from calls(each)


def evaluate(
    source: Source, find: Callable[[tuple[str, ...]], Any], functions: Mapping[str, Callable[..., Any]]
) -> Any:
    """Give the value of a mapping; None where what it reads is absent."""
    if isinstance(source, Literal):
        return source.value
    if isinstance(source, Path):
        return find(source.parts)
    args = [evaluate(each, find, functions) for each in source.args]
    if source.name == "first":
        return next((each for each in args if each not in (None, "")), None)
    if source.name == "join":
        return "".join(str(each) for each in args if each is not None)
    return functions[source.name](*args)


def _read(tree: ast.expr, raw: str) -> Source:
    if isinstance(tree, ast.Constant) and isinstance(tree.value, str | int | bool):
        return Literal(tree.value)
    if isinstance(tree, ast.Name) and tree.id in TRUTHS:
        return Literal(TRUTHS[tree.id])
    if isinstance(tree, ast.Attribute | ast.Name):
        return Path(_parts(tree, raw))
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.keywords:
        name = tree.func.id
        least, most = FUNCTIONS.get(name, (0, -1))
        if name not in FUNCTIONS or not least <= len(tree.args) <= most:
            raise Fault("mapping.unknown", text=raw[:80], name=name, valid=list(FUNCTIONS))
        return Call(name, tuple(_read(each, raw) for each in tree.args))
    raise Fault("mapping.syntax", text=raw[:80])


def _parts(tree: ast.expr, raw: str) -> tuple[str, ...]:
    if isinstance(tree, ast.Name):
        return (tree.id,)
    if isinstance(tree, ast.Attribute):
        return (*_parts(tree.value, raw), tree.attr)
    raise Fault("mapping.syntax", text=raw[:80])
