"""Hold an offering's register entry: claim it for a notice, give it back when nobody bought it."""

from typing import Any

from django.db import IntegrityError, transaction

from jishi.apps.market.models import OPEN_STATES, Offering
from jishi.apps.packs import api as packs
from jishi.apps.registers import api as registers
from jishi.kernel.fault import Fault
from jishi.platform.context import Context


def claim_entry(ctx: Context, offering: Offering) -> None:
    """Mark the entry of the opened offering as offered.

    Faults: `market.entry.encumbered`, `market.entry.state`, `market.entry.changed` when the draft no longer says
    what the register says.
    """
    blocking = registers.blocking_encumbrances(offering.entry_id)
    if blocking:
        kinds = ", ".join(burden.kind for burden in blocking)
        raise Fault("market.entry.encumbered", number=offering.number, kinds=kinds)
    entry = registers.get_entry(offering.entry_id)
    product = packs.current_pack().product(offering.product)
    if entry.state not in product.offered_in:
        needed = ", ".join(product.offered_in)
        raise Fault("market.entry.state", number=offering.number, state=entry.state, needed=needed)
    if describe_lot(entry) != offering.lot:
        raise Fault("market.entry.changed", number=offering.number, entry=entry.number)
    if product.offered_as:
        registers.set_entry_state(ctx.as_system(), entry.id, product.offered_as, reason=offering.number)


def release_entry(ctx: Context, offering: Offering) -> None:
    """Let the entry be offered again."""
    product = packs.current_pack().product(offering.product)
    if product.offered_as:
        free = product.offered_in[0]
        registers.set_entry_state(ctx.as_system(), offering.entry_id, free, reason=offering.number)


def describe_lot(entry: registers.EntryInfo) -> dict[str, Any]:
    """Return what a notice says of an entry: its public data, and its uses in words."""
    uses = entry.public_data.get("uses", [])
    return {**entry.public_data, "uses_text": "、".join(use.get("name", "") for use in uses)}


def store_alone(offering: Offering) -> None:
    """Store the opened offering as the only one of its entry; Fault `market.entry.offered` names the other."""
    try:
        with transaction.atomic():
            offering.save()
    except IntegrityError:
        rows = Offering.objects.filter(register_kind=offering.register_kind, entry_id=offering.entry_id)
        other = rows.filter(state__in=OPEN_STATES).exclude(pk=offering.pk).first()
        if other is None:
            raise
        raise Fault("market.entry.offered", number=offering.number, other=other.number) from None
