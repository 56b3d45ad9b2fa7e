"""A mixed day: the column `method` says how each row is sold, and every result can be recomputed by a stranger."""

import json
from pathlib import Path

import pytest

from jishi.apps.simulation.listings.table import COLUMNS
from jishi.kernel.evidence.verify import verify
from tests.apps.simulation.days import Day, once, run_day
from tests.apps.simulation.listing_rows import INDUSTRIAL, table

pytestmark = [pytest.mark.slow, once]
UNDATED = {"notice_date": "", "listing_start": "", "listing_end": ""}
LAND = INDUSTRIAL | UNDATED | {"start_price_cny": "10000000", "deposit_cny": "2000000"}
CAP = LAND | {"method": "拍卖", "cap_price_cny": "10300000"}
GOODS = dict.fromkeys(INDUSTRIAL, "") | {"notice_no": "混合1号", "place": "长春市"}
ROWS = (
    LAND | {"parcel_no": "listing", "method": "listing"},
    LAND | {"parcel_no": "auction", "method": "拍卖"},
    CAP | {"parcel_no": "lottery-stage", "conditions": "达到最高限价后摇号"},
    CAP | {"parcel_no": "fund-stage", "conditions": "达到最高限价后竞建设资金"},
    LAND | {"parcel_no": "tender", "method": "招标"},
    GOODS | {"parcel_no": "call", "method": "集合竞价", "start_price_cny": "25.5", "quantity": "1000"},
    GOODS | {"parcel_no": "fixed", "method": "定价", "start_price_cny": "1200", "quantity": "50"},
    GOODS | {"parcel_no": "draw", "method": "摇号", "start_price_cny": "0", "quantity": "2"},
    GOODS | {"parcel_no": "uniform", "method": "uniform_price", "start_price_cny": "20", "quantity": "500"},
    GOODS | {"parcel_no": "top", "method": "pay_as_bid", "start_price_cny": "20", "quantity": "500"},
    GOODS | {"parcel_no": "agreed", "method": "协议", "start_price_cny": "500000"},
    GOODS | {"parcel_no": "nothing", "method": "定价"},
    GOODS | {"parcel_no": "minus", "method": "摇号", "quantity": "-3"},
)
SOLD_BY = {
    "listing": "listing",
    "auction": "auction",
    "lottery-stage": "auction",
    "fund-stage": "auction",
    "tender": "tender",
    "call": "call_auction",
    "fixed": "fixed_price",
    "draw": "lottery",
    "uniform": "uniform_price",
    "top": "pay_as_bid",
    "agreed": "negotiation",
}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Day:
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "mixed.csv").write_bytes(table(*ROWS, columns=(*COLUMNS, "quantity")))
    return run_day(folder / "out", folder / "mixed.csv", ["--bidders", 6, "--seed", "m"])


def test_each_row_is_sold_the_way_it_says(mixed: Day) -> None:
    assert {row["parcel_no"]: row["method"] for row in mixed.results} == SOLD_BY
    assert {row["row"]: row["column"] for row in mixed.problems} == {
        "13": "start_price_cny",
        "14": "quantity",
    }
    reasons = {row["parcel_no"]: row["reason"] for row in mixed.results}
    assert (reasons["lottery-stage"], reasons["fund-stage"]) == ("drawn", "best_offer")


def test_every_party_to_a_sale_has_a_contract(mixed: Day) -> None:
    for row in mixed.results:
        drafted = row["contract"].split()
        assert bool(drafted) == (row["result"] == "sold"), row["parcel_no"]
        assert len(drafted) >= (int(row["awards"]) > 0)
        assert all((mixed.out / path).read_bytes().startswith(b"%PDF") for path in drafted)
    call = next(row for row in mixed.results if row["parcel_no"] == "call")
    if call["result"] == "sold":
        assert len(call["contract"].split()) > 1, "buyers and sellers"


def test_every_bundle_is_recomputed_with_its_sealed_bids_and_its_place_in_the_log(mixed: Day) -> None:
    sealed = 0
    for path in mixed.bundles:
        report = verify(path.read_bytes(), mixed.summary["signer"])
        assert report.ok, [check for check in report.checks if not check.ok]
        codes = {check.name: check.code for check in report.checks}
        assert codes["log"] == "verify.log.ok"
        sealed += codes.get("sealing") == "verify.sealing.ok"
    assert sealed >= 5


def test_an_altered_opening_is_found(mixed: Day) -> None:
    (row,) = [row for row in mixed.results if row["parcel_no"] == "draw"]
    bundle = json.loads((mixed.out / row["bundle"]).read_bytes())
    (opened,) = [
        entry
        for entry in bundle["entries"]
        if entry["kind"] == "MechanismStepped" and entry["data"]["input"]["type"] == "unseal"
    ]
    alias = sorted(opened["data"]["input"]["openings"])[0]
    opened["data"]["input"]["openings"][alias] = {"void": "sealing.void.absent"}
    raw = json.dumps(bundle, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    failed = {check.name for check in verify(raw).checks if not check.ok}
    assert {"signature", "root", "sealing"} <= failed


def test_the_same_seed_gives_the_same_bytes(mixed: Day, tmp_path: Path) -> None:
    again = run_day(tmp_path / "out", mixed.listings, ["--bidders", 6, "--seed", "m", "--workers", 1])
    first, second = mixed.digests(), again.digests()
    assert {path for path in first if first[path] != second.get(path)} == set()
