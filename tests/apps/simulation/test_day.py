"""A market day accounts for every announcement, and what it leaves behind convinces a stranger."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jishi.apps.simulation.day import work
from jishi.apps.simulation.day.tables import RESULT_COLUMNS
from jishi.kernel.evidence import signature
from jishi.kernel.evidence.bundle import build_bundle, read_bundle
from jishi.kernel.evidence.verify import verify
from tests.apps.catalogue.standard import check_package
from tests.apps.simulation.days import SAMPLE, Day, find_listings, once, read_csv, run_day
from tests.apps.simulation.listing_rows import INDUSTRIAL, only_lot

FLIPS = 100
pytestmark = [pytest.mark.slow, once]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give one folder for the days of this module, with the sample of announcements in it."""
    made = tmp_path_factory.mktemp("days")
    (made / "sample.csv").write_bytes(SAMPLE)
    (made / "tmp").mkdir()
    return made


@pytest.fixture(scope="module")
def real(folder: Path) -> Day:
    """Run the day on the real announcements."""
    return run_day(folder / "real", find_listings(), ["--seed", 1])


@pytest.fixture(scope="module")
def sample(folder: Path) -> Day:
    """Run the day on the sample with two workers."""
    options = ["--bidders", 4, "--seed", "a", "--workers", 2]
    return run_day(folder / "two", folder / "sample.csv", options, folder / "tmp")


@pytest.fixture(scope="module")
def bundles(sample: Day) -> list[bytes]:
    """Give the sample's bundles."""
    return [path.read_bytes() for path in sample.bundles]


def rows_told(day: Day) -> tuple[set[int], set[int]]:
    """Return the rows in results and those in problems."""
    opened = {int(row) for result in day.results for row in result["rows"].split()}
    return opened, {int(problem["row"]) for problem in day.problems}


def parcel(day: Day, parcel_no: str) -> dict[str, str]:
    """Return the only result of a parcel."""
    (found,) = [result for result in day.results if result["parcel_no"] == parcel_no]
    return found


# --- real announcements


def test_every_real_row_is_in_results_or_in_problems(real: Day) -> None:
    rows = len(read_csv(real.listings))
    opened, refused = rows_told(real)
    assert opened | refused == set(range(2, rows + 2))
    assert not opened & refused
    assert real.summary["rows"] == rows


def test_at_least_twelve_real_lots_open_and_every_bundle_verifies(real: Day) -> None:
    assert len(real.results) >= 12
    assert len(real.bundles) == len(real.results)
    trust = real.summary["signer"]
    failed = [path.name for path in real.bundles if not verify(path.read_bytes(), trust).ok]
    assert failed == []


def test_a_real_lot_is_sold_or_unsold_by_a_rule(real: Day) -> None:
    assert {result["result"] for result in real.results} <= {"sold", "unsold"}
    reasons = {result["reason"] for result in real.results if result["result"] == "unsold"}
    assert reasons <= {"headcount", "cap_reached", "below_reserve", "no_quote"}
    for result in real.results:
        assert bool(result["contract"]) == (result["result"] == "sold")


def test_real_releases_keep_the_open_contracting_standard(real: Day) -> None:
    packages = [json.loads(path.read_bytes()) for path in sorted((real.out / "ocds").iterdir())]
    releases = [release for package in packages for release in package["releases"]]
    found = check_package({**packages[0], "releases": releases})
    (beyond,) = found.pop("additional_fields")
    assert found == {}
    assert (beyond["path"], beyond["field"]) == ("/releases/parties/details", "simulated")  # an open object


# --- a sample of every kind of row


def test_every_kind_of_row_ends_as_the_rules_say(sample: Day) -> None:
    opened, refused = rows_told(sample)
    assert opened | refused == set(range(2, 16)) and not opened & refused
    assert parcel(sample, "KF10-02-02-01")["reason"] == "headcount"
    assert parcel(sample, "capped")["reason"] == "cap_reached"
    assert parcel(sample, "2023-M066")["rows"] == "11 12"
    assert int(parcel(sample, "浠水县(2021)-01号")["reserve_fen"]) >= 14_000_000_000
    assert "increment_cny" in parcel(sample, "stepless")["operator_set"].split()


def test_a_problem_names_row_column_what_was_read_and_what_is_needed(sample: Day) -> None:
    assert list(sample.problems[0])[:4] == ["row", "column", "read", "needed"]
    (method,) = [problem for problem in sample.problems if problem["row"] == "15"]
    assert (method["column"], method["read"]) == ("method", "双边报价")
    assert "双边报价" in method["needed"]


def test_a_fault_in_one_lot_stops_no_other(sample: Day) -> None:
    (fault,) = [problem for problem in sample.problems if problem["parcel_no"] == "9" * 100]
    assert (fault["row"], fault["column"], fault["code"]) == ("14", "", "market.text_long")
    assert len(sample.results) == 11


