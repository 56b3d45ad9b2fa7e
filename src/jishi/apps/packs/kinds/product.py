"""A product (交易产品): what may be offered, under which mechanism, terms and time limits."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from jishi.apps.packs.kinds.law import ClauseId
from jishi.apps.packs.kinds.place import LandUseCode
from jishi.apps.packs.kinds.row import Confidence, Identity, Row, Titled, Words

Cites = Annotated[tuple[ClauseId, ...], Field(min_length=1)]


class Term(Row):
    """Set a default term of the mechanism; without `cites` it is practice, not law."""

    name: Identity
    value: int | str | bool
    label: Words
    confidence: Confidence = "confirmed"
    cites: tuple[ClauseId, ...] = ()


class MechanismChoice(Row):
    """Choose a mechanism of the kernel and its default terms."""

    id: Identity
    version: Annotated[int, Field(ge=1)]
    terms: Annotated[tuple[Term, ...], Field(alias="term")] = ()

    def defaults(self) -> dict[str, Any]:
        """Give the default terms by name."""
        return {term.name: term.value for term in self.terms}


class TimelineStep(Titled):
    """Name one step of the way of an offering; its place in the list is its place in time."""

    cites: Cites


class TimelineLimit(Row):
    """Hold the days between two steps to a time limit of the pack."""

    limit: Identity
    start: Identity
    end: Identity


class DepositFloor(Row):
    """Hold the deposit (保证金) to a share of a price, for the land uses named (empty: all)."""

    parameter: Identity
    base: Literal["start_price", "least_price"]
    uses: tuple[LandUseCode, ...] = ()
    cites: Cites


class LongestTerm(Row):
    """Cap the years of a grant (出让最高年限) by land use; an empty list is every other use."""

    parameter: Identity
    uses: tuple[LandUseCode, ...] = ()
    cites: Cites


class Instalment(Row):
    """State a statutory instalment of the price: at least `share`, at most `months` after signing."""

    share: Identity | None = None
    months: Identity
    title: Words
    cites: Cites


class Exclusion(Titled):
    """Name a ground on which an applicant may be refused; `fact` is what the applicant declares of it."""

    fact: str | None = None
    cites: Cites


class Guard(Row):
    """Name the rules that must permit: each use of an offering, the dates of its notice, each applicant."""

    offer: Identity | None = None
    notice: Identity | None = None
    qualify: Identity | None = None


class Qualification(Row):
    """Say who may apply: kinds of party, joint bidding (联合竞买), grounds for refusal."""

    parties: Annotated[tuple[Literal["organisation", "person"], ...], Field(min_length=1)]
    joint: bool
    exclusions: Annotated[tuple[Exclusion, ...], Field(alias="exclusion")] = ()


class Product(Titled):
    """Describe a product from its register entry to the series its price goes to.

    An entry in one of `offered_in` may be offered; it is `offered_as` meanwhile, `granted_as` once the contract
    is signed, `registered_as` once the price is paid. `facts` are true of whatever
    it sells and told to the rules of `guard`. Without `offered_as` or `registered_as` it stays as it is.
    """

    factor: Literal["land", "labour", "capital", "technology", "data"]
    register_kind: Annotated[Identity, Field(alias="register")]
    offered_in: Annotated[tuple[Identity, ...], Field(min_length=1)]
    offered_as: Identity | None = None
    granted_as: Identity
    registered_as: Identity | None = None
    mechanism: MechanismChoice
    contract_template: str
    price_series: Identity
    steps: Annotated[tuple[TimelineStep, ...], Field(alias="step", min_length=1)]
    limits: Annotated[tuple[TimelineLimit, ...], Field(alias="limit")] = ()
    deposits: Annotated[tuple[DepositFloor, ...], Field(alias="deposit")] = ()
    longest_terms: Annotated[tuple[LongestTerm, ...], Field(alias="longest_term")] = ()
    instalments: Annotated[tuple[Instalment, ...], Field(alias="instalment")] = ()
    qualification: Qualification
    guard: Guard = Guard()
    facts: Mapping[str, bool | int | str] = {}
    cites: Cites

    def longest_term(self, use_code: str) -> LongestTerm | None:
        """Give the cap on years for a land-use code: the longest matching prefix wins."""
        return _nearest(self.longest_terms, use_code)

    def deposit_floor(self, use_code: str) -> DepositFloor | None:
        """Give the deposit floor that applies to a land-use code, if any does."""
        return _nearest(self.deposits, use_code)

    def limits_between(self, start: str, end: str) -> tuple[TimelineLimit, ...]:
        """List the limits that bind the days from step `start` to step `end`."""
        return tuple(limit for limit in self.limits if (limit.start, limit.end) == (start, end))


ByUse = TypeVar("ByUse", DepositFloor, LongestTerm)


def _nearest(rows: tuple[ByUse, ...], use_code: str) -> ByUse | None:
    fitting = [(len(use), row) for row in rows for use in row.uses or ("",) if use_code.startswith(use)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None
