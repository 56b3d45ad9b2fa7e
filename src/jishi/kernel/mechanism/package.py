"""Package bids (组合报价) for lots sold together, version 1: sealed, best allocation proved, payments by rule.

open -> awaiting_opening -> solving -> sold or unsold. A bid is {"packages": [{"lots": [...], "price_fen"}, ...]};
under "xor" a bidder wins at most one of its packages, under "or" any that fit together. Whoever solves it
brings the allocation with a certificate, which is checked here in whole numbers. Refuses any allocation
whose certificate does not prove it; a package below the reserves of its lots together does not count.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Solve
from jishi.kernel.mechanism.contract import Refusal, Step
from jishi.kernel.mechanism.frame import AWAITING_OPENING, OPEN, SOLD, UNSOLD, Frame, end, move
from jishi.kernel.mechanism.framed import Rule
from jishi.kernel.mechanism.package_award import check_solution, list_excluded
from jishi.kernel.mechanism.package_slate import read_packages
from jishi.kernel.mechanism.package_terms import PACKAGE_FIELDS, check_terms, reserves_of, slate_of
from jishi.kernel.mechanism.sealed import SealedMechanism
from jishi.kernel.mechanism.sealed_box import Box

SOLVING: Final = "solving"
_NOTHING_SOLVED: Final[dict[str, Any]] = {
    "accepted": [],
    "total_fen": None,
    "revenue_fen": None,
    "value_fen": None,
    "bound_fen": None,
    "gap_fen": None,
    "first": None,
}


class State(NamedTuple):
    """A sale of packages; `excluded` what is below the reserves, `solved` the outcome's part once proved."""

    terms: dict[str, Any]
    frame: Frame
    box: Box = Box()
    excluded: list[dict[str, Any]] = []
    solved: dict[str, Any] = {}


class PackageBids(SealedMechanism):
    """The mechanism as the contract wants it."""

    id = "package"
    own_terms = PACKAGE_FIELDS
    state_class = State
    phases = (OPEN, AWAITING_OPENING, SOLVING)
    awaits = {AWAITING_OPENING: "unseal", SOLVING: "solve"}

    def rules(self) -> Mapping[type, Rule]:
        """Take the solution beside sealed bids."""
        return {**super().rules(), Solve: Rule(_solve, frozenset({SOLVING}))}

    def check_together(self, terms: Mapping[str, Any]) -> None:
        """Raise the Fault of terms that contradict each other."""
        super().check_together(terms)
        check_terms(terms)

    def read_bid(self, state: State, alias: str, bid: Mapping[str, Any]) -> object:
        """Raise the Fault of a bid that breaks the terms."""
        return read_packages(alias, bid, tuple(reserves_of(state.terms)), state.terms["packages"])

    def decide(self, state: State, at_ms: int) -> Step[Any]:
        """Await the solution, unless nothing can be sold."""
        if not state.box.bids:
            return end(state, UNSOLD, at_ms, "no_valid_bid")
        slate = slate_of(state.terms, state.box.bids)
        after = state._replace(excluded=list_excluded(slate))
        if not slate.eligible:
            return end(after, UNSOLD, at_ms, "below_reserve")
        event = {"type": "SolvingOpened", "phase": SOLVING, "packages": len(slate.packages)}
        return Step(move(after, SOLVING, None), (event,))

    def glance(self, state: State) -> dict[str, Any]:
        """Show the lots, the rules, how many packages were opened, and what they came to."""
        seen, terms = super().glance(state), state.terms
        seen["stage"] |= {
            "lots": terms["lots"],
            "bidding": terms["bidding"],
            "payment": terms["payment"],
            "packages": sum(len(bid["packages"]) for _, bid in state.box.bids),
            "excluded": len(state.excluded),
            "revenue_fen": state.solved.get("revenue_fen"),
        }
        return seen

    def result(self, state: State) -> dict[str, Any]:
        """Return who gets which lots at what payment, the bound, the ties, and what did not count."""
        solved = {**_NOTHING_SOLVED, **state.solved}
        awards = solved.get("awards", [])
        alone = awards[0] if len(awards) == 1 else {"alias": None, "pay_fen": None}
        sold = {lot: award["alias"] for award in awards for lot in award["lots"]}
        lots = [{**each, "alias": sold.get(each["lot"])} for each in state.terms["lots"]]
        own = {"winner": alone["alias"], "price_fen": alone["pay_fen"], "lots": lots}
        return {**super().result(state), **solved, **own, "excluded": state.excluded}


PACKAGE: Final = PackageBids()


def _solve(state: State, given: Solve, at_ms: int) -> Step[Any] | Refusal:
    """Take the allocation if its certificate proves it."""
    slate = slate_of(state.terms, state.box.bids)
    try:
        solved = check_solution(slate, state.terms, given)
    except Fault as fault:
        return Refusal(fault.code, fault.params)
    said = {name: solved[name] for name in ("value_fen", "bound_fen", "gap_fen", "revenue_fen")}
    return end(state._replace(solved=solved), SOLD, at_ms, **said)
