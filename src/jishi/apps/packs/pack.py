"""A loaded pack: everything it says, by identity; immutable and free of problems."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jishi.apps.packs.kinds.law import LimitRow
from jishi.apps.packs.kinds.manifest import Manifest
from jishi.apps.packs.kinds.place import Division, LandUse, NamedSystem
from jishi.apps.packs.kinds.product import Product
from jishi.apps.packs.kinds.register import RegisterKind
from jishi.apps.packs.kinds.row import Words
from jishi.apps.packs.kinds.scenario import Scenario
from jishi.kernel.calendar.limit import Limit
from jishi.kernel.fault import Fault
from jishi.kernel.law.clause import Clause
from jishi.kernel.law.parameter import Parameter


@dataclass(frozen=True)
class Pack:
    """Hold one version of a pack; `hash` is the SHA-256 of its data files."""

    root: Path
    manifest: Manifest
    hash: str
    clauses: Mapping[str, Clause]
    parameters: Mapping[str, Parameter]
    limits: Mapping[str, LimitRow]
    divisions: Mapping[str, Division]
    land_uses: Mapping[str, LandUse]
    land_use_aliases: Mapping[str, str]
    registers: Mapping[str, RegisterKind]
    products: Mapping[str, Product]
    named: tuple[NamedSystem, ...]
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

    def reference(self) -> dict[str, str]:
        """Give id, version and hash as evidence entries record them."""
        return {"id": self.id, "version": self.version, "hash": self.hash}

    def clause(self, clause_id: str) -> Clause:
        """Give a clause (条款), else Fault `pack.no_clause`."""
        return _get(self.clauses, clause_id, "pack.no_clause")

    def parameter(self, parameter_id: str) -> Parameter:
        """Give a dated parameter, else Fault `pack.no_parameter`."""
        return _get(self.parameters, parameter_id, "pack.no_parameter")

    def register(self, kind_id: str) -> RegisterKind:
        """Give a register kind, else Fault `pack.no_register`."""
        return _get(self.registers, kind_id, "pack.no_register")

    def product(self, product_id: str) -> Product:
        """Give a product, else Fault `pack.no_product`."""
        return _get(self.products, product_id, "pack.no_product")

    def division(self, code: str) -> Division:
        """Give a division, also by a code no longer in force, else Fault `pack.no_division`."""
        return _get(self.divisions, code, "pack.no_division")
