"""Conditions are read, held against facts, vocabularies and units, and refused with what would be right."""

import pytest

from jishi.kernel.fault import Fault
from jishi.kernel.rules.evaluate import Setting, number, truth
from jishi.kernel.rules.fact import format_value, read_value
from jishi.kernel.rules.grammar import read_condition, read_expression
from jishi.platform.words import say
from tests.kernel.law_of_rules import DAY, FACTS, SCOPE

BAD = [
    ("month >= 6", "rules.unknown_fact", "months"),
    ("months >= res.min_month", "rules.unknown_parameter", "res.min_months"),
    ("use == '0603'", "rules.not_in_vocabulary", "0601"),
    ("use in ('0601', 'x')", "rules.not_in_vocabulary", "0501"),
    ("under(use, '99')", "rules.not_in_vocabulary", "05"),
    ("pay >= 450000", "rules.unit", None),
    ("pay >= area", "rules.unit", None),
    ("months + votes > 3", "rules.unit", None),
    ("votes >= res.min_months", "rules.unit", None),
    ("months", "rules.not_condition", None),
    ("job + 1 > 2", "rules.not_number", None),
    ("job == 1", "rules.not_number", None),
    ("use > '05'", "rules.choice_compare", None),
    ("__import__('os')", "rules.unknown_function", None),
    ("years(months, as_of) > 1", "rules.arguments", None),
    ("date('2020-02-30') <= start", "rules.arguments", None),
    ("job if home else job", "rules.not_allowed", None),
    ("[1, 2]", "rules.not_allowed", None),
    ("months >=", "rules.syntax", None),
    ("(lambda: 1)()", "rules.unknown_function", None),
    ("job and " * 900 + "job", "rules.too_long", None),
]


@pytest.mark.parametrize(("text", "code", "near"), BAD)
def test_what_does_not_fit_is_refused_with_what_would(text: str, code: str, near: str | None) -> None:
    with pytest.raises(Fault) as caught:
        read_condition(text, SCOPE)
    assert caught.value.code == code
    for language in ("zh", "en"):
        assert code not in say(code, caught.value.params, language)
    if near is not None:
        assert near in caught.value.params["valid"]


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("months >= 6", {"months": 6}, True),
        ("3 < months <= 6", {"months": 6}, True),
        ("3 < months <= 6", {"months": 3}, False),
        ("months >= res.min_months", {"months": 6}, True),
        ("pay >= wan(0.178)", {"pay": 178000}, True),
        ("pay < wage.floor", {"pay": 177999}, True),
        ("area <= mu(1)", {"area": 6_666_667}, True),
        ("area <= mu(1)", {"area": 6_666_668}, False),
        ("area >= mu(50)", {"area": 333_333_333}, True),
        ("area > hectare(0.5)", {"area": 50_000_001}, True),
        ("share < 1/3", {"share": 333_333}, True),
        ("share < 1/3", {"share": 333_334}, False),
        ("votes * 3 >= voters * 2", {"votes": 2, "voters": 3}, True),
        ("use in ('0601', '07')", {"use": "0601"}, True),
        ("under(use, '06')", {"use": "06"}, True),
        ("use not in ('05',)", {"use": "0501"}, True),
        ("not job or home", {"job": True, "home": False}, False),
        ("job or home", {"job": None, "home": True}, True),
        ("job and home", {"job": None, "home": False}, False),
        ("job and home", {"job": None, "home": True}, None),
        ("votes / voters > 1/2", {"votes": 1, "voters": 0}, None),
        ("years(start, as_of) >= 1", {"start": DAY.replace(year=2019).toordinal()}, True),
        ("days(start, as_of) == 1", {"start": DAY.toordinal() - 1}, True),
        ("-months < -5", {"months": 6}, True),
        ("max(months, 3) >= 3", {"months": 1}, True),
    ],
)
def test_conditions_are_worked_out_exactly(text: str, facts: dict, expected: bool | None) -> None:
    from jishi.kernel.rules.fact import natural

    held = {name: None if value is None else natural(FACTS[name], value) for name, value in facts.items()}
    setting = Setting(held, {"res.min_months": 6, "wage.floor": 1780}, DAY.toordinal())
    assert truth(read_condition(text, SCOPE), setting) is expected


def test_powers_are_exact() -> None:
    node = read_expression("(1 - (1 + share) ** -20) / (1 - (1 + share) ** -40)", SCOPE)
    from fractions import Fraction

    value = number(node, Setting({"share": Fraction(65, 1000)}, {}, 1))
    assert value is not None and round(float(value), 4) == 0.7789


@pytest.mark.parametrize(
    ("name", "raw", "stored", "shown"),
    [
        ("pay", "1,780.50", 178050, "1,780.50 元"),
        ("pay", "25.6万元", 25_600_000, "256,000.00 元"),
        ("pay", "-3", -300, "-3.00 元"),
        ("pay", 178050, 178050, "1,780.50 元"),
        ("area", "45.3亩", 302_000_000, "30,200 m²"),
        ("area", "50亩", 333_333_333, "33,333.3333 m²"),
        ("share", "35%", 350_000, "35%"),
        ("share", "0.35", 350_000, "35%"),
        ("job", "是", True, "是"),
        ("job", "", None, "未知"),
        ("start", "2020-11-24", DAY.toordinal(), "2020-11-24"),
        ("use", "0601", "0601", "0601"),
        ("months", "未知", None, "未知"),
    ],
)
def test_values_are_read_as_people_write_them(name: str, raw: object, stored: object, shown: str) -> None:
    assert read_value(FACTS[name], raw) == stored
    assert format_value(FACTS[name], stored) == shown  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "raw"),
    [("months", "6.5"), ("months", "six"), ("months", 6.0), ("pay", "1.005"), ("share", "1/3"), ("job", "maybe"),
     ("start", "2020-02-30"), ("start", "yesterday"), ("use", "0699"), ("job", 2.0)],
)  # fmt: skip
def test_values_that_cannot_be_stored_exactly_are_refused(name: str, raw: object) -> None:
    with pytest.raises(Fault, match=r"rules\.bad_value"):
        read_value(FACTS[name], raw)
