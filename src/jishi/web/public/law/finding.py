"""A text looked through by a wording rule: its marked parts and what was found, in order of place."""

from dataclasses import dataclass
from itertools import pairwise

from jishi.kernel.rules.rule import Wording
from jishi.kernel.rules.wording import Finding, Scanner
from jishi.web.public.law.asking import Asking
from jishi.web.public.law.cited import Cited, cite_all
from jishi.web.public.law.edition import Edition, word
from jishi.web.public.law.label import LEVELS
from jishi.web.public.law.sheet import numbered
from jishi.web.shell.site import language

MOST_NOTES = 200


@dataclass(frozen=True)
class Part:
    """A stretch of the text; `notes` are the numbers of the findings it belongs to, `ground` names the first."""

    text: str
    notes: tuple[int, ...]
    ground: str
    grave: bool


@dataclass(frozen=True)
class Note:
    """One finding: what was found, on what ground, how grave, what to write instead, which pattern found it."""

    number: int
    text: str
    ground: str
    level: str
    grave: bool
    suggestion: str
    cites: tuple[Cited, ...]
    sure: bool
    needs: tuple[str, ...]
    row: str
    row_number: int


@dataclass(frozen=True)
class Reading:
    """A text looked through; of many findings only the first are marked and noted."""

    parts: tuple[Part, ...]
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]

    @property
    def unnoted(self) -> int:
        """Count the findings beyond those noted."""
        return len(self.findings) - len(self.notes)

    @property
    def grave(self) -> int:
        """Count what is not allowed, as opposed to what is to be looked at."""
        return sum(note.grave and not note.needs for note in self.notes)


def look_through(edition: Edition, rule: Wording, asking: Asking) -> Reading:
    """Mark what a wording rule objects to in the text asked about."""
    found = Scanner(rule, edition.pack.book).scan(asking.text, asking.case, edition.on)
    patterns = {each.id: each for each in rule.patterns}
    numbers = numbered(rule)
    notes = tuple(
        Note(
            number=number,
            text=each.text,
            ground=word(rule.grounds[each.ground]),
            level=str(LEVELS.get(each.level, each.level)),
            grave=each.level == "block",
            suggestion=word(patterns[each.pattern].suggestion),
            cites=cite_all(edition, each.clauses),
            sure=each.confidence == "confirmed",
            needs=tuple(word(edition.pack.facts[name].label) for name in each.needs),
            row=each.pattern,
            row_number=numbers[each.pattern],
        )
        for number, each in enumerate(found[:MOST_NOTES], start=1)
    )
    return Reading(tuple(_parts(asking.text, found[:MOST_NOTES], notes)), notes, tuple(found))


def _parts(text: str, found: list[Finding], notes: tuple[Note, ...]) -> list[Part]:
    """Cut the text where a finding begins or ends."""
    cuts = sorted({0, len(text), *(each.start for each in found), *(each.end for each in found)})
    parts = []
    for start, end in pairwise(cuts):
        here = [
            note for note, each in zip(notes, found, strict=True) if each.start <= start and end <= each.end
        ]
        parts.append(
            Part(
                text[start:end],
                tuple(note.number for note in here),
                ("、" if language() == "zh" else ", ").join(dict.fromkeys(note.ground for note in here)),
                any(note.grave for note in here),
            )
        )
    return parts
