"""The reserve price (底价): sealed to two officers outside the database, opened by both after bidding closed.

The notice carries only a commitment. Nothing here can read the price before both officers have given their
passphrase, and neither is asked before the mechanism waits for it.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from jishi.apps.market.actions import fold
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import guard, require_state, save
from jishi.apps.market.models import DRAFT, NOTICED, Offering
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.inputs import Reveal
from jishi.kernel.sealing.officer import make_officer_key, unwrap_officer_key
from jishi.kernel.sealing.reserve import open_reserve as open_sealed
from jishi.kernel.sealing.reserve import open_share, seal_reserve
from jishi.platform.access import NOTHING, require
from jishi.platform.context import Context
from jishi.platform.entropy import new_salt
from jishi.platform.storage import write_bytes

AWAITING = "awaiting_reserve"


def register_officer_key(ctx: Context, passphrase: str, cost: int | None = None) -> str:
    """Make the acting officer's key pair, the private half stored encrypted; return the public key."""
    require(ctx, "reserve.seal", NOTHING)
    extra = {} if cost is None else {"cost": cost}
    key = make_officer_key(passphrase, ctx.entropy.draw, **extra)
    write_bytes(_officer_path(ctx.actor.user_id), json.dumps(key).encode())
    return str(key["public"])


def has_officer_key(user_id: int) -> bool:
    """Tell whether the officer has a key."""
    return _officer_path(user_id).exists()


def seal_reserve_price(ctx: Context, offering_id: str, reserve_fen: int, second_officer: int) -> str:
    """Seal the reserve price of a draft to the acting and a second officer; return the commitment."""
    guard(ctx, "reserve.seal", offering_id)
    with transaction.atomic():
        offering, _ = lock_offering(ctx, offering_id)
        require_state(offering, DRAFT)
        if second_officer == ctx.actor.user_id:
            raise Fault("market.reserve.two_officers")
        if reserve_fen <= 0:
            raise Fault("market.reserve.amount")
        officers = [ctx.actor.user_id or 0, second_officer]
        keys = [str(_officer_key(officer)["public"]) for officer in officers]
        salt = new_salt(ctx.entropy)
        sealed = seal_reserve(offering.id, reserve_fen, salt, officers=keys, randomness=ctx.entropy.draw)
        write_bytes(_sealed_path(offering), json.dumps(sealed).encode())
        offering.reserve_commitment, offering.reserve_officers = sealed["commitment"], officers
        offering.terms["reserve_commitment"] = sealed["commitment"]
        save(ctx, offering)
    return offering.reserve_commitment


def open_reserve(ctx: Context, offering_id: str, passphrase: str) -> Offering:
    """Give the acting officer's half; with both halves the price is revealed to the mechanism, which decides.

    Faults: `market.reserve.early` before bidding closed, `market.reserve.not_officer`, `sealing.passphrase`.
    """
    guard(ctx, "reserve.open", offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, NOTICED)
        if offering.phase != AWAITING:
            raise Fault("market.reserve.early", number=offering.number)
        if ctx.actor.user_id not in offering.reserve_officers:
            raise Fault("market.reserve.not_officer", number=offering.number)
        index = offering.reserve_officers.index(ctx.actor.user_id)
        private = unwrap_officer_key(_officer_key(ctx.actor.user_id or 0), passphrase)
        sealed = json.loads(_sealed_path(offering).read_bytes())
        offering.reserve_shares[str(index)] = open_share(sealed, index, private)
        if len(offering.reserve_shares) == 2:
            _reveal(ctx, (offering, head), sealed)
        save(ctx, offering)
    return offering


def _reveal(ctx: Context, locked: tuple[Offering, Any], sealed: dict[str, Any]) -> None:
    offering, head = locked
    reserve_fen, salt = open_sealed(sealed, [offering.reserve_shares[i] for i in ("0", "1")])
    answer = fold.fold_one(ctx, offering, head, Reveal(reserve_fen, salt))
    if not answer.accepted:
        raise Fault(answer.code, **dict(answer.params))


def _officer_path(user_id: int | None) -> Path:
    return Path(settings.JISHI_VAR) / "officers" / f"{int(user_id or 0)}.json"


def _officer_key(user_id: int) -> dict[str, Any]:
    path = _officer_path(user_id)
    if not path.exists():
        raise Fault("market.reserve.no_key", officer=user_id)
    key: dict[str, Any] = json.loads(path.read_bytes())
    return key


def _sealed_path(offering: Offering) -> Path:
    return Path(settings.JISHI_VAR) / "sealed" / f"{offering.id}.json"
