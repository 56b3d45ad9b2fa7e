"""Real-estate unit codes: seven layers that come apart and go together again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.codes.unit_code import (
    UnitCode,
    bare_land,
    check_parcel_code,
    check_unit_code,
    parse_unit_code,
)
from jishi.kernel.fault import Fault

CODE = "220113001002GB00015W00000000"
# The pattern of GB/T 37346 as the domain notes give it, for codes of one county.
PATTERN = re.compile(r"^220184\d{3}\d{3}[GJZ][A-Z]\d{5}(W00000000|[FLQ]\d{8})$", re.ASCII)


def test_reads_the_layers():
    assert parse_unit_code("220113 001 002 gb 00015 w00000000") == UnitCode(
        division="220113",
        cadastral_area="001",
        cadastral_subarea="002",
        tenure_feature="GB",
        parcel_number="00015",
        fixture="W",
        fixture_number="00000000",
    )
    assert parse_unit_code(CODE).parcel_code == "220113001002GB00015"


@given(st.from_regex(PATTERN, fullmatch=True))
def test_layers_go_together_again(code):
    unit = parse_unit_code(code)
    assert unit.code == check_unit_code(unit.format()) == code
    assert check_parcel_code(unit.parcel_code) == code[:19]
    assert bare_land(unit.parcel_code) == code[:19] + "W00000000"


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        (CODE[:19], "codes.unit.length", {"length": 19, "expected": 28}),
        (CODE.replace("GB", "AB"), "codes.unit.sign", {"position": 13, "sign": "A", "expected": "GJZ"}),
        (CODE.replace("GB", "G1"), "codes.unit.sign", {"position": 14}),
        (CODE.replace("W", "X"), "codes.unit.sign", {"position": 20, "expected": "FLQW"}),
        (CODE[:-1] + "1", "codes.unit.no_fixture", {"expected": "W00000000"}),
        ("99" + CODE[2:], "codes.division.province", {"province": "99"}),
    ],
)
def test_names_where_it_goes_wrong(text, code, params):
    with pytest.raises(Fault) as caught:
        check_unit_code(text)
    assert caught.value.code == code
    assert params.items() <= caught.value.params.items()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (CODE, "codes.parcel.length"),
        ("220113001002GBX0015", "codes.parcel.sign"),
        ("990113001002GB00015", "codes.division.province"),
    ],
)
def test_a_parcel_code_is_checked_like_its_unit(text, code):
    with pytest.raises(Fault) as caught:
        bare_land(text)
    assert caught.value.code == code
