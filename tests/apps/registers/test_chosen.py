"""Lists and counts hold against a plain look at every entry and version, whichever index answers them."""

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.apps.packs.api import current_pack
from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryQuery
from jishi.apps.registers.models import EntryVersion, RegisterEntry
from jishi.platform import fulltext, search
from jishi.platform.access import stem_of
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from tests.apps.registers.test_entry import parcel, square

pytestmark = pytest.mark.django_db

PLACES = ("人民大街十段", "人民大街", "人民路甲12号", "重庆路甲", "亚泰大街A座2201", "人")
DIVISIONS = ("220102", "220103", "220202", "222401")
STATES = ("offered", "withdrawn", "planned")
TENURES = ("state", "collective")


@pytest.fixture
def instants(ctx: Context, clock: SimulatedClock) -> list[int]:
    """Write forty parcels and change half of them; give the instants at which that happened."""
    chance = Random(5)
    seen = []
    for number in range(40):
        clock.move_to(clock.now_ms() + chance.randint(0, 2))
        made = registers.create_entry(ctx, _form(chance, number), allow_overlap=True)
        if number % 2:
            registers.set_entry_state(ctx, made.id, chance.choice(STATES[:2]))
        if number % 3 == 0:
            clock.move_to(clock.now_ms() + 1)
            data = {**made.data, "tenure": chance.choice(TENURES), "place": chance.choice(PLACES)}
            version = registers.get_entry(made.id).version
            registers.amend_entry(ctx, made.id, version, data, reason="更正", allow_overlap=True)
        seen.append(clock.now_ms())
    return [seen[0] - 1, *seen]


def _form(chance: Random, number: int) -> Any:
    side = chance.choice((0.001, 0.02, 0.5))
    return parcel(
        f"P{number}",
        place=chance.choice(PLACES),
        division=chance.choice(DIVISIONS),
        tenure=chance.choice(TENURES),
        public=chance.random() < 0.8,
        geometry=square(125 + chance.random(), 43 + chance.random(), side),
    )


QUERIES = st.builds(
    EntryQuery,
    st.just("land.parcel"),
    divisions=st.sampled_from([(), ("220100",), ("220102",), ("222400", "220202"), ("220000",)]),
    text=st.sampled_from(
        ["", "人民", "人民大街", "人民大街十", "大街 人", "路", "2201", "街十段", "甲", "a座"]
    ),
    state=st.sampled_from(["", "", *STATES]),
    facets=st.sampled_from([{}, {}, {"tenure": "state"}, {"tenure": "collective"}]),
    public_only=st.booleans(),
)
LIMITS = st.sampled_from([10_000, 10_000, 3])
UNDER = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _is_in(query: EntryQuery, row: Any, *, public: bool) -> bool:
    below = tuple(stem_of(each) for each in query.divisions) or ("",)
    return (
        row.division.startswith(below)
        and (not query.state or row.state == query.state)
        and all(row.data[name] == value for name, value in query.facets.items())
        and (public or not query.public_only)
    )


def _holds(query: EntryQuery, row: Any, *names: str) -> bool:
    said = [str(row.data[name]).casefold() for name in names]
    return all(any(word.casefold() in each for each in said) for word in query.text.split())


def _plain(query: EntryQuery) -> list[RegisterEntry]:
    rows = [row for row in RegisterEntry.objects.all() if _is_in(query, row, public=row.public)]
    # No other field of these parcels holds one of the words but the division, by its digits.
    return [row for row in rows if _holds(query, row, "place", "division")]


def _every(query: EntryQuery, size: int = 7) -> tuple[list[Any], set[int]]:
    """Walk all pages; give what stands on them and the totals they say."""
    rows, totals, cursor = [], set(), None
    while True:
        page = registers.list_entries(query, cursor, size)
        rows += page.rows
        totals.add(page.total)
        if (cursor := page.next) is None:
            return rows, totals


def _capped(counted: Any, most: int) -> dict[str, int]:
    return {value: min(number, most + 1) for value, number in counted.items() if number}


@UNDER
@given(query=QUERIES, most=LIMITS, late=st.sampled_from([1, 1000]))
def test_pages_and_counts_are_those_of_a_plain_look(
    instants: list[int], query: EntryQuery, most: int, late: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "COUNTED", most)
        patch.setattr(fulltext, "LATE", late)
        found = _plain(query)
        rows, totals = _every(query)
        assert sorted(each.id for each in rows) == sorted(each.id for each in found)
        assert totals == {min(most + 1, len(found))} == {registers.count_entries(query)}
        assert registers.count_states(query) == _capped(Counter(row.state for row in found), most)
        assert registers.count_divisions(query) == _capped(_by_division(query, found), most)
        tenures = _capped(Counter(row.data["tenure"] for row in found), most)
        if len(found) > most:
            assert registers.count_facet(query, "tenure") == tenures
        else:
            assert registers.count_facet(query, "tenure") == Counter(row.data["tenure"] for row in found)


def _by_division(query: EntryQuery, found: list[RegisterEntry]) -> dict[str, int]:
    above = query.divisions or ("220000",)
    named = [*above, *(each.code for each in current_pack().divisions.values() if each.parent in above)]
    return {code: sum(row.division.startswith(stem_of(code)) for row in found) for code in named}


@UNDER
@given(query=QUERIES, most=LIMITS, at=st.integers(0, 40))
def test_a_past_date_shows_what_stood_then(
    instants: list[int], query: EntryQuery, most: int, at: int
) -> None:
    query = replace(query, as_of_ms=instants[at], text=query.text.replace("人", "P"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "COUNTED", most)
        rows, totals = _every(query)
        stood = [
            row
            for row in EntryVersion.objects.filter(at_ms__lte=instants[at]).select_related("entry")
            if row.until_ms is None or row.until_ms > instants[at]
        ]
        found = [row for row in stood if _is_in(query, row, public=row.entry.public)]
        found = [row for row in found if _holds(query, row, "parcel_no")]
        assert sorted((each.id, each.version) for each in rows) == sorted(
            (r.entry_id, r.version) for r in found
        )
        assert [each.updated_ms for each in rows] == sorted((r.at_ms for r in found), reverse=True)
        assert totals == {min(most + 1, len(found))}


@UNDER
@given(
    x=st.floats(124.5, 126.5), y=st.floats(42.5, 44.5), side=st.sampled_from([0.01, 0.2, 2.0]), most=LIMITS
)
def test_a_box_holds_what_meets_it(instants: list[int], x: float, y: float, side: float, most: int) -> None:
    east, north = x + side, y + side
    rows_meeting = RegisterEntry.objects.filter(
        public=True, min_x__lte=east, max_x__gte=x, min_y__lte=north, max_y__gte=y
    )
    found = {row.id for row in rows_meeting}
    box = (x, y, east, north)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "COUNTED", most)
        query = EntryQuery("land.parcel", box=box, public_only=True)
        rows, totals = _every(query)
        assert {each.id for each in rows} == found and totals == {min(most + 1, len(found))}
        assert {each.id for each in registers.entries_in_box("land.parcel", box)} == found
