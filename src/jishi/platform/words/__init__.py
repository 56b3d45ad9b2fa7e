"""Sentences for codes, in Chinese and English, one TOML file an area.

The kernel and the evidence hold only codes.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


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
    """Return the sentence of `code` filled with `params`; an unknown code is shown as it is."""
    sentence = _sentences().get(code)
    if sentence is None:
        return f"{code} {dict(params)}" if params else code
    return sentence["en" if lang.startswith("en") else "zh"].format_map(_Params(params))


def codes() -> frozenset[str]:
    """Return every code that has a sentence."""
    return frozenset(_sentences())
