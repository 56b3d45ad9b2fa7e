"""A report in the reader's words: each check a mark and a sentence, and what could not be checked."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from jishi.kernel.evidence.report import Check, Report
from jishi.platform.words import say

RESULTS = ("sold", "unsold", "converted", "halted", "terminated", "open")
PLAIN = {"zh": {True: "是", False: "否", None: "无"}, "en": {True: "yes", False: "no", None: "none"}}


class Line(NamedTuple):
    """One check as read: passed, failed or (None) neither, its name, its sentence."""

    ok: bool | None
    name: str
    text: str


def lines_of(report: Report, lang: str) -> list[Line]:
    """Return a line for each check; what rests on a check that was not made was not made either."""
    unmade = unmade_checks(report)
    return [_line(check, _mark(check, report, unmade), lang) for check in report.checks]


def unmade_checks(report: Report) -> dict[str, str]:
    """Return the checks that could not be made, each with the package that is missing for it."""
    unmade: dict[str, str] = {}
    for check in report.checks:
        if check.code == "verify.package.missing":
            unmade[check.name] = check.params["package"]
        elif not check.ok and check.params.get("needs") in unmade:
            unmade[check.name] = unmade[check.params["needs"]]
    return unmade


def readable(params: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Put words for what a sentence would otherwise show as a Python value or a code."""
    plain = PLAIN[lang]
    said = {
        name: plain[value] if value is None or isinstance(value, bool) else value
        for name, value in params.items()
    }
    if params.get("result") in RESULTS:
        said["result"] = say(f"listing.result.{params['result']}", {}, lang)
    if "needs" in params:
        said["needs"] = say(f"verify.check.{params['needs']}", {}, lang)
    return said


def _mark(check: Check, report: Report, unmade: Mapping[str, str]) -> bool | None:
    silent = check.name == "trust" and not report.trusted
    if check.name in unmade or (check.ok and (silent or check.code.endswith(".absent"))):
        return None
    return check.ok


def _line(check: Check, ok: bool | None, lang: str) -> Line:
    name = say(f"verify.check.{check.name}", {}, lang)
    return Line(ok, name, say(check.code, readable(check.params, lang), lang))
