"""The operator's secret of a draw (摇号): committed to in the notice, kept outside the database, revealed once.

Participants' contributions are sealed while it is revealed, so neither side can choose by what it knows of the other.
"""

import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import guard, require_state, save
from jishi.apps.market.actions.steps import decide_step
from jishi.apps.market.mechanism import DRAW_TERM, UNSET, is_committed
from jishi.apps.market.models import DRAFT, Offering
from jishi.apps.market.reads import get_offering
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Draw
from jishi.kernel.mechanism.draw import commit_secret
from jishi.platform.context import Context
from jishi.platform.durable import write_bytes


def commit_draw(ctx: Context, offering_id: str) -> str:
    """Draw the secret of a draft's draw and put its commitment into the terms; return the commitment."""
    guard(ctx, "offering.prepare", offering_id)
    with transaction.atomic():
        offering, _ = lock_offering(ctx, offering_id)
        require_state(offering, DRAFT)
        if not offering.terms.get(DRAW_TERM):
            raise Fault("market.draw.none", number=offering.number)
        secret, salt = ctx.entropy.draw(32).hex(), ctx.entropy.draw(32).hex()
        commitment = commit_secret(offering.id, secret, salt)
        write_bytes(_path(commitment), json.dumps({"secret": secret, "salt": salt}).encode())
        offering.terms[DRAW_TERM] = commitment
        save(ctx, offering)
    return commitment


def require_committed(offering: Offering) -> None:
    """Raise Fault `market.draw.uncommitted` where a draw is announced that nobody committed to."""
    if not is_committed(offering):
        raise Fault("market.draw.uncommitted", number=offering.number)


def reveal_draw(ctx: Context, offering_id: str) -> Offering:
    """Reveal the secret when the mechanism awaits it; Fault `market.draw.lost` where its file is gone."""
    guard(ctx, "draw.make", offering_id)
    offering = get_offering(offering_id)
    path = _path(offering.terms.get(DRAW_TERM, UNSET))
    if not path.exists():
        raise Fault("market.draw.lost", number=offering.number)
    kept = json.loads(path.read_bytes())
    return decide_step(ctx, offering_id, Draw(kept["secret"], kept["salt"]))


def _path(commitment: str) -> Path:
    return Path(settings.JISHI_VAR) / "draws" / f"{commitment}.json"
