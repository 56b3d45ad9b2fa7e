"""Bidding by program: quotes and wishes to continue, each with an idempotency key and a signed receipt."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, Router, Status

from jishi.apps.market import actions, reads
from jishi.apps.market import api as market
from jishi.apps.market.actions import Answer, continue_bidding, place_bid
from jishi.kernel.fault import Fault
from jishi.platform.access import Target, require
from jishi.web.api_v1 import shapes, show
from jishi.web.api_v1.limit import BIDDING
from jishi.web.api_v1.problem import describe
from jishi.web.api_v1.signing import SIGNED_IN
from jishi.web.live.request import PATH

router = Router(tags=["bids"], auth=SIGNED_IN)
REFUSED = dict.fromkeys((401, 403, 404, 409, 422, 429), shapes.Problem)
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=40,
        description="a fresh value for every command; a retry with the same value gets the same answer",
    ),
]


@router.post("/bids", response={200: shapes.Accepted, **REFUSED}, throttle=[BIDDING])
def post_bid(request: HttpRequest, payload: shapes.BidIn, key: Key) -> Any:
    """Place a quote (报价). 409 says why the room does not take it."""
    own = own_key(payload.registration, key)
    answer = place_bid(request.ctx, payload.registration, payload.price_fen, own)  # type: ignore[attr-defined]
    return tell(request, reads.get_bidder(payload.registration).offering.stream, answer)


@router.post("/bids/continue", response={200: shapes.Accepted, **REFUSED}, throttle=[BIDDING])
def post_continue(request: HttpRequest, payload: shapes.ContinueIn, key: Key) -> Any:
    """Say in the question period (询问期) that one goes on bidding."""
    own = own_key(payload.registration, key)
    answer = continue_bidding(request.ctx, payload.registration, own)  # type: ignore[attr-defined]
    return tell(request, reads.get_bidder(payload.registration).offering.stream, answer)


@router.post("/registrations/{registration_id}/ticket", response={201: shapes.Ticket, **REFUSED})
def issue_ticket(request: HttpRequest, registration_id: str) -> Any:
    """Give a bid ticket (竞价凭证): with it `POST /live/bids` takes bids for a quarter of an hour."""
    issued = actions.issue_ticket(request.ctx, registration_id)  # type: ignore[attr-defined]
    return Status(201, {"ticket": issued.text, "until_ms": issued.until_ms, "url": PATH})


@router.delete("/registrations/{registration_id}/ticket", response={204: None, **REFUSED})
def revoke_tickets(request: HttpRequest, registration_id: str) -> Any:
    """Revoke every bid ticket of a registration at once."""
    actions.revoke_tickets(request.ctx, registration_id)  # type: ignore[attr-defined]
    return Status(204, None)


def own_key(registration_id: str, key: str) -> str:
    """Return the key as one bidder's own: two may choose the same, and one may send it by another way again."""
    return f"{reads.get_bidder(registration_id).alias}:{key}"


def tell(request: HttpRequest, stream: str, answer: Answer) -> Any:
    """Answer with the place in the log and its receipt, or 409 with why the room does not take it."""
    if not answer.accepted:
        return Status(409, describe(request, Fault(answer.code, **dict(answer.params))))
    told = {name: getattr(answer, name) for name in ("seq", "at_ms", "leaf_hash")}
    return {**told, "receipt": market.receipt_of(stream, answer.seq)}


@router.get("/registrations", response={200: list[shapes.RegistrationOut], 401: shapes.Problem})
def list_registrations(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the applications of the parties the caller acts for, newest first, at most 200."""
    actor = request.ctx.actor  # type: ignore[attr-defined]
    rows = reads.list_own_registrations(actor.parties)
    scoped = (reads.find_own_registration(offering, [party]) for party, offering in actor.agencies)
    return [show.show_registration(row) for row in (*rows, *filter(None, scoped))]


@router.get("/registrations/{registration_id}", response={200: shapes.RegistrationOut, **REFUSED})
def read_registration(request: HttpRequest, registration_id: str) -> dict[str, Any]:
    """Return one application of a party the caller acts for, or of an office the caller works for."""
    row = reads.get_registration(registration_id)
    target = Target(row.offering_id, row.offering.division, row.party)
    require(request.ctx, "registration.read", target)  # type: ignore[attr-defined]
    return show.show_registration(row)