def test_the_tables_open_in_a_spreadsheet(sample: Day) -> None:
    for name in ("results.csv", "problems.csv"):
        raw = (sample.out / name).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf") and b"\r" not in raw
    assert tuple(sample.results[0]) == RESULT_COLUMNS
    cells = [cell for row in (*sample.results, *sample.problems) for cell in row.values()]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]


def test_every_file_that_results_name_is_there(sample: Day) -> None:
    named = {row[kind] for row in sample.results for kind in ("bundle", "release", "contract") if row[kind]}
    folders = ("bundles", "ocds", "contracts")
    assert named == {name for name in sample.digests() if name.split("/")[0] in folders}
    pdfs = [path.read_bytes() for path in (sample.out / "contracts").iterdir()]
    assert all(pdf.startswith(b"%PDF-") for pdf in pdfs)


def test_the_summary_counts_what_the_tables_say(sample: Day) -> None:
    said = sample.summary
    assert said["lots"] == len(sample.results) == said["sold"] + said["unsold"]
    assert said["rows_with_problems"] == len({problem["row"] for problem in sample.problems})
    sold = [result for result in sample.results if result["result"] == "sold"]
    assert said["turnover_fen"] == sum(int(result["price_fen"]) for result in sold)


def test_a_day_leaves_no_temporary_folder(sample: Day, folder: Path) -> None:
    assert list((folder / "tmp").iterdir()) == []


# --- same seed, same bytes


def test_the_same_seed_gives_the_same_bytes_whatever_the_number_of_workers(sample: Day, folder: Path) -> None:
    left = folder / "one" / "bundles" / "00099.json"
    left.parent.mkdir(parents=True)
    left.write_text("a day before")
    again = run_day(folder / "one", folder / "sample.csv", ["--bidders", 4, "--seed", "a", "--workers", 1])
    assert again.digests() == sample.digests()


def test_another_seed_bids_otherwise(sample: Day, folder: Path) -> None:
    other = run_day(folder / "other", folder / "sample.csv", ["--bidders", 4, "--seed", "b"])
    assert other.summary["signer"] != sample.summary["signer"]
    prices = [result["price_fen"] for result in sample.results]
    assert [result["price_fen"] for result in other.results] != prices
    assert [result["parcel_no"] for result in other.results] == [r["parcel_no"] for r in sample.results]


# --- damage and forgery


def damaged(raw: bytes, chance: random.Random) -> Iterator[bytes]:
    """Yield the file with one byte changed, one dropped, one doubled."""
    place = chance.randrange(len(raw))
    flipped = raw[place] ^ chance.randrange(1, 256)
    yield raw[:place] + bytes([flipped]) + raw[place + 1 :]
    yield raw[:place] + raw[place + 1 :]
    yield raw[:place] + raw[place : place + 1] + raw[place:]


def test_each_of_a_hundred_damaged_bundles_is_rejected(bundles: list[bytes]) -> None:
    chance = random.Random(20261123)
    files = [each for _ in range(FLIPS) for each in damaged(chance.choice(bundles), chance)]
    assert [each for each in files if each not in bundles and verify(each).ok] == []


def forge(raw: bytes, change: Any) -> bytes:
    """Return the bundle as a forger makes it: changed, every hash recomputed, signed with another key."""
    told = json.loads(raw)
    change(told)
    private = bytes(range(32))
    read = read_bundle(told)
    signer = {**told["signer"], "key": signature.public_key(private)}
    return build_bundle(
        subject=told["subject"],
        pack=told["pack"],
        entries=list(read.entries),
        outcome=told["outcome"],
        signer=signer,
        sign=lambda message: signature.sign(private, message),
    )


def test_a_bundle_signed_again_by_a_forger_passes_only_without_trust(
    bundles: list[bytes], sample: Day
) -> None:
    forged = forge(bundles[0], lambda told: None)
    assert verify(forged).ok
    assert not verify(forged, sample.summary["signer"]).ok


def test_a_forged_result_is_rejected_even_without_trust(bundles: list[bytes]) -> None:
    def cheaper(told: dict[str, Any]) -> None:
        told["outcome"]["price_fen"] -= 100

    assert not verify(forge(bundles[0], cheaper)).ok


# --- a mistake of ours


def test_a_mistake_of_ours_is_told_of_its_lot_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*args: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(work, "run_lot", break_down)
    share = work.Share(0, (), 1, "1", Path(), Path())
    result = work._run_one(share, only_lot(INDUSTRIAL), [])
    assert result.fault is not None and result.fault.code == "day.broken"
    assert result.fault.params == {"error": "RuntimeError"}
