"""What a field of a term shows is read back as the same value, in both languages; what cannot be read is said."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.mechanism.kind import MAX_INTEGER
from jishi.web.desk.term_field import AmountField, LinesField, ShareField, SpanField, parse_share, parse_span

WHOLE = st.integers(min_value=0, max_value=MAX_INTEGER)
LANGUAGES = st.sampled_from(["zh-hans", "en"])
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@given(WHOLE, LANGUAGES, st.sampled_from([AmountField, ShareField, SpanField]))
def test_what_is_shown_is_read_back(value: int, lang: str, made: type[Any]) -> None:
    with override(lang):
        field = made()
        shown = field.prepare_value(value)
        assert field.clean(shown) == value
        assert not field.has_changed(value, shown)
        assert field.has_changed(value + 1, shown)


@given(st.lists(WORDS))
def test_texts_are_read_back_one_a_line(value: list[str]) -> None:
    field = LinesField(required=False)
    assert field.clean(field.prepare_value(value)) == value


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("90", 90_000),
        ("1.5 min", 90_000),
        ("１５天", 1_296_000_000),
        ("2 Hours", 7_200_000),
        ("5分钟", 300_000),
    ],
)
def test_spans_are_read_as_people_write_them(text: str, ms: int) -> None:
    assert parse_span(text) == ms


def test_shares_are_percent() -> None:
    assert [parse_share(text) for text in ("70%", "70", "0.05 %", "100％")] == [7000, 7000, 5, 10_000]


@pytest.mark.parametrize("text", ["soon", "5 weeks", "-1", "0.0001 s", "5 min 3"])
def test_what_is_no_span_is_said(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SpanField().clean(text)
    assert text in refused.value.messages[0]
