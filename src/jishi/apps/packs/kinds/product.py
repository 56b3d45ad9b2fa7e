"""A product (交易产品): what may be offered, under which mechanisms, terms and time limits.

Refuses a mechanism named twice and a term with a float at any depth.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from jishi.apps.packs.kinds.law import ClauseId
from jishi.apps.packs.kinds.place import LandUseCode
from jishi.apps.packs.kinds.row import Confidence, Identity, Row, Titled, Words
from jishi.kernel.fault import Fault

Facts = Mapping[str, bool | int | str]
Cites = Annotated[tuple[ClauseId, ...], Field(min_length=1)]


def _parts(value: Any) -> Iterator[Any]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _parts(each)


def _exact(value: Any) -> Any:
    for each in _parts(value):
        if isinstance(each, float):
            raise PydanticCustomError("pack.inexact", "text such as {valid}", {"valid": f'"{each}"'})
    return value


class Term(Row):
    """Set a default term of the mechanism; without `cites` it is practice, not law.

    A list or a table is a term that holds parts, such as the stages of an auction.
    """

    name: Identity
    value: Annotated[bool | int | str | list[Any] | dict[str, Any], BeforeValidator(_exact)]
    label: Words
    confidence: Confidence = "confirmed"
    cites: tuple[ClauseId, ...] = ()


class MechanismChoice(Row):
    """Choose a mechanism of the kernel and its default terms; `facts` are true of what is sold by it."""

    id: Identity
    version: Annotated[int, Field(ge=1)]
    title: Words | None = None
    terms: Annotated[tuple[Term, ...], Field(alias="term")] = ()
    facts: Facts = {}
    cites: tuple[ClauseId, ...] = ()

    def defaults(self) -> dict[str, Any]:
        """Give the default terms by name."""
        return {term.name: term.value for term in self.terms}


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value  # versions of before had one, as a table


def _each_once(choices: tuple[MechanismChoice, ...]) -> tuple[MechanismChoice, ...]:
    for name, count in Counter(each.id for each in choices).items():
        if count > 1:
            raise PydanticCustomError("pack.twice", "{first}", {"first": f"mechanism[{name}]"})
    return choices


Choices = Annotated[
    tuple[MechanismChoice, ...], Field(min_length=1), BeforeValidator(_as_list), AfterValidator(_each_once)
]


class TimelineStep(Titled):
    """Name one step of the way of an offering; its place in the list is its place in time."""

    cites: Cites


class TimelineLimit(Row):
    """Hold the days between two steps to a time limit of the pack, for the mechanisms named (empty: all)."""

    limit: Identity
    start: Identity
    end: Identity
    mechanisms: tuple[Identity, ...] = ()


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
    """Name the rules that must permit: each use of an offering, the dates of its notice, each applicant.

    `method` is asked with the facts of product and mechanism about each way of selling, `terms` about what is stated.
    """

    offer: Identity | None = None
    notice: Identity | None = None
    qualify: Identity | None = None
    method: Identity | None = None
    terms: Identity | None = None


class Relist(Row):
    """Hold the start price of a later listing to a share of the first one's (再次挂牌起始价下限)."""

    floor: Identity


class Qualification(Row):
    """Say who may apply: kinds of party, joint bidding (联合竞买), grounds for refusal."""

    parties: Annotated[tuple[Literal["organisation", "person"], ...], Field(min_length=1)]
    joint: bool
    exclusions: Annotated[tuple[Exclusion, ...], Field(alias="exclusion")] = ()


class Product(Titled):
    """Describe a product from its register entry to the series its price goes to.

    An entry in one of `offered_in` may be offered; it is `offered_as` meanwhile, `granted_as` once the contract
    is signed, `registered_as` once the price is paid. `facts` are true of whatever it sells and told to the
    rules of `guard`, those of the mechanism chosen beside them. The first mechanism is the one taken where a clerk
    names none. `seller_fee` is a parameter: the share of its price a seller leaves the market. With
    `deposit_optional` a notice may ask for no deposit. Without `offered_as` or `registered_as` an entry stays as it is.
    """

    factor: Literal["land", "labour", "capital", "technology", "data"]
    register_kind: Annotated[Identity, Field(alias="register")]
    offered_in: Annotated[tuple[Identity, ...], Field(min_length=1)]
    offered_as: Identity | None = None
    granted_as: Identity
    registered_as: Identity | None = None
    mechanisms: Annotated[Choices, Field(alias="mechanism")]
    contract_template: str
    price_series: Identity
    steps: Annotated[tuple[TimelineStep, ...], Field(alias="step", min_length=1)]
    limits: Annotated[tuple[TimelineLimit, ...], Field(alias="limit")] = ()
    deposits: Annotated[tuple[DepositFloor, ...], Field(alias="deposit")] = ()
    longest_terms: Annotated[tuple[LongestTerm, ...], Field(alias="longest_term")] = ()
    instalments: Annotated[tuple[Instalment, ...], Field(alias="instalment")] = ()
    qualification: Qualification
    guard: Guard = Guard()
    relist: Relist | None = None
    seller_fee: Identity | None = None
    deposit_optional: bool = False
    facts: Facts = {}
    cites: Cites

    @property
    def default_mechanism(self) -> MechanismChoice:
        """Give the mechanism taken where none is named."""
        return self.mechanisms[0]

    def find_mechanism(self, name: str) -> MechanismChoice | None:
        """Give a mechanism of this product by its id, None where it has none such (any longer)."""
        return next((each for each in self.mechanisms if each.id == name), None)

    def mechanism_named(self, name: str) -> MechanismChoice:
        """Give a mechanism of this product by its id, else Fault `pack.no_mechanism`."""
        found = self.find_mechanism(name)
        if found is None:
            known = ", ".join(each.id for each in self.mechanisms)
            raise Fault("pack.no_mechanism", id=name, product=self.id, known=known)
        return found

    def facts_with(self, name: str) -> dict[str, bool | int | str]:
        """Give what is true of whatever is sold by a mechanism; one no longer offered adds nothing."""
        chosen = self.find_mechanism(name)
        return {**self.facts, **(chosen.facts if chosen else {})}

    def longest_term(self, use_code: str) -> LongestTerm | None:
        """Give the cap on years for a land-use code: the longest matching prefix wins."""
        return _nearest(self.longest_terms, use_code)

    def deposit_floor(self, use_code: str) -> DepositFloor | None:
        """Give the deposit floor that applies to a land-use code, if any does."""
        return _nearest(self.deposits, use_code)

    def limits_of(self, name: str = "") -> tuple[TimelineLimit, ...]:
        """List the limits that bind what is sold by a mechanism, the first unless told."""
        chosen = name or self.default_mechanism.id
        return tuple(limit for limit in self.limits if not limit.mechanisms or chosen in limit.mechanisms)

    def limits_between(self, start: str, end: str) -> tuple[TimelineLimit, ...]:
        """List the limits that bind the days from step `start` to step `end`."""
        return tuple(limit for limit in self.limits if (limit.start, limit.end) == (start, end))


ByUse = TypeVar("ByUse", DepositFloor, LongestTerm)


def _nearest(rows: tuple[ByUse, ...], use_code: str) -> ByUse | None:
    fitting = [(len(use), row) for row in rows for use in row.uses or ("",) if use_code.startswith(use)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None
