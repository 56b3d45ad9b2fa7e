"""Replaying recorded tenders on the terminal: the counts, every difference in words, and files as they really come."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jishi.platform.tables import sink
from tests.kernel.test_tender_price import RECORD
from tests.web.test_command import run

HEAD = "auction_id,control_price,min_price,currency,bidder,bid,is_winner"
SOUND = [
    "t1,100,70,CNY,a,90,1",
    "t1,100,70,CNY,b,95,0",
    "t1,100,70,CNY,c,69,0",
    "t2,100,,CNY,a,80,0",
    "t2,100,,CNY,b,85,1",
]


def replayed(path: Path, lang: str = "en") -> dict[str, Any]:
    """Replay a file that can be read, as JSON."""
    done = run("replay", path, "--json", lang=lang)
    assert done.exit_code == 0, done.output + done.stderr
    told: dict[str, Any] = json.loads(done.output)
    assert told["auctions"] == told["agree"] + told["disagree"] + told["undecided"]
    assert len(told["list"]) == told["disagree"] + told["undecided"]
    return told


def written(folder: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
    """Write a table of these rows."""
    path = folder / "bids.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding)
    return path


def problems(told: dict[str, Any]) -> list[tuple[int, str, str, str]]:
    return [(each["row"], each["column"], each["value"], each["code"]) for each in told["problems"]]


def test_the_real_record_agrees_but_for_what_is_listed() -> None:
    told = replayed(RECORD)
    assert (told["auctions"], told["agree"], told["disagree"], told["undecided"]) == (34, 16, 12, 6)
    assert told["reasons"] == {"not_lowest": 10, "tie": 6, "no_winner": 2}
    one = next(each for each in told["list"] if each["auction"] == "2009-423")
    assert (one["verdict"], one["reason"]) == ("disagree", "not_lowest")
    assert (one["rule"][0]["price"], one["record"][0]["bidder"]) == ("16900000", "maruichi civil")
    assert "maruichi civil at 17430000" in one["sentence"] and "kurusu construction" in one["sentence"]


def test_on_the_terminal_every_difference_is_a_sentence() -> None:
    said = run("replay", RECORD).output
    assert "2010-647: There is a valid bid and the rule chooses" in said
    assert "34 auctions: 16 agree, 12 disagree, 6 undecided" in said and "57.14 %" in said
    assert "34 场：一致 16，不一致 12，无法判定 6" in run("replay", RECORD, lang="zh").output


def test_sound_rows_are_replayed(tmp_path: Path) -> None:
    told = replayed(written(tmp_path, *SOUND))
    assert (told["agree"], told["disagree"], told["agreement"], told["problems"]) == (1, 1, 0.5, [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_other_encodings_and_separators_read_alike(tmp_path: Path, encoding: str) -> None:
    rows = [row.replace(",a,", ",建设集团,").replace(",", ";") for row in SOUND]
    path = written(tmp_path, *rows, head=HEAD.replace(",", ";"), encoding=encoding)
    told = replayed(path)
    assert (told["agree"], told["list"][0]["rule"][0]["bidder"]) == (1, "建设集团")


def test_typed_tables_read_alike(tmp_path: Path) -> None:
    frame = pl.read_csv(written(tmp_path, *SOUND))
    frame.with_columns(pl.col("min_price").cast(pl.Float64)).write_parquet(tmp_path / "bids.parquet")
    sink.write_xlsx(iter([frame]), tmp_path / "bids.xlsx")
    for name in ("bids.parquet", "bids.xlsx"):
        told = replayed(tmp_path / name)
        assert (told["agree"], told["disagree"], told["problems"]) == (1, 1, [])


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("t1,100,70,CNY,d,ninety,0", (6, "bid", "ninety", "replay.number")),
        ("t1,100,70,CNY,d,-5,0", (6, "bid", "-5", "replay.number")),
        ("t1,100,70,CNY,d,0,0", (6, "bid", "0", "replay.zero")),
        ("t1,1OO,70,CNY,d,96,0", (6, "control_price", "1OO", "replay.number")),
        ("t1,110,70,CNY,d,105,0", (6, "control_price", "110", "replay.bound_differs")),
        ("t1,100,70,USD,d,80,0", (6, "currency", "USD", "replay.currency")),
        ("t1,100,70,CNY,,96,0", (6, "bidder", "", "replay.bidder_blank")),
        ("t1,100,70,CNY,b,96,0", (6, "bidder", "b", "replay.bidder_twice")),
        ("t1,100,70,CNY,a,90,1", (6, "bidder", "a", "replay.repeated")),
        ("t1,100,70,CNY,d,96,perhaps", (6, "is_winner", "perhaps", "replay.mark")),
        (",100,70,CNY,d,80,0", (6, "auction_id", "", "replay.auction_blank")),
        ("t1,100,70,CNY,d", (6, "", "", "table.row_width")),
    ],
)
def test_a_wrong_row_is_named_and_the_rest_is_kept(
    tmp_path: Path, row: str, found: tuple[int, str, str, str]
) -> None:
    told = replayed(written(tmp_path, *SOUND, row))
    assert problems(told) == [found]
    assert (told["auctions"], told["agree"], told["disagree"]) == (2, 1, 1)
    said = run("replay", tmp_path / "bids.csv").output
    assert "Row 6" in said and told["problems"][0]["sentence"] in said.replace("\n", "")


@pytest.mark.parametrize(
    ("rows", "verdict", "reason"),
    [
        (["t,,,,a,5,1", "t,,,,b,6,1"], "disagree", "two_winners"),
        (["t,,,,a,5,0", "t,,,,b,6,"], "disagree", "no_winner"),
        (["t,,6,,a,5,1", "t,,,,b,7,0"], "disagree", "winner_below_minimum"),
        (["t,6,,,a,7,1", "t,,,,b,5,0"], "disagree", "winner_above_control"),
        (["t,,,,a,nothing,1", "t,,,,b,5,0"], "disagree", "winner_without_bid"),
        (["t,,,CNY,a,5,0", "t,,,JPY,b,4,1"], "undecided", "no_valid_bid"),
        (["t,,,,a,5.50,1", "t,,,,b,5.5,0"], "undecided", "tie"),
        (["t,,,,a,,0", "t,,,,b,,0"], "undecided", "no_valid_bid"),
        (["t,4,,,a,5,1"], "undecided", "no_valid_bid"),
    ],
)
def test_each_kind_of_difference_has_a_reason(
    tmp_path: Path, rows: list[str], verdict: str, reason: str
) -> None:
    (one,) = replayed(written(tmp_path, *rows))["list"]
    assert (one["verdict"], one["reason"]) == (verdict, reason)
    assert "{" not in one["sentence"] and not one["sentence"].startswith("replay.")


def test_numbers_and_marks_are_read_as_people_write_them(tmp_path: Path) -> None:
    rows = [
        't,"3,780,000",0,JPY,a,"¥3,680,000",是',
        "t,3780000.0,,jpy,b,３６９００００円,否",
        "t,,,,c, 3690000.5 ,0.0",
    ]
    told = replayed(written(tmp_path, *rows, head=HEAD.upper()))
    assert (told["agree"], told["problems"]) == (1, [])


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    told = replayed(written(tmp_path, "t,5", "t,6", head="auction_id,bid"))
    assert [each["row"] for each in told["problems"]] == [0] * 5
    assert (told["undecided"], told["reasons"], told["agreement"]) == (1, {"no_record": 1}, None)
    assert replayed(written(tmp_path, head=HEAD + ",more,more"))["auctions"] == 0


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "The file is empty"),
        (b"auction_id,price\n1,2\n", "lacks the columns bid"),
        (b"\x80\xff\xff\x80\n" * 4, "in no encoding that can be read"),
        (None, "There is no file"),
    ],
)
def test_what_cannot_be_read_at_all_gets_a_sentence(tmp_path: Path, raw: bytes | None, said: str) -> None:
    path = tmp_path / "bids.csv"
    if raw is not None:
        path.write_bytes(raw)
    done = run("replay", path, "--json")
    assert done.exit_code == 2 and said in done.stderr
