"""Identity numbers: the standard's example, impossible birthdays, and nothing personal in a fault."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.codes.resident import birthday_of, check_resident, make_resident, mask_resident, sex_of
from jishi.kernel.fault import Fault

# GB 11643-1999, annex.
STANDARD = "11010519491231002X"
births = st.dates(date(1900, 1, 1), date(2020, 11, 24))


def test_the_standards_example_holds():
    assert check_resident("１１０１０５19491231002x ") == STANDARD
    assert (birthday_of(STANDARD), sex_of(STANDARD)) == (date(1949, 12, 31), "female")


# 九台 was 220181 until 2014; 440524 was in the standard's own time.
@pytest.mark.parametrize("division", ["220181", "220381", "440524", "830000"])
def test_abolished_county_codes_stay_valid(division):
    number = make_resident(division, date(1980, 1, 1), 1)
    assert check_resident(number) == number


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("110105194912310021", "codes.resident.check_digit", {"found": "1", "expected": "X", "position": 18}),
        ("110105491231002", "codes.resident.length", {"length": 15, "expected": 18}),
        ("1101O519491231002X", "codes.resident.sign", {"position": 5, "sign": "O"}),
        ("X10105194912310020", "codes.resident.sign", {"position": 1, "sign": "X"}),
        ("99010519491231002X", "codes.resident.province", {"province": "99"}),
        ("11010519490229002X", "codes.resident.birthday", {}),
        ("11010500000101002X", "codes.resident.birthday", {}),
        ("11010517491231002X", "codes.resident.birthday", {}),
    ],
)
def test_names_what_is_wrong_without_telling_whose_it_is(text, code, params):
    with pytest.raises(Fault) as caught:
        check_resident(text)
    assert caught.value.code == code
    assert params.items() <= caught.value.params.items()
    assert text[6:14] not in str(caught.value)


def test_a_birthday_to_come_is_refused_on_the_day_asked_about():
    number = make_resident("220184", date(2020, 11, 24), 7)
    assert check_resident(number, today=date(2020, 11, 24)) == number
    with pytest.raises(Fault, match=r"codes\.resident\.birthday"):
        check_resident(number, today=date(2020, 11, 23))


@given(births, st.integers(0, 999), st.integers(0, 16), st.sampled_from("0123456789"))
def test_made_numbers_hold_and_every_wrong_digit_is_caught(born, sequence, position, digit):
    number = make_resident("220184", born, sequence)
    assert (birthday_of(number), sex_of(number)) == (born, "male" if sequence % 2 else "female")
    slipped = number[:position] + digit + number[position + 1 :]
    if slipped != number:
        with pytest.raises(Fault):
            check_resident(slipped)


@given(births, st.integers(0, 999))
def test_the_mask_keeps_six_and_four_and_hides_the_birthday(born, sequence):
    number = make_resident("220184", born, sequence)
    assert mask_resident(number) == f"220184********{number[-4:]}"


def test_a_mask_of_anything_else_keeps_nothing():
    assert mask_resident("110105491231002") == "*" * 15
