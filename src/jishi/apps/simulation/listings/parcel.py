"""The parcel: its area, its uses, and the term of each use by the law of its notice day."""

from datetime import date

from jishi.apps.simulation.listings.draft import Use
from jishi.apps.simulation.listings.law import Law
from jishi.apps.simulation.listings.row import Row
from jishi.apps.simulation.listings.terms import assign_terms, read_terms
from jishi.apps.simulation.listings.use_names import OTHER, parts_by_use
from jishi.apps.simulation.listings.uses import StatedUse, read_uses, stated_shares
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.area import format_area, parse_area
from jishi.kernel.quantity.bounds import Bounds
from jishi.kernel.spelling import narrow


def read_areas(row: Row) -> dict[str, int] | None:
    """Return the area in cm2, half up, by class of use, or under the blank key for the whole parcel."""
    return row.need("area_m2", _areas)


def read_land_uses(row: Row, areas: dict[str, int] | None, law: Law, day: date) -> tuple[Use, ...]:
    """Return the uses with their terms and areas; empty if any was refused."""
    uses = row.need("use_zh", read_uses)
    terms = row.need("term_years", read_terms)
    if uses is None or terms is None:
        return ()
    kinds = {use.kind for use in uses} | {use.kind for use, _ in terms.named} | {OTHER}
    limits = {kind: law.max_term(kind, day) for kind in kinds}
    assigned = row.attempt("term_years", lambda: assign_terms(terms, uses, limits))
    if assigned is None:
        return ()
    _check_areas(row, assigned, areas)
    shares = stated_shares(narrow(row.cells["conditions"]))
    return tuple(_use(use, years, areas or {}, shares) for use, years in assigned)


def _areas(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind, area in parts_by_use(text) or [("", text)]:
        found[kind] = found.get(kind, 0) + parse_area(area, "half_up")
    if sum(found.values()) <= 0:
        raise Fault("listings.amount.zero", text=text)
    return found


def _check_areas(row: Row, assigned: tuple[tuple[StatedUse, int], ...], areas: dict[str, int] | None) -> None:
    """Refuse areas stated use by use that do not add up to the area of the parcel."""
    stated = [use.area_cm2 for use, _ in assigned if use.area_cm2 is not None]
    if areas and len(stated) == len(assigned) and sum(stated) != sum(areas.values()):
        row.refuse(
            "area_m2", "listings.value.differs",
            first=format_area(sum(areas.values())), second=format_area(sum(stated)),
        )  # fmt: skip


def _use(use: StatedUse, years: int, areas: dict[str, int], shares: dict[str, Bounds]) -> Use:
    named, kind = use.named, use.kind
    area = use.area_cm2 if use.area_cm2 is not None else areas.get(kind)
    return Use(named.name_zh, named.code, kind, years, area_cm2=area, share=use.share or shares.get(kind))
