"""What stands in the evidence log and nobody may read yet: each bidder's one quote (一次性报价) in a running stage.

The entry and its hash stand from the start; a salt in it keeps the amount from being tried against the hash. Whatever
shows entries leaves out their data until the stage has ended. Refuses nothing of its own.
"""

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any

from jishi.apps.market.mechanism import view_of
from jishi.apps.market.models import NOTICED, Offering
from jishi.kernel.mechanism.auction_stage import SECOND_QUANTITY
from jishi.platform.models import EvidenceEntry

WITHHELD = frozenset({"offer"})
"""The inputs whose amount is kept until the stage in which they were given has ended."""
Place = tuple[str, int]
"""The stream of an entry and its number there."""


def withheld_places(offering_ids: Iterable[str]) -> frozenset[Place]:
    """Return the places of all entries of these offerings that may not be read yet; one query while there are none."""
    running = Offering.objects.filter(pk__in=list(offering_ids), state=NOTICED, phase=SECOND_QUANTITY)
    return frozenset((row.stream, seq) for row in running for seq in _withheld(row))


def is_withholding(offering: Offering) -> bool:
    """Tell whether the offering holds quotes that may not be read yet."""
    return bool(_count(offering))


def own_offer(offering: Offering, alias: str) -> int | None:
    """Return what one bidder quoted in the stage that runs, for this bidder's own eyes; None without a quote."""
    return next((row["amount"] for _, row in _offers(offering) if row["alias"] == alias), None)


def _count(offering: Offering) -> int:
    if offering.state != NOTICED or offering.phase != SECOND_QUANTITY:
        return 0
    view = view_of(offering)
    return 0 if view is None else int(view.stage["offers"])


def _withheld(offering: Offering) -> list[int]:
    return [seq for seq, _ in _offers(offering)]


def _offers(offering: Offering) -> list[tuple[int, dict[str, Any]]]:
    """Return the offers of the running stage: the latest ones of the stream, as many as the stage has taken."""
    count = _count(offering)
    if not count:
        return []
    rows = EvidenceEntry.objects.filter(
        stream=offering.stream, kind="MechanismStepped", data__contains='"type":"offer"'
    )
    lines = rows.order_by("-seq").values_list("seq", "data").iterator(500)
    given = ((seq, json.loads(data)["input"]) for seq, data in lines)
    return list(islice(((seq, said) for seq, said in given if said["type"] in WITHHELD), count))
