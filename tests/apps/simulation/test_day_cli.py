"""What a day cannot start with is said in a clear sentence, with exit code 2 and no traceback."""

from pathlib import Path

import pytest

from tests.apps.simulation.days import jishi, once
from tests.apps.simulation.listing_rows import INDUSTRIAL, table

pytestmark = once


@pytest.fixture
def listings(tmp_path: Path) -> Path:
    """Give a file of one announcement."""
    path = tmp_path / "listings.csv"
    path.write_bytes(table(INDUSTRIAL))
    return path


def refused(*args: object, tmp: Path | None = None, lang: str = "en") -> str:
    """Run a day that must be refused; return what was said."""
    done = jishi("day", *args, tmp=tmp, lang=lang)
    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    assert "Traceback" not in said
    return said


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = refused("--listings", tmp_path / "none.csv", "--out", tmp_path / "out")
    assert "none.csv" in said and "cannot be read" in said


def test_the_sentence_is_in_the_reader_s_language(tmp_path: Path) -> None:
    said = refused("--listings", tmp_path / "none.csv", "--out", tmp_path / "out", lang="zh")
    assert "无法读取" in said


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_bytes(table(INDUSTRIAL, columns=("parcel_no", "area_m2")))
    said = refused("--listings", path, "--out", tmp_path / "out")
    assert "lacks the columns" in said and "deposit_cny" in said and "area_m2" not in said


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\xff\xfe\x80\x81")
    refused("--listings", path, "--out", tmp_path / "out")


@pytest.mark.parametrize("text", ["abc", "0", "-1%", "100%", "1%%"])
def test_an_increment_that_is_no_share_is_refused(text: str, listings: Path, tmp_path: Path) -> None:
    said = refused("--listings", listings, "--out", tmp_path / "out", f"--increment={text}")
    assert text in said and "1%" in said


def test_a_place_that_cannot_be_written_is_named(listings: Path) -> None:
    assert "cannot be written" in refused("--listings", listings, "--out", listings)


def test_a_refused_day_leaves_no_temporary_folder(tmp_path: Path) -> None:
    tmp = tmp_path / "tmp"
    tmp.mkdir()
    refused("--listings", tmp_path / "none.csv", "--out", tmp_path / "out", tmp=tmp)
    assert list(tmp.iterdir()) == []
