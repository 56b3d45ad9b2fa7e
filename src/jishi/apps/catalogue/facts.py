"""What a release is built from: plain facts of one offering, already public. Money in fen, instants in ms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes, under which OCID prefix and address, and how far its days are ahead of UTC (minutes)."""

    name: str
    address: str
    ocid_prefix: str
    offset_minutes: int

    def ocid(self, offering_id: str) -> str:
        """Return the open contracting id of an offering."""
        return f"{self.ocid_prefix}-{offering_id}"


@dataclass(frozen=True, slots=True)
class Participant:
    """An organisation in full (`code` is its unified social credit code) or a person masked (no code)."""

    id: str
    name: str
    code: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Announcement:
    """A notice (公告) of the offering."""

    id: str
    kind: str
    title: str
    at_ms: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """One instalment of the price: what is due, what the deposit and later payments covered."""

    id: str
    title: str
    due_day: date | None
    amount_fen: int
    credited_fen: int
    paid_fen: int
    paid_ms: int | None


@dataclass(frozen=True, slots=True)
class Award:
    """What one winner won (of many: so many units) and pays; `suppliers` (joint bidders) wait for the result."""

    id: str
    title: str
    value_fen: int
    cancelled: bool = False
    suppliers: tuple[Participant, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """The contract both sides signed on an award; `fulfilled` once paid and registered."""

    number: str
    award: Award
    price_fen: int
    signed_ms: int
    pdf_sha256: str
    fulfilled: bool
    payments: tuple[Payment, ...] = ()


@dataclass(frozen=True, slots=True)
class Lot:
    """The offering itself. `seq` is its latest evidence entry, `lot` the public facts of the notice, `criteria` the
    code (may be empty) and the words for what is decided by.
    """

    id: str
    seq: int
    number: str
    title: str
    state: str
    phase: str
    suspended: bool
    updated_ms: int
    product: str
    method: str
    criteria: tuple[str, str]
    place: str
    lot: Mapping[str, Any]
    start_price_fen: int | None
    cap_fen: int | None
    notice_ms: int
    listing_start: int
    listing_end: int
    registration_end: int
    simulated: bool
    closed_ms: int | None = None
    award_day: date | None = None
    outcome: Mapping[str, Any] | None = None
    registrants: int = 0
    previous_id: str = ""


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """Everything one release says; `tenderers` wait for the result."""

    publisher: Publisher
    lot: Lot
    grantor: Participant
    notices: tuple[Announcement, ...] = ()
    tenderers: tuple[Participant, ...] = ()
    awards: tuple[Award, ...] = ()
    agreements: tuple[Agreement, ...] = ()
