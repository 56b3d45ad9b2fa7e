"""Lint a whole pack: its rules with their dated cases, the clauses nothing cites, what is unconfirmed."""

from collections.abc import Callable, Iterator
from datetime import date

from jishi.apps.packs.pack import Pack
from jishi.apps.packs.rules.cases import DatedCase, read_cases
from jishi.apps.packs.rules.writing import written
from jishi.kernel.rules.coverage import Sample
from jishi.kernel.rules.finding import Finding
from jishi.kernel.rules.footing import Footing, dead_clauses, unconfirmed
from jishi.kernel.rules.lint import lint_rule

Told = Callable[[str], None]
"""Hear which rule is being looked at."""


def lint_pack(pack: Pack, day: date, told: Told = lambda rule: None) -> list[Finding]:
    """List what is to be looked at in the rules of a pack; a clause is dead if in force on `day` and cited by none."""
    samples: dict[str, list[Sample]] = {}
    for case in read_cases(pack)[0]:
        samples.setdefault(case.rule, []).append(sample(case))
    found: list[Finding] = []
    for rule in pack.rules.values():
        told(rule.id)
        found += lint_rule(rule, pack.law, samples.get(rule.id, []))
    found += dead_clauses(pack.book, Footing(frozenset(cited_elsewhere(pack)), day))
    return [*found, *unconfirmed(pack.book)]


def sample(case: DatedCase) -> Sample:
    """Give a dated case as the lint reads it."""
    return Sample(case.rule, case.day.toordinal(), case.facts, case.expected.text)


def cited_elsewhere(pack: Pack) -> Iterator[str]:
    """Yield the clauses that limits, registers and products cite."""
    for limit in pack.limits.values():
        yield from limit.cites
    for register in pack.registers.values():
        for burden in register.encumbrances:
            yield from (*burden.cites, *burden.lapses)
    for product in pack.products.values():
        yield from product.cites
        for parts in (product.deposits, product.longest_terms, product.instalments, product.steps):
            for part in parts:
                yield from part.cites
        for choice in product.mechanisms:
            yield from choice.cites
            for term in choice.terms:
                yield from term.cites
        for exclusion in product.qualification.exclusions:
            yield from exclusion.cites


def finding_params(pack: Pack, finding: Finding) -> dict[str, str]:
    """Give what the sentence of a finding asks for, its case written as `fact=value`."""
    shown = {
        name: written(pack.facts[name], value) for name, value in finding.case.items() if name in pack.facts
    }
    case = ", ".join(f"{name}={value}" for name, value in shown.items())
    day = "" if finding.day is None else date.fromordinal(finding.day).isoformat()
    return {**{key: str(value) for key, value in finding.params.items()},
            "rule": finding.rule, "row": finding.row, "case": case or "—", "day": day}  # fmt: skip
