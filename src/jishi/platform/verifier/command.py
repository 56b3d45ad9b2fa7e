"""What the file one carries away does: check a bundle and receipts, in words, with nothing installed.

Exit codes: 0 all passed, 1 a check failed, 2 wrongly called, 3 nothing failed but a package was
missing for some check. Decides no ruling again: the packs' law is not in the file, and it says so.
"""

import argparse
import base64
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from jishi.kernel.evidence.check_rulings import names_rulings
from jishi.kernel.evidence.receipt import verify_receipt
from jishi.kernel.evidence.report import Report
from jishi.kernel.evidence.verify import open_bundle, verify
from jishi.kernel.fault import Fault
from jishi.platform.verifier.line import Line, lines_of, unmade_checks
from jishi.platform.words import say

PASSED, FAILED, MISCALLED, INCOMPLETE = range(4)
MARKS = {True: "✓", False: "✗", None: "?"}
MOST_BYTES = 256 << 20
KEY_BYTES = 32


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(
            stream, "reconfigure"
        ):  # a console that cannot write a character shows another, and goes on
            stream.reconfigure(encoding="utf-8", errors="replace")
    asked = _parser().parse_args(words)
    lang = asked.lang or ("en" if os.environ.get("LANG", "zh").startswith("en") else "zh")
    try:
        trust = _read_key(asked.trust) if asked.trust else None
        raw, receipts = _read(asked.bundle), [(path, _read(path)) for path in asked.receipt]
    except Fault as wrong:
        print(f"✗ {say(wrong.code, wrong.params, lang)}", file=sys.stderr)
        return MISCALLED
    code = _examine(asked.bundle, raw, (verify(raw, trust, witnesses=asked.witness), lang))
    held = [_hold(path, receipt, (raw, lang)) for path, receipt in receipts]
    return code if all(held) else FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="jishi-verify",
        description="Recompute the outcome of a sale from its bundle alone. 仅凭核验包重新推演成交结果。",
        epilog="Exit code 0: all passed, 1: a check failed, 2: wrongly called, 3: a package is missing for some check.",
    )
    parser.add_argument("bundle", metavar="BUNDLE.json", help="the bundle to check 核验包")
    parser.add_argument(
        "--trust", metavar="KEY", help="the signer's public key, base64 or a file 您信任的公钥"
    )
    parser.add_argument(
        "--receipt", action="append", default=[], metavar="R.json", help="hold a receipt to it 核对回执"
    )
    parser.add_argument(
        "--witness", action="append", default=[], metavar="KEY", help="must have cosigned the log 日志见证人"
    )
    parser.add_argument("--lang", choices=("en", "zh"))
    return parser


def _examine(path: str, raw: bytes, found: tuple[Report, str]) -> int:
    report, lang = found
    unmade = unmade_checks(report)
    whole = all(check.ok or check.name in unmade for check in report.checks)
    code = FAILED if not whole else INCOMPLETE if unmade else PASSED
    verdict = "verify.verdict.incomplete" if code == INCOMPLETE else report.verdict
    _print_section(path, {PASSED: True, FAILED: False}.get(code), say(verdict, {}, lang))
    _print_lines([*lines_of(report, lang), *_of_rulings(raw, lang)])
    if unmade:
        _print_unmade(unmade, lang)
    return code


def _hold(path: str, raw: bytes, against: tuple[bytes, str]) -> bool:
    bundle, lang = against
    try:
        receipt = json.loads(raw)
    except (ValueError, RecursionError):
        receipt = None
    report = verify_receipt(receipt, bundle)
    kept = Report(tuple(check for check in report.checks if check.name.startswith("receipt")), trusted=True)
    said = say(f"verify.receipt.{'kept' if report.ok else 'broken'}", {}, lang)
    _print_section(path, report.ok, said)
    _print_lines(lines_of(kept, lang))
    return report.ok


def _of_rulings(raw: bytes, lang: str) -> Iterator[Line]:
    bundle = open_bundle(raw)[1]
    try:
        named = bundle is not None and names_rulings(bundle)
    except (AttributeError, TypeError):  # a stranger's notice may hold anything
        named = False
    if named:
        yield Line(None, say("verify.check.rulings", {}, lang), say("verify.rulings.no_pack", {}, lang))


def _print_unmade(unmade: dict[str, str], lang: str) -> None:
    checks = [say(f"verify.check.{name}", {}, lang) for name in unmade]
    packages = " ".join(sorted(set(unmade.values())))
    print(f"    ? {say('verify.package.unmade', {'checks': checks, 'packages': packages}, lang)}")


def _print_section(path: str, ok: bool | None, said: str) -> None:
    print(f"{MARKS[ok]} {path}: {said}")


def _print_lines(lines: Sequence[Line]) -> None:
    for line in lines:
        print(f"    {MARKS[line.ok]} {line.name}: {line.text}")


def _read(path: str) -> bytes:
    file = Path(path)
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Fault("verify.file.large", path=path, most=MOST_BYTES >> 20)
        return file.read_bytes()
    except OSError as error:
        raise Fault("verify.file.unreadable", path=path, why=error.strerror or str(error)) from None


def _read_key(text: str) -> str:
    """Return a key given as base64 or as the path of a file that holds it."""
    key = _read(text).decode("utf-8", "replace").strip() if Path(text).is_file() else text
    try:
        if len(base64.b64decode(key, validate=True)) == KEY_BYTES:
            return key
    except ValueError:
        pass
    raise Fault("verify.key.wrong", text=key[:80])
