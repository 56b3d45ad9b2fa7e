"""What every mechanism with sealed bids (密封报价) shares: filing until the close, opening at once, deciding.

`sealed_box` holds what is filed and opened. A mechanism adds how it reads a bid and how it decides.
Refuses to open before the close, and to close into an opening when nothing was filed.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from jishi.kernel.mechanism import inputs
from jishi.kernel.mechanism.acts import Seal, Unseal
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.field import Model
from jishi.kernel.mechanism.frame import AWAITING_OPENING, JOINING, OPEN, UNSOLD, end, move
from jishi.kernel.mechanism.framed import FramedMechanism, Rule
from jishi.kernel.mechanism.sealed_box import SEALED_FIELDS, check_sealing, file_bid, forget, open_box

NO_BID: Final = "no_bid"


class SealedMechanism(FramedMechanism):
    """Bids are filed sealed until the close, then opened at once and decided.

    The state has a field `box: Box = Box()`. A mechanism states `own_terms = (*SEALED_FIELDS, ...)`,
    `read_bid` and `decide`; those with more phases override `close_filing` or `decide` to lead there.
    """

    kind = "sealed"
    own_terms: ClassVar[Model] = SEALED_FIELDS
    phases: ClassVar[tuple[str, ...]] = (OPEN, AWAITING_OPENING)
    awaits: ClassVar[Mapping[str, str]] = {AWAITING_OPENING: "unseal"}

    def read_bid(self, state: Any, alias: str, bid: Any) -> object:
        """Raise the Fault of an opened bid (a JSON object) that breaks the terms, so that it is void."""
        raise NotImplementedError

    def decide(self, state: Any, at_ms: int) -> Step[Any]:
        """Say what follows once `state.box` is opened."""
        raise NotImplementedError

    def close_filing(self, state: Any, at_ms: int) -> Step[Any]:
        """Say what follows the close: nothing filed is unsold, else the opening is awaited."""
        if not state.box.latest:
            return end(state, UNSOLD, at_ms, NO_BID)
        event = {"type": "FilingClosed", "phase": AWAITING_OPENING, "filed": len(state.box.latest)}
        return Step(move(state, AWAITING_OPENING, None), (event,))

    # ---- the same for all

    def rules(self) -> Mapping[type, Rule]:
        """Return filing, opening, and leaving with one's bid."""
        return {
            inputs.Withdraw: Rule(self._leave, JOINING),
            Seal: Rule(self._seal, frozenset({OPEN}), by_bidder=True),
            Unseal: Rule(self._unseal, frozenset({AWAITING_OPENING})),
        }

    def check_together(self, terms: Mapping[str, Any]) -> None:
        """Raise `sealed.sealing` of a committee that cannot open."""
        check_sealing(terms["sealing"])

    def is_bound(self, state: Any, alias: str) -> bool:
        """Tell whether a bid was filed that may not be revised."""
        return state.terms["revisions"] == "none" and alias in state.box.latest

    def run_out(self, state: Any, at_ms: int) -> Step[Any]:
        """Close the filing."""
        return self.close_filing(state, at_ms)

    def glance(self, state: Any) -> dict[str, Any]:
        """Return how many filed, and how many lines they filed."""
        box = state.box
        stage = {"lines": box.book.size, "valid": len(box.bids), "void": len(box.voids)}
        return {"quotes": len(box.latest), "stage": stage}

    def result(self, state: Any) -> dict[str, Any]:
        """Return how many filed and why some bids are void."""
        return {"quotes": len(state.box.latest), "voids": state.box.voids}

    def _seal(self, state: Any, given: Seal, at_ms: int) -> Step[Any] | Refusal:
        box = file_bid(state.box, given, state.terms["revisions"])
        if isinstance(box, Refusal):
            return box
        event = {
            "type": "BidFiled",
            "alias": given.alias,
            "commitment": given.commitment,
            "line": box.book.size,
        }
        return Step(state._replace(box=box), (event,))

    def _unseal(self, state: Any, given: Unseal, at_ms: int) -> Step[Any] | Refusal:
        def read(alias: str, bid: Any) -> object:
            return self.read_bid(state, alias, bid)

        box = open_box(state.box, given, state.terms["lot"], read)
        if isinstance(box, Refusal):
            return box
        step = self.decide(state._replace(box=box), at_ms)
        return Step(
            step.state, ({"type": "BidsOpened", "bids": len(box.bids), "voids": box.voids}, *step.events)
        )

    def _leave(self, state: Any, given: inputs.Withdraw, at_ms: int) -> Step[Any] | Refusal:
        result = self._withdraw(state, given, at_ms)
        if isinstance(result, Refusal):
            return result
        return Step(result.state._replace(box=forget(state.box, given.alias)), result.events)
