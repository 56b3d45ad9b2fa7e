"""Entries hold only what their kind allows, change only from the version one saw, and claim no ground twice."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryForm, EntryQuery
from jishi.apps.registers.models import EntryVersion, IndexValue, RegisterEntry
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit
from jishi.platform import evidence, search
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import ANYONE, Actor, Context, Permit
from jishi.platform.models import EvidenceEntry

pytestmark = pytest.mark.django_db

CLERK = Actor(permits=(Permit("clerk", "220100"),))
USES = [{"code": "0701", "name": "城镇住宅用地", "area_cm2": "10000", "term_years": 70}]


def square(x: float, y: float = 43.0, side: float = 0.001) -> dict[str, Any]:
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def parcel(parcel_no: str = "P1", **changes: Any) -> EntryForm:
    data = {
        "parcel_no": parcel_no,
        "place": "演示路1号",
        "division": "220102",
        "area_cm2": "10000",
        "tenure": "state",
        "uses": USES,
    }
    about = {
        name: changes.pop(name)
        for name in ("geometry", "state", "public", "number", "division")
        if name in changes
    }
    return EntryForm("land.parcel", {**data, **changes}, **about)


def test_an_entry_takes_number_division_and_state_from_its_kind(ctx: Context) -> None:
    entry = registers.create_entry(ctx, parcel())
    assert (entry.number, entry.division, entry.state, entry.version) == ("P1", "220102", "planned", 1)
    assert entry.data["area_cm2"] == 100_000_000
    assert registers.get_entry(entry.id) == entry
    assert registers.find_entry("land.parcel", "220102", "P1") == entry


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (parcel(area_cm2=""), "entry.required"),
        (parcel(colour="red"), "entry.unknown_field"),
        (parcel(tenure="private"), "entry.not_choice"),
        (parcel(state="sold"), "registers.state.unknown"),
        (parcel(number="N" * 121), "registers.number.long"),
        (parcel(division="99"), "codes.division.length"),
        (parcel(geometry={"type": "Point", "coordinates": [125, 43]}), "registers.shape.type"),
        (
            parcel(geometry={"type": "Polygon", "coordinates": [[[125, 43], [126, 43]]]}),
            "registers.shape.invalid",
        ),
        (parcel(geometry={"type": "Polygon"}), "registers.shape.invalid"),
        (parcel(geometry={"type": "Polygon", "coordinates": "x"}), "registers.shape.invalid"),
        (parcel(geometry={"type": "Polygon", "coordinates": []}), "registers.shape.invalid"),
        (
            parcel(geometry={"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}),
            "registers.shape.invalid",
        ),
        (parcel(geometry=square(4_200_000.0, 4_800_000.0)), "registers.shape.range"),
    ],
)
def test_bad_input_is_refused_by_row_and_stores_nothing(ctx: Context, form: EntryForm, code: str) -> None:
    with pytest.raises(Fault) as caught:
        registers.create_entries(ctx, [parcel("good"), form])
    assert (caught.value.code, caught.value.params["row"]) == (code, 2)
    assert not RegisterEntry.objects.exists() and not EvidenceEntry.objects.exists()


def test_an_unknown_kind_is_refused(ctx: Context) -> None:
    with pytest.raises(Fault, match="pack.no_register"):
        registers.create_entry(ctx, replace(parcel(), kind="land.castle"))


def test_a_number_is_taken_once_in_a_division(ctx: Context) -> None:
    registers.create_entries(ctx, [parcel("P1"), parcel("P1", division="220103")])
    with pytest.raises(Fault) as caught:
        registers.create_entries(ctx, [parcel("P2"), parcel("P1")])
    assert (caught.value.code, caught.value.params["row"]) == ("registers.number.taken", 2)
    with pytest.raises(Fault, match="registers.number.taken"):
        registers.create_entries(ctx, [parcel("P3"), parcel("P3")])


def test_a_clerk_edits_in_the_own_division_only(ctx: Context) -> None:
    clerk = replace(ctx, actor=CLERK)
    entry = registers.create_entry(clerk, parcel())
    for act in (
        lambda: registers.create_entry(clerk, parcel("P2", division="220202")),
        lambda: registers.amend_entry(clerk, entry.id, 1, {**entry.data, "division": "220202"}),
        lambda: registers.set_entry_state(replace(ctx, actor=ANYONE), entry.id, "offered"),
    ):
        with pytest.raises(Fault, match="access.denied"):
            act()
    assert registers.get_entry(entry.id) == entry


def test_the_evidence_commits_to_every_version_and_tells_no_free_text(ctx: Context) -> None:
    entry = registers.create_entry(ctx, parcel(geometry=square(125.0)))
    registers.set_entry_state(ctx, entry.id, "offered")
    entries = evidence.read_stream(f"entry/{entry.id}")
    assert [each.kind for each in entries] == ["EntryCreated", "EntryStateSet"]
    told = json.loads(entries[0].data)
    drawn = json.dumps(entry.geometry, sort_keys=True, separators=(",", ":"))
    said = {"kind": entry.kind, "number": entry.number, "data": entry.data, "geometry": drawn}
    salts = list(EntryVersion.objects.order_by("version").values_list("salt", flat=True))
    assert told["commitment"] == commit("jishi.entry/1", salts[0], said)
    assert len(set(salts)) == 2
    assert "演示路" not in entries[0].data


# --- versions


def test_an_amendment_makes_a_version_and_moves_the_index(ctx: Context, clock: SimulatedClock) -> None:
    entry = registers.create_entry(ctx, parcel())
    clock.move_to(clock.now_ms() + 5)
    changed = registers.amend_entry(
        ctx, entry.id, 1, {**entry.data, "parcel_no": "P9", "place": "新址"}, reason="更正"
    )
    assert (changed.version, changed.number, changed.title) == (2, "P9", "P9")
    versions = registers.list_versions(entry.id)
    assert [each.data["place"] for each in versions] == ["演示路1号", "新址"]
    assert [each.reason for each in versions] == ["", "更正"]
    assert list(IndexValue.objects.filter(field="place").values_list("text", flat=True)) == ["新址"]
    assert [row.title for row in search.find_public("P9").rows] == ["P9"]
    assert registers.get_entry(entry.id) == changed


def test_a_change_from_an_older_version_is_refused_naming_the_newer(ctx: Context) -> None:
    entry = registers.create_entry(ctx, parcel())
    registers.set_entry_state(ctx, entry.id, "offered", expected_version=1)
    for act in (
        lambda: registers.amend_entry(ctx, entry.id, 1, entry.data),
        lambda: registers.set_entry_state(ctx, entry.id, "granted", expected_version=1),
    ):
        with pytest.raises(Fault) as caught:
            act()
        assert caught.value.code == "registers.entry.stale"
        assert (caught.value.params["expected"], caught.value.params["version"]) == (1, 2)


def test_an_amendment_may_not_take_anothers_number(ctx: Context) -> None:
    registers.create_entry(ctx, parcel("P1"))
    entry = registers.create_entry(ctx, parcel("P2"))
    with pytest.raises(Fault, match="registers.number.taken"):
        registers.amend_entry(ctx, entry.id, 1, {**entry.data, "parcel_no": "P1"})


def test_a_given_number_stays_when_the_data_change(ctx: Context) -> None:
    entry = registers.create_entry(ctx, parcel("P1", number="CC-1"))
    assert registers.amend_entry(ctx, entry.id, 1, {**entry.data, "parcel_no": "P2"}).number == "CC-1"


def test_a_state_follows_only_where_the_kind_says_so(ctx: Context) -> None:
    entry = registers.create_entry(ctx, parcel())
    with pytest.raises(Fault) as caught:
        registers.set_entry_state(ctx, entry.id, "granted")
    assert caught.value.code == "registers.state.order"
    assert caught.value.params["valid"] == "offered, withdrawn"
    registers.set_entry_state(ctx, entry.id, "offered")
    with pytest.raises(Fault, match="registers.state.order"):
        registers.set_entry_state(ctx, entry.id, "offered")  # a parcel is offered once at a time
    with pytest.raises(Fault, match="registers.state.unknown"):
        registers.set_entry_state(ctx, entry.id, "sold")
    with pytest.raises(Fault, match="registers.entry.unknown"):
        registers.set_entry_state(ctx, "x", "offered")


def test_many_states_move_together_or_not_at_all(ctx: Context) -> None:
    entries = registers.create_entries(ctx, [parcel(f"P{n}") for n in range(3)])
    ids = [entry.id for entry in entries]
    moved = registers.set_entry_states(ctx, ids, "offered")
    assert [(entry.id, entry.state, entry.version) for entry in moved] == [
        (each, "offered", 2) for each in ids
    ]
    registers.set_entry_state(ctx, ids[1], "granted")
    with pytest.raises(Fault, match="registers.state.order"):
        registers.set_entry_states(ctx, ids, "granted")
    assert [registers.get_entry(each).state for each in ids] == ["offered", "granted", "offered"]


# --- ground


def test_ground_is_claimed_once(ctx: Context) -> None:
    entry = registers.create_entry(ctx, parcel("P1", geometry=square(125.0)))
    registers.create_entry(ctx, parcel("next", geometry=square(125.001)))  # a common boundary is no overlap
    with pytest.raises(Fault) as caught:
        registers.create_entry(ctx, parcel("P2", geometry=square(125.0005, 43.0005)))
    assert caught.value.code == "registers.shape.overlap"
    assert caught.value.params["other"] in ("P1", "next")
    registers.create_entry(ctx, parcel("P2", geometry=square(125.0005, 43.0005)), allow_overlap=True)
    assert entry.id in [
        each.id for each in registers.entries_in_box("land.parcel", (125, 43, 125.0001, 43.0001))
    ]


def test_ground_is_claimed_once_within_a_batch(ctx: Context) -> None:
    with pytest.raises(Fault) as caught:
        registers.create_entries(
            ctx, [parcel("a", geometry=square(125.0)), parcel("b", geometry=square(125.0))]
        )
    assert (caught.value.params["number"], caught.value.params["other"], caught.value.params["row"]) == (
        "b",
        "a",
        2,
    )


def test_boxes_may_cross_where_the_shapes_do_not(ctx: Context) -> None:
    low = {"type": "Polygon", "coordinates": [[[125, 43], [125.01, 43], [125, 43.01], [125, 43]]]}
    high = {
        "type": "Polygon",
        "coordinates": [[[125.01, 43.01], [125.006, 43.01], [125.01, 43.006], [125.01, 43.01]]],
    }
    registers.create_entries(ctx, [parcel("low", geometry=low), parcel("high", geometry=high)])


def test_lapsed_ground_may_be_claimed_and_is_claimed_again_on_return(ctx: Context) -> None:
    old = registers.create_entry(ctx, parcel("old", geometry=square(125.0)))
    registers.set_entry_state(ctx, old.id, "withdrawn")
    new = registers.create_entry(ctx, parcel("new", geometry=square(125.0)))
    with pytest.raises(Fault, match="registers.shape.overlap"):
        registers.set_entry_state(ctx, old.id, "planned")
    registers.set_entry_state(ctx, new.id, "withdrawn")
    assert registers.set_entry_state(ctx, old.id, "planned").state == "planned"


def test_an_amended_shape_claims_its_ground(ctx: Context) -> None:
    registers.create_entry(ctx, parcel("a", geometry=square(125.0)))
    entry = registers.create_entry(ctx, parcel("b", geometry=square(125.002)))
    assert registers.amend_entry(ctx, entry.id, 1, entry.data).geometry == entry.geometry
    with pytest.raises(Fault, match="registers.shape.overlap"):
        registers.amend_entry(ctx, entry.id, 2, entry.data, geometry=square(125.0))
    moved = registers.amend_entry(ctx, entry.id, 2, entry.data, geometry=square(125.0005, 43.01))
    assert registers.entries_in_box("land.parcel", (125.0005, 43.01, 125.0006, 43.02)) == [
        replace(moved, data=moved.public_data)
    ]
    assert registers.amend_entry(ctx, entry.id, 3, entry.data, geometry=None).geometry is None


# --- reading


def test_strangers_see_public_fields_only(ctx: Context) -> None:
    entry = registers.create_entry(ctx, parcel(right_holder="party-1"))
    stranger = replace(ctx, actor=ANYONE)
    assert "right_holder" not in registers.show_entry(stranger, entry.id).data
    assert registers.show_entry(replace(ctx, actor=CLERK), entry.id).data["right_holder"] == "party-1"
    elsewhere = replace(ctx, actor=Actor(permits=(Permit("clerk", "220200"),)))
    assert "right_holder" not in registers.show_entry(elsewhere, entry.id).data


def test_an_entry_not_public_is_unknown_to_strangers(ctx: Context) -> None:
    entry = registers.create_entry(ctx, parcel(public=False, geometry=square(125.0)))
    with pytest.raises(Fault, match="registers.entry.unknown"):
        registers.show_entry(replace(ctx, actor=ANYONE), entry.id)
    assert registers.entries_in_box("land.parcel", (124, 42, 126, 44)) == []
    assert registers.list_entries(EntryQuery("land.parcel", public_only=True)).rows == []
    assert search.find_public("P1").rows == []
    assert "P1" not in evidence.read_stream(f"entry/{entry.id}")[0].data


def test_entries_are_chosen_by_division_state_words_and_facets(ctx: Context) -> None:
    forms = [
        parcel("A1", place="人民大街", tenure="state"),
        parcel("A2", place="解放大路", tenure="collective"),
        parcel("B1", place="人民大街", division="220202", tenure="state"),
    ]
    registers.create_entries(ctx, forms)

    def numbers(**about: Any) -> list[str]:
        return sorted(each.number for each in registers.list_entries(EntryQuery("land.parcel", **about)).rows)

    assert numbers() == ["A1", "A2", "B1"]
    assert numbers(divisions=("220100",)) == ["A1", "A2"]
    assert numbers(text="人民大街") == ["A1", "B1"]
    assert numbers(text="人民 A1") == ["A1"]
    assert numbers(facets={"tenure": "collective"}) == ["A2"]
    assert numbers(facets={"uses.code": "0701"}, divisions=("220202",)) == ["B1"]
    assert numbers(state="offered") == []
    assert registers.count_facet(EntryQuery("land.parcel"), "tenure") == {"state": 2, "collective": 1}


def test_pages_hold_every_entry_once(ctx: Context) -> None:
    registers.create_entries(ctx, [parcel(f"P{n}") for n in range(25)])
    seen, cursor = [], None
    while True:
        page = registers.list_entries(EntryQuery("land.parcel"), cursor, size=10)
        seen += [entry.number for entry in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert sorted(seen) == sorted(f"P{n}" for n in range(25))
    assert page.total == 25


def test_a_thousand_parcels_take_few_queries(
    ctx: Context, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    forms = [parcel(f"P{n}", geometry=square(125.0 + 0.001 * n)) for n in range(1000)]
    started = time.process_time()
    with django_assert_max_num_queries(1100):  # one a shape, for the ground it claims
        entries = registers.create_entries(ctx, forms)
    assert time.process_time() - started < 8  # about 0.8 s on an idle core
    with django_assert_max_num_queries(3):
        assert len(registers.get_entries([entry.id for entry in entries])) == 1000
