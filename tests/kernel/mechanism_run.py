"""One run of a mechanism as the live server drives it, and what must hold of any run."""

import json
from typing import Any

from jishi.kernel.mechanism import Mechanism, awards_of, fold
from jishi.kernel.mechanism.inputs import from_json, to_json


class Run:
    """A mechanism under terms: what was said to it, what it took, and the state."""

    def __init__(self, mechanism: Mechanism[Any, Any], terms: dict[str, Any]) -> None:
        self.mechanism = mechanism
        self.terms = mechanism.read_terms(terms)
        self.state = mechanism.open(self.terms)
        self.taken: list[tuple[Any, int]] = []

    def say(self, given: Any, at_ms: int) -> str | None:
        """Give an input at an instant; return the code of its refusal."""
        folded = fold(self.mechanism, self.state, given, at_ms)
        self.taken += [(taken.given, taken.at_ms) for taken in folded.taken]
        self.state = folded.state
        return folded.refusal.code if folded.refusal else None

    def allow(self, *said: tuple[Any, int]) -> None:
        """Give inputs that must all be taken."""
        for given, at_ms in said:
            assert (refusal := self.say(given, at_ms)) is None, (given, at_ms, refusal)

    @property
    def outcome(self) -> dict[str, Any]:
        return self.mechanism.outcome(self.state)

    @property
    def result(self) -> tuple[str, str | None]:
        return self.outcome["result"], self.outcome["reason"]

    @property
    def got(self) -> dict[str, int]:
        return {award["alias"]: award["pay_fen"] for award in awards_of(self.outcome)}

    @property
    def view(self) -> Any:
        return self.mechanism.view(self.state)


def check_replay(run: Run) -> None:
    """Hold a run to its replay from stored inputs, and its state and outcome to their JSON."""
    mechanism = run.mechanism
    state = mechanism.open(mechanism.read_terms(_again(mechanism.dump_terms(run.terms))))
    for given, at_ms in run.taken:
        state = mechanism.step(state, from_json(_again(to_json(given))), at_ms).state  # type: ignore[union-attr]
    assert state == run.state
    assert mechanism.load(_again(mechanism.dump(state))) == state
    assert _again(run.outcome) == run.outcome


def _again(value: Any) -> Any:
    return json.loads(json.dumps(value))
