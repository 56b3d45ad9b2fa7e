"""Every code the engine raises or refuses with has a Chinese and an English sentence.

Codes are found in the syntax: literals given to `Fault`, `Refusal`, `Check` and the like,
literals given for a parameter named `code`, and literals assigned to a name `code`.
"""

import ast
import re
import string
import tomllib
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.house.tree import HOUSE, SRC, modules, name, parse

WORDS = HOUSE / "platform" / "words"
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
RAISERS = {"Fault", "Refusal", "PydanticCustomError", "PydanticKnownError"}
LANGUAGES = ("zh", "en")


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Read every sentence; a code said in two files is an error of its own."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(WORDS.glob("*.toml")):
        area = tomllib.loads(path.read_text("utf-8"))
        assert not (twice := found.keys() & area.keys()), f"{name(path)} says again: {sorted(twice)}"
        found |= area
    return found


def test_every_code_has_both_sentences() -> None:
    missing = [
        f"{code} ({place}) has no {' and no '.join(lacking)}"
        for code, place, _ in _used()
        if (lacking := [language for language in LANGUAGES if not sentences().get(code, {}).get(language)])
    ]
    assert not missing, "\n".join(missing)


def test_sentences_ask_only_for_what_is_given() -> None:
    wrong = [
        f"{code} ({place}) gives {sorted(given)}, its {language} sentence asks for {sorted(asked - given)}"
        for code, place, given in _used()
        if given is not None and code in sentences()
        for language, sentence in sentences()[code].items()
        if (asked := _placeholders(sentence)) - given
    ]
    assert not wrong, "\n".join(wrong)


def test_both_languages_say_the_same_facts() -> None:
    uneven = [
        code for code, said in sentences().items() if len({_facts(said, each) for each in LANGUAGES}) > 1
    ]
    assert not uneven, f"a placeholder stands in one language only: {uneven}"


def test_no_sentence_is_left_over() -> None:
    literals = {
        node.value
        for path in modules(SRC)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    orphans = [code for code in sentences() if code not in literals and not _is_composed(code, literals)]
    if orphans:
        warnings.warn(f"sentences nothing says: {orphans}", stacklevel=1)


def _placeholders(sentence: str) -> set[str]:
    fields = (field for _, field, _, _ in string.Formatter().parse(sentence) if field)
    return {re.split(r"[.\[]", field)[0] for field in fields}


def _facts(said: dict[str, str], language: str) -> frozenset[str]:
    """Give the placeholders, counting `name_zh` and `name_en` as one fact in two languages."""
    return frozenset(field.removesuffix(f"_{language}") for field in _placeholders(said.get(language, "")))


def _is_composed(code: str, literals: set[str]) -> bool:
    """Tell whether some module composes this code from a prefix, as in f"codes.{name}.length"."""
    parts = code.split(".")
    return any(".".join(parts[:n]) + "." in literals for n in range(1, len(parts)))


@cache
def _used() -> tuple[tuple[str, str, frozenset[str] | None], ...]:
    return tuple(use for path in modules(HOUSE) for use in _used_in(path))


def _used_in(path: Path) -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Yield each code, where it stands, and the names given with it (None: not to be told from here)."""
    takers = _takers(path)
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).split(".")[-1]
            expression, given = _code_of(node, called, takers), _given(node, called)
        elif isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["code"]:
            expression, given = node.value, None
        else:
            continue
        for code in _literals(expression):
            yield code, f"{name(path)}:{node.lineno}", given


def _takers(path: Path) -> dict[str, int]:
    """Map each function of the module that takes a `code` to the place of that argument in a call."""
    places = {}
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [argument.arg for argument in node.args.posonlyargs + node.args.args]
            names = names[1:] if names[:1] in (["self"], ["cls"]) else names
            if "code" in names:
                places[node.name] = names.index("code")
    return places


def _code_of(call: ast.Call, called: str, takers: dict[str, int]) -> ast.expr | None:
    place = 0 if called in RAISERS else takers.get(called)
    if place is not None and place < len(call.args):
        return call.args[place]
    return next((keyword.value for keyword in call.keywords if keyword.arg == "code"), None)


def _literals(expression: ast.expr | None) -> Iterator[str]:
    """Yield the whole codes an expression can be; a piece of a composed one is not a code."""
    if isinstance(expression, ast.IfExp):
        yield from _literals(expression.body)
        yield from _literals(expression.orelse)
    elif isinstance(expression, ast.Constant) and CODE.fullmatch(str(expression.value)):
        yield str(expression.value)


def _given(call: ast.Call, called: str) -> frozenset[str] | None:
    if called == "Fault":
        names = [keyword.arg for keyword in call.keywords]
        return None if None in names else frozenset(map(str, names))
    if called == "Refusal":
        params = call.args[1] if len(call.args) > 1 else None
        params = params or next((keyword.value for keyword in call.keywords if keyword.arg == "params"), None)
        if params is None:
            return frozenset()
        if isinstance(params, ast.Dict) and all(isinstance(key, ast.Constant) for key in params.keys):
            return frozenset(str(key.value) for key in params.keys if isinstance(key, ast.Constant))
    return None
