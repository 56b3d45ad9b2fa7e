"""Prepare an offering from a register entry, revise it while it is a draft, list it again after no sale."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError, transaction
from shapely.geometry import shape

from jishi.apps.market.actions.ground import describe_lot
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import check_text, guard, require_state, save, write
from jishi.apps.market.floor import MOST_ROUNDS, require_deposit, require_floor
from jishi.apps.market.guarding import require_method, require_terms
from jishi.apps.market.mechanism import STATED, name_terms, show_dates, takes_reserve
from jishi.apps.market.models import CONVERTED, DEFAULTED, DRAFT, HALTED, TERMINATED, UNSOLD, Offering
from jishi.apps.market.reads import get_offering
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.kernel.calendar.zone import day_of
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.registry import find
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id

LONGEST = {"number": 80, "title": 200, "organisation": 120}
PLAIN = ("product", "entry_id", "deposit_fen", "joint_allowed", "persons_allowed", "guarantee_allowed")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferingForm:
    """What a clerk states to offer a register entry. Money in fen, instants in ms.

    `mechanism` is one of the product's, its first unless named; a start price or an increment is stated only where
    that mechanism has one. `terms` are the others by the mechanism's own names.
    """

    number: str
    title: str
    product: str
    entry_id: str
    deposit_fen: int
    start_price_fen: int | None = None
    increment_fen: int | None = None
    mechanism: str = ""
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
    entry = _require_entry(ctx, form)
    offering = Offering(id=new_id(ctx.entropy), simulated=ctx.simulated)
    offering.previous_id, offering.listing_round = form.previous_id, form.listing_round
    with _number_taken_once(form.number):
        _fill(ctx, offering, form, entry)
        offering.prepared_by = ctx.actor.user_id
        save(ctx, offering)
        _, head = lock_offering(ctx, offering.id)
        write(ctx, head, [("OfferingDrafted", _drafted(offering))])
    return offering


def revise_offering(ctx: Context, offering_id: str, form: OfferingForm) -> Offering:
    """Replace a draft's statement; a published notice is only changed by a supplementary one.

    The round of a relisted lot and a sealed reserve price stay; who revised last may not publish it.
    """
    guard(ctx, "offering.prepare", offering_id)
    entry = _require_entry(ctx, form)
    with _number_taken_once(form.number):
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, DRAFT)
        _fill(ctx, offering, form, entry)
        offering.prepared_by = ctx.actor.user_id
        save(ctx, offering)
        write(ctx, head, [("OfferingDrafted", _drafted(offering))])
    return offering


def relist_offering(ctx: Context, offering_id: str, form: OfferingForm) -> Offering:
    """Prepare the second or third listing (第二次、第三次挂牌) of a lot that found no buyer.

    It may be sold another way than before: a converted listing goes to an auction. Fault `relisting.approval` below
    the product's floor, unless a lower price was approved anew.
    """
    before = get_offering(offering_id)
    require_state(before, UNSOLD, HALTED, CONVERTED, DEFAULTED)
    if before.listing_round >= MOST_ROUNDS:
        raise Fault("market.relist_limit", number=before.number, most=MOST_ROUNDS)
    later = Offering.objects.filter(previous_id=before.id).exclude(state=TERMINATED).first()
    if later is not None:
        raise Fault("market.relist_twice", number=before.number, later=later.number)
    listing_round = before.listing_round + 1
    again = replace(form, previous_id=before.id, listing_round=listing_round, entry_id=before.entry_id)
    return prepare_offering(ctx, again)


def _require_entry(ctx: Context, form: OfferingForm) -> registers.EntryInfo:
    entry = registers.get_entry(form.entry_id)
    require(ctx, "offering.prepare", Target(division=entry.division))
    needed = packs.current_pack().product(form.product).register_kind
    if entry.kind != needed:
        raise Fault("market.entry.kind", kind=entry.kind, needed=needed)
    return entry


@contextmanager
def _number_taken_once(number: str) -> Iterator[None]:
    """Open the transaction that stores a draft; its number is all that can be taken already."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Fault("market.number_taken", number=number) from error


def _fill(ctx: Context, offering: Offering, form: OfferingForm, entry: registers.EntryInfo) -> None:
    for name, most in LONGEST.items():
        text = getattr(form, name)
        setattr(offering, name, check_text(text, most=most) if text or name != "organisation" else "")
    for name in PLAIN:
        setattr(offering, name, getattr(form, name))
    product = packs.current_pack().product(form.product)
    require_deposit(product, form.number, form.deposit_fen)
    _choose(ctx, offering, form)
    offering.operator_set = list(form.operator_set)
    offering.factor = product.factor
    offering.persons_allowed = form.persons_allowed and "person" in product.qualification.parties
    offering.joint_allowed = form.joint_allowed and product.qualification.joint
    _copy_entry(offering, entry)


def _choose(ctx: Context, offering: Offering, form: OfferingForm) -> None:
    """Take the mechanism and its terms; a price or a sealed reserve stands only where the mechanism has it."""
    pack = packs.current_pack()
    product = pack.product(form.product)
    choice = product.mechanism_named(form.mechanism or product.default_mechanism.id)
    today = day_of(ctx.now_ms(), pack.manifest.utc_offset_minutes)
    require_method(pack, product, choice.id, today)
    mechanism = find(choice.id, choice.version)
    offering.mechanism, offering.mechanism_version = choice.id, choice.version
    stated = {name: getattr(form, name) for name in STATED if getattr(form, name) is not None}
    if takes_reserve(mechanism):
        stated["reserve_commitment"] = offering.reserve_commitment or None
    elif offering.reserve_commitment:
        raise Fault("market.form.no_term", field="reserve_commitment", mechanism=choice.id)
    given = {**choice.defaults(), **form.terms, "lot": offering.id, **name_terms(mechanism, stated)}
    terms = mechanism.read_terms(given)
    offering.terms = mechanism.dump_terms(terms)
    show_dates(offering, mechanism.view(mechanism.open(terms)))
    require_floor(pack, offering, today)
    require_terms(pack, product, offering, today)


def _copy_entry(offering: Offering, entry: registers.EntryInfo) -> None:
    offering.register_kind = entry.kind
    offering.entry_version = entry.version
    offering.division = entry.division
    offering.lot = describe_lot(entry)
    uses = entry.public_data.get("uses", [])
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
