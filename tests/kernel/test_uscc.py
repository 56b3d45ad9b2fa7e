"""Credit and organisation codes: known codes, and every single slip is caught."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.codes import organisation, uscc
from jishi.kernel.codes.organisation import check_organisation_code, make_organisation_code
from jishi.kernel.codes.uscc import check_uscc, make_uscc
from jishi.kernel.fault import Fault

KNOWN = ["11220281013524671G", "91350100M000100Y43"]
signs = st.sampled_from(uscc.ALPHABET)
bodies = st.builds(
    lambda head, division, core: head + division + core,
    st.text(signs, min_size=2, max_size=2),
    st.text(st.sampled_from("0123456789"), min_size=6, max_size=6),
    st.text(signs, min_size=9, max_size=9),
)


@pytest.mark.parametrize("code", KNOWN)
def test_known_codes_hold_with_the_organisation_code_inside(code):
    assert check_uscc(code) == make_uscc(code[:17]) == code
    assert check_organisation_code(code[8:17]) == make_organisation_code(code[8:16]) == code[8:17]


@pytest.mark.parametrize(
    "text", ["  91350100m000100y43 ", "９１３５０１００Ｍ０００１００Ｙ４３", "91350100 M000100Y4 3"]
)
def test_reads_any_width_and_case(text):
    assert check_uscc(text) == "91350100M000100Y43"


def test_names_the_expected_check_digit():
    with pytest.raises(Fault) as caught:
        check_uscc("91350100M000100Y44")
    assert caught.value == Fault(
        "codes.uscc.check_digit", value="91350100M000100Y44", position=18, found="4", expected="3"
    )


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("91350100M000100Y4", "codes.uscc.length", ("length", 17)),
        ("", "codes.uscc.length", ("length", 0)),
        ("91350100I000100Y43", "codes.uscc.sign", ("position", 9)),
        ("9135010AM000100Y43", "codes.uscc.sign", ("position", 8)),
        ("91350100M000100Y4吉", "codes.uscc.sign", ("position", 18)),
    ],
)
def test_names_where_it_goes_wrong(text, code, place):
    with pytest.raises(Fault) as caught:
        check_uscc(text)
    assert caught.value.code == code
    assert caught.value.params[place[0]] == place[1]


@given(bodies, st.integers(0, 16), signs)
def test_catches_every_single_wrong_sign(body, position, sign):
    code = make_uscc(body)
    slipped = code[:position] + sign + code[position + 1 :]
    if slipped == code:
        assert check_uscc(slipped) == code
    else:
        with pytest.raises(Fault):
            check_uscc(slipped)


@given(bodies, st.integers(0, 15))
def test_catches_every_swap_of_neighbours(body, position):
    code = make_uscc(body)
    swapped = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    if swapped != code:
        with pytest.raises(Fault):
            check_uscc(swapped)


@given(st.text(st.sampled_from(organisation.ALPHABET), min_size=8, max_size=8))
def test_made_organisation_codes_hold(body):
    code = make_organisation_code(body)
    assert check_organisation_code(f"{body.lower()}-{code[8]}") == code
    wrong = "0" if code[8] != "0" else "1"
    with pytest.raises(Fault, match=rf"codes\.organisation\.check_digit .*expected='{code[8]}'"):
        check_organisation_code(body + wrong)
