"""What every mechanism offers, and the two ways to drive one.

`step` takes one input; `fold` first runs the clocks that are due, then steps, as the live
server and the verifier both do. A refusal changes nothing; ticks that ran before it stand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.field import Model
from jishi.kernel.mechanism.inputs import Input, Tick
from jishi.kernel.mechanism.view import View

Event = dict[str, Any]
"""What happened, JSON-safe: {"type": "BidAccepted", ...}."""

T = TypeVar("T")
S = TypeVar("S")


class Refusal(NamedTuple):
    """Why an input was not taken: a code, and JSON-safe parameters for its sentence."""

    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """An input that was taken: the state after it and the events it caused."""

    state: S
    events: tuple[Event, ...]


class Mechanism(Protocol[T, S]):
    """A deterministic fold over inputs, with typed terms T and immutable state S."""

    @property
    def id(self) -> str:
        """Name the mechanism, as notices and bundles do."""

    @property
    def version(self) -> int:
        """Number its rules; a changed rule is a new version."""

    @property
    def kind(self) -> str:
        """Name the page it runs on: ascending, sealed, orders, shop or notice."""

    @property
    def phases(self) -> tuple[str, ...]:
        """List its phases in the order a bidder meets them."""

    @property
    def model(self) -> Model:
        """Return its terms as fields."""

    def read_terms(self, raw: Mapping[str, Any]) -> T:
        """Check raw JSON terms; raise a `Fault` that names the field."""

    def check_term(self, name: str, value: Any) -> None:
        """Check one term by itself; raise the `Fault` that `read_terms` would."""

    def dump_terms(self, terms: T) -> dict[str, Any]:
        """Return the JSON form that `read_terms` reads."""

    def open(self, terms: T) -> S:
        """Return the state before any input."""

    def step(self, state: S, given: Input, at_ms: int) -> Step[S] | Refusal:
        """Take one input at an instant, or refuse it and change nothing."""

    def due(self, state: S) -> int | None:
        """Return the instant (ms) of the next tick, None while no clock runs."""

    def outcome(self, state: S) -> dict[str, Any]:
        """Return the result so far as JSON; `awards_of` lists who got what."""

    def view(self, state: S) -> View:
        """Return what pages and programs may ask of the state."""

    def dump(self, state: S) -> dict[str, Any]:
        """Return the state as JSON."""

    def load(self, raw: Mapping[str, Any]) -> S:
        """Return the state that `dump` wrote."""


def awards_of(outcome: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List who got what: {"alias", "quantity", "price_fen", "pay_fen", ...}, of one winner the whole lot."""
    if "awards" in outcome:
        awards: list[dict[str, Any]] = outcome["awards"]
        return awards
    if outcome["winner"] is None:
        return []
    price_fen = outcome["price_fen"]
    return [{"alias": outcome["winner"], "quantity": 1, "price_fen": price_fen, "pay_fen": price_fen}]


class Taken(NamedTuple):
    """One input a fold took, with its instant (ms) and events: one evidence entry."""

    given: Input
    at_ms: int
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Folded(Generic[S]):
    """The state after a fold, every input it took in order (ticks first), and the refusal if any."""

    state: S
    taken: tuple[Taken, ...]
    refusal: Refusal | None


def advance(mechanism: Mechanism[T, S], state: S, at_ms: int) -> Iterator[tuple[Tick, int, Step[S]]]:
    """Run every tick due at or before an instant, each at its own due instant (ms).

    Raise `mechanism.stuck` if a mechanism refuses its own tick.
    """
    while (due_ms := mechanism.due(state)) is not None and due_ms <= at_ms:
        tick = Tick()
        result = mechanism.step(state, tick, due_ms)
        if isinstance(result, Refusal):
            raise Fault("mechanism.stuck", mechanism=mechanism.id, due_ms=due_ms, refusal=result.code)
        state = result.state
        yield tick, due_ms, result


def fold(mechanism: Mechanism[T, S], state: S, given: Input, at_ms: int) -> Folded[S]:
    """Run the ticks due by an instant (ms), then take one input at it."""
    taken: list[Taken] = []
    for tick, due_ms, step in advance(mechanism, state, at_ms):
        taken.append(Taken(tick, due_ms, step.events))
        state = step.state
    result = mechanism.step(state, given, at_ms)
    if isinstance(result, Refusal):
        return Folded(state, tuple(taken), result)
    taken.append(Taken(given, at_ms, result.events))
    return Folded(result.state, tuple(taken), None)
