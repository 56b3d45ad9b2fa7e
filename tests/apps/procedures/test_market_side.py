"""What procedures and the market do to each other: a decision suspends a sale, a failed sale begins a case."""

from collections.abc import Iterator

import pytest

from jishi.apps.market import api as market
from jishi.apps.market.reads import get_offering
from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Choice, Filing
from jishi.kernel.fault import Fault
from jishi.platform.clock import SimulatedClock
from tests.apps.market.hall import HERE, MONDAY_MS, Hall
from tests.apps.procedures.made_law import FILES, law_of, write_pack


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> packs.Pack:
    return packs.load_pack_from(write_pack(tmp_path_factory.mktemp("law") / "pack", FILES))


@pytest.fixture(autouse=True)
def law(made: packs.Pack, db: None) -> Iterator[packs.Pack]:
    with law_of(made) as pack:
        yield pack


@pytest.fixture
def hall() -> Hall:
    return Hall(SimulatedClock(MONDAY_MS))


def test_a_decision_suspends_and_resumes_a_sale(hall: Hall) -> None:
    offering = hall.offer()
    filing = Filing("land.test_halt", {"offering": offering.id}, HERE)
    case = procedures.file_case(hall.as_("clerk"), filing)
    procedures.decide(hall.as_("reviewer"), case.id, Choice("stop", 1))
    assert get_offering(offering.id).suspended
    procedures.decide(hall.as_("reviewer"), case.id, Choice("go_on", 2))
    assert not get_offering(offering.id).suspended


def test_what_the_market_refuses_is_not_decided(hall: Hall) -> None:
    offering = hall.draft()  # nothing runs yet that could be suspended
    filing = Filing("land.test_halt", {"offering": offering.id}, HERE)
    case = procedures.file_case(hall.as_("clerk"), filing)
    with pytest.raises(Fault):
        procedures.decide(hall.as_("reviewer"), case.id, Choice("stop", 1))
    assert procedures.open_case(hall.system, case.id).row.step == "look"


def test_who_filed_is_not_who_decides_where_the_file_says_so(hall: Hall) -> None:
    both = hall.as_(
        "reviewer", permits=(*hall.as_("reviewer").actor.permits, *hall.as_("clerk").actor.permits)
    )
    offering = hall.offer()
    case = procedures.file_case(both, Filing("land.test_halt", {"offering": offering.id}, HERE))
    with pytest.raises(Fault, match=r"procedure\.same_person"):
        procedures.decide(both, case.id, Choice("stop", 1))


def test_a_sale_that_failed_or_was_confirmed_begins_a_case(hall: Hall) -> None:
    unsold = hall.offer("T-1")
    hall.run_out(unsold)
    assert procedures.count_cases("land.test_failed") == {"open": 1}
    sold = hall.sell("T-2")
    market.confirm_sale(hall.as_("reviewer"), sold.id)
    assert procedures.count_cases("land.test_failed") == {"open": 2}
