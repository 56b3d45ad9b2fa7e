"""What a kind may ask for beyond fields: numbers, validity, references; and how entries stood at a date."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from jishi.apps.packs.api import FieldKind, current_pack, validate_fields
from jishi.apps.packs.kinds.register import RegisterKind
from jishi.apps.registers import api as registers
from jishi.apps.registers import content
from jishi.apps.registers.actions import numbering, writing
from jishi.apps.registers.api import EncumbranceForm, EntryForm, EntryInfo, EntryQuery
from jishi.kernel.fault import Fault
from jishi.platform import deadline, search
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from tests.apps.registers.test_entry import parcel, square
from tests.apps.registers.test_masked import OWNER, words

pytestmark = pytest.mark.django_db

DAY_MS = 86_400_000
KIND = "labour.permit"


def permit(**more: Any) -> RegisterKind:
    fields: list[dict[str, Any]] = [
        {"name": "code", "type": "text", "label": words("code"), "required": True, "indexed": True},
        {"name": "place", "type": "text", "label": words("place"), "indexed": True},
        {"name": "holder", "type": "text", "label": words("holder"), "masked": True},
        {"name": "note", "type": "text", "label": words("note"), "public": False, "indexed": True},
        {"name": "valid", "type": "interval", "label": words("valid")},
        {"name": "former", "type": "entry", "register_kind": KIND, "label": words("former")},
    ]
    said: dict[str, Any] = {
        "id": KIND,
        "title": words("permit"),
        "factor": "labour",
        "holder": words("holder"),
        "code_field": "code",
        "title_field": "place",
        "numbering": {"pattern": "{division}-{year}-{serial}", "digits": 3},
        "validity": {"until": "valid", "expires": ["held"], "expired": "over"},
        "field": fields,
        "state": [
            {"id": "held", "title": words("held")},
            {"id": "over", "title": words("over"), "next": ["held"]},
        ],
    }
    return RegisterKind.model_validate(said | more)


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> RegisterKind:
    made = permit()
    pack = current_pack()
    held = SimpleNamespace(register=lambda _: made, divisions=pack.divisions, manifest=pack.manifest)
    for module in (content, numbering, writing):
        monkeypatch.setattr(module, "current_pack", lambda: held)
    return made


def form(**data: Any) -> EntryForm:
    return EntryForm(KIND, {"place": "人民大街", **data}, division="220102")


def test_numbers_run_without_gap_and_pass_over_those_written_by_hand(ctx: Context, kind: Any) -> None:
    registers.create_entry(ctx, form(code="220102-2027-002"))
    with pytest.raises(Fault):
        registers.create_entries(ctx, [form(), form(former="nobody")])
    made = registers.create_entries(ctx, [form(), form()])
    assert [each.number for each in made] == ["220102-2027-001", "220102-2027-003"]
    assert [each.data["code"] for each in made] == [each.number for each in made]


def test_an_entry_lapses_the_day_after_its_last(ctx: Context, kind: Any, clock: SimulatedClock) -> None:
    entry = registers.create_entry(ctx, form(valid={"from": "2027-01-01", "to": "2027-01-31"}))
    assert entry.lapses_ms == 1_801_411_200_000  # 2027-02-01 00:00 in China
    clock.move_to(entry.lapses_ms - 1)
    deadline.run_due(ctx)
    assert registers.get_entry(entry.id).state == "held"
    clock.move_to(entry.lapses_ms)
    deadline.run_due(ctx)
    assert (registers.get_entry(entry.id).state, deadline.next_due_ms()) == ("over", None)
    renewed = {**entry.data, "valid": {"from": "2027-01-01", "to": "2028-01-31"}}
    registers.amend_entry(ctx, entry.id, 2, renewed, reason="renewed")
    registers.set_entry_state(ctx, entry.id, "held")
    assert deadline.next_due_ms() == entry.lapses_ms + 365 * DAY_MS


def test_a_reference_is_kept_by_id_and_must_exist(ctx: Context, kind: Any) -> None:
    first = registers.create_entry(ctx, form())
    second = registers.create_entry(ctx, form(former=first.number))
    assert second.data["former"] == first.id
    with pytest.raises(Fault, match="registers.reference.unknown"):
        registers.create_entry(ctx, form(former="X"))


def test_masked_words_find_nothing_and_inner_words_no_stranger(ctx: Context, kind: Any) -> None:
    registers.create_entry(ctx, form(holder=OWNER, note="内部批注"))

    def hits(text: str, *, public: bool) -> int:
        return len(registers.list_entries(EntryQuery(KIND, text=text, public_only=public)).rows)

    assert (hits("人民大街", public=True), hits("人民大街", public=False)) == (1, 1)
    assert (hits("内部批注", public=True), hits("内部批注", public=False)) == (0, 1)
    assert (hits(OWNER, public=True), hits(OWNER[6:14], public=False)) == (0, 0)
    facet = EntryQuery(KIND, facets={"note": "内部批注"})
    assert len(registers.list_entries(facet).rows) == 1
    assert registers.list_entries(replace(facet, public_only=True)).rows == []
    assert registers.count_facet(replace(facet, public_only=True), "note") == {}
    assert search.find_public("批注").rows == []


@pytest.mark.parametrize("more", [{"masked": True}, {"public": False}])
def test_a_resident_number_never_stands_in_the_open(more: dict[str, Any]) -> None:
    open_field = {"name": "code", "type": "code", "scheme": "resident_id", "label": words("id")}
    with pytest.raises(ValidationError, match="code"):
        permit(field=[open_field])
    assert permit(field=[open_field | more])


def test_an_entry_and_a_list_as_they_stood(ctx: Context, clock: SimulatedClock) -> None:
    first = registers.create_entry(ctx, parcel("P1", place="旧址"))
    before = clock.now_ms()
    clock.move_to(before + DAY_MS)
    registers.amend_entry(ctx, first.id, 1, {**first.data, "place": "新址", "parcel_no": "P9"}, reason="更正")
    registers.create_entry(ctx, parcel("P2"))

    def listed(**about: Any) -> list[tuple[str, Any]]:
        rows = registers.list_entries(EntryQuery("land.parcel", **about)).rows
        return sorted((each.number, each.data["place"]) for each in rows)

    assert listed(as_of_ms=before - 1) == []
    assert listed(as_of_ms=before) == [("P1", "旧址")]
    assert listed(as_of_ms=before, public_only=True, divisions=("220100",), state="planned") == [
        ("P1", "旧址")
    ]
    assert listed(as_of_ms=clock.now_ms()) == [("P2", "演示路1号"), ("P9", "新址")] == listed()
    then = registers.version_at(first.id, before)
    assert then is not None and (then.version, then.until_ms) == (1, clock.now_ms())
    old, new = registers.list_versions(first.id)
    changed = {each.field: (each.before, each.after) for each in registers.changes(old, new)}
    assert changed == {"place": ("旧址", "新址"), "parcel_no": ("P1", "P9")}
    with pytest.raises(Fault, match="registers.as_of.field"):
        listed(as_of_ms=before, ranges={"area_cm2": ("1", "2")})


def test_ranges_and_ground(ctx: Context) -> None:
    for number, x in enumerate((125.0, 125.01, 126.0)):
        registers.create_entry(ctx, parcel(f"P{number}", area_cm2=str(100 + number), geometry=square(x)))

    def numbers(**about: Any) -> list[str]:
        return sorted(each.number for each in registers.list_entries(EntryQuery("land.parcel", **about)).rows)

    assert numbers(ranges={"area_cm2": ("1000001", "")}) == ["P1", "P2"]
    assert numbers(ranges={"area_cm2": ("", "1010000")}, text="P1") == ["P1"]
    assert numbers(within=square(125.0005)) == ["P0"]
    assert numbers(within=square(125.001)) == [], "a common boundary is no common ground"
    assert numbers(box=(124.9, 42.9, 125.5, 43.5)) == ["P0", "P1"]
    with pytest.raises(Fault, match="registers.range.unknown"):
        numbers(ranges={"place": ("1", ""), "land_grade": ("1", "")})


def test_those_behind_a_lifted_burden_move_up(ctx: Context, clock: SimulatedClock) -> None:
    entry: EntryInfo = registers.create_entry(ctx, parcel())
    made = []
    for bank in ("甲", "乙", "丙"):
        clock.move_to(clock.now_ms() + 1)
        made.append(registers.add_encumbrance(ctx, entry.id, EncumbranceForm("mortgage", bank, since_ms=0)))
    registers.add_encumbrance(ctx, entry.id, EncumbranceForm("seizure", "法院"))
    assert [each.priority for each in made] == [1, 2, 3]
    registers.lift_encumbrance(ctx, made[0].id, reason="清偿")
    shown = {each.holder: each.priority for each in registers.list_encumbrances(entry.id)}
    assert shown == {"甲": None, "乙": 1, "丙": 2, "法院": 1}
    with pytest.raises(Fault, match="registers.burden.amount"):
        registers.add_encumbrance(ctx, entry.id, EncumbranceForm("mortgage", "x", amount_fen=0))


def test_divisions_are_counted_one_step_below_those_asked(ctx: Context) -> None:
    places = ("220102", "220103", "220202")
    registers.create_entries(ctx, [parcel(f"P{n}", division=code) for n, code in enumerate(places)])
    query = EntryQuery("land.parcel")
    assert registers.count_divisions(query) == {"220000": 3, "220100": 2, "220200": 1}
    below = {"220100": 2, "220102": 1, "220103": 1}
    assert registers.count_divisions(replace(query, divisions=("220100",))) == below
    assert registers.count_divisions(replace(query, divisions=("220202",), text="演示路")) == {"220202": 1}


def test_counts_beyond_ten_thousand_say_so(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    registers.create_entries(
        ctx, [parcel(f"P{n}", tenure="state" if n % 3 else "collective") for n in range(9)]
    )
    monkeypatch.setattr(search, "COUNTED", 4)
    query = EntryQuery("land.parcel")
    assert registers.count_facet(query, "tenure") == {"state": 5, "collective": 3}  # 5 is "more than 4"
    assert registers.count_entries(query) == 5
    assert registers.count_facet(replace(query, text="P1"), "tenure") == {"state": 1}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ('{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}', None),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}, None),
        ("{", "entry.not_geometry"),
        ({"type": "Point", "coordinates": [0, 0]}, "entry.not_geometry"),
        ({"type": "Polygon", "coordinates": [[["x", 0]]]}, "entry.not_geometry"),
        ({"type": "Polygon", "coordinates": []}, "entry.not_geometry"),
    ],
)
def test_a_shape_among_the_fields_is_text_and_read_again_the_same(value: Any, code: str | None) -> None:
    fields = [FieldKind.model_validate({"name": "ground", "type": "geometry", "label": words("ground")})]
    clean, faults = validate_fields(fields, {"ground": value})
    assert [each.code for each in faults] == ([code] if code else [])
    if code is None:
        assert isinstance(clean["ground"], str)
        assert validate_fields(fields, clean) == (clean, [])
