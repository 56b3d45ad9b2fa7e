"""Put one case to every rule under two values of a fact: the same parcel on two tracks (同地同价同权)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.fact import Value
from jishi.kernel.rules.rule import RuleBook, Wording


@dataclass(frozen=True)
class Track:
    """What a rule says on one track: a decision, or the code of a fault."""

    value: Value
    decision: Decision | None
    fault: str = ""

    @property
    def answer(self) -> int | str | None:
        """Give the answer, None while undetermined."""
        return None if self.decision is None else self.decision.answer

    @property
    def clauses(self) -> tuple[str, ...]:
        """List the clauses it rests on."""
        return () if self.decision is None else self.decision.clauses


@dataclass(frozen=True)
class Comparison:
    """What one rule says on each track."""

    rule: str
    tracks: tuple[Track, ...]

    @property
    def lacking(self) -> bool:
        """Tell whether some track cannot be compared, because the case leaves out facts it needs."""
        return bool(self.needs)

    @property
    def differs(self) -> bool:
        """Tell whether the tracks are answered differently; no rule for one of them is an answer of its own."""
        return not self.lacking and len({(track.answer, track.fault) for track in self.tracks}) > 1

    @property
    def needs(self) -> tuple[str, ...]:
        """List the facts that some track still needs."""
        decisions = [track.decision for track in self.tracks if track.decision is not None]
        return tuple(dict.fromkeys(name for each in decisions for name in each.missing))


def rules_asking(book: RuleBook, fact: str) -> tuple[str, ...]:
    """List the rules that ask for a fact, themselves or through the facts other rules compute for them."""
    asking = {rule.id for rule in book.rules.values() if fact in rule.facts}
    while True:
        derived = {each.name for each in book.facts.values() if each.rule in asking}
        more = {rule.id for rule in book.rules.values() if derived & set(rule.facts)} - asking
        if not more:
            break
        asking |= more
    return tuple(sorted(rule for rule in asking if not isinstance(book.rules[rule], Wording)))


def compare_tracks(
    law: Law, fact: str, values: Sequence[Value], case: tuple[Mapping[str, Value | None], int]
) -> Iterator[Comparison]:
    """Decide a case (facts, day ordinal) by every rule that asks for the fact, once for each of its values."""
    facts, day = case
    for rule in rules_asking(law.book, fact):
        yield Comparison(
            rule, tuple(_track(law, rule, ({**facts, fact: value}, day), value) for value in values)
        )


def _track(law: Law, rule: str, case: tuple[Mapping[str, Value | None], int], value: Value) -> Track:
    try:
        return Track(value, law.decide(rule, *case))
    except Fault as fault:
        return Track(value, None, fault.code)
