"""Find wording a rule objects to: spans of a text, each with ground, level and clause.

Texts are compared in NFKC (full-width signs made half-width); spans count characters of the
text as given. A match is spared where an `unless` of the same pattern covers part of it.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from jishi.kernel.fault import Fault
from jishi.kernel.law.clause import Confidence
from jishi.kernel.rules.calculate import setting_for
from jishi.kernel.rules.evaluate import truth
from jishi.kernel.rules.fact import Value
from jishi.kernel.rules.node import facts_of
from jishi.kernel.rules.rule import Pattern, RuleBook, Wording

LONGEST = 200_000
Case = Mapping[str, Value | None]


@dataclass(frozen=True)
class Finding:
    """One span `[start, end)` of the text; `certain` is False where a fact decides and is unknown."""

    start: int
    end: int
    text: str
    pattern: str
    ground: str
    level: str
    clauses: tuple[str, ...]
    confidence: Confidence
    certain: bool
    needs: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return {**self.__dict__, "clauses": list(self.clauses), "needs": list(self.needs)}


class Scanner:
    """Scan texts for one wording rule; its patterns are compiled once."""

    def __init__(self, rule: Wording, book: RuleBook) -> None:
        self.rule, self.book = rule, book
        self.compiled = [(each, _joined(each.match), _joined(each.unless)) for each in rule.patterns]

    def scan(self, text: str, case: Case, as_of: date | int) -> list[Finding]:
        """List what the text says that the rule objects to, in order of place.

        Raise `rules.text_too_long` beyond LONGEST characters.
        """
        if len(text) > LONGEST:
            raise Fault("rules.text_too_long", length=len(text), most=LONGEST)
        day = as_of if isinstance(as_of, int) else as_of.toordinal()
        plain, origin = folded(text)
        found = [
            self._finding(pattern, text, (origin[start], origin[end - 1] + 1), (holds, case))
            for pattern, match, unless in self.compiled
            if pattern.since <= day and (pattern.until is None or day <= pattern.until)
            and (holds := self._applies(pattern, case, day)) is not False
            for start, end in _spans(match, unless, plain)
        ]  # fmt: skip
        return sorted(found, key=lambda each: (each.start, -each.end, each.pattern))

    def _applies(self, pattern: Pattern, case: Case, day: int) -> bool | None:
        if pattern.when is None:
            return True
        return truth(pattern.when, setting_for(pattern.when, case, (self.book, day)))

    def _finding(
        self, pattern: Pattern, text: str, span: tuple[int, int], ground: tuple[bool | None, Case]
    ) -> Finding:
        holds, case = ground
        held = [self.book.clauses[each].confidence for each in pattern.cites if each in self.book.clauses]
        return Finding(
            start=span[0],
            end=span[1],
            text=text[span[0] : span[1]],
            pattern=pattern.id,
            ground=pattern.ground,
            level=pattern.level,
            clauses=pattern.cites,
            confidence="unconfirmed" if "unconfirmed" in (pattern.confidence, *held) else "confirmed",
            certain=holds is True,
            needs=() if holds else tuple(n for n in facts_of(pattern.when) if case.get(n) is None),
        )


def folded(text: str) -> tuple[str, list[int]]:
    """Fold a text to NFKC character by character; the list leads each new character to its old place.

    >>> folded("３５岁")
    ('35岁', [0, 1, 2])
    """
    parts = [unicodedata.normalize("NFKC", each).lower() for each in text]
    return "".join(parts), [at for at, part in enumerate(parts) for _ in part]


def _joined(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{each})" for each in patterns)) if patterns else None


def _spans(
    match: re.Pattern[str] | None, unless: re.Pattern[str] | None, text: str
) -> Iterator[tuple[int, int]]:
    if match is None:
        return
    spared = [found.span() for found in unless.finditer(text)] if unless else []
    for found in match.finditer(text):
        start, end = found.span()
        if start < end and not any(a < end and start < b for a, b in spared):
            yield start, end
