"""A winner who does not sign the contract (逾期不签合同): the sale ends, the deposit is kept, the lot is free again.

国土资发〔2010〕34号: who does not sign in time loses land and deposit. Settlement keeps the deposit, or refuses.
"""

from datetime import date

from django.db import transaction

from jishi.apps.market import events
from jishi.apps.market.actions.announce import add_notice
from jishi.apps.market.actions.fold import Locked
from jishi.apps.market.actions.ground import release_entry
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import (
    check_reason,
    guard,
    instant,
    require_impartial,
    require_state,
    save,
    write,
)
from jishi.apps.market.models import CONFIRMED, DEFAULTED, PUBLISHED, Offering, Registration
from jishi.apps.market.office import award_instants
from jishi.apps.market.reads import get_offering
from jishi.apps.market.timeline import expect_day
from jishi.apps.market.winning import find_winner, payments_of, standing_aliases
from jishi.apps.packs import api as packs
from jishi.kernel.calendar.zone import day_of
from jishi.kernel.fault import Fault
from jishi.platform.context import Context

UNSIGNED, REFUSED = "unsigned", "refused"


def declare_default(
    ctx: Context, offering_id: str, reason: str, *, refused_day: date | None = None, registration_id: str = ""
) -> Offering:
    """Declare that a winner of a confirmed sale did not sign, after the last day to sign has passed.

    `refused_day` is the day of the winner's written refusal, which needs no waiting; `registration_id` names the
    winner where there are several, whose sales stand. Nobody else gets what it won: no next candidate is drawn up
    here, and what is left unsold may be offered anew. Faults: `market.default.early`, `.undetermined`,
    `.refusal_day`, `.which`, `.no_winner`, and settlement's where the winner has signed.
    """
    guard(ctx, "sale.default", offering_id)
    reason = check_reason(reason)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, CONFIRMED, PUBLISHED)
        require_impartial(ctx, offering)
        winner = find_winner(offering, registration_id)
        clauses = _require_ground(offering, instant(ctx, head), refused_day)
        cause = REFUSED if refused_day else UNSIGNED
        write(ctx, head, [("SaleDefaulted", {"alias": winner.alias, "cause": cause, "clauses": clauses})])
        _tell(ctx, (offering, head), winner, {"reason": reason, "cause": cause, "clauses": clauses})
        if not standing_aliases(offering):
            offering.state = DEFAULTED
            save(ctx, offering, "state")
            release_entry(ctx, offering)
        events.publish(ctx, events.SaleDefaulted(offering.id, winner.id, instant(ctx, head)))
    return get_offering(offering_id)


def _tell(ctx: Context, locked: Locked, winner: Registration, said: dict[str, object]) -> None:
    """Publish the notice; it names the winner only where the result has done so."""
    offering = locked[0]
    named = offering.notices.filter(kind="result").exists()
    body = {**said, "result": DEFAULTED, "price_fen": payments_of(offering).get(winner.alias)}
    add_notice(ctx, locked, "default", {**body, "winner": winner.party if named else None})


def _require_ground(offering: Offering, at_ms: int, refused_day: date | None) -> list[str]:
    """Return the clauses the default rests on; Fault when neither the days have run out nor the winner refused."""
    pack = packs.current_pack()
    product, today = pack.product(offering.product), day_of(at_ms, pack.manifest.utc_offset_minutes)
    awarded_ms = award_instants([offering.id])[offering.id]
    expected = expect_day(pack, product, "contract", {"award": awarded_ms}, mechanism=offering.mechanism)
    if refused_day is not None:
        awarded = day_of(awarded_ms, pack.manifest.utc_offset_minutes)
        if not awarded <= refused_day <= today:
            raise Fault("market.default.refusal_day", number=offering.number, day=refused_day.isoformat())
    elif expected is None:
        raise Fault("market.default.undetermined", number=offering.number)
    elif today <= expected[0]:
        raise Fault("market.default.early", number=offering.number, day=expected[0].isoformat())
    if expected is not None:
        return list(expected[1]["clauses"])
    return [cited for step in product.steps if step.id == "contract" for cited in step.cites]
