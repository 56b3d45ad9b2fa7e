"""A loaded pack: everything it says, by identity; immutable and free of problems."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TypeVar, cast

from jishi.apps.packs.kinds.law import LimitRow
from jishi.apps.packs.kinds.manifest import Manifest
from jishi.apps.packs.kinds.place import Division, LandUse, NamedSystem
from jishi.apps.packs.kinds.procedure import ProcedureKind
from jishi.apps.packs.kinds.product import Product
from jishi.apps.packs.kinds.register import RegisterKind
from jishi.apps.packs.kinds.row import Words
from jishi.apps.packs.kinds.scenario import Scenario
from jishi.apps.packs.measure import Reform
from jishi.kernel.calendar.limit import Limit, Unit
from jishi.kernel.fault import Fault
from jishi.kernel.law.clause import Clause
from jishi.kernel.law.parameter import Parameter, ParameterStep
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.decision import Decision
from jishi.kernel.rules.fact import Fact
from jishi.kernel.rules.rule import Rule, RuleBook, Table
from jishi.kernel.spelling import narrow

Found = TypeVar("Found")


@dataclass(frozen=True)
class Pack:
    """Hold one version of a pack; `hash` is the SHA-256 of its data files."""

    root: Path
    manifest: Manifest
    hash: str
    clauses: Mapping[str, Clause]
    parameters: Mapping[str, Parameter]
    book: RuleBook
    limits: Mapping[str, LimitRow]
    divisions: Mapping[str, Division]
    land_uses: Mapping[str, LandUse]
    land_use_aliases: Mapping[str, str]
    registers: Mapping[str, RegisterKind]
    products: Mapping[str, Product]
    procedures: Mapping[str, ProcedureKind]
    named: tuple[NamedSystem, ...]
    reform: Reform
    words: Mapping[str, Words]
    scenario: Scenario | None

    @property
    def id(self) -> str:
        """Give the pack's identity."""
        return self.manifest.id

    @property
    def version(self) -> str:
        """Give the pack's version."""
        return self.manifest.version

    @property
    def facts(self) -> Mapping[str, Fact]:
        """Give the facts rules ask about, by name."""
        return self.book.facts

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Give the rules by id."""
        return self.book.rules

    @cached_property
    def law(self) -> Law:
        """Give the rule book ready to decide; what it works out is kept with the pack."""
        return Law(self.book)

    def reference(self) -> dict[str, str]:
        """Give id, version and hash as evidence entries record them."""
        return {"id": self.id, "version": self.version, "hash": self.hash}

    def clause(self, clause_id: str) -> Clause:
        """Give a clause (条款), else Fault `pack.no_clause`."""
        return _get(self.clauses, clause_id, "pack.no_clause")

    def parameter(self, parameter_id: str) -> Parameter:
        """Give a dated parameter, else Fault `pack.no_parameter`."""
        return _get(self.parameters, parameter_id, "pack.no_parameter")

    def rule(self, rule_id: str) -> Rule:
        """Give a rule, else Fault `pack.no_rule`."""
        return _get(self.rules, rule_id, "pack.no_rule")

    def permits(self, decision: Decision) -> bool:
        """Tell whether a rule table answered with one of the answers that permit."""
        rule = self.rule(decision.rule)
        if not (isinstance(rule, Table) and decision.determined):
            return False
        return rule.answer(str(decision.answer)).permits

    def fact(self, name: str) -> Fact:
        """Give a fact, else Fault `pack.no_fact`."""
        return _get(self.facts, name, "pack.no_fact")

    def register(self, kind_id: str) -> RegisterKind:
        """Give a register kind, else Fault `pack.no_register`."""
        return _get(self.registers, kind_id, "pack.no_register")

    def product(self, product_id: str) -> Product:
        """Give a product, else Fault `pack.no_product`."""
        return _get(self.products, product_id, "pack.no_product")

    def procedure(self, procedure_id: str) -> ProcedureKind:
        """Give a procedure kind, else Fault `pack.no_procedure`."""
        return _get(self.procedures, procedure_id, "pack.no_procedure")

    def division(self, code: str) -> Division:
        """Give a division, also by a code no longer in force, else Fault `pack.no_division`."""
        return _get(self.divisions, code, "pack.no_division")

    def current_division(self, code: str, day: date) -> Division:
        """Give the division that a code stands for on `day`, following successors of old codes."""
        division = self.division(code)
        while not division.in_force(day) and division.successor is not None:
            division = self.division(division.successor)
        return division

    def land_use_named(self, wording: str) -> LandUse | None:
        """Give the land use that a wording of an announcement means, None if the pack does not know it."""
        plain = narrow(wording)
        code = self.land_use_aliases.get(plain, plain)
        named = (use for use in self.land_uses.values() if code in (use.code, use.name_zh))
        return next(named, None)

    def step(self, parameter_id: str, day: date) -> ParameterStep:
        """Give the step of a parameter in force on `day`, else Fault `pack.not_in_force`."""
        step = self.parameter(parameter_id).at(day)
        if step is None:
            raise Fault("pack.not_in_force", id=parameter_id, day=day.isoformat())
        return step

    def limit_row(self, limit_id: str) -> LimitRow:
        """Give title, counting and sense of a time limit, else Fault `pack.no_limit`."""
        return _get(self.limits, limit_id, "pack.no_limit")

    def limit(self, limit_id: str, day: date) -> Limit:
        """Give a time limit (期限) with the amount in force on `day`.

        It is unconfirmed (待核) if its number or its way of counting is.
        """
        row, step = self.limit_row(limit_id), self.step(limit_id, day)
        sure = {row.confidence, step.confidence} == {"confirmed"}
        return Limit(
            id=limit_id,
            amount=int(step.value),
            unit=cast(Unit, self.parameter(limit_id).unit),
            counting=row.counting,
            clauses=tuple(dict.fromkeys((*step.clauses, *row.cites))),
            confidence="confirmed" if sure else "unconfirmed",
        )

    def template(self, product_id: str) -> Path:
        """Give the path of a product's contract template (typst)."""
        return self.root / self.product(product_id).contract_template


def _get(rows: Mapping[str, Found], key: str, code: str) -> Found:
    if key not in rows:
        raise Fault(code, id=key, near=get_close_matches(key, rows, n=3, cutoff=0.4))
    return rows[key]
