"""Each action against each role: who may not is refused before anything else is looked at."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.actions.reserve import register_officer_key
from jishi.apps.market.actions.steps import STEPS
from jishi.apps.market.models import Objection, Offering, Question, Registration
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Agree, Discredit, Draw, Prefer, Score, Seat, Solve, Unseal
from jishi.kernel.mechanism.inputs import Bid
from jishi.platform.context import Context
from jishi.platform.models import AccessRecord
from tests.apps.market.hall import STAFF, START_FEN, Hall

PEOPLE = ("anyone", "member", "north", "south", *STAFF, *(f"far_{name}" for name in STAFF))


@dataclass(frozen=True, slots=True)
class Lot:
    """A running lot with a draft beside it, an open question, and an application of `north`."""

    hall: Hall
    running: Offering
    draft: Offering
    question: Question
    objection: Objection
    row: Registration


@pytest.fixture
def lot(hall: Hall) -> Lot:
    running, _ = hall.offer_two()
    question = market.ask_question(hall.as_("north"), running.id, hall.parties["north"], "？")
    objection = Objection.objects.create(id="0" * 32, offering=running, person=0, text="异议", at_ms=0)
    row = hall.admit(running, "north")["north"]
    return Lot(hall, running, hall.draft("T-3"), question, objection, row)


Act = Callable[[Context, Lot], object]
WHY = "理由"
ACTIONS: dict[str, tuple[Act, tuple[str, ...]]] = {
    "prepare": (
        lambda ctx, lot: market.prepare_offering(ctx, lot.hall.form(lot.draft.entry_id, "T-9")),
        ("clerk",),
    ),
    "revise": (
        lambda ctx, lot: market.revise_offering(ctx, lot.draft.id, lot.hall.form(lot.draft.entry_id, "T-9")),
        ("clerk",),
    ),
    "publish": (lambda ctx, lot: market.publish_notice(ctx, lot.draft.id), ("reviewer",)),
    "supplement": (
        lambda ctx, lot: market.supplement_notice(ctx, lot.running.id, {"increment_fen": 5}, WHY),
        ("reviewer",),
    ),
    "ask": (lambda ctx, lot: market.ask_question(ctx, lot.running.id, lot.row.party, "？"), ("north",)),
    "answer": (lambda ctx, lot: market.answer_question(ctx, lot.question.id, "答"), ("clerk",)),
    "file": (
        lambda ctx, lot: market.file_registrations(
            ctx, lot.running.id, [market.RegistrationForm(lot.row.party)]
        ),
        ("north",),
    ),
    "qualify": (
        lambda ctx, lot: market.qualify_registrations(ctx, lot.running.id, [lot.row.id]),
        ("clerk",),
    ),
    "refuse": (lambda ctx, lot: market.refuse_registration(ctx, lot.row.id, WHY), ("clerk",)),
    "withdraw": (lambda ctx, lot: market.withdraw_registration(ctx, lot.row.id), ("north",)),
    "bid": (lambda ctx, lot: market.place_bid(ctx, lot.row.id, START_FEN, "k"), ("north",)),
    "continue": (lambda ctx, lot: market.continue_bidding(ctx, lot.row.id, "k"), ("north",)),
    "take part": (
        lambda ctx, lot: market.take_part(ctx, lot.row.id, Bid(lot.row.alias, START_FEN), "k"),
        ("north",),
    ),
    "issue a ticket": (lambda ctx, lot: market.issue_ticket(ctx, lot.row.id), ("north",)),
    "revoke tickets": (lambda ctx, lot: market.revoke_tickets(ctx, lot.row.id), ("north",)),
    "record the agreement": (
        lambda ctx, lot: market.decide_step(ctx, lot.running.id, Agree(lot.row.alias, START_FEN)),
        ("clerk",),
    ),
    "record a preference": (
        lambda ctx, lot: market.decide_step(ctx, lot.running.id, Prefer(lot.row.alias, "tenant")),
        ("clerk",),
    ),
    "record poor credit": (
        lambda ctx, lot: market.decide_step(ctx, lot.running.id, Discredit(lot.row.alias, 1)),
        ("clerk",),
    ),
    "seat the panel": (lambda ctx, lot: market.decide_step(ctx, lot.running.id, Seat(["e1"])), ()),
    "solve": (lambda ctx, lot: market.decide_step(ctx, lot.running.id, Solve([], {})), ("clerk",)),
    "solve packages": (lambda ctx, lot: market.solve_packages(ctx, lot.running.id), ("clerk",)),
    "draw": (lambda ctx, lot: market.decide_step(ctx, lot.running.id, Draw("", "")), ("reviewer",)),
    "commit the draw": (lambda ctx, lot: market.commit_draw(ctx, lot.draft.id), ("clerk",)),
    "reveal the draw": (lambda ctx, lot: market.reveal_draw(ctx, lot.running.id), ("reviewer",)),
    "score": (lambda ctx, lot: market.decide_step(ctx, lot.running.id, Score("e1", "b1", {})), ()),
    "unseal": (lambda ctx, lot: market.decide_step(ctx, lot.running.id, Unseal([], {})), ()),
    "decide an objection": (
        lambda ctx, lot: market.answer_objection(ctx, lot.objection.id, "答", upheld=True),
        ("reviewer",),
    ),
    "suspend": (lambda ctx, lot: market.suspend_offering(ctx, lot.running.id, WHY), ("reviewer",)),
    "resume": (lambda ctx, lot: market.resume_offering(ctx, lot.running.id, WHY), ("reviewer",)),
    "extend": (lambda ctx, lot: market.extend_offering(ctx, lot.running.id, (1, 1), WHY), ("reviewer",)),
    "terminate": (lambda ctx, lot: market.terminate_offering(ctx, lot.running.id, WHY), ("reviewer",)),
    "increment": (lambda ctx, lot: market.set_increment(ctx, lot.running.id, 5, WHY), ("clerk",)),
    "seal": (
        lambda ctx, lot: market.seal_reserve_price(ctx, lot.draft.id, START_FEN, 0),
        ("officer_one", "officer_two"),
    ),
    "open reserve": (
        lambda ctx, lot: market.open_reserve(ctx, lot.running.id, "x"),
        ("officer_one", "officer_two"),
    ),
    "confirm": (lambda ctx, lot: market.confirm_sale(ctx, lot.running.id), ("reviewer",)),
    "award the next": (lambda ctx, lot: market.award_next(ctx, lot.running.id), ("reviewer",)),
    "approve a start price": (
        lambda ctx, lot: market.approve_start_price(ctx, lot.running.id, START_FEN, basis="文号", reason=WHY),
        ("reviewer",),
    ),
    "publish result": (lambda ctx, lot: market.publish_result(ctx, lot.running.id), ("reviewer",)),
    "object": (
        lambda ctx, lot: market.object_to_result(ctx, lot.running.id, "异议"),
        tuple(name for name in PEOPLE if name != "anyone"),
    ),
    "declare default": (lambda ctx, lot: market.declare_default(ctx, lot.running.id, WHY), ("reviewer",)),
    "answer objection": (lambda ctx, lot: market.answer_objection(ctx, lot.objection.id, "答"), ("clerk",)),
    "officer's key": (
        lambda ctx, lot: register_officer_key(ctx, "a passphrase", cost=2),
        ("officer_one", "officer_two", "far_officer_one", "far_officer_two"),
    ),
}


def is_denied(act: Act, ctx: Context, lot: Lot) -> bool:
    try:
        act(ctx, lot)
    except Fault as fault:
        return fault.code == "access.denied"
    return False


@pytest.mark.parametrize("name", ACTIONS)
def test_only_these_may(lot: Lot, name: str) -> None:
    act, allowed = ACTIONS[name]
    others = [person for person in PEOPLE if person not in allowed]
    let_in = [person for person in others if not is_denied(act, lot.hall.as_(person), lot)]
    assert not let_in
    kept_out = [person for person in allowed if is_denied(act, lot.hall.as_(person), lot)]
    assert not kept_out


def test_every_action_is_in_this_table() -> None:
    steps = {
        name for name in market.__all__ if name[0].islower() and name not in {"submit", "write_evidence"}
    }
    system_only = {
        "advance_offering",
        "clear_book",
        "recover_outage",
        "secure_deposits",
        "settle",
        "settle_each",
    }
    # `decide_step` has a row for each of its inputs, `answer_objection` one more, the officer's key one of its own
    assert len(ACTIONS) - 1 == len(steps - system_only - {"relist_offering"}) + len(STEPS) - 1


def test_listing_again_needs_what_preparing_needs(hall: Hall) -> None:
    offering = hall.run_out(hall.offer())
    form = hall.form(offering.entry_id, "T-2")
    for person in PEOPLE:
        if person != "clerk":
            with pytest.raises(Fault, match=r"access\.denied"):
                market.relist_offering(hall.as_(person), offering.id, form)
    market.relist_offering(hall.as_("clerk"), offering.id, form)


def test_a_refusal_stays_in_the_access_log(lot: Lot) -> None:
    with pytest.raises(Fault, match=r"access\.denied"):
        market.confirm_sale(lot.hall.as_("treasurer"), lot.running.id)
    record = AccessRecord.objects.latest("pk")
    assert (record.action, record.object_id, record.allowed) == ("sale.confirm", lot.running.id, False)
    assert record.person == lot.hall.users["treasurer"]
