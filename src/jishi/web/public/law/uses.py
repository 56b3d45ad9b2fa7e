"""What rests on a clause: rows of rules, dated numbers, time limits, steps of products. Indexed once a pack."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from jishi.apps.packs.api import Pack
from jishi.kernel.rules.rule import Rule
from jishi.web.public.law.sheet import dated_of, parameters_used

RULE, NUMBER, LIMIT, PRODUCT = "rule", "number", "limit", "product"


@dataclass(frozen=True)
class Use:
    """One place that cites a clause: `object_id` is the rule, number, limit or product, `part` the row or step."""

    kind: str
    object_id: str
    part: str
    since: int
    until: int | None


class Index:
    """Find by clause what cites it, and by number which rules use it."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    @cached_property
    def by_clause(self) -> dict[str, tuple[Use, ...]]:
        """Give the uses of every clause, those of rules first."""
        found: dict[str, list[Use]] = defaultdict(list)
        for clause, use in self._all():
            if use not in found[clause]:
                found[clause].append(use)
        return {clause: tuple(uses) for clause, uses in found.items()}

    @cached_property
    def by_number(self) -> dict[str, tuple[str, ...]]:
        """Give the rules that use every dated number."""
        found: dict[str, list[str]] = defaultdict(list)
        for rule in self.pack.rules.values():
            for each in parameters_used(rule):
                found[each].append(rule.id)
        return {each: tuple(rules) for each, rules in found.items()}

    def _all(self) -> Iterator[tuple[str, Use]]:
        for rule in self.pack.rules.values():
            yield from _of_rule(rule)
        for parameter in self.pack.parameters.values():
            for step in parameter.steps:
                until = None if step.until is None else step.until.toordinal()
                use = Use(NUMBER, parameter.id, step.since.isoformat(), step.since.toordinal(), until)
                yield from ((clause, use) for clause in step.clauses)
        for limit in self.pack.limits.values():
            yield from ((clause, Use(LIMIT, limit.id, "", 1, None)) for clause in limit.cites)
        yield from self._of_products()

    def _of_products(self) -> Iterator[tuple[str, Use]]:
        for product in self.pack.products.values():
            parts = [("", product.cites), *((each.id, each.cites) for each in product.steps)]
            parts += [(each.id, each.cites) for each in product.mechanisms]
            parts += [(each.name, each.cites) for choice in product.mechanisms for each in choice.terms]
            parts += [(each.id, each.cites) for each in product.qualification.exclusions]
            for group in (product.deposits, product.longest_terms, product.instalments):
                parts += [("", each.cites) for each in group]
            for part, cites in parts:
                yield from ((clause, Use(PRODUCT, product.id, part, 1, None)) for clause in cites)


_KEPT: dict[str, Index] = {}
MOST_KEPT = 4


def index_of(pack: Pack) -> Index:
    """Give the index of a pack; those of the packs asked for last are kept."""
    found = _KEPT.pop(pack.hash, None)
    if found is None or found.pack is not pack:
        found = Index(pack)
    _KEPT[pack.hash] = found
    while len(_KEPT) > MOST_KEPT:
        _KEPT.pop(next(iter(_KEPT)), None)
    return found


def _of_rule(rule: Rule) -> Iterator[tuple[str, Use]]:
    for each in dated_of(rule):
        use = Use(RULE, rule.id, each.id, each.since, each.until)
        yield from ((clause, use) for clause in each.cites)
