"""Every sentence of the interface has a Chinese entry in the message file of its room."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.house.tree import WEB, modules, name, parse

CALLS = {"_", *(f"{kind}gettext{lazy}" for kind in ("", "n", "p") for lazy in ("", "_lazy")), "gettext_noop"}
TEMPLATES = {".html", ".txt", ".xml"}
# What Django turns a template into, to be read by a gettext tool: calls with Python literals.
TEMPLATE_CALL = re.compile(
    r"\b(_|gettext|ngettext|pgettext)\((u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\")", re.DOTALL
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def test_every_message_is_in_chinese() -> None:
    missing = [
        f"{name(path)}: {message!r}"
        for room in _rooms()
        for path, message in _messages(room)
        if not (_chinese(room).get(message) or _chinese(WEB / "shell").get(message))
    ]
    assert not missing, f"{len(missing)} without Chinese:\n" + "\n".join(missing)


def test_translations_keep_the_placeholders() -> None:
    changed = [
        f"{room.name}: {message!r} -> {said!r}"
        for room in _rooms()
        for message, said in _chinese(room).items()
        if said and set(PLACEHOLDER.findall(message)) != set(PLACEHOLDER.findall(said))
    ]
    assert not changed, "\n".join(changed)


def _rooms() -> list[Path]:
    return sorted({path.parent for path in WEB.glob("*/*.py")})


@cache
def _chinese(room: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(room.glob("locale/zh*/LC_MESSAGES/*.po")):
        with file.open("rb") as text:
            for entry in read_po(text):
                if entry.id and not entry.fuzzy:
                    single = isinstance(entry.id, str)
                    found[entry.id if single else entry.id[0]] = entry.string if single else entry.string[0]
    return found


def _messages(room: Path) -> Iterator[tuple[Path, str]]:
    for path in modules(room):
        yield from ((path, message) for message in _in_code(path))
    for path in sorted(room.rglob("*")):
        if path.suffix in TEMPLATES and "vendor" not in path.parts:
            yield from ((path, message) for message in _in_template(path))


def _in_code(path: Path) -> Iterator[str]:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in CALLS and node.args:
            place = 1 if "pgettext" in ast.unparse(node.func) else 0
            message = node.args[place]
            if isinstance(message, ast.Constant) and isinstance(message.value, str):
                yield message.value


def _in_template(path: Path) -> Iterator[str]:
    for called, literal in TEMPLATE_CALL.findall(templatize(path.read_text("utf-8"))):
        if called != "pgettext":
            yield ast.literal_eval(literal)
