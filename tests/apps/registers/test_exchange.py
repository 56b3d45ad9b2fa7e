"""A file of rows: the good ones are written, the bad ones named, whatever stands beside them."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from jishi.apps.packs.api import current_pack
from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryQuery, ImportInfo
from jishi.apps.registers.exchange.cell import read_cell
from jishi.apps.registers.exchange.column import match_columns
from jishi.kernel.fault import Fault
from jishi.platform import deadline
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Actor, Context, Permit
from tests.apps.registers.test_entry import square

pytestmark = pytest.mark.django_db

HEAD = ["宗地编号", "坐落", "行政区划", "宗地面积 (㎡)", "土地用途", "土地所有权", "备忘"]
GOOD = ["P1", "人民大街1号", "220102", "1,234.5", "工业用地", "国有", "x"]
KIND = "land.parcel"


def table(*rows: list[str], head: list[str] = HEAD) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


def run_out(ctx: Context, run: ImportInfo) -> ImportInfo:
    """Let the deadlines of a run come."""
    clock: Any = ctx.clock
    while run.state in ("trying", "writing"):
        clock.move_to(clock.now_ms() + 1000)
        deadline.run_due(replace(ctx, actor=Context().actor))
        run = registers.get_import(ctx, run.id)
    return run


def bring(ctx: Context, content: bytes, **about: Any) -> ImportInfo:
    run = run_out(ctx, registers.start_import(ctx, KIND, content, name="rows.csv", **about))
    assert run.state == "tried"
    return run_out(ctx, registers.write_import(ctx, run.id))


def numbers() -> list[str]:
    return sorted(each.number for each in registers.list_entries(EntryQuery(KIND), size=500).rows)


def codes(run: ImportInfo) -> list[tuple[int, str, str]]:
    return [(each.row, each.field, each.code) for each in registers.list_problems(run.id)]


def test_bad_rows_are_named_and_good_ones_written(ctx: Context) -> None:
    rows = [
        GOOD,
        ["P2", "二号", "220102", "很大", "工业用地", "国有", ""],
        ["P3", "三号", "吉林省长春市南关区", "45.3亩", "城镇住宅用地、工业用地", "集体", ""],
        ["P1", "又一号", "220102", "1", "工业用地", "国有", ""],
        ["P4", "", "99", "1", "工业用地", "私有", ""],
        ["P5", "五号"],
    ]
    run = bring(ctx, table(*rows))
    assert (run.state, run.rows, run.good, run.bad) == ("done", 6, 2, 4)
    assert numbers() == ["P1", "P3"]
    assert codes(run) == [
        (2, "area_cm2", "area.unreadable"),
        (4, "", "registers.import.twice"),
        (5, "place", "entry.required"),
        (5, "division", "codes.division.length"),
        (5, "tenure", "entry.not_choice"),
        (6, "", "table.row_width"),
    ]
    third = registers.find_entry(KIND, "220102", "P3")
    assert third is not None and third.data["tenure"] == "collective"
    assert [use["code"] for use in third.data["uses"]] == ["0701", "0601"]
    assert third.data["area_cm2"] == 302_000_000
    assert registers.list_versions(third.id)[0].reason == "rows.csv"


def test_nothing_is_written_before_it_is_asked_for(ctx: Context) -> None:
    run = run_out(ctx, registers.start_import(ctx, KIND, table(GOOD), name="a.csv"))
    assert (run.state, run.good) == ("tried", 1) and numbers() == []
    columns, preview = registers.preview_import(run.id)
    assert columns[-1] == "备忘" and "备忘" not in run.columns
    assert preview[0].form is not None and preview[0].form.data["tenure"] == "state"
    with pytest.raises(Fault, match="registers.import.state"):
        registers.write_import(ctx, registers.stop_import(ctx, run.id).id)
    assert numbers() == []


def test_columns_may_be_chosen_by_hand(ctx: Context) -> None:
    head = ["甲", *HEAD[1:]]
    run = run_out(ctx, registers.start_import(ctx, KIND, table(GOOD, head=head), name="a.csv"))
    assert run.good == 0 and "甲" not in run.columns
    run = run_out(ctx, registers.choose_columns(ctx, run.id, {**run.columns, "甲": "parcel_no"}))
    assert run.good == 1
    for chosen, code in (
        ({"甲": "colour"}, "registers.column.unknown"),
        ({"甲": "place", "坐落": "place"}, "registers.column.twice"),
    ):
        with pytest.raises(Fault, match=code):
            registers.choose_columns(ctx, run.id, chosen)


def test_an_update_amends_what_changed_and_leaves_the_rest(ctx: Context) -> None:
    bring(ctx, table(GOOD, ["P2", *GOOD[1:]]))
    changed = [GOOD[0], "新址", *GOOD[2:]]
    refused = bring(ctx, table(changed))
    assert (refused.good, codes(refused)) == (0, [(1, "", "registers.number.taken")])
    run = bring(ctx, table(changed, ["P2", *GOOD[1:]], ["P3", *GOOD[1:]]), mode="update")
    assert (run.good, run.unchanged) == (3, 1)
    first, second = (registers.find_entry(KIND, "220102", number) for number in ("P1", "P2"))
    assert first is not None and (first.version, first.data["place"]) == (2, "新址")
    assert second is not None and second.version == 1
    assert numbers() == ["P1", "P2", "P3"]


def test_a_clerk_imports_into_the_own_divisions_only(ctx: Context) -> None:
    clerk = replace(ctx, actor=Actor(permits=(Permit("clerk", "220100"),)))
    rows = table(GOOD, ["P2", "x", "220202", "1", "工业用地", "国有", ""])
    run = registers.start_import(clerk, KIND, rows, name="a.csv", division="220100")
    assert codes(run) == [(2, "", "registers.import.division")]
    registers.write_import(clerk, run.id)
    assert numbers() == ["P1"]
    elsewhere = replace(ctx, actor=Actor(permits=(Permit("clerk", "220200"),)))
    for act in (registers.get_import, registers.write_import, registers.stop_import):
        with pytest.raises(Fault, match="access.denied"):
            act(elsewhere, run.id)


def feature(number: str, shape: Any) -> dict[str, Any]:
    said = {"parcel_no": number, "place": "p", "division": "220102", "area_m2": 12.5, "tenure": "state"}
    return {"type": "Feature", "properties": {**said, "uses": [{"name": "x"}]}, "geometry": shape}


def test_a_map_brings_shapes_and_overlaps_stay_out(ctx: Context) -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    shapes = [square(125.0), square(125.0005), bow, square(126.0)]
    features = [feature(f"P{place}", shape) for place, shape in enumerate(shapes)]
    run = bring(ctx, json.dumps({"type": "FeatureCollection", "features": features}).encode())
    assert numbers() == ["P0", "P3"]
    assert [(row, code) for row, _, code in codes(run)] == [
        (2, "registers.shape.overlap"),
        (3, "registers.shape.invalid"),
    ]


def test_a_workbook_is_read_as_a_table(ctx: Context) -> None:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in ([*HEAD, "wkt"], [*GOOD, "POLYGON((125 43,125.1 43,125.1 43.1,125 43))"]):
        sheet.append(row)
    book.save(out)
    run = bring(ctx, out.getvalue())
    assert (run.form, run.good) == ("xlsx", 1)
    found = registers.find_entry(KIND, "220102", "P1")
    assert found is not None and found.geometry is not None and found.geometry["type"] == "Polygon"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"\n \n", "table.empty"),
        (b'{"type": 1}', "registers.map.unreadable"),
        (b"PK\x03\x04 no workbook", "table.unreadable"),
    ],
)
def test_what_is_no_table_is_refused(ctx: Context, content: bytes, code: str) -> None:
    with pytest.raises(Fault, match=code):
        registers.start_import(ctx, KIND, content, name="a")


def test_a_crash_between_pieces_loses_and_repeats_nothing(ctx: Context, clock: SimulatedClock) -> None:
    from jishi.apps.registers.actions import importing

    rows = [[f"P{number:03}", *GOOD[1:]] for number in range(450)]
    run = run_out(ctx, registers.start_import(ctx, KIND, table(*rows), name="a.csv"))
    registers.write_import(ctx, run.id)
    for _ in range(2):
        importing._rows.clear()  # as a new process would find it
        clock.move_to(clock.now_ms() + 1000)
        deadline.run_due(ctx)
    run = run_out(ctx, registers.get_import(ctx, run.id))
    assert (run.state, run.good) == ("done", 450)
    assert numbers() == [f"P{number:03}" for number in range(450)]


def test_what_is_exported_is_imported_again_unchanged(ctx: Context) -> None:
    registers.create_entry(ctx, replace_form(right_term={"from": "2020-01-01", "to": "2070-01-01"}))
    kind = current_pack().register(KIND)
    fields = registers.export_fields(KIND, public_only=False)
    [entry] = registers.iterate_entries(EntryQuery(KIND))
    row = registers.export_cells(kind, entry, fields)
    run = bring(ctx, table(row, head=[field.label.zh for field in fields]), mode="update")
    assert (run.good, run.unchanged) == (1, 1), codes(run)


def replace_form(**more: Any) -> Any:
    from tests.apps.registers.test_entry import parcel

    return parcel("P1", simulated=True, plot_ratio="≤1.8", **more)


@pytest.mark.parametrize(
    ("field", "text", "read"),
    [
        ("division", "长春市南关区", "220102"),
        ("division", "220102", "220102"),
        ("tenure", "国有", "state"),
        ("tenure", "Collective", "collective"),
        ("simulated", "是", True),
        ("right_term", "2020年1月2日至2070-01-02", {"from": "2020-01-02", "to": "2070-01-02"}),
        ("uses", "工业用地；住宅", [{"name": "工业用地", "code": "0601"}]),
    ],
)
def test_spellings(field: str, text: str, read: Any) -> None:
    found = read_cell(current_pack().register(KIND).field(field), text, current_pack())
    assert (found[:1] if field == "uses" else found) == read


def test_headings_are_matched_by_name_label_and_alias() -> None:
    found = match_columns(
        current_pack().register(KIND), ["宗地 编号", "PLACE", "area_m2", "面积", "wkt", "?"]
    )
    assert found == {"宗地 编号": "parcel_no", "PLACE": "place", "area_m2": "area_cm2", "wkt": "#geometry"}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=12), min_size=1, max_size=9), st.binary(max_size=60))
def test_no_cell_breaks_the_reader(ctx: Context, cells: list[str], tail: bytes) -> None:
    content = table(cells, GOOD) + tail
    try:
        run = registers.start_import(ctx, KIND, content, name="a.csv")
    except Fault as fault:
        assert fault.code.startswith(("table.", "registers."))
    else:
        assert run.good + run.bad == run.done
