"""Package bids in the market: solved by the office, proved to everyone; a draw is committed to before its notice."""

from typing import Any

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.models import Offering
from jishi.apps.market.publication import bundle_offering
from jishi.apps.market.reads import get_offering, sealed_lines
from jishi.kernel.evidence.verify import verify
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import acts
from jishi.kernel.mechanism.sealed_box import commit_bid
from jishi.platform.words import say
from tests.apps.market.hall import FIVE_MINUTES, START_FEN, STEP_FEN, Hall

SALT = "5a" * 32
SEALING = {"suite": "x25519", "members": 3, "threshold": 2}
NONE: dict[str, Any] = {"start_price_fen": None, "increment_fen": None}
# north alone values both lots together most; but south and east each want one, and are worth more in sum
BIDS = {"north": (["A", "B"], 900), "south": (["A"], 500), "east": (["B"], 600)}


def sell_packages(hall: Hall) -> Offering:
    """Publish two lots in one offering, file and open a package bid each."""
    lots = [{"lot": "A", "reserve_fen": 100}, {"lot": "B", "reserve_fen": 100}]
    terms = {"lots": lots, "sealing": SEALING}
    offering = hall.offer(product="land.state_grant_auction", mechanism="package", terms=terms, **NONE)
    rows = hall.admit(offering, *BIDS)
    openings = {}
    for name, row in rows.items():
        wanted, price_fen = BIDS[name]
        bid = {"packages": [{"lots": wanted, "price_fen": price_fen}]}
        seal = acts.Seal(row.alias, commit_bid(offering.id, row.alias, bid, SALT))
        assert market.take_part(hall.as_(name), row.id, seal, name).accepted
        openings[row.alias] = {"bid": bid, "salt": SALT}
    offering = hall.run_out(offering)
    market.decide_step(hall.system, offering.id, acts.Unseal(sealed_lines(offering), openings))
    return get_offering(offering.id)


def test_the_best_packages_are_found_proved_and_awarded(hall: Hall) -> None:
    offering = sell_packages(hall)
    assert (offering.phase, offering.awaits) == ("solving", "solve")
    market.solve_packages(hall.as_("clerk"), offering.id)
    assert get_offering(offering.id).state == "ended"
    winners = market.confirm_sale(hall.as_("reviewer"), offering.id)
    assert {row.party for row in winners} == {hall.parties["south"], hall.parties["east"]}
    market.publish_result(hall.as_("reviewer"), offering.id)
    report = verify(bundle_offering(get_offering(offering.id)))
    failed = {check.name for check in report.checks if not check.ok}
    assert failed == {"sealing"}, "no committee took part; the rest holds"


def test_nothing_is_solved_before_the_bids_are_opened(hall: Hall) -> None:
    with pytest.raises(Fault, match=r"market\.solve\.early") as caught:
        market.solve_packages(hall.as_("clerk"), hall.offer().id)
    for language in ("zh", "en"):
        assert "T-1" in say(caught.value.code, caught.value.params, language)


def test_a_solution_of_less_worth_is_refused_and_changes_nothing(hall: Hall) -> None:
    offering = sell_packages(hall)
    with pytest.raises(Fault, match=r"package\."):
        market.decide_step(hall.as_("clerk"), offering.id, acts.Solve([0], {"prices": [], "tree": []}))
    assert get_offering(offering.id).phase == "solving"


def test_no_draw_is_announced_that_nobody_committed_to(hall: Hall) -> None:
    first = {"kind": "ascending", "increment_fen": STEP_FEN, "round_ms": FIVE_MINUTES}
    first |= {"cap_fen": 2 * START_FEN, "at_cap": "next"}
    stages = [first, {"kind": "lottery", "span_ms": FIVE_MINUTES}]
    terms = {"stages": stages, "sealing": SEALING, "draw_commitment": "0" * 64}
    draft = hall.draft(
        product="land.state_grant_auction", mechanism="auction", terms=terms, increment_fen=None
    )
    with pytest.raises(Fault, match=r"market\.draw\.uncommitted"):
        hall.publish(draft)
    commitment = market.commit_draw(hall.as_("clerk"), draft.id)
    assert hall.publish(draft).terms["draw_commitment"] == commitment


def test_a_way_without_a_draw_has_nothing_to_commit_to(hall: Hall) -> None:
    with pytest.raises(Fault, match=r"market\.draw\.none"):
        market.commit_draw(hall.as_("clerk"), hall.draft().id)
