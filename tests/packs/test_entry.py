"""Entry data are read exactly, and each fault names its field."""

from typing import Any

import pytest
from pydantic import ValidationError

from jishi.apps.packs.api import RegisterKind, load_pack, validate_entry

GOOD: dict[str, Any] = {
    "parcel_no": " 2026-1 ",
    "place": "演示路以东",
    "division": "220184",
    "area_cm2": "45.3亩",
    "uses": [{"code": "0601", "name": "工业用地", "term_years": 50, "plot_ratio": ">1"}],
    "tenure": "state",
}


def _check(**changes: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    clean, faults = validate_entry(load_pack("jilin").register("land.parcel"), {**GOOD, **changes})
    return clean, [(fault.code, fault.params["field"]) for fault in faults]


def test_texts_become_stored_units() -> None:
    clean, faults = _check(building_density="不低于40%", green_ratio="10%≤绿地率≤20%", height="≤24")
    assert not faults
    assert clean["area_cm2"] == 302_000_000
    assert clean["parcel_no"] == "2026-1"
    assert clean["uses"] == [{"code": "0601", "name": "工业用地", "term_years": "50", "plot_ratio": ">1"}]
    assert (clean["building_density"], clean["green_ratio"], clean["height"]) == (
        "≥40%",
        "≥10%且≤20%",
        "≤24m",
    )


def test_clean_data_stay_as_they_are() -> None:
    clean, _ = _check(right_term={"from": "2026-01-01", "to": "2075-12-31"}, height="≤24m")
    assert validate_entry(load_pack("jilin").register("land.parcel"), clean) == (clean, [])


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"parcel_no": "  "}, ("entry.required", "parcel_no")),
        ({"uses": []}, ("entry.required", "uses")),
        ({"colour": "red"}, ("entry.unknown_field", "colour")),
        ({"tenure": "private"}, ("entry.not_choice", "tenure")),
        ({"area_cm2": 1.5}, ("entry.not_text", "area_cm2")),
        ({"area_cm2": True}, ("entry.not_text", "area_cm2")),
        ({"area_cm2": 0}, ("entry.out_of_range", "area_cm2")),
        ({"division": "22018"}, ("codes.division.length", "division")),
        ({"unit_code": "220184"}, ("codes.unit.length", "unit_code")),
        ({"simulated": "yes"}, ("entry.not_boolean", "simulated")),
        ({"right_term": {"from": "2026-02-30", "to": "2027-01-01"}}, ("entry.not_date", "right_term")),
        ({"right_term": {"from": "2026-02-03", "to": "2026-02-02"}}, ("entry.dates_reversed", "right_term")),
        ({"right_term": "2026"}, ("entry.not_interval", "right_term")),
        ({"uses": "0601"}, ("entry.not_table", "uses")),
        ({"uses": [{"code": "0601"}]}, ("entry.required", "uses[1].name")),
        (
            {"uses": [{"code": "0601", "name": "工业", "term_years": 71}]},
            ("entry.out_of_range", "uses[1].term_years"),
        ),
        ({"plot_ratio": "about 2"}, ("bounds.unreadable", "plot_ratio")),
    ],
)
def test_a_fault_names_its_field(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    _, faults = _check(**changes)
    assert faults == [fault]


def test_every_fault_is_told_at_once() -> None:
    _, faults = _check(tenure="x", area_cm2="much", uses=[{"code": "06"}, {"name": "y"}])
    assert [field for _, field in faults] == ["area_cm2", "uses[1].name", "tenure"]


def test_a_register_cannot_point_at_an_offering() -> None:
    plain = load_pack("jilin").register("land.parcel").model_dump(by_alias=True)
    assert RegisterKind.model_validate(plain)
    lot = {"name": "lot", "type": "offering", "label": {"zh": "标的", "en": "Lot"}}
    with pytest.raises(ValidationError) as refused:
        RegisterKind.model_validate({**plain, "field": [*plain["field"], lot]})
    assert [each["type"] for each in refused.value.errors()] == ["pack.offering_in_register"]
