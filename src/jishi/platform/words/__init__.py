"""Sentences for codes, in Chinese and English, one TOML file an area.

The kernel and the evidence hold only codes.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jishi.platform.words.amount import money_text, say_share

MOST_LISTED = 24


@cache
def _sentences() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted(resources.files(__package__).iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            found.update(tomllib.loads(path.read_text("utf-8")))
    return found


class _Params(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def say(code: str, params: Mapping[str, Any], lang: str = "zh") -> str:
    """Return the sentence of `code` filled with `params`; an unknown code is shown as it is.

    A parameter named `..._fen` reads as money, one named `..._bp` as percent: sentences carry no unit beside them.
    A list reads as a list.
    """
    lang = "en" if lang.startswith("en") else "zh"
    sentence = _sentences().get(code)
    if sentence is None:
        return f"{code} {dict(params)}" if params else code
    shown = {name: _show(name, value, lang) for name, value in params.items()}
    return sentence[lang].format_map(_Params(shown))


def _show(name: str, value: Any, lang: str) -> Any:
    if isinstance(value, list | tuple):
        comma, more = ("、", "……") if lang == "zh" else (", ", " …")
        return comma.join(map(str, value[:MOST_LISTED])) + (more if len(value) > MOST_LISTED else "") or "—"
    if name.endswith("_bp") and isinstance(value, int):
        return say_share(value)
    return money_text(value, lang) if name.endswith("_fen") and isinstance(value, int) else value


def codes() -> frozenset[str]:
    """Return every code that has a sentence."""
    return frozenset(_sentences())
