"""How a schedule sees a case: on each key, the values its entries tell apart; on days, what begins or ends."""

from collections.abc import Mapping

from jishi.kernel.rules.cells import Axis
from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.lookup import ANYTHING
from jishi.kernel.rules.rule import Schedule


def schedule_axes(rule: Schedule, facts: Mapping[str, Fact]) -> tuple[Axis, ...]:
    """Give an axis for each key of a schedule."""
    return tuple(_key_axis(facts[name], at, rule) for at, name in enumerate(rule.facts))


def schedule_epochs(rule: Schedule) -> tuple[int, ...]:
    """List the days on which an entry begins or has just ended."""
    ends = {entry.until + 1 for entry in rule.entries if entry.until is not None}
    return tuple(sorted({entry.since for entry in rule.entries} | ends))


def _key_axis(fact: Fact, at: int, rule: Schedule) -> Axis:
    keys = {entry.keys[at] for entry in rule.entries} - {ANYTHING}
    if fact.vocabulary is not None:
        signs: dict[tuple[str, ...], int] = {}
        words = fact.vocabulary
        places = {
            code: signs.setdefault(tuple(each for each in words.way_up(code) if each in keys), len(signs))
            for code in words.words
        }
        return Axis(fact.name, "choice", (fact.name,), places=places, size=len(signs))
    if fact.kind == "boolean":
        return Axis(fact.name, "boolean", (fact.name,))
    cuts = tuple(sorted({int(key) for key in keys} | {int(key) + 1 for key in keys}))
    return Axis(fact.name, "number", (fact.name,), cuts, size=len(cuts) + 1)
