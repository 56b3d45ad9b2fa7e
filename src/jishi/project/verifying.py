"""Show verification on the terminal. No database, no Django."""

import base64
import binascii
import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from jishi.apps.packs import api as packs
from jishi.kernel.evidence.receipt import verify_receipt
from jishi.kernel.evidence.report import Report
from jishi.kernel.evidence.vectors import judge_vector
from jishi.kernel.evidence.verify import verify
from jishi.kernel.fault import Fault
from jishi.platform.verifier.build import build_verifier, verifier_digest
from jishi.platform.verifier.line import lines_of
from jishi.platform.words import say

MOST_MIB = 256
MOST_DIGITS = 100
KEY_BYTES = 32
MARKS = {True: "[green]✓[/green]", False: "[red]✗[/red]", None: "[yellow]?[/yellow]"}


def verify_files(
    console: Console,
    paths: Sequence[Path],
    options: tuple[str | None, bool, str],
    witnesses: Sequence[str] = (),
) -> bool:
    """Verify each file under (trusted key or key file, quiet, language); return whether all passed.

    `witnesses` are keys that must have cosigned the log.

    Raises Fault `project.trust.wrong` when what is to be trusted is no Ed25519 public key.
    """
    trust, quiet, lang = options
    key = _read_key(trust) if trust else None
    passed, pack = 0, packs.default_pack()
    for path in paths:
        try:
            report = verify(_read_file(path), key, {pack.hash: pack.law}.get, witnesses)
        except Fault as fault:
            _print(console, False, f"{path}: {say(fault.code, fault.params, lang)}")
            continue
        passed += report.ok
        _show(console, path, report, (quiet, lang))
    verdict = say("project.verify.verdict", {"files": len(paths), "passed": passed}, lang)
    console.print(verdict, highlight=False)
    return passed == len(paths)


def hold_receipts(console: Console, bundle: Path, receipts: Sequence[Path], lang: str) -> bool:
    """Hold bidders' receipts (JSON files) against a bundle; return whether it keeps every promise."""
    raw, kept = _read_file(bundle), True
    for path in receipts:
        try:
            receipt = json.loads(_read_file(path))
        except (ValueError, RecursionError):
            receipt = None
        report = verify_receipt(receipt, raw)
        kept = kept and report.ok
        said = say(f"verify.receipt.{'kept' if report.ok else 'broken'}", {}, lang)
        _print(console, report.ok, f"{path}: {said}")
        for line in lines_of(
            Report(tuple(each for each in report.checks if not each.ok), trusted=True), lang
        ):
            _print(console, False, f"{line.name}: {line.text}")
    return kept


def verify_vectors(console: Console, path: Path, lang: str) -> bool:
    """Judge each line of known answers about Merkle proofs; print the wrong ones and return whether none was."""
    total = wrong = 0
    for number, line in enumerate(_read_file(path).split(b"\n"), start=1):
        if not line.strip():
            continue
        code, name = _judge_line(line)
        total, wrong = total + 1, wrong + (code is not None)
        if code is not None:
            _print(console, False, say(code, {"line": number, "name": name}, lang))
    said = say("project.vectors.count", {"wrong": wrong, "total": total}, lang)
    console.print(said, highlight=False)
    return total > 0 and not wrong


def write_verifier(console: Console, path: Path, lang: str) -> None:
    """Write the verifier one carries away and print its SHA-256; raise Fault `project.file.unwritable`."""
    raw = build_verifier()
    try:
        path.write_bytes(raw)
        path.chmod(0o755)
    except OSError as error:
        raise Fault("project.file.unwritable", path=str(path), why=error.strerror or str(error)) from error
    params = {"path": str(path), "kib": len(raw) >> 10, "sha256": verifier_digest()}
    console.print(escape(say("project.verifier.written", params, lang)), highlight=False, soft_wrap=True)


def _judge_line(line: bytes) -> tuple[str | None, str]:
    """Return the code of a wrong answer, None for a right one, and what the vector is called."""
    try:
        vector = json.loads(line, parse_int=_read_size)
    except (ValueError, RecursionError):
        vector = None
    proven = judge_vector(vector)
    if proven is None or type(vector.get("wantErr")) is not bool:
        return "project.vectors.unreadable", ""
    if proven is not vector["wantErr"]:
        return None, ""
    name = ", ".join(str(vector[key])[:120] for key in ("file", "desc") if key in vector)
    return "project.vectors.let_through" if proven else "project.vectors.turned_away", name


def _read_size(text: str) -> int | None:
    """Read a number; one with more digits than any size is none, which is an answer and not a failure."""
    return int(text) if len(text) <= MOST_DIGITS else None


def _read_key(trust: str) -> str:
    """Return the key given as base64 or as the path of a file that holds it."""
    text = Path(trust).read_text("utf-8", "replace").strip() if Path(trust).is_file() else trust
    try:
        if len(base64.b64decode(text, validate=True)) == KEY_BYTES:
            return text
    except (binascii.Error, ValueError):
        pass
    raise Fault("project.trust.wrong", trust=text[:80])


def _read_file(path: Path) -> bytes:
    if path.is_dir():
        raise Fault("project.file.folder", path=str(path))
    try:
        mib = path.stat().st_size >> 20
        if mib >= MOST_MIB:
            raise Fault("project.file.large", mib=mib, most=MOST_MIB)
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise Fault("project.file.missing") from error
    except OSError as error:
        raise Fault("project.file.unreadable", why=error.strerror or str(error)) from error
    if not raw:
        raise Fault("project.file.empty")
    return raw


def _show(console: Console, path: Path, report: Report, options: tuple[bool, str]) -> None:
    quiet, lang = options
    _print(console, report.ok, f"{path}: {say(report.verdict, {}, lang)}")
    for check, line in zip(report.checks, lines_of(report, lang), strict=True):
        if not (quiet and check.ok):
            _print(console, line.ok, f"{line.name}: {line.text}", indent="    ")


def _print(console: Console, ok: bool | None, said: str, indent: str = "") -> None:
    console.print(f"{indent}{MARKS[ok]} {escape(said)}", highlight=False, soft_wrap=True)
