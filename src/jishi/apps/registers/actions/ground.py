"""No two entries of a kind claim the same ground: the exact test behind the bounding boxes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shapely import STRtree
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from jishi.apps.registers.content import register_kind
from jishi.apps.registers.models import RegisterEntry
from jishi.apps.registers.reads import rows_in_box
from jishi.apps.registers.shape import overlap
from jishi.kernel.fault import Fault
from jishi.platform import evidence


@dataclass(frozen=True, slots=True)
class Claim:
    """An entry and its shape; `place` is its row in the request, from 1."""

    row: RegisterEntry
    shape: BaseGeometry
    place: int = 1


def has_lapsed(kind: str, state: str) -> bool:
    """Tell whether an entry in this state no longer claims its ground."""
    return any(each.lapsed for each in register_kind(kind).states if each.id == state)


def claim_ground(claims: Sequence[Claim]) -> None:
    """Refuse a claim on ground another entry of the kind holds: Fault `registers.shape.overlap`.

    Call inside the transaction that writes the entries: claims of one kind take turns.
    """
    for claim, other in find_taken(claims):
        raise _fault(claim, other)


def ground_faults(claims: Sequence[Claim]) -> dict[int, Fault]:
    """Return the fault of each place whose claim fails, the first of each; call as `claim_ground`."""
    found: dict[int, Fault] = {}
    for claim, other in find_taken(claims):
        found.setdefault(claim.place, _fault(claim, other))
    return found


def find_taken(claims: Sequence[Claim]) -> Iterator[tuple[Claim, RegisterEntry]]:
    """Yield each claim on ground another holds, with who holds it."""
    live = [claim for claim in claims if not has_lapsed(claim.row.kind, claim.row.state)]
    for kind in sorted({claim.row.kind for claim in live}):
        evidence.lock(f"register/{kind}")
        same = [claim for claim in live if claim.row.kind == kind]
        yield from _held_already(kind, same)
        yield from _claimed_twice(same)


def _fault(claim: Claim, other: RegisterEntry) -> Fault:
    place = {"number": claim.row.number, "other": other.number, "entry": other.id, "row": claim.place}
    return Fault("registers.shape.overlap", **place)


def _held_already(kind: str, claims: Sequence[Claim]) -> Iterator[tuple[Claim, RegisterEntry]]:
    lapsed = [each.id for each in register_kind(kind).states if each.lapsed]
    own = {claim.row.id for claim in claims}
    for claim in claims:
        rows = rows_in_box(kind, claim.shape.bounds).exclude(state__in=lapsed)
        for row in rows.only("id", "number", "geometry"):
            if row.id not in own and overlap(claim.shape, shape(row.geometry)):
                yield claim, row


def _claimed_twice(claims: Sequence[Claim]) -> Iterator[tuple[Claim, RegisterEntry]]:
    tree = STRtree([claim.shape for claim in claims])
    for position, claim in enumerate(claims):
        for earlier in sorted(int(index) for index in tree.query(claim.shape) if index < position):
            if overlap(claim.shape, claims[earlier].shape):
                yield claim, claims[earlier].row
