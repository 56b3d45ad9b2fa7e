"""A scored tender from the sealed bids to the ranking: its panel is drawn with the bidders' own salts."""

import json
from typing import Any

import pytest

from jishi.apps.market import api as market
from jishi.apps.panels import api as panels
from jishi.apps.panels.models import Panel
from jishi.apps.sealing import api as sealing
from jishi.kernel.fault import Fault
from jishi.kernel.panel.record import check_record
from jishi.platform.deadline import run_due
from tests.apps.market.hall import failed_checks
from tests.apps.panels.board import Board, CaseOwner
from tests.apps.sealing.chamber import MEMBERS, PRICES, Chamber

TERMS = {
    "sealing": {"suite": "x25519", "members": 3, "threshold": 2},
    "method": "score",
    "direction": "high",
    "drop_extremes": True,
    "criteria": [
        {"id": "price", "weight_bp": 4000, "full_marks": 40, "kind": "price"},
        {"id": "plan", "weight_bp": 6000, "full_marks": 100, "kind": "expert"},
    ],
}


class Tender:
    """A lot for a scored tender with three admitted bidders whose bids are in."""

    def __init__(self, chamber: Chamber, board: Board) -> None:
        self.chamber, self.board = chamber, board
        offering = chamber.offer_sealed("T-9", terms=TERMS)
        chamber.name(offering)
        chamber.register(offering, *MEMBERS)
        chamber.move(offering.listing_start)
        self.id = chamber.advance(offering).id
        self.rows = chamber.admit(offering, *PRICES)
        chamber.file_all(self.rows)

    @property
    def offering(self) -> market.Offering:
        """Return the lot as it stands."""
        return market.get_offering(self.id)

    def convene(self) -> Panel:
        """Convene the panel."""
        return self.board.convene(self.id, owner_kind="offering")

    def open(self) -> None:
        """Close the bids and open them."""
        self.chamber.close(self.offering)
        for name in MEMBERS[:2]:
            self.chamber.publish_key(name, self.offering)

    def accept_all(self, panel: Panel) -> list[panels.Member]:
        """Let everybody accept."""
        members = self.board.members(panel)
        for member in members:
            panels.accept_seat(self.board.as_member(member), panel.id)
        return members

    def mark_all(self, panel: Panel, plans: dict[str, list[int]]) -> None:
        """Let each member mark each bid; `plans` holds by bidder the marks in the order of the seats."""
        for place, member in enumerate(self.board.members(panel)):
            for name, marks in plans.items():
                alias = self.rows[name].alias
                panels.give_marks(self.board.as_member(member), panel.id, alias, {"plan": marks[place]})


@pytest.fixture
def tender(chamber: Chamber, owner: CaseOwner) -> Tender:
    """Give a scored tender with its bids in."""
    return Tender(chamber, Board(chamber, owner))


def test_a_scored_tender_from_draw_to_result(tender: Tender) -> None:
    panel = tender.convene()
    assert panel.mixes_sealed
    tender.open()
    assert tender.offering.awaits == "seat"
    panel = tender.board.draw(panel)
    openings = sealing.read_ceremony(tender.offering).openings  # type: ignore[union-attr]
    assert panel.contributions == {f"sealed/{alias}": each["salt"] for alias, each in openings.items()}
    tender.accept_all(panel)
    assert tender.offering.awaits == "score"
    # Without the extremes: north 80, 80, 80; south 90, 95, 100 -> 95; east 60.
    plans = {"north": [80, 80, 80, 0, 100], "south": [90, 95, 100, 100, 10], "east": [60] * 5}
    tender.mark_all(panel, plans)
    panels.close_panel(tender.board.as_member(tender.board.members(panel)[0]), panel.id)
    offering = tender.offering
    scores: Any = market.mechanism_of(offering).load(offering.snapshot or {}).scores
    by_name = {name: scores[row.alias] for name, row in tender.rows.items()}
    # The price counts 40 of 100 by its share of the best, 1.2 million: 1.1 / 1.2 and 1.0 / 1.2 of it.
    assert by_name["north"]["points"] == {"price": 4000, "plan": 4800}
    assert by_name["south"]["points"] == {"price": 3667, "plan": 5700}
    assert by_name["east"]["points"] == {"price": 3333, "plan": 3600}
    assert offering.leader == tender.rows["south"].alias and offering.phase == "publicity"
    # Names stay secret through the publicity of the candidates, and come with the result.
    run_due(tender.chamber.system)
    assert panels.public_names(panels.find_panel(panel.id)) == {}
    offering = tender.chamber.run_out(offering)
    run_due(tender.chamber.system)
    panel = panels.find_panel(panel.id)
    assert offering.outcome["winner"] == tender.rows["south"].alias  # type: ignore[index]
    assert len(panels.public_names(panel)) == 5
    assert check_record(json.loads(json.dumps(panels.read_record(panel)))) is not None
    assert failed_checks(offering) == {}


def test_bidders_and_who_handled_the_lot_keep_out(tender: Tender) -> None:
    board = tender.board
    employed = board.expert("W1", "道路", organisation="north置业有限公司")
    agent = board.expert("W2", "道路", email="south@example.org")
    handled = board.expert("W3", "道路", email="clerk@example.org")
    panel = tender.convene()
    aliases = {row[3]: row[0] for row in panel.pool}
    assert panel.recusal["experts"] == {
        aliases[employed.id]: ["employer"], aliases[agent.id]: ["represents"], aliases[handled.id]: ["handled"],
    }  # fmt: skip


def test_no_panel_is_drawn_before_the_opening(tender: Tender) -> None:
    panel = tender.convene()
    tender.board.contribute(panel)
    with pytest.raises(Fault) as fault:
        tender.board.draw(panel)
    assert fault.value.code == "panels.tender.early"


def test_convened_after_the_opening_it_needs_an_office(tender: Tender) -> None:
    tender.open()
    panel = tender.convene()
    assert not panel.mixes_sealed
    with pytest.raises(Fault, match=r"panels\.contribution\.none"):
        tender.board.draw(panel)
    tender.board.contribute(panel)
    assert list(tender.board.draw(panel).contributions) == ["office/1"]


def test_a_seat_that_changes_hands_changes_hands_in_the_market(tender: Tender) -> None:
    panel = tender.convene()
    tender.open()
    panel = tender.board.draw(panel)
    first = tender.accept_all(panel)[0]
    panels.declare_recusal(tender.board.as_member(first), panel.id, "interest")
    fresh = tender.board.members(panel)[0]
    panels.accept_seat(tender.board.as_member(fresh), panel.id)
    state: Any = market.mechanism_of(tender.offering).load(tender.offering.snapshot or {})
    assert fresh.alias in state.panel and first.alias not in state.panel


def test_a_lot_without_experts_marks_needs_no_panel(chamber: Chamber, owner: CaseOwner) -> None:
    board, offering = Board(chamber, owner), chamber.offer_sealed("T-8")
    with pytest.raises(Fault) as fault:
        board.convene(offering.id, owner_kind="offering")
    assert fault.value.code == "panels.tender.none" and not panels.asks_for_panel(offering)
