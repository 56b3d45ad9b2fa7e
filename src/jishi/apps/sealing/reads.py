"""Questions the sealing answers: the committee, what waits for a member, the whole ceremony for anyone to check."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.sealing.models import Committee, Member
from jishi.kernel.fault import Fault
from jishi.platform.evidence import read_stream
from jishi.platform.models import EvidenceEntry, User

REGISTER, HAND_OVER = "register_key", "hand_over"
FILED = "EnvelopeFiled"
FORM = "jishi.ceremony/1"


@dataclass(frozen=True, slots=True)
class Duty:
    """What waits for a member: the step, in which offering, by when (ms; None where no clock runs)."""

    step: str
    offering: market.Offering
    due_ms: int | None


@dataclass(frozen=True, slots=True)
class Ceremony:
    """Everything public of an offering's sealed bids; instants in ms, hashes of entries in hex.

    `members`: index, seat, public, registered_ms, private, published_ms. `envelopes`: seq, at_ms, alias,
    commitment, leaf_hash, counts. `openings`: by alias {"bid", "salt"} or {"void"}; `voids` tells why, also
    of bids that were opened and break the terms.
    """

    committee: Committee
    members: tuple[Member, ...]
    envelopes: tuple[Mapping[str, Any], ...]
    openings: Mapping[str, Any] = field(default_factory=dict)
    voids: Mapping[str, Any] = field(default_factory=dict)
    opened_seq: int | None = None

    @property
    def published(self) -> int:
        """Count the keys published."""
        return sum(bool(member.private) for member in self.members)

    def to_json(self) -> dict[str, Any]:
        """Return the same for programs."""
        members = [
            {
                "index": each.index, "seat": each.seat, "public": each.public,
                "registered_ms": each.registered_ms,
                "private": each.private or None, "published_ms": each.published_ms,
            }
            for each in self.members
        ]  # fmt: skip
        return {
            "format": FORM,
            "offering": self.committee.offering_id,
            "simulated": self.committee.simulated,
            "committee": self.committee.file,
            "formed_ms": self.committee.formed_ms,
            "members": members,
            "envelopes": [dict(each) for each in self.envelopes],
            "keys_ended": {"at_ms": self.committee.ended_ms, "reason": self.committee.end_reason}
            if self.committee.ended_ms is not None
            else None,
            "opened_ms": self.committee.opened_ms,
            "opened_seq": self.opened_seq,
            "openings": dict(self.openings),
            "voids": dict(self.voids),
        }


def is_sealed(offering: market.Offering) -> bool:
    """Tell whether an offering's terms ask for sealed bids."""
    return bool(offering.terms.get("sealing"))


def sealing_of(offering: market.Offering) -> dict[str, Any]:
    """Return {"suite", "members", "threshold"} of the terms; Fault `ceremony.unsealed`."""
    stated = offering.terms.get("sealing")
    if not stated:
        raise Fault("ceremony.unsealed", number=offering.number)
    return dict(stated)


def list_owed_by_simulated() -> list[str]:
    """Return the offerings past their deadline whose sealed bids only simulated members can open."""
    rows = Committee.objects.filter(simulated=True, formed_ms__isnull=False, opened_ms=None, ended_ms=None)
    due = market.get_offerings(rows.values_list("pk", flat=True))
    return [offering.id for offering in due if offering.simulated and offering.awaits == "unseal"]


def find_committee(offering_id: str) -> Committee | None:
    """Return the committee of an offering, formed or not, or None."""
    return Committee.objects.filter(pk=offering_id).first()


def find_person(email: str) -> int | None:
    """Return the person behind the address of an active account, or None."""
    return User.objects.filter(email__iexact=email, is_active=True).values_list("pk", flat=True).first()


def list_members(offering_id: str) -> list[Member]:
    """Return the seats of an offering's committee in order, each with its committee."""
    rows = Member.objects.filter(committee_id=offering_id).select_related("committee")
    return list(rows.order_by("index"))


def find_seat(offering_id: str, person: int | None) -> Member | None:
    """Return a person's seat in the committee of an offering, or None."""
    if person is None:
        return None
    rows = Member.objects.filter(committee_id=offering_id, person=person)
    return rows.select_related("committee").first()


def list_duties(person: int | None) -> list[Duty]:
    """Return what waits for a member of committees: keys to register, keys to hand over; two queries."""
    rows = Member.objects.filter(person=person, private="", committee__opened_ms=None) if person else None
    seats = {each.committee_id: each for each in rows.select_related("committee")} if rows else {}
    found = []
    for offering in market.get_offerings(seats) if seats else ():
        seat = seats[offering.id]
        if offering.state != "noticed":
            continue
        if offering.awaits == "unseal":
            found.append(Duty(HAND_OVER, offering, offering.listing_end))
        elif not seat.public:
            found.append(Duty(REGISTER, offering, offering.listing_start))
    return sorted(found, key=lambda duty: (duty.due_ms or 0, duty.offering.id))


def published_keys(committee: Committee) -> dict[str, str]:
    """Return the published keys: public -> private."""
    return {each.public: each.private for each in committee.members.all() if each.private}


def latest_of(offering: market.Offering) -> dict[str, str]:
    """Return the commitment that counts of each alias; one who withdrew has none."""
    state = market.mechanism_of(offering).load(offering.snapshot or {})
    return dict(state.box.latest)


def read_filed(offering: market.Offering) -> list[tuple[str, dict[str, Any]]]:
    """Return (alias, envelope) of every envelope handed in, in order."""
    found = [json.loads(row.data) for row in read_stream(offering.stream, [FILED])]
    return [(each["alias"], each["envelope"]) for each in found]


def find_filings(offering: market.Offering, alias: str) -> list[dict[str, Any]]:
    """Return what one alias handed in, latest first: seq, at_ms, commitment, leaf_hash."""
    return [each for each in reversed(_envelopes(offering)) if each["alias"] == alias]


def read_ceremony(offering: market.Offering) -> Ceremony | None:
    """Return the ceremony of an offering as the log tells it, None where no committee was named."""
    members = list_members(offering.id)
    if not members:
        return None
    openings, voids, seq = _opened(offering)
    return Ceremony(members[0].committee, tuple(members), tuple(_envelopes(offering)), openings, voids, seq)


def _envelopes(offering: market.Offering) -> list[dict[str, Any]]:
    rows = read_stream(offering.stream, [FILED])
    found = [(row, json.loads(row.data)) for row in rows]
    last = {data["alias"]: row.seq for row, data in found}
    latest = latest_of(offering) if found else {}
    return [
        {
            "seq": row.seq, "at_ms": row.effective_at, "alias": data["alias"],
            "commitment": data["envelope"]["commitment"], "leaf_hash": row.leaf_hash,
            "counts": last[data["alias"]] == row.seq and data["alias"] in latest,
        }
        for row, data in found
    ]  # fmt: skip


def _opened(offering: market.Offering) -> tuple[dict[str, Any], dict[str, Any], int | None]:
    """Read the step that opened: openings by alias, why some are void, its place; one query."""
    rows = EvidenceEntry.objects.filter(
        stream=offering.stream, kind="MechanismStepped", data__contains='"type":"unseal"'
    )
    for row in rows.order_by("seq"):
        data = json.loads(row.data)
        if data["input"]["type"] == "unseal":
            events = {event["type"]: event for event in data["events"]}
            return data["input"]["openings"], events["BidsOpened"].get("voids", {}), row.seq
    return {}, {}, None
