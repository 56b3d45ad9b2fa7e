"""Faults of code shapes are built from the kind's name: each kind has its sentences, filled."""

import pytest

from jishi.kernel.codes.division import check_division
from jishi.kernel.codes.land_use import check_land_use
from jishi.kernel.codes.organisation import check_organisation_code
from jishi.kernel.codes.resident import check_resident
from jishi.kernel.codes.unit_code import check_parcel_code, check_unit_code
from jishi.kernel.codes.uscc import check_uscc
from jishi.kernel.fault import Fault
from jishi.platform.words import say

LENGTHS = {
    check_division: 6,
    check_land_use: 4,
    check_organisation_code: 9,
    check_parcel_code: 19,
    check_resident: 18,
    check_unit_code: 28,
    check_uscc: 18,
}
WRONG = [(check, "?" * length) for check, length in LENGTHS.items()]
WRONG += [(check, "1" * (length + 1)) for check, length in LENGTHS.items()]
WRONG += [
    (check_uscc, "91350100M000100Y44"),
    (check_organisation_code, "013524672"),
    (check_resident, "110105194912310021"),
]


@pytest.mark.parametrize(("check", "text"), WRONG)
def test_every_shape_fault_is_said_in_both_languages(check, text):
    with pytest.raises(Fault) as caught:
        check(text)
    said = {say(caught.value.code, caught.value.params, lang) for lang in ("zh", "en")}
    assert len(said) == 2
    assert not any("{" in sentence or caught.value.code in sentence for sentence in said)
