"""One step of an offering: which, when it is open, by whom, what is asked, what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms

from jishi.apps.market.actions.approval import RELISTED
from jishi.apps.market.floor import MOST_ROUNDS
from jishi.apps.market.mechanism import takes
from jishi.platform.context import Context
from jishi.web.desk import step_forms as asked
from jishi.web.desk.step_choice import standing
from jishi.web.desk.step_runs import Run
from jishi.web.shell.site import market_pack

LISTING = "listing"
BIDDING = ("free", "question", "rounds")
"""The phases of a listing in which it may be suspended or terminated; any other mechanism may at any time."""


@dataclass(frozen=True, slots=True)
class Case:
    """An offering with what decides its next steps: is its result out, its contract and what is unpaid in all.

    Of many contracts it is the first that the office has still to sign.
    """

    offering: Any
    published: bool
    contract: Any = None
    unpaid_fen: int = 0


@dataclass(frozen=True)
class Step:
    """One step: `open` tells whether the law and the state allow it now, `run` does it."""

    id: str
    label: Any
    action: str
    open: Callable[[Case], bool]
    run: Run
    done: Any
    form: type[forms.Form] = asked.BareForm
    tone: str = ""
    hint: Any = ""
    cites: tuple[str, ...] = ()

    def make_form(self, ctx: Context, offering: Any, data: Any = None) -> forms.Form:
        """Return the form of this step for an offering."""
        return self.form(data, auto_id=f"{self.id}-%s", **asked.extras(self.form, ctx, offering))


Opened = Callable[[Case], bool]


def noticed(*phases: str) -> Opened:
    """Return whether an offering runs and is in one of these phases."""
    return lambda case: case.offering.state == "noticed" and case.offering.phase in phases


def taking(given: str) -> Opened:
    """Return whether the running mechanism takes an input of an office now."""
    return lambda case: takes(case.offering, given)


def awaiting(given: str) -> Opened:
    """Return whether the running mechanism waits for an input of an office."""
    return lambda case: case.offering.state == "noticed" and case.offering.awaits == given


def is_running(case: Case) -> bool:
    """Tell whether an offering may be suspended or terminated."""
    offering = case.offering
    usual = offering.mechanism != LISTING or offering.phase in ("scheduled", *BIDDING)
    return offering.state == "noticed" and usual


def is_unsigned(case: Case) -> bool:
    """Tell whether a sale is confirmed and a winner has not signed."""
    return case.offering.state in ("confirmed", "published") and bool(standing(case.offering))


def is_undrafted(case: Case) -> bool:
    """Tell whether a winner whose sale stands has no contract yet; a void one is another's."""
    undrafted = case.contract is None or case.contract.state == "void"
    return case.offering.state in ("confirmed", "published") and undrafted


def is_paid(case: Case) -> bool:
    """Tell whether nothing is left to pay, by winners or by the office."""
    contract = case.contract
    owed_by_office = contract is not None and contract.payer == "office" and contract.state == "signed"
    return contract is not None and not owed_by_office and not case.unpaid_fen


def may_approve(case: Case) -> bool:
    """Tell whether a lot may be listed again whose product holds its later start prices to a floor."""
    offering = case.offering
    if offering.state not in RELISTED or offering.listing_round >= MOST_ROUNDS:
        return False
    return market_pack().product(offering.product).relist is not None and offering.start_price_fen is not None
