"""Prepare an offering from a register entry, revise it while it is a draft, list it again after no sale."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from shapely.geometry import shape

from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import guard, require_state, save, write
from jishi.apps.market.models import CONVERTED, DRAFT, HALTED, UNSOLD, Offering
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.registry import find
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id


@dataclass(frozen=True, slots=True)
class OfferingForm:
    """What a clerk states to offer a register entry. Money in fen, instants in ms."""

    number: str
    title: str
    product: str
    entry_id: str
    start_price_fen: int
    deposit_fen: int
    increment_fen: int
    listing_start: int
    listing_end: int
    registration_end: int
    terms: dict[str, Any] = field(default_factory=dict)
    organisation: str = ""
    joint_allowed: bool = True
    persons_allowed: bool = True
    guarantee_allowed: bool = False
    operator_set: tuple[str, ...] = ()
    previous_id: str = ""
    listing_round: int = 1


def prepare_offering(ctx: Context, form: OfferingForm) -> Offering:
    """Store a draft offering of a register entry; Faults name the field that cannot stand."""
    entry = registers.get_entry(form.entry_id)
    require(ctx, "offering.prepare", Target(division=entry.division))
    product = packs.default_pack().product(form.product)
    if entry.kind != product.register_kind:
        raise Fault("market.entry.kind", kind=entry.kind, needed=product.register_kind)
    with transaction.atomic():
        if Offering.objects.filter(number=form.number).exists():
            raise Fault("market.number_taken", number=form.number)
        offering = Offering(id=new_id(ctx.entropy), prepared_by=ctx.actor.user_id, simulated=ctx.simulated)
        _fill(offering, form, entry)
        save(ctx, offering)
        _, head = lock_offering(ctx, offering.id)
        write(ctx, head, [("OfferingDrafted", _drafted(offering))])
    return offering


def revise_offering(ctx: Context, offering_id: str, form: OfferingForm) -> Offering:
    """Replace a draft's statement; a published notice is only changed by a supplementary one."""
    guard(ctx, "offering.prepare", offering_id)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, DRAFT)
        _fill(offering, form, registers.get_entry(form.entry_id))
        save(ctx, offering)
        write(ctx, head, [("OfferingDrafted", _drafted(offering))])
    return offering


def relist_offering(ctx: Context, offering_id: str, form: OfferingForm) -> Offering:
    """Prepare the second or third listing (第二次、第三次挂牌) of a lot that found no buyer."""
    before = Offering.objects.filter(pk=offering_id).first()
    if before is None:
        raise Fault("market.offering.unknown", offering=offering_id)
    require_state(before, UNSOLD, HALTED, CONVERTED)
    if before.listing_round >= 3:
        raise Fault("market.relist_limit", number=before.number, most=3)
    again = replace(
        form, previous_id=before.id, listing_round=before.listing_round + 1, entry_id=before.entry_id
    )
    return prepare_offering(ctx, again)


def _fill(offering: Offering, form: OfferingForm, entry: registers.EntryInfo) -> None:
    product = packs.default_pack().product(form.product)
    terms = {**product.mechanism.defaults(), **form.terms}
    terms |= {
        "lot": offering.id,
        "listing_start": form.listing_start,
        "listing_end": form.listing_end,
        "registration_end": form.registration_end,
        "start_price_fen": form.start_price_fen,
        "increment_fen": form.increment_fen,
    }
    mechanism = find(product.mechanism.id, product.mechanism.version)
    offering.terms = mechanism.dump_terms(mechanism.read_terms(terms))
    for name in ("number", "title", "product", "entry_id", "start_price_fen", "deposit_fen", "increment_fen"):
        setattr(offering, name, getattr(form, name))
    for name in (
        "listing_start",
        "listing_end",
        "registration_end",
        "organisation",
        "previous_id",
        "listing_round",
    ):
        setattr(offering, name, getattr(form, name))
    for name in ("joint_allowed", "persons_allowed", "guarantee_allowed"):
        setattr(offering, name, getattr(form, name))
    if offering.deposit_fen <= 0:
        raise Fault("market.deposit_missing", number=form.number)
    offering.operator_set = list(form.operator_set)
    offering.factor = product.factor
    _copy_entry(offering, entry)


def _copy_entry(offering: Offering, entry: registers.EntryInfo) -> None:
    offering.register_kind = entry.kind
    offering.entry_version = entry.version
    offering.division = entry.division
    uses = entry.public_data.get("uses", [])
    offering.lot = {**entry.public_data, "uses_text": "、".join(u.get("name", "") for u in uses)}
    offering.use_class = str(uses[0].get("code") or "")[:2] if uses else ""
    offering.area_cm2 = entry.public_data.get("area_cm2") or 0
    if entry.geometry is not None:
        centre = shape(entry.geometry).representative_point()
        offering.longitude, offering.latitude = centre.x, centre.y


def _drafted(offering: Offering) -> dict[str, Any]:
    return {
        "product": offering.product,
        "number": offering.number,
        "register": offering.register_kind,
        "entry": offering.entry_id,
        "entry_version": offering.entry_version,
        "lot": offering.lot,
    }
