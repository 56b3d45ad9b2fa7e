"""The product of the tests, sold in more ways than one."""

import shutil
from pathlib import Path

from jishi.apps.packs import api as packs

PRODUCT = "products/land.state_grant_listing.toml"
FLOOR = '\n[relist]\nfloor = "land.min_price_ratio_benchmark"\n'
BELOW = "\n[[step]]"
WAYS = """
[[mechanism]]
id = "call_auction"
version = 1
facts = { sale_method = "listing" }

[[mechanism]]
id = "negotiation"
version = 1
facts = { sale_method = "listing" }

[[mechanism]]
id = "fixed_price"
version = 1
facts = { sale_method = "listing" }

[[mechanism]]
id = "auction"
version = 1
facts = { sale_method = "auction" }

[[mechanism]]
id = "tender"
version = 1
facts = { sale_method = "tender" }
"""


def many_ways(folder: Path) -> Path:
    """Copy the pack, its product sold by call auction, auction, tender, negotiation and at a fixed price also."""
    copy = Path(shutil.copytree(packs.locate_pack("jilin"), folder / "ways"))
    file = copy / PRODUCT
    text = file.read_text("utf-8")
    assert text.count(BELOW) >= 1
    file.write_text(text.replace(BELOW, WAYS + FLOOR + BELOW, 1), "utf-8")
    return copy
