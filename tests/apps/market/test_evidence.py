"""Every change is witnessed in its own transaction: without the entry there is no change, at no stage of life."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps

from jishi.apps.market import actions as market
from jishi.apps.market.models import Offering, Question, Registration
from jishi.apps.market.reads import get_offering
from jishi.platform import evidence
from jishi.platform.models import AccessRecord, EvidenceEntry
from tests.apps.market.hall import DAY_MS, START_FEN, STEP_FEN, Hall, failed_checks

Step = tuple[str, Callable[[], object]]
REASON = "理由"


class Broken(Exception):
    """The log could not be written."""


def everything() -> dict[str, list[dict[str, Any]]]:
    """Read every row that an action may change."""
    labels = ("platform", "market", "registers", "settlement")
    models = [model for label in labels for model in apps.get_app_config(label).get_models()]
    return {m.__name__: list(m.objects.order_by("pk").values()) for m in models if m is not AccessRecord}


def life(hall: Hall) -> Iterator[Step]:
    """Yield every witnessed step of a lot that is sold in rounds; each is taken before the next is asked for."""
    entry = hall.entry()
    clerk, reviewer = hall.as_("clerk"), hall.as_("reviewer")
    yield "prepare", lambda: market.prepare_offering(clerk, hall.form(entry.id))
    lot = Offering.objects.get().id
    yield "revise", lambda: market.revise_offering(clerk, lot, hall.form(entry.id))
    hall.seal(get_offering(lot), START_FEN)
    yield "publish", lambda: market.publish_notice(reviewer, lot)
    market.ask_question(hall.as_("north"), lot, hall.parties["north"], "？")
    yield "answer", lambda: market.answer_question(clerk, Question.objects.get().id, "答")
    yield (
        "supplement",
        lambda: market.supplement_notice(reviewer, lot, {"increment_fen": 2 * STEP_FEN}, REASON),
    )
    yield "suspend", lambda: market.suspend_offering(reviewer, lot, REASON)
    hall.move(hall.clock.now_ms() + DAY_MS)
    yield "resume", lambda: market.resume_offering(reviewer, lot, REASON)
    hall.move(get_offering(lot).listing_start)
    yield "begin", lambda: market.advance_offering(hall.system, lot)
    yield from _registration(hall, lot)
    yield from _auction(hall, lot)
    yield "confirm", lambda: market.confirm_sale(reviewer, lot)
    yield "publish result", lambda: market.publish_result(reviewer, lot)
    signed = [("ContractSigned", {"number": "C-1", "pdf_sha256": "0" * 64})]
    yield "contract", lambda: market.write_evidence(hall.system, lot, signed, "contracted")


def _registration(hall: Hall, lot: str) -> Iterator[Step]:
    for name in ("north", "south", "east", "west"):
        yield f"file {name}", lambda name=name: hall.file(get_offering(lot), name)  # type: ignore[misc]
    rows = {row.party: row.id for row in Registration.objects.all()}
    north, south, east, west = (rows[hall.parties[name]] for name in ("north", "south", "east", "west"))
    yield "refuse", lambda: market.refuse_registration(hall.as_("clerk"), west, REASON)
    passed = [north, south, east]
    yield "qualify", lambda: market.qualify_registrations(hall.as_("clerk"), lot, passed)
    secured = [(each, "transfer") for each in passed]
    yield "secure", lambda: market.secure_deposits(hall.system, lot, secured)
    yield "withdraw", lambda: market.withdraw_registration(hall.as_("east"), east)


def _auction(hall: Hall, lot: str) -> Iterator[Step]:
    rows = {row.party: row.id for row in Registration.objects.all()}
    north, south = rows[hall.parties["north"]], rows[hall.parties["south"]]
    offering = get_offering(lot)
    ends = (offering.listing_end + DAY_MS, offering.registration_end)
    yield "extend", lambda: market.extend_offering(hall.as_("reviewer"), lot, ends, REASON)
    yield "bid", lambda: market.place_bid(hall.as_("north"), north, START_FEN, "a")
    yield "increment", lambda: market.set_increment(hall.as_("clerk"), lot, STEP_FEN, REASON)
    hall.move(ends[0])
    yield "tick", lambda: market.advance_offering(hall.system, lot)
    yield "continue", lambda: market.continue_bidding(hall.as_("south"), south, "b")
    yield "last bid", lambda: market.place_bid(hall.as_("south"), south, START_FEN + STEP_FEN, "c")
    hall.move(get_offering(lot).due_ms or 0)
    yield "close", lambda: market.advance_offering(hall.system, lot)
    hall.open_reserve(get_offering(lot), "officer_one")
    yield "open reserve", lambda: hall.open_reserve(get_offering(lot), "officer_two")


def test_without_its_entry_nothing_happened(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Broken

    taken = []
    for name, step in life(hall):
        before = everything()
        with monkeypatch.context() as broken, pytest.raises(Broken):
            broken.setattr(evidence, "append", fail)
            broken.setattr(evidence, "append_all", fail)
            step()
        after = everything()
        changed = [table for table in before if before[table] != after[table]]
        assert not changed, f"{name} changed {changed} although its entry was not written"
        entries = EvidenceEntry.objects.count()
        step()
        assert EvidenceEntry.objects.count() > entries, f"{name} wrote no entry"
        taken.append(name)
    assert len(taken) == 27
    assert get_offering(Offering.objects.get().id).state == "contracted"


def test_the_bundle_verifies_at_every_stage_of_life(hall: Hall) -> None:
    for name, step in life(hall):
        step()
        offering = Offering.objects.get()
        if offering.state != "draft":
            assert failed_checks(offering) == {}, f"after {name}"


def test_no_entry_holds_who_or_what_was_said(hall: Hall) -> None:
    for _, step in life(hall):
        step()
    said = "".join(entry.data for entry in evidence.read_stream(Offering.objects.get().stream))
    secret = [REASON, "答", *hall.parties.values(), *(row.salt for row in Registration.objects.all())]
    assert not [each for each in secret if each in said]
