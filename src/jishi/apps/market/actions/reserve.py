"""The reserve price (底价): sealed to two officers outside the database, opened by both after bidding closed.

The notice carries only a commitment. Nothing here can read the price before both officers have given their
passphrase, and neither is asked before the mechanism waits for it.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from jishi.apps.market.actions.fold import Locked, fold_all
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import guard, require_impartial, require_state, save
from jishi.apps.market.mechanism import mechanism_of, takes_reserve
from jishi.apps.market.models import DRAFT, NOTICED, Offering
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.inputs import Reveal
from jishi.kernel.mechanism.kind import MAX_INTEGER
from jishi.kernel.sealing.officer import make_officer_key, unwrap_officer_key
from jishi.kernel.sealing.reserve import open_reserve as open_sealed
from jishi.kernel.sealing.reserve import open_share, seal_reserve
from jishi.platform.access import NOTHING, Target, may, permits_of, require
from jishi.platform.context import Actor, Context
from jishi.platform.durable import write_bytes
from jishi.platform.entropy import new_salt
from jishi.platform.models import User

AWAITED = "reveal"


def register_officer_key(ctx: Context, passphrase: str, cost: int | None = None) -> str:
    """Make the acting officer's key pair, the private half stored encrypted; return the public key.

    Earlier keys are kept: a price sealed to one is opened with the passphrase of that time.
    """
    require(ctx, "reserve.seal", NOTHING)
    extra = {} if cost is None else {"cost": cost}
    key = make_officer_key(passphrase, ctx.entropy.draw, **extra)
    officer = ctx.actor.user_id or 0
    write_bytes(_officer_path(officer), json.dumps([*_officer_keys(officer), key]).encode())
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
        if not takes_reserve(mechanism_of(offering)):
            raise Fault("market.form.no_term", field="reserve_commitment", mechanism=offering.mechanism)
        if not 0 < reserve_fen <= MAX_INTEGER:
            raise Fault("market.reserve.amount")
        officers = [ctx.actor.user_id or 0, second_officer]
        _require_second(ctx, offering, second_officer)
        keys = [_newest_public(officer) for officer in officers]
        salt = new_salt(ctx.entropy)
        sealed = seal_reserve(offering.id, reserve_fen, salt, officers=keys, randomness=ctx.entropy.draw)
        offering.reserve_commitment, offering.reserve_officers = sealed["commitment"], officers
        write_bytes(_sealed_path(offering), json.dumps(sealed).encode())
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
        if offering.awaits != AWAITED:
            raise Fault("market.reserve.early", number=offering.number)
        if ctx.actor.user_id not in offering.reserve_officers:
            raise Fault("market.reserve.not_officer", number=offering.number)
        require_impartial(ctx, offering)
        index = offering.reserve_officers.index(ctx.actor.user_id)
        sealed = json.loads(_sealed_path(offering).read_bytes())
        key = _key_for(offering.reserve_officers[index], sealed["officers"][index])
        private = unwrap_officer_key(key, passphrase)
        offering.reserve_shares[str(index)] = open_share(sealed, index, private)
        if len(offering.reserve_shares) == 2:
            _reveal(ctx, (offering, head), sealed)
        save(ctx, offering)
    return offering


def _reveal(ctx: Context, locked: Locked, sealed: dict[str, Any]) -> None:
    shares = locked[0].reserve_shares
    reserve_fen, salt = open_sealed(sealed, [shares[index] for index in ("0", "1")])
    fold_all(ctx, locked, [Reveal(reserve_fen, salt)])


def _require_second(ctx: Context, offering: Offering, officer: int) -> None:
    """Refuse a second officer who could never open the price: oneself, or one without the office there."""
    if officer == ctx.actor.user_id:
        raise Fault("market.reserve.two_officers")
    if ctx.actor.system:
        return
    user = User.objects.filter(pk=officer, is_active=True).first()
    permits = permits_of(user, ctx.now_ms()) if user else ()
    actor = Actor(user_id=officer, permits=permits)
    if not may(actor, "reserve.open", Target(offering.id, offering.division)):
        raise Fault("market.reserve.second", officer=officer)


def _officer_path(officer: int) -> Path:
    return Path(settings.JISHI_VAR) / "officers" / f"{officer}.json"


def _officer_keys(officer: int) -> list[dict[str, Any]]:
    path = _officer_path(officer)
    keys: list[dict[str, Any]] = json.loads(path.read_bytes()) if path.exists() else []
    return keys


def _newest_public(officer: int) -> str:
    keys = _officer_keys(officer)
    if not keys:
        raise Fault("market.reserve.no_key", officer=officer)
    return str(keys[-1]["public"])


def _key_for(officer: int, public: str) -> dict[str, Any]:
    for key in _officer_keys(officer):
        if key["public"] == public:
            return key
    raise Fault("market.reserve.no_key", officer=officer)


def _sealed_path(offering: Offering) -> Path:
    """Name the file by its commitment: whatever the transaction's end, the row names a file that fits it."""
    return Path(settings.JISHI_VAR) / "sealed" / f"{offering.reserve_commitment}.json"
