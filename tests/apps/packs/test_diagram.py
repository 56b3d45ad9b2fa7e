"""The picture of a procedure says everything in full: long words go on in a second line, and the box grows."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.apps.packs.api import default_pack, procedure_svg
from jishi.apps.packs.procedures.diagram import _width, _wrap

SIGNS = st.text(st.sampled_from("abc 长春市，。（）→-"), max_size=80)


@given(SIGNS, st.integers(8, 30))
def test_wrapping_loses_nothing_and_keeps_to_the_width(text: str, most: int) -> None:
    lines = _wrap(text, most)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    for line in lines:  # wider only where nothing can be broken: a word, or a sign with its stops
        assert _width(line) <= most or len(re.findall(r"[a-c()→-]+|[长春市][，。）]*", line)) <= 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_of_every_procedure_stands_in_its_picture(language: str) -> None:
    pack = default_pack()
    for kind in pack.procedures.values():
        picture = procedure_svg(pack, kind, language)
        said = re.sub(r"\s", "", "".join(re.findall(r">([^<]*)</text>", picture))).replace("&#x27;", "'")
        assert "…" not in said, kind.id
        for step in kind.steps:
            for words in (step.title, *(each.title for each in step.decisions)):
                assert re.sub(r"\s", "", words.say(language)) in said, (kind.id, words)
        rows = [
            (float(x), float(y))
            for x, y in re.findall(r'<text x="(\d+)" y="(\d+)" font-size="12.5"', picture)
        ]
        assert all(y2 - y1 >= 20 for (_x1, y1), (_x2, y2) in pairwise(rows)), kind.id
        high = float(re.search(r'height="(\d+)" role', picture)[1])  # type: ignore[index]
        assert all(y < high for _x, y in rows)
