"""Money: exact fen, exact text, and capitals that read back to the same amount."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.fault import Fault
from jishi.kernel.quantity.money import capital_zh, format_fen, format_wan, parse_fen
from jishi.kernel.quantity.number import format_number, read_number
from jishi.kernel.quantity.rounding import rounded

amounts = st.integers(min_value=0, max_value=10**16)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("2527980", 2527980_00),
        ("1,234.56元", 1234_56),
        ("￥1，234.5", 1234_50),
        ("25.6万元", 256000_00),
        ("２１８６ 万元", 21860000_00),
        ("1.5亿元", 150000000_00),
        ("人民币100万元整", 1000000_00),
        ("0.01", 1),
        ("7分", 7),
        ("0.000001万元", 1),
    ],
)
def test_reads_amounts_as_published(text, fen):
    assert parse_fen(text) == fen


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0.001元", "money.sub_fen"),
        ("0.0000001万元", "money.sub_fen"),
        ("0.5分", "money.sub_fen"),
        ("", "money.unreadable"),
        ("-5", "money.unreadable"),
        ("1,23", "money.unreadable"),
        ("1e6", "money.unreadable"),
        ("12美元", "money.unreadable"),
        ("NaN", "money.unreadable"),
        ("9" * 25, "money.unreadable"),
        ("整", "money.unreadable"),
    ],
)
def test_refuses_what_it_cannot_read_exactly(text, code):
    with pytest.raises(Fault) as caught:
        parse_fen(text)
    assert caught.value == Fault(code, text=text)


@given(amounts)
def test_written_amounts_read_back(fen):
    assert parse_fen(format_fen(fen)) == fen
    assert parse_fen(format_wan(fen) + "万元") == fen


def test_a_difference_keeps_its_sign():
    assert (format_fen(-5), format_fen(-123456), format_wan(-500000)) == ("-0.05", "-1,234.56", "-0.5")


# 支付结算办法 附一: the rule's own examples, then the zeros of large amounts.
@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (1409_50, "壹仟肆佰零玖元伍角"),
        (6007_14, "陆仟零柒元壹角肆分"),
        (1680_32, "壹仟陆佰捌拾元叁角贰分"),
        (107000_53, "壹拾万柒仟元伍角叁分"),
        (16409_02, "壹万陆仟肆佰零玖元零贰分"),
        (325_04, "叁佰贰拾伍元零肆分"),
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角"),
        (10_00, "壹拾元整"),
        (21960000_00, "贰仟壹佰玖拾陆万元整"),
        (1_00000000_00, "壹亿元整"),
        (1_00000001_00, "壹亿零壹元整"),
        (10_00500000_00, "壹拾亿零伍拾万元整"),
        (1_10000000_00, "壹亿壹仟万元整"),
        (100010001_00, "壹亿零壹万零壹元整"),
        (22_07700000_00, "贰拾贰亿零柒佰柒拾万元整"),
        (12345_00000000_00, "壹万贰仟叁佰肆拾伍亿元整"),
    ],
)
def test_writes_financial_capitals(fen, words):
    assert capital_zh(fen) == words


@given(amounts)
def test_capitals_read_back(fen):
    assert _read_capitals(capital_zh(fen)) == fen


def _read_capitals(words: str) -> int:
    yuan, _, rest = words.rpartition("元")
    fen = _read_section(yuan) * 100
    for unit, size in (("角", 10), ("分", 1)):
        if unit in rest:
            fen += "零壹贰叁肆伍陆柒捌玖".index(rest[rest.index(unit) - 1]) * size
    return fen


def _read_section(words: str) -> int:
    for unit, size in (("亿", 10**8), ("万", 10**4), ("仟", 1000), ("佰", 100), ("拾", 10)):
        head, found, tail = words.rpartition(unit)
        if found:
            return _read_section(head) * size + _read_section(tail.removeprefix("零"))
    return "零壹贰叁肆伍陆柒捌玖".index(words) if words else 0


@pytest.mark.parametrize(("fen", "code"), [(-1, "money.negative"), (10**18, "money.too_large")])
def test_capitals_refuse_what_no_cheque_bears(fen, code):
    with pytest.raises(Fault) as caught:
        capital_zh(fen)
    assert caught.value.code == code


@given(st.integers(-(10**6), 10**6), st.sampled_from([1, 2, 4, 5, 8, 10]))
def test_roundings_agree_with_the_decimal_module(numerator, denominator):
    exact = Fraction(numerator, denominator)
    names = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN, "up": ROUND_UP}
    for name, mode in names.items():
        expected = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), rounding=mode)
        assert rounded(exact, name) == int(expected)


def test_an_unknown_rounding_is_named():
    with pytest.raises(Fault, match=r"rounding\.unknown name='floor'"):
        rounded(Fraction(1, 2), "floor")


@given(st.integers(-(10**12), 10**12), st.integers(0, 8))
def test_numbers_are_written_without_loss(digits, places):
    exact = Fraction(digits, 10**places)
    assert Fraction(format_number(exact)) == exact
    if exact >= 0:
        assert read_number(format_number(exact, grouped=True)) == exact


def test_a_number_without_end_is_not_written():
    with pytest.raises(Fault, match=r"number\.not_decimal value='1/3'"):
        format_number(Fraction(1, 3))
