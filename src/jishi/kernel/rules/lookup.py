"""Look a schedule up: the nearest entry in force; an exact key before a wider code before `*`."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from jishi.kernel.law.clause import Confidence
from jishi.kernel.rules.decision import Ruling
from jishi.kernel.rules.fact import Vocabulary
from jishi.kernel.rules.rule import Entry, RuleBook, Schedule

ANYTHING = "*"
Found = tuple[Ruling, int | str | None, tuple[str, ...]]


class Lookup:
    """Hold a schedule's entries by key."""

    def __init__(self, rule: Schedule, book: RuleBook) -> None:
        self.rule, self.book = rule, book
        self.entries: dict[tuple[Any, ...], list[Entry]] = {}
        for entry in rule.entries:
            self.entries.setdefault(entry.keys, []).append(entry)
        self.vocabularies = [book.facts[name].vocabulary for name in rule.facts]
        self.kept: dict[Entry, Ruling] = {}

    def find(self, keys: tuple[Any, ...], day: int) -> Found:
        """Give ruling, stored value and missing facts for the keys on a day."""
        if None in keys:
            return self._partial(keys, day)
        entry = self.entry(keys, day)
        if entry is None:
            return self._none(day), None, ()
        return self._ruling(entry), entry.value, ()

    def entry(self, keys: tuple[Any, ...], day: int) -> Entry | None:
        """Give the entry that fits the known keys best on a day."""
        ways = [list(self._way(key, words)) for key, words in zip(keys, self.vocabularies, strict=True)]
        for wanted in product(*ways):
            for entry in self.entries.get(wanted, ()):
                if entry.since <= day and (entry.until is None or day <= entry.until):
                    return entry
        return None

    def _partial(self, keys: tuple[Any, ...], day: int) -> Found:
        """Answer with unknown keys where every value they may take leads to one entry's value."""
        missing = tuple(name for name, key in zip(self.rule.facts, keys, strict=True) if key is None)
        live = [each for each in self.rule.entries if self._may_fit(each, keys, day)]
        if not live:
            return self._none(day), None, ()
        whole = all(
            mine == ANYTHING
            for entry in live
            for mine, key in zip(entry.keys, keys, strict=True)
            if key is None
        )
        if whole:
            best = self.entry(tuple(ANYTHING if key is None else key for key in keys), day)
            if best is not None:
                return self._ruling(best), best.value, ()
        clauses = tuple(dict.fromkeys(clause for entry in live for clause in entry.cites))
        possible = tuple(entry.id for entry in live)
        open_ = Ruling("undetermined", None, None, (), possible, clauses, "confirmed", "missing")
        return open_, None, missing

    def _may_fit(self, entry: Entry, keys: tuple[Any, ...], day: int) -> bool:
        if not (entry.since <= day and (entry.until is None or day <= entry.until)):
            return False
        pairs = zip(entry.keys, keys, self.vocabularies, strict=True)
        return all(key is None or mine in self._way(key, words) for mine, key, words in pairs)

    def _way(self, key: Any, words: Vocabulary | None) -> Iterator[Any]:
        yield from (key,) if words is None or key not in words.words else words.way_up(key)
        if key != ANYTHING:
            yield ANYTHING

    def _ruling(self, entry: Entry) -> Ruling:
        if entry not in self.kept:
            held = [self.book.clauses[each].confidence for each in entry.cites if each in self.book.clauses]
            weak = "unconfirmed" in (entry.confidence, *held)
            confidence: Confidence = "unconfirmed" if weak else "confirmed"
            answer = entry.value if isinstance(entry.value, str) else None
            self.kept[entry] = Ruling("determined", answer, entry.id, (), (), entry.cites, confidence, "")
        return self.kept[entry]

    def _none(self, day: int) -> Ruling:
        live = any(
            each.since <= day and (each.until is None or day <= each.until) for each in self.rule.entries
        )
        later = bool(self.rule.entries) and not live
        reason = "not_in_force" if later and self.rule.needs is None else "no_value"
        return Ruling("undetermined", None, None, (), (), (), "confirmed", reason)  # type: ignore[arg-type]
