"""One English word for one Chinese term: the glossary, the table of terms and the code agree."""

import csv
import re
from functools import cache

from tests.house.tree import DOCS, ROOT, SRC, docstrings, name

ROW = re.compile(r"^\|(.+)\|(.+)\|(.*)\|(.*)\|$", re.MULTILINE)
PROSE = tuple(page for page in (*ROOT.glob("*.md"), *DOCS.rglob("*.md")) if page.name != "glossary.md")


@cache
def glossary() -> dict[str, tuple[str, str, str]]:
    """Read the glossary: Chinese term -> English, English to avoid, module that carries it."""
    rows = ROW.findall((DOCS / "glossary.md").read_text("utf-8"))[2:]  # the heading and the rule below it
    cells = [[cell.strip(" `") for cell in row] for row in rows]
    return {zh: (en, avoid, place) for zh, en, avoid, place in cells}


@cache
def terms() -> dict[str, tuple[str, str]]:
    """Read docs/terms.csv: Chinese term -> English, English to avoid."""
    with (DOCS / "terms.csv").open(encoding="utf-8", newline="") as file:
        return {row["zh"]: (row["en"], row["not"]) for row in csv.DictReader(file)}


def test_glossary_and_terms_say_the_same() -> None:
    assert {zh: (en, avoid) for zh, (en, avoid, _) in glossary().items()} == terms()


def test_terms_stand_in_the_docstrings_of_their_module() -> None:
    missing = [
        f"{zh} is not in a docstring of {place}"
        for zh, (_, _, place) in glossary().items()
        if place and not _stands_in(_plain(zh), place)
    ]
    assert not missing, "\n".join(missing)


def test_a_term_used_in_code_names_its_module() -> None:
    """A term the docstrings use must say in the glossary where it is carried."""
    said = "\n".join(text for path in SRC.rglob("*.py") for text in docstrings(path))
    unplaced = [zh for zh, (_, _, place) in glossary().items() if not place and _plain(zh) in said]
    assert not unplaced, f"say in docs/glossary.md which module carries: {unplaced}"


def test_prose_uses_the_agreed_english() -> None:
    found = [
        f"{name(page)}: '{word}' stands for {zh}; write '{en}'"
        for page in PROSE
        for zh, (en, avoid) in terms().items()
        for word in filter(None, (part.strip() for part in avoid.split(";")))
        if "(alone)" not in word and re.search(rf"\b{re.escape(word)}\b", page.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


def _plain(zh: str) -> str:
    """Leave out the remark in brackets, which tells two senses apart and is not part of the term."""
    return re.sub(r"（.*?）", "", zh)


def _stands_in(term: str, place: str) -> bool:
    path = SRC / place.replace(".", "/")
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return any(term in text for file in files if file.exists() for text in docstrings(file))
