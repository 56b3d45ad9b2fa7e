"""Seal a bid and make a committee member's key on one's own machine. No database, no network.

Whoever does not want to trust a script the platform serves seals here and hands in the file.
Refuses to write over a file: a key that is gone opens nothing again.
"""

import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from jishi.kernel.evidence.canonical import canonical_bytes
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.committee import make_member_key, read_committee
from jishi.kernel.sealing.envelope import seal_bid
from jishi.platform.words import say

STANDARD_INPUT = "-"
MOST_BYTES = 1 << 20


def write_envelope(
    console: Console, committee: Path, bid: tuple[str, str], options: tuple[Path, str]
) -> None:
    """Seal (alias, bid as JSON or ``-``) for the committee of a file; options are (out, language).

    Raises what ``read_committee`` and ``seal_bid`` raise, and ``project.sealing.*``.
    """
    (alias, text), (out, lang) = bid, options
    value = _parse(sys.stdin.read(MOST_BYTES) if text == STANDARD_INPUT else text, "--bid")
    read = read_committee(_parse(_read(committee), str(committee)))
    envelope = seal_bid(read, alias, value, secrets.token_bytes)
    _write(out, envelope, 0o666)
    _say(console, "project.sealing.sealed", {"out": str(out), "commitment": envelope["commitment"]}, lang)


def write_member_key(console: Console, suite: str, options: tuple[Path, str]) -> None:
    """Make a member's key for one offering, readable by its owner alone; options are (out, language)."""
    out, lang = options
    key = make_member_key(suite, secrets.token_bytes)
    _write(out, key, 0o600)
    _say(console, "project.sealing.key", {"out": str(out), "public": key["public"]}, lang)


def _read(path: Path) -> str:
    try:
        return path.read_bytes()[:MOST_BYTES].decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Fault("project.sealing.file", path=str(path), why=str(error)) from None


def _parse(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Fault("project.sealing.json", place=place, why=str(error)) from None


def _write(path: Path, value: Any, mode: int) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(canonical_bytes(value) + b"\n")
    except FileExistsError:
        raise Fault("project.sealing.exists", path=str(path)) from None
    except OSError as error:
        raise Fault("project.sealing.file", path=str(path), why=error.strerror or str(error)) from None


def _say(console: Console, code: str, params: dict[str, str], lang: str) -> None:
    console.print(escape(say(code, params, lang)), highlight=False, soft_wrap=True)
