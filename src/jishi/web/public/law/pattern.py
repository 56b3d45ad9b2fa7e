"""The patterns of a wording rule as a reader sees them, by ground."""

from dataclasses import dataclass

from jishi.kernel.rules.rule import Pattern, Wording
from jishi.web.public.law.case import cases_of
from jishi.web.public.law.cited import Cited, cite_all
from jishi.web.public.law.edition import Edition, word
from jishi.web.public.law.label import LEVELS, span_text, state_of
from jishi.web.public.law.row import LineMaker, is_sure, parts_of

MOST_EXAMPLES, LONGEST_EXAMPLE = 3, 80


@dataclass(frozen=True)
class PatternLine:
    """One pattern: what it looks for and spares, how grave it is, when it applies, what to write instead.

    `examples` are texts of dated cases in which it finds something: they say more than the expressions do.
    """

    number: int
    id: str
    examples: tuple[str, ...]
    match: tuple[str, ...]
    unless: tuple[str, ...]
    level: str
    grave: bool
    parts: tuple[str, ...]
    either: bool
    suggestion: str
    cites: tuple[Cited, ...]
    span: str
    state: str
    sure: bool
    note: str


@dataclass(frozen=True)
class Ground:
    """One ground (性别, 民族 …) with its patterns."""

    title: str
    lines: tuple[PatternLine, ...]


def list_grounds(edition: Edition, rule: Wording) -> tuple[Ground, ...]:
    """Give the patterns by ground, in the order of the rule."""
    maker, texts = LineMaker(edition, rule), _examples(edition, rule)
    found = [
        (label, [each for each in rule.patterns if each.ground == ground])
        for ground, label in rule.grounds.items()
    ]
    return tuple(
        Ground(word(label), tuple(_line(maker, each, texts) for each in patterns))
        for label, patterns in found
        if patterns
    )


def _examples(edition: Edition, rule: Wording) -> dict[str, list[str]]:
    """Give by pattern the texts of cases in which it finds something, those it is found in alone first."""
    found: dict[str, list[str]] = {}
    for case in sorted(cases_of(edition.pack, rule.id), key=lambda case: len(case.expected.finds)):
        for pattern in dict.fromkeys(case.expected.finds):
            text = (case.expected.text or "").strip()
            if text and len(text) <= LONGEST_EXAMPLE and text not in found.setdefault(pattern, []):
                found[pattern].append(text)
    return found


def _line(maker: LineMaker, pattern: Pattern, texts: dict[str, list[str]]) -> PatternLine:
    maker.count += 1
    parts, either = parts_of(pattern.when, maker.sayer(pattern.since, pattern.until))
    return PatternLine(
        number=maker.count,
        id=pattern.id,
        examples=tuple(texts.get(pattern.id, ())[:MOST_EXAMPLES]),
        match=pattern.match,
        unless=pattern.unless,
        level=str(LEVELS.get(pattern.level, pattern.level)),
        grave=pattern.level == "block",
        parts=parts,
        either=either,
        suggestion=word(pattern.suggestion),
        cites=cite_all(maker.edition, pattern.cites),
        span=span_text(pattern.since, pattern.until),
        state=state_of(pattern.since, pattern.until, maker.edition.on),
        sure=is_sure(maker.edition.pack.book, pattern, maker.edition.on),
        note=word(pattern.note),
    )
