"""Full text finds every row that holds the words, in Chinese and in figures, and shows no stranger inner words."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.platform import search
from jishi.platform.fulltext import Wanted
from jishi.platform.grams import cut, mark, phrases
from jishi.platform.models import SearchRow

LETTERS = st.text(st.sampled_from("吉林省长春市宗地A1b20"), max_size=12)


def found(text: str, **asked: Any) -> list[str]:
    return [row.title for row in search.find_rows(Wanted(text, **asked)).rows]


def holds(grams: list[str], text: str) -> bool:
    return all(_follows(grams, phrase.grams, phrase.open_end) for phrase in phrases(text))


def _follows(grams: list[str], wanted: tuple[str, ...], open_end: bool) -> bool:
    starts = range(len(grams) - len(wanted) + 1)
    if open_end:
        return any(gram.startswith(wanted[0]) for gram in grams)
    return any(tuple(grams[at : at + len(wanted)]) == wanted for at in starts)


@given(LETTERS, LETTERS)
def test_a_run_is_found_exactly_where_it_stands(text: str, wanted: str) -> None:
    if len({each.isascii() for each in wanted}) == 1:  # one run of one script
        assert holds(list(cut(text)), wanted) == (wanted.casefold() in text.casefold())


@pytest.mark.django_db
@settings(max_examples=25)
@given(st.lists(LETTERS.filter(str.strip), min_size=1, max_size=6, unique=True), LETTERS.filter(str.strip))
def test_the_database_finds_what_the_grams_say(texts: list[str], wanted: str) -> None:
    for row in SearchRow.objects.all():
        search.drop_row(row.kind, row.object_id)
    search.put_rows(
        [SearchRow(kind="t", object_id=str(at), title=text, updated_ms=at) for at, text in enumerate(texts)]
    )
    assert found(wanted) == [text for text in reversed(texts) if holds(list(cut(text)), wanted)]


@pytest.mark.django_db
def test_words_of_the_office_are_no_strangers() -> None:
    search.put_row("t", "1", title="宗地甲", inside="抵押权人", public=True, updated_ms=1)
    assert found("抵押") == ["宗地甲"]
    assert found("抵押", public=True) == []
    assert search.find_public("抵押").rows == [] and len(search.find_public("宗地").rows) == 1


@pytest.mark.django_db
def test_marks_narrow_and_a_row_written_anew_leaves_no_trace() -> None:
    for number, state in enumerate(["open", "shut", "open"]):
        search.put_row("t", str(number), title=f"长春{number}", state=state, division="220102", updated_ms=1)
    assert found("长春", marks=(mark("state=open"),)) == ["长春2", "长春0"]
    either = (mark("division=2202"), mark("division=2201"))
    assert len(found("长春", either=(either,))) == 3
    search.put_row("t", "0", title="吉林0", state="shut", updated_ms=2)
    assert found("长春", marks=(mark("state=open"),)) == ["长春2"]
    assert found("吉林") == ["吉林0"]
    SearchRow.objects.filter(title="长春2").update(title="四平2")  # behind the index's back
    SearchRow.objects.filter(title="长春1").delete()
    assert search.rebuild_index() == 2
    assert found("吉林") == ["吉林0"] and found("四平") == ["四平2"]
    assert search.count_rows(Wanted("长春")) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ['"', "'", "' | '", "a:b", "*", "(", "NEAR(a b)", "\\", "zz", "\x00", "，。"]
)
def test_signs_of_the_query_language_are_only_text(text: str) -> None:
    search.put_row("t", "1", title="宗地", updated_ms=1, public=True)
    assert len(search.find_public(text).rows) in (0, 1)
