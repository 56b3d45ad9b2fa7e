"""Terms in words: every part of a term has a title and its choices a meaning; values read as people write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.mechanism.auction_stage import STAGES, read_stages
from jishi.kernel.mechanism.field import REQUIRED, Field
from jishi.kernel.mechanism.registry import MECHANISMS, find
from jishi.platform.words.stated import (
    PARTS,
    SEALING,
    list_stated,
    part_choice,
    part_title,
    say_share,
    say_span,
    stage_title,
)

CODES = ("term.", "part.", "stage.", "stated.")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["kind", "lot", "id", "wins"]) | st.text(), inner)
    ),
)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_part_of_a_term_has_words(lang: str) -> None:
    said = [stage_title(kind, lang) for kind in STAGES]
    for model in (*STAGES.values(), *PARTS.values(), SEALING):
        for field in model:
            choices = [part_choice(field.name, each, lang) for each in field.choices]
            said += [part_title(field.name, lang), *choices]
    assert not [text for text in said if text.startswith(CODES)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_defaults_of_every_mechanism_can_be_said(lang: str) -> None:
    for mechanism in MECHANISMS:
        terms = {field.name: field.default for field in mechanism.model if field.default is not REQUIRED}
        lines = list_stated(mechanism.model, terms, lang, str)
        assert lines
        assert not [line for line in lines if line.value.startswith(CODES)]


def test_parts_are_said_one_a_line() -> None:
    first = {"kind": "ascending", "increment_fen": 1000000, "round_ms": 300000, "cap_fen": 300000000}
    then = {"kind": "second_quantity", "unit": "平方米", "span_ms": 90500, "wins": "nearest_average"}
    stages = read_stages([{**first, "at_cap": "next"}, then])
    lines = list_stated(find("auction", 1).model, {"stages": stages}, "en", str)
    assert [tuple(line) for line in lines] == [
        (
            "Stages 1 · Ascending quotes",
            "Increment: ¥10,000; Length of a timed round: 5 min; Cap: ¥3,000,000; "
            "When the cap is reached: the next stage decides",
        ),
        (
            "Stages 2 · One quote of a second quantity",
            "Unit: 平方米; Length: 90.5 s; Least value: 0; Step: 1; Which wins: the nearest to the average; "
            "How a tie is broken: the earlier one",
        ),
    ]


def test_a_weight_and_a_deduction_are_percent() -> None:
    criteria = [{"id": "价格", "weight_bp": 4050, "full_marks": 40, "kind": "price"}]
    terms = {"criteria": criteria, "credit_bp": [500, 1], "weights": {"本地": 2}}
    model = [*find("tender", 1).model, Field("weights", "object")]
    said = {line.title: line.value for line in list_stated(model, terms, "zh", str)}
    assert said == {
        "评分标准 1": "名称：价格；权重：40.5%；满分：40；类型：价格分",
        "各信用等级扣减比例": "第 1 级 5%、第 2 级 0.01%",
        "加签规则": "本地 2 签",
    }


@given(JSON)
def test_what_is_still_being_written_breaks_nothing(value: Any) -> None:
    for mechanism in MECHANISMS:
        for field in mechanism.model:
            if field.kind in ("list", "object"):
                list_stated((field,), {field.name: value}, "en", str)


@given(st.integers(min_value=0, max_value=2**53 - 1))
def test_no_two_neighbours_read_alike(value: int) -> None:
    assert say_share(value) != say_share(value + 1)
    assert say_span(value, "en") != say_span(value + 1, "en")
