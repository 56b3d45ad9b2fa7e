"""Taking part by program in any mechanism: one address for every act, and for what one has given.

What may be given now, the offering's `accepts` says; the mechanism refuses the rest. An own act is shown to whoever
acts for the bidder and to nobody else, the office included.
"""

from typing import Any

from django.http import HttpRequest
from ninja import Body, Query, Router

from jishi.apps.market import api as market
from jishi.apps.market import reads
from jishi.apps.market.actions import OF_BIDDERS
from jishi.apps.sealing import api as sealing
from jishi.kernel.mechanism import inputs
from jishi.platform.access import Target, require
from jishi.web.api_v1 import act_shapes, shapes, show
from jishi.web.api_v1.bids import REFUSED, Key, own_key, tell
from jishi.web.api_v1.limit import BIDDING, OWN
from jishi.web.api_v1.signing import SIGNED_IN

router = Router(tags=["bids"], auth=SIGNED_IN)
EXAMPLES = {name: {"value": value} for name, value in act_shapes.EXAMPLES.items()}
DESCRIBED = {"requestBody": {"content": {"application/json": {"examples": EXAMPLES}}}}


@router.post(
    "/registrations/{registration_id}/acts",
    response={200: shapes.Accepted, **REFUSED},
    throttle=[BIDDING],
    openapi_extra=DESCRIBED,
)
def post_act(request: HttpRequest, registration_id: str, payload: Body[act_shapes.AnyAct], key: Key) -> Any:
    """Give one act to the mechanism. 409 says why the room does not take it; `accepts` says what it takes now.

    The receipt of a sealed bid is that of the entry which holds its whole envelope.
    """
    ctx = request.ctx  # type: ignore[attr-defined]
    row = reads.get_bidder(registration_id)
    own = own_key(registration_id, key)
    if not isinstance(payload, act_shapes.SealAct):
        given = inputs.from_json({**payload.dict(), "alias": row.alias})
        return tell(request, row.offering.stream, market.take_part(ctx, registration_id, given, own))
    filed = sealing.file_envelope(ctx, registration_id, payload.envelope, own)
    if not filed.answer.accepted:
        return tell(request, row.offering.stream, filed.answer)
    receipt = market.receipt_of(row.offering.stream, filed.seq)
    return {"seq": filed.seq, "at_ms": receipt["at"], "leaf_hash": receipt["leaf_hash"], "receipt": receipt}


@router.get(
    "/registrations/{registration_id}/acts",
    response={200: act_shapes.Given, **REFUSED},
    throttle=[OWN],
)
def read_acts(
    request: HttpRequest,
    registration_id: str,
    after_seq: int = Query(0, ge=0),
    limit: int = Query(100, ge=1, le=500),
) -> dict[str, Any]:
    """Return what a registration may give now, what it has, and what it gave, the earliest first, with receipts.

    Only whoever may bid for it reads this.
    """
    row = reads.get_registration(registration_id)
    offering = row.offering
    require(request.ctx, "bid.place", Target(offering.id, offering.division, row.party))  # type: ignore[attr-defined]
    asked = market.list_asked_of(offering, row.alias) if row.state == row.ADMITTED else {}
    found = reads.list_given(offering, row.alias, OF_BIDDERS, after_seq=after_seq, limit=limit)
    return {
        "registration": row.id,
        "offering": offering.id,
        "alias": row.alias,
        "state": row.state,
        "phase": "suspended" if offering.suspended else offering.phase,
        "accepts": show.show_asked(offering, asked),
        "holding": _show_holding(market.holding_of(offering, row.alias)),
        "items": _show_given(offering, row.alias, found),
        "next": found[-1][0].seq if len(found) == limit else None,
    }


def _show_holding(holding: market.Holding) -> dict[str, Any]:
    return {**holding._asdict(), "orders": [each._asdict() for each in holding.orders]}


def _show_given(offering: market.Offering, alias: str, found: list[Any]) -> list[dict[str, Any]]:
    """Return own acts; a sealed bid stands at the entry that holds its envelope, if it came with one."""
    sealed = any(given["type"] == "seal" for _, given in found)
    filings = {each["seq"] - 1: each for each in sealing.find_filings(offering, alias)} if sealed else {}
    rows = []
    for entry, given in found:
        act = {name: value for name, value in given.items() if name != "alias"}
        filed = filings.get(entry.seq)
        place = (entry.seq, entry.leaf_hash) if filed is None else (filed["seq"], filed["leaf_hash"])
        at_ms = entry.effective_at if filed is None else filed["at_ms"]
        counts = None if given["type"] != "seal" else bool(filed and filed["counts"])
        rows.append({"seq": place[0], "at_ms": at_ms, "act": act, "counts": counts, "leaf_hash": place[1]})
    promised = [(offering.stream, each["seq"], each["leaf_hash"], each["at_ms"]) for each in rows]
    receipts = market.sign_promises(promised)
    return [{**each, "receipt": receipt} for each, receipt in zip(rows, receipts, strict=True)]
