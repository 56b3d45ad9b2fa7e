"""Publish the notice (公告) that opens an offering, and supplementary notices that restart its clocks."""

from typing import Any

from django.db import transaction

from jishi.apps.market.actions.announce import add_notice
from jishi.apps.market.actions.drawing import require_committed
from jishi.apps.market.actions.fold import FOLDED, Locked, fold_all, store_state
from jishi.apps.market.actions.ground import claim_entry, store_alone
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import check_reason, guard, instant, require_state, save, write
from jishi.apps.market.floor import require_deposit
from jishi.apps.market.guarding import offer_questions
from jishi.apps.market.mechanism import mechanism_of, name_terms, show_dates
from jishi.apps.market.models import DRAFT, NOTICED, Offering, Registration
from jishi.apps.market.timeline import Limits, check_dates, check_deposit, check_terms, require_lawful
from jishi.apps.packs import api as packs
from jishi.apps.rulings import api as rulings
from jishi.kernel.calendar.zone import day_of
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.inputs import Amend
from jishi.platform.context import Context
from jishi.platform.log import signed_checkpoint


def fixed_terms(offering: Offering) -> frozenset[str]:
    """List the terms that no supplementary notice changes: what is sold, and what was committed to."""
    model = mechanism_of(offering).model
    return frozenset({"lot", *(field.name for field in model if field.kind == "hash")})


def publish_notice(ctx: Context, offering_id: str) -> Offering:
    """Publish another person's draft after checking dates, terms, deposit and the register entry.

    Order 39 of 2007 arts. 8-9, 18. Faults name the clause that forbids, or the offering or burden in the way.
    """
    guard(ctx, "offering.publish", offering_id)
    with rulings.recording(ctx), transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, DRAFT)
        _require_other_person(ctx, offering)
        require_committed(offering)
        _open(offering, instant(ctx, head), ctx.actor.user_id)
        store_alone(offering)
        body = {"rulings": _permitted(ctx, offering, instant(ctx, head))}
        claim_entry(ctx, offering)
        _write_notice(ctx, (offering, head), "notice", body)
        mechanism = mechanism_of(offering)
        store_state(offering, mechanism, mechanism.open(mechanism.read_terms(offering.terms)))
        save(ctx, offering, *FOLDED)
    return offering


def supplement_notice(ctx: Context, offering_id: str, changes: dict[str, Any], reason: str) -> Offering:
    """Publish a supplementary notice (补充公告) before the listing starts; its dates are counted anew.

    `changes` may hold deposit_fen, until somebody was qualified under the old one, and any term of the mechanism
    but the `fixed_terms`. Fault `market.supplement.late` once bidding began.
    """
    guard(ctx, "offering.publish", offering_id)
    body: dict[str, Any] = {"reason": check_reason(reason), "changes": changes}
    with rulings.recording(ctx), transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, NOTICED)
        if offering.phase != "scheduled":
            raise Fault("market.supplement.late", number=offering.number)
        _apply_changes(offering, changes)
        body["rulings"] = _permitted(ctx, offering, instant(ctx, head))
        offering.limits = _lawful(offering, instant(ctx, head))
        fold_all(ctx, (offering, head), [Amend(offering.terms)])
        _write_notice(ctx, (offering, head), "supplement", body)
        save(ctx, offering)
    return offering


def _require_other_person(ctx: Context, offering: Offering) -> None:
    if offering.prepared_by is not None and offering.prepared_by == ctx.actor.user_id:
        raise Fault("market.four_eyes", number=offering.number)


def _open(offering: Offering, at_ms: int, published_by: int | None) -> None:
    offering.limits = _lawful(offering, at_ms)
    offering.notice_ms, offering.updated_ms = at_ms, at_ms
    offering.state, offering.published_by = NOTICED, published_by


def _permitted(ctx: Context, offering: Offering, at_ms: int) -> list[dict[str, Any]]:
    """Have the product's rules permit the notice; say which rows did."""
    permits = rulings.require_permits(ctx, offer_questions(packs.current_pack(), offering, at_ms))
    return [each.summary(with_facts=True) for each in permits]


def _lawful(offering: Offering, at_ms: int) -> Limits:
    pack = packs.current_pack()
    product = pack.product(offering.product)
    product.mechanism_named(offering.mechanism)
    if offering.listing_start <= at_ms:
        raise Fault("market.date.past", number=offering.number)
    steps = {"notice": at_ms, "listing_start": offering.listing_start, "listing_end": offering.listing_end}
    steps["registration_end"] = offering.registration_end
    checks = check_dates(pack, product, steps, offering.mechanism)
    if product.guard.notice is None:
        require_lawful(checks)
    if product.guard.offer is not None:
        return checks
    day = day_of(at_ms, pack.manifest.utc_offset_minutes)
    check_terms(pack, product, offering.lot, day)
    codes = [u["code"] for u in offering.lot.get("uses", []) if u.get("code")]
    check_deposit(pack, product, (codes, offering.deposit_fen, offering.start_price_fen), day)
    return checks


def _apply_changes(offering: Offering, changes: dict[str, Any]) -> None:
    mechanism, changes = mechanism_of(offering), dict(changes)
    for name in changes.keys() & fixed_terms(offering):
        raise Fault("market.supplement.fixed", number=offering.number, field=name)
    deposit_fen = changes.pop("deposit_fen", offering.deposit_fen)
    if deposit_fen != offering.deposit_fen:
        _require_nobody_qualified(offering)
        require_deposit(packs.current_pack().product(offering.product), offering.number, deposit_fen)
    offering.deposit_fen = deposit_fen
    terms = mechanism.read_terms({**offering.terms, **name_terms(mechanism, changes)})
    offering.terms = mechanism.dump_terms(terms)
    show_dates(offering, mechanism.view(mechanism.open(terms)))


def _require_nobody_qualified(offering: Offering) -> None:
    states = (Registration.QUALIFIED, Registration.ADMITTED)
    if offering.registrations.filter(state__in=states).exists():
        raise Fault("market.supplement.deposit", number=offering.number)


def _write_notice(ctx: Context, locked: Locked, kind: str, body: dict[str, Any]) -> None:
    offering, head = locked
    pack = packs.current_pack()
    mechanism = mechanism_of(offering)
    notice = add_notice(ctx, locked, kind, body)
    data = {
        "notice": notice.id,
        "version": notice.version,
        "mechanism": {"id": mechanism.id, "version": mechanism.version},
        "terms": offering.terms,
        "deposit_fen": offering.deposit_fen,
        "limits": offering.limits,
        "rulings": body.get("rulings", []),
        "lot": {"number": offering.number, "title": offering.title, **offering.lot},
        "pack": pack.reference(),
        "checkpoint": signed_checkpoint(),
        "utc_offset_minutes": pack.manifest.utc_offset_minutes,
        "operator_set": offering.operator_set,
        "simulated": offering.simulated,
    }
    if kind == "supplement":
        data["replaces"] = notice.version - 1
    write(ctx, head, [("NoticeSupplemented" if kind == "supplement" else "NoticePublished", data)])
