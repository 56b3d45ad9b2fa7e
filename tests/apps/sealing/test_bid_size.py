"""The size of an offering's sealed bids holds the largest bid its terms allow, whatever they are."""

from typing import Any

import pytest

from jishi.apps.sealing.bid_size import bid_size_of, largest_bid
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.envelope import pad_bid

LOTS = [{"lot": f"宗地 {place}", "reserve_fen": 1} for place in range(8)]
MARKS = [
    {"id": f"业绩 {place}", "weight_bp": 1000, "full_marks": 100, "kind": "attested"} for place in range(9)
]
CASES: list[tuple[str, dict[str, Any], int]] = [
    ("lottery", {}, 256),
    ("auction", {"stages": []}, 256),
    ("tender", {"criteria": None}, 1024),
    ("tender", {"criteria": MARKS * 8}, 1024),
    ("uniform_price", {"pairs": 1}, 1024),
    ("pay_as_bid", {"pairs": 20}, 1024),
    ("call_auction", {"orders_per_bidder": 20}, 4096),
    ("call_auction", {"orders_per_bidder": 200}, 16384),
    ("package", {"packages": 20, "lots": LOTS}, 16384),
    ("package", {"packages": 200, "lots": LOTS}, 65536),
]


@pytest.mark.parametrize(("mechanism", "terms", "size"), CASES)
def test_the_largest_bid_fits(mechanism: str, terms: dict[str, Any], size: int) -> None:
    assert bid_size_of(mechanism, terms) == size
    assert len(pad_bid(largest_bid(mechanism, terms), size)) == size


def test_what_fits_nowhere_is_said_to_the_bidder() -> None:
    terms = {"packages": 200, "lots": [{"lot": f"宗地 {place}"} for place in range(100)]}
    assert bid_size_of("package", terms) == 65536
    with pytest.raises(Fault) as refused:
        pad_bid(largest_bid("package", terms), 65536)
    assert refused.value.code == "sealing.bid.large"
