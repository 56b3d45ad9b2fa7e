"""Award the next candidate after a default (依次确定其他中标候选人): recorded with its clause, published as a result.

The office may do so or offer the lot anew (招标投标法实施条例 55). Refuses where the outcome names nobody who follows,
where nobody's default left an award free, and where the lot is already offered again.
"""

from typing import Any

from django.db import transaction

from jishi.apps.market import events
from jishi.apps.market.actions.announce import add_notice
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import guard, instant, require_impartial, require_state, save, write
from jishi.apps.market.models import DEFAULTED, PUBLISHED, TERMINATED, Offering, Registration
from jishi.apps.market.winning import defaulted_aliases, first_awards, follower_of, list_awards, owed_of
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.kernel.evidence.check_result import hash_outcome
from jishi.kernel.fault import Fault
from jishi.platform.context import Context

REASON = "next_candidate"
CLAUSES = {"tender": ["招标投标法实施条例 55"]}
"""The clause a succession rests on, by mechanism; a waiting list rests on the notice that names it."""


def award_next(ctx: Context, offering_id: str) -> Offering:
    """Award what a winner's default left free to whoever follows, at its own bid.

    Faults: `market.next.nobody`, `.none_free`, `.relisted`, `market.offering.state`, `market.own_case`.
    """
    guard(ctx, "sale.confirm", offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, DEFAULTED, PUBLISHED)
        require_impartial(ctx, offering)
        award = _free_award(offering)
        _require_unlisted(offering)
        winner = offering.registrations.get(alias=award["alias"])
        clauses = CLAUSES.get(offering.mechanism, [])
        stated = {**_stated(offering, award, winner), "clauses": clauses}
        write(ctx, head, [("NextAwarded", stated)])
        add_notice(ctx, (offering, head), "result", _said(award, winner, clauses))
        if offering.state == DEFAULTED:
            _claim_again(ctx, offering)
        offering.state, offering.leader, offering.price_fen = PUBLISHED, winner.alias, award["price_fen"]
        save(ctx, offering, "state", "leader", "price_fen")
        to_pay = ((winner.id, owed_of(offering)[winner.alias]),)
        events.publish(ctx, events.SaleConfirmed(offering.id, to_pay, instant(ctx, head)))
    return offering


def _free_award(offering: Offering) -> dict[str, Any]:
    later = len(list_awards(offering)) - len(first_awards(offering))
    if len(defaulted_aliases(offering)) <= later:
        raise Fault("market.next.none_free", number=offering.number)
    award = follower_of(offering)
    if award is None:
        raise Fault("market.next.nobody", number=offering.number)
    return award


def _require_unlisted(offering: Offering) -> None:
    later = Offering.objects.filter(previous_id=offering.id).exclude(state=TERMINATED).first()
    if later is not None:
        raise Fault("market.next.relisted", number=offering.number, later=later.number)


def _claim_again(ctx: Context, offering: Offering) -> None:
    """Take back the entry that the default gave free."""
    product = packs.current_pack().product(offering.product)
    entry = registers.get_entry(offering.entry_id)
    if entry.state not in product.offered_in:
        needed = ", ".join(product.offered_in)
        raise Fault("market.entry.state", number=offering.number, state=entry.state, needed=needed)
    if product.offered_as:
        registers.set_entry_state(ctx.as_system(), entry.id, product.offered_as, reason=offering.number)


def _stated(offering: Offering, award: dict[str, Any], winner: Registration) -> dict[str, Any]:
    return {
        "alias": winner.alias,
        "price_fen": award["price_fen"],
        "award": award,
        "commitment": winner.commitment,
        "outcome_hash": hash_outcome(offering.outcome or {}),
    }


def _said(award: dict[str, Any], winner: Registration, clauses: list[str]) -> dict[str, Any]:
    named = {**award, "commitment": winner.commitment, "party": winner.party}
    return {
        "result": "sold",
        "reason": REASON,
        "price_fen": award["price_fen"],
        "winner": winner.party,
        "winner_commitment": winner.commitment,
        "awards": [named],
        "clauses": clauses,
    }
