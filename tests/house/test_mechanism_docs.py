"""Every mechanism has a page, its table of terms is the one the code checks, and every term has words."""

from pathlib import Path

import pytest

from jishi.kernel.mechanism.registry import HOMES, MECHANISMS
from jishi.platform.words.term import choice_title, mechanism_title, term_title
from jishi.project.term_tables import fill_page

PAGES = Path(__file__).resolve().parents[2] / "docs" / "mechanisms"
IDS = sorted({id for id, _ in HOMES})


@pytest.mark.parametrize("mechanism", IDS)
def test_each_mechanism_has_a_page_with_its_terms(mechanism: str) -> None:
    page = (PAGES / f"{mechanism}.md").read_text("utf-8")
    assert f"<!-- terms:{mechanism} -->" in page, "the page has no place for its table of terms"
    assert page == fill_page(page), "run python -m jishi.project.term_tables docs/mechanisms"


def test_every_term_and_choice_has_words() -> None:
    for lang in ("zh", "en"):
        for mechanism in MECHANISMS:
            assert not mechanism_title(mechanism.id, lang).startswith("mechanism.title.")
            for field in mechanism.model:
                said = [term_title(field.name, lang)]
                said += [choice_title(field.name, each, lang) for each in field.choices]
                assert all(not text.startswith("term.") for text in said), said
