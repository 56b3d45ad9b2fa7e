"""Publish the notice (公告) that opens an offering, and supplementary notices that restart its clocks."""

from typing import Any

from django.db import IntegrityError, transaction

from jishi.apps.market.actions import fold
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import guard, instant, require_state, save, write
from jishi.apps.market.models import DRAFT, NOTICED, Notice, Offering
from jishi.apps.market.timeline import Limits, check_dates, check_deposit, check_terms, require_lawful
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.kernel.calendar.zone import day_of
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.inputs import Amend
from jishi.kernel.mechanism.registry import find
from jishi.platform.context import Context
from jishi.platform.entropy import new_id
from jishi.platform.models import StreamHead


def publish_notice(ctx: Context, offering_id: str) -> Offering:
    """Publish a draft after checking dates, terms, deposit and the parcel's encumbrances; another person's draft.

    Order 39 of 2007 arts. 8-9, 18. Faults name the clause that forbids.
    """
    guard(ctx, "offering.publish", offering_id)
    try:
        with transaction.atomic():
            offering, head = lock_offering(ctx, offering_id)
            require_state(offering, DRAFT)
            _require_other_person(ctx, offering)
            at_ms = instant(ctx, head)
            _require_free_entry(offering)
            _open(ctx, offering, head, at_ms)
            registers.set_entry_state(ctx.as_system(), offering.entry_id, "offered", reason=offering.number)
            save(ctx, offering)
    except IntegrityError as error:
        raise Fault("market.entry.offered", number=offering_id) from error
    return offering


def supplement_notice(ctx: Context, offering_id: str, changes: dict[str, Any], reason: str) -> Offering:
    """Publish a supplementary notice (补充公告) before the listing starts; its dates are counted anew.

    `changes` may hold deposit_fen and any mechanism term; Fault `market.supplement.late` once listing began.
    """
    guard(ctx, "offering.publish", offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, NOTICED)
        if offering.phase != "scheduled":
            raise Fault("market.supplement.late", number=offering.number)
        at_ms = instant(ctx, head)
        _apply_changes(offering, changes)
        checks = _lawful(offering, at_ms)
        answer = fold.fold_one(ctx, offering, head, Amend(offering.terms))
        if not answer.accepted:
            raise Fault(answer.code, **answer.params)
        _write_notice(ctx, offering, head, ("supplement", checks, {"reason": reason, "changes": changes}))
        offering.limits = checks
        save(ctx, offering)
    return offering


def add_notice(ctx: Context, offering: Offering, kind: str, body: dict[str, Any]) -> Notice:
    """Store the next notice of an offering (中止、恢复、延期、终止、结果公告 …)."""
    version = offering.notices.count() + 1
    return Notice.objects.create(
        id=new_id(ctx.entropy),
        offering=offering,
        version=version,
        kind=kind,
        title=offering.title,
        body=body,
        at_ms=ctx.now_ms(),
    )


def _require_other_person(ctx: Context, offering: Offering) -> None:
    if offering.prepared_by is not None and offering.prepared_by == ctx.actor.user_id:
        raise Fault("market.four_eyes", number=offering.number)


def _require_free_entry(offering: Offering) -> None:
    blocking = registers.blocking_encumbrances(offering.entry_id)
    if blocking:
        raise Fault(
            "market.entry.encumbered", number=offering.number, kinds=", ".join(b.kind for b in blocking)
        )


def _open(ctx: Context, offering: Offering, head: StreamHead, at_ms: int) -> None:
    checks = _lawful(offering, at_ms)
    product = packs.default_pack().product(offering.product)
    mechanism = find(product.mechanism.id, product.mechanism.version)
    offering.notice_ms, offering.state, offering.limits = at_ms, NOTICED, checks
    offering.published_by = ctx.actor.user_id
    offering.save()
    _write_notice(ctx, offering, head, ("notice", checks, {}))
    fold.store_state(offering, mechanism, mechanism.open(mechanism.read_terms(offering.terms)))


def _lawful(offering: Offering, at_ms: int) -> Limits:
    pack = packs.default_pack()
    product = pack.product(offering.product)
    if offering.listing_start <= at_ms:
        raise Fault("market.date.past", number=offering.number)
    steps = {"notice": at_ms, "listing_start": offering.listing_start, "listing_end": offering.listing_end}
    checks = check_dates(pack, product, {**steps, "registration_end": offering.registration_end})
    require_lawful(checks)
    day = day_of(at_ms, pack.manifest.utc_offset_minutes)
    check_terms(pack, product, offering.lot, day)
    codes = [u["code"] for u in offering.lot.get("uses", []) if u.get("code")]
    check_deposit(pack, product, (codes, offering.deposit_fen, offering.start_price_fen), day)
    return checks


def _apply_changes(offering: Offering, changes: dict[str, Any]) -> None:
    changes = dict(changes)
    offering.deposit_fen = changes.pop("deposit_fen", offering.deposit_fen)
    product = packs.default_pack().product(offering.product)
    mechanism = find(product.mechanism.id, product.mechanism.version)
    offering.terms = mechanism.dump_terms(mechanism.read_terms({**offering.terms, **changes}))
    for name in ("listing_start", "listing_end", "registration_end", "start_price_fen", "increment_fen"):
        setattr(offering, name, offering.terms[name])


def _write_notice(
    ctx: Context, offering: Offering, head: StreamHead, said: tuple[str, Limits, dict[str, Any]]
) -> None:
    kind, checks, body = said
    pack = packs.default_pack()
    product = pack.product(offering.product)
    notice = add_notice(ctx, offering, kind, body)
    data = {
        "notice": notice.id,
        "version": notice.version,
        "mechanism": {"id": product.mechanism.id, "version": product.mechanism.version},
        "terms": offering.terms,
        "deposit_fen": offering.deposit_fen,
        "limits": checks,
        "lot": {"number": offering.number, "title": offering.title, **offering.lot},
        "pack": pack.reference(),
        "utc_offset_minutes": pack.manifest.utc_offset_minutes,
        "operator_set": offering.operator_set,
        "simulated": offering.simulated,
    }
    if kind == "supplement":
        data["replaces"] = notice.version - 1
    write(ctx, head, [("NoticeSupplemented" if kind == "supplement" else "NoticePublished", data)])
