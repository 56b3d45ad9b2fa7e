"""Drive a mechanism in its frame: read its terms, check instant and phase, hand the input to its act.

A mechanism says its terms as fields, its acts as a table by input, and what a due clock does; all
else is done here. Refuses inputs out of time, out of phase, or that the mechanism does not know.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import frame_act, inputs
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.field import FRAME_FIELDS, Model, check_field, read_fields
from jishi.kernel.mechanism.frame import JOINING, OPEN, OVER, SCHEDULED, Frame, move
from jishi.kernel.mechanism.snapshot import dump_state, load_state
from jishi.kernel.mechanism.view import View

Result = Step[Any] | Refusal
_ALWAYS = frozenset({inputs.Resume, inputs.Terminate})


class Rule(NamedTuple):
    """How an input is taken and in which phases; `by_bidder` tells whose it is, `when` refines the view."""

    act: Callable[[Any, Any, int], Result]
    phases: frozenset[str]
    by_bidder: bool = False


class FramedMechanism:
    """A mechanism in the frame. Subclasses set the class fields and override the hooks below them."""

    id: ClassVar[str]
    version: ClassVar[int] = 1
    kind: ClassVar[str]  # ascending | sealed | orders | shop | notice: which page it runs on
    own_terms: ClassVar[Model] = ()
    state_class: ClassVar[type]
    phases: ClassVar[tuple[str, ...]] = (OPEN,)  # its own, in order
    joining: ClassVar[frozenset[str]] = JOINING
    awaits: ClassVar[Mapping[str, str]] = {}  # phase -> the input without which nothing goes on

    def rules(self) -> Mapping[type, Rule]:
        """Return the mechanism's own inputs."""
        return {}

    def check_together(self, terms: Mapping[str, Any]) -> None:
        """Raise the Fault of terms that contradict each other."""

    def start(self, terms: dict[str, Any], frame: Frame) -> Any:
        """Return the state before any input."""
        return self.state_class(terms=terms, frame=frame)

    def open_bidding(self, state: Any, at_ms: int) -> Step[Any]:
        """Open at `opens`; the clock then runs to `closes`."""
        closes = state.terms["closes"]
        return Step(move(state, OPEN, closes), ({"type": "BiddingOpened", "due_ms": closes},))

    def run_out(self, state: Any, at_ms: int) -> Step[Any]:
        """Do what a due clock does in any phase but `scheduled`."""
        raise NotImplementedError

    def is_bound(self, state: Any, alias: str) -> bool:
        """Tell whether a bid of this bidder already binds, so that it may not leave."""
        return False

    def glance(self, state: Any) -> dict[str, Any]:
        """Return fields of the view that this mechanism knows better."""
        return {}

    def result(self, state: Any) -> dict[str, Any]:
        """Return fields of the outcome: winner, price_fen, awards, ties, quotes and its own."""
        return {}

    # ---- the contract, the same for all

    @cached_property
    def model(self) -> Model:
        """Return every term as a field, those of the frame first."""
        return (*FRAME_FIELDS, *self.own_terms)

    def read_terms(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Check raw JSON terms; raise a `Fault` that names the field."""
        terms = read_fields(self.model, raw)
        if terms["closes"] <= terms["opens"]:
            raise Fault("mechanism.terms.span", opens=terms["opens"], closes=terms["closes"])
        if terms["registration_end"] > terms["closes"]:
            end_ms, closes = terms["registration_end"], terms["closes"]
            raise Fault("mechanism.terms.registration", registration_end=end_ms, closes=closes)
        self.check_together(terms)
        return terms

    def check_term(self, name: str, value: Any) -> None:
        """Check one term by itself; raise the `Fault` that `read_terms` would."""
        check_field(self.model, name, value)

    def dump_terms(self, terms: Mapping[str, Any]) -> dict[str, Any]:
        """Return the JSON form that `read_terms` reads."""
        return dict(terms)

    def open(self, terms: dict[str, Any]) -> Any:
        """Return the state before any input."""
        return self.start(terms, Frame(clock_ms=terms["opens"]))

    def due(self, state: Any) -> int | None:
        """Return the instant (ms) of the next tick, None while no clock runs."""
        due_ms: int | None = state.frame.due_ms
        return due_ms

    def step(self, state: Any, given: inputs.Input, at_ms: int) -> Result:
        """Take one input at an instant (ms), or refuse it: instants first, then the phase, then facts."""
        frame = state.frame
        if at_ms < frame.last_ms:
            return Refusal("mechanism.clock_back", {"at_ms": at_ms, "last_ms": frame.last_ms})
        result = self._tick(state, at_ms) if type(given) is inputs.Tick else self._take(state, given, at_ms)
        if isinstance(result, Refusal):
            return result
        after = result.state
        return Step(after._replace(frame=after.frame._replace(last_ms=at_ms)), result.events)

    def outcome(self, state: Any) -> dict[str, Any]:
        """Return the result so far as JSON."""
        frame = state.frame
        over = frame.phase in OVER
        return {
            "result": frame.phase if over else "open",
            "reason": frame.reason if over else None,
            "winner": None,
            "price_fen": None,
            "quotes": 0,
            "registrants": len(frame.admitted),
            "reserve_fen": None,
            "ties": [],
            "awards": [],
            "closed_at": frame.closed_ms,
            **self.result(state),
        }

    def view(self, state: Any) -> View:
        """Return what pages and programs may ask of the state."""
        frame, terms = state.frame, state.terms
        still = frame.paused_ms is not None
        accepts = frozenset(
            inputs.name_of(cls)
            for cls, rule in self._rules.items()
            if rule.by_bidder and frame.phase in rule.phases and not still
        )
        view = View(
            phase=frame.phase,
            suspended=still,
            due_ms=frame.due_ms,
            opens_ms=terms["opens"],
            closes_ms=terms["closes"],
            registration_end_ms=terms["registration_end"],
            registrants=len(frame.admitted),
            last_ms=frame.last_ms,
            accepts=accepts,
            awaits="" if still else self.awaits.get(frame.phase, ""),
            over=frame.phase in OVER,
        )
        return view._replace(**self.glance(state))

    def dump(self, state: Any) -> dict[str, Any]:
        """Return the state as JSON; equal states give equal bytes."""
        return dump_state(state)

    def load(self, raw: Mapping[str, Any]) -> Any:
        """Return the state that `dump` wrote."""
        return load_state(self.state_class, raw)

    @cached_property
    def _instants(self) -> frozenset[str]:
        return frozenset(field.name for field in self.model if field.kind == "instant")

    @cached_property
    def _rules(self) -> Mapping[type, Rule]:
        running = frozenset({SCHEDULED, *self.phases})
        own = self.rules()
        return {
            inputs.Admit: Rule(frame_act.admit, self.joining),
            inputs.Withdraw: Rule(self._withdraw, self.joining),
            inputs.Suspend: Rule(frame_act.suspend, running),
            inputs.Resume: Rule(lambda state, _, at: frame_act.resume(state, self._instants, at), running),
            inputs.Terminate: Rule(frame_act.terminate, running),
            inputs.Extend: Rule(frame_act.extend, frozenset({SCHEDULED, OPEN})),
            inputs.Amend: Rule(self._amend, frozenset({SCHEDULED})),
            **own,
        }

    def _take(self, state: Any, given: inputs.Input, at_ms: int) -> Result:
        frame, cls = state.frame, type(given)
        if frame.due_ms is not None and at_ms >= frame.due_ms:
            return Refusal("mechanism.tick_due", {"due_ms": frame.due_ms, "at_ms": at_ms})
        if frame.phase in OVER:
            return Refusal("mechanism.over", {"phase": frame.phase, "closed_ms": frame.closed_ms})
        rule, name = self._rules.get(cls), inputs.name_of(cls)
        if rule is None:
            return Refusal("mechanism.unwelcome", {"input": name, "mechanism": self.id})
        if frame.phase not in rule.phases:
            return Refusal("mechanism.not_now", {"input": name, "phase": frame.phase})
        if frame.paused_ms is not None and cls not in _ALWAYS:
            return Refusal("mechanism.suspended", {"since_ms": frame.paused_ms})
        if rule.by_bidder and getattr(given, "alias", None) not in frame.admitted:
            return Refusal("mechanism.not_admitted", {"alias": getattr(given, "alias", "")})
        return rule.act(state, given, at_ms)

    def _tick(self, state: Any, at_ms: int) -> Result:
        due_ms = state.frame.due_ms
        if due_ms is None:
            return Refusal("mechanism.tick_idle", {"phase": state.frame.phase})
        if at_ms != due_ms:
            code = "mechanism.tick_early" if at_ms < due_ms else "mechanism.tick_late"
            return Refusal(code, {"due_ms": due_ms, "at_ms": at_ms})
        if state.frame.phase == SCHEDULED:
            return self.open_bidding(state, at_ms)
        return self.run_out(state, at_ms)

    def _withdraw(self, state: Any, given: inputs.Withdraw, at_ms: int) -> Result:
        if self.is_bound(state, given.alias):
            return Refusal("mechanism.bid_binds", {"alias": given.alias})
        return frame_act.withdraw(state, given, at_ms)

    def _amend(self, state: Any, given: inputs.Amend, at_ms: int) -> Result:
        try:
            terms = self.read_terms(given.terms)
        except Fault as fault:
            return Refusal(fault.code, fault.params)
        if terms["lot"] != state.terms["lot"]:
            return Refusal("mechanism.amend_lot", {"lot": terms["lot"], "current": state.terms["lot"]})
        if terms["opens"] <= at_ms:
            return Refusal("mechanism.amend_start", {"opens": terms["opens"], "at_ms": at_ms})
        after = self.open(terms)
        after = after._replace(frame=after.frame._replace(admitted=state.frame.admitted))
        return Step(after, ({"type": "TermsAmended", "due_ms": after.frame.clock_ms},))
