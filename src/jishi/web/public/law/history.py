"""The history of a rule: the days on which rows begin or end, or a number its rows use changes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from jishi.kernel.law.parameter import Parameter, ParameterStep
from jishi.kernel.rules.rule import Rule, RuleBook
from jishi.web.public.law.edition import Edition, day_text
from jishi.web.public.law.number import amount_text, name_of
from jishi.web.public.law.sheet import dated_of, parameters_used

MOST_NAMED = 6


@dataclass(frozen=True)
class Moved:
    """A number that changes on a day: from `before` to `after`, either empty where there is none."""

    id: str
    name: str
    before: str
    after: str


@dataclass
class Version:
    """One day from which a rule reads otherwise; rows are (number, id)."""

    day: str
    url: str
    current: bool
    begins: list[tuple[int, str]] = field(default_factory=list)
    ends: list[tuple[int, str]] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)

    @property
    def more_begin(self) -> int:
        """Count the rows that begin beyond those named."""
        return max(len(self.begins) - MOST_NAMED, 0)

    @property
    def more_end(self) -> int:
        """Count the rows that end beyond those named."""
        return max(len(self.ends) - MOST_NAMED, 0)


def change_days(book: RuleBook, rule: Rule) -> list[int]:
    """List the day ordinals from which a rule, or a rule that computes one of its facts, reads otherwise."""
    return sorted({day for each in with_sources(book, rule) for day in _own_days(book, each)})


def with_sources(book: RuleBook, rule: Rule) -> list[Rule]:
    """List a rule and the rules that compute facts it asks about, the nearest first."""
    found = [rule]
    for each in found:
        named = (book.facts[name].rule for name in each.facts if name in book.facts)
        found += [book.rules[source] for source in named if source and book.rules[source] not in found]
    return found


def list_versions(edition: Edition, rule: Rule, numbered: dict[str, int]) -> list[Version]:
    """List the versions of a rule, the latest first; `numbered` gives the place of a row in its table."""
    days = sorted(_own_days(edition.pack.book, rule))
    latest = max((day for day in days if day <= edition.on), default=0)
    versions = {
        day: Version(day_text(day), edition.link("rule", rule.id, as_of=day_text(day)), day == latest)
        for day in days
    }
    for each in dated_of(rule):
        place = (numbered.get(each.id, 0), each.id)
        if each.since in versions:
            versions[each.since].begins.append(place)
        if each.until is not None:
            versions[each.until + 1].ends.append(place)
    for parameter_id in parameters_used(rule):
        parameter = edition.pack.parameters[parameter_id]
        for day in days:
            versions[day].moved += _moved(edition, parameter, day)
    for version in versions.values():
        version.begins.sort()
        version.ends.sort()
    return [versions[day] for day in reversed(days)]


def _own_days(book: RuleBook, rule: Rule) -> set[int]:
    steps = [step for each in parameters_used(rule) for step in book.parameters[each].steps]
    spans = [(each.since, each.until) for each in dated_of(rule)] + [_span(step) for step in steps]
    begun = {since for since, _until in spans if since > 1}
    return begun | {until + 1 for _since, until in spans if until is not None}


def _span(step: ParameterStep) -> tuple[int, int | None]:
    return step.since.toordinal(), None if step.until is None else step.until.toordinal()


def _moved(edition: Edition, parameter: Parameter, day: int) -> Iterable[Moved]:
    before, after = parameter.at(date.fromordinal(max(day - 1, 1))), parameter.at(date.fromordinal(day))
    if before is after:
        return
    said = ["" if step is None else amount_text(edition, parameter, step.value) for step in (before, after)]
    yield Moved(parameter.id, name_of(edition, parameter.id), said[0], said[1])


def spans_between(days: list[int]) -> list[tuple[int, int | None]]:
    """Give the spans of days between changes: each from one to the day before the next.

    >>> spans_between([1, 5])
    [(1, 4), (5, None)]
    """
    return [*((day, after - 1) for day, after in pairwise(days)), *((day, None) for day in days[-1:])]
