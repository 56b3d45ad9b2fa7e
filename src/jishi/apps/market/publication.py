"""What a stranger takes away: the bundle of an offering, and the receipt of one entry."""

import json
from typing import Any

from jishi.apps.market.actions.fold import mechanism_of
from jishi.apps.market.models import DRAFT, Offering
from jishi.kernel.evidence.bundle import build_bundle
from jishi.kernel.evidence.entry import Entry
from jishi.kernel.evidence.receipt import make_receipt
from jishi.kernel.fault import Fault
from jishi.platform.evidence import read_stream
from jishi.platform.models import EvidenceEntry
from jishi.platform.secrets import Signer, operator


def bundle_offering(offering: Offering, signer: Signer | None = None) -> bytes:
    """Return the signed bundle of an offering as it stands; Fault `market.bundle.draft` before its notice."""
    if offering.state == DRAFT or offering.snapshot is None:
        raise Fault("market.bundle.draft", number=offering.number)
    rows = read_stream(offering.stream)
    published = next(json.loads(row.data) for row in rows if row.kind == "NoticePublished")
    mechanism = mechanism_of(offering)
    signer = signer or operator()
    return build_bundle(
        subject=offering.stream,
        pack=published["pack"],
        entries=[to_entry(row) for row in rows],
        outcome=mechanism.outcome(mechanism.load(offering.snapshot)),
        signer=signer.to_json(),
        sign=signer.sign,
    )


def receipt_of(stream: str, seq: int, signer: Signer | None = None) -> dict[str, Any]:
    """Return the signed receipt (回执) of one entry: a promise that it will stand in the published bundle."""
    row = EvidenceEntry.objects.filter(stream=stream, seq=seq).first()
    if row is None:
        raise Fault("market.receipt.unknown", seq=seq)
    signer = signer or operator()
    return make_receipt(to_entry(row), key=signer.public, sign=signer.sign)


def to_entry(row: EvidenceEntry) -> Entry:
    """Return the kernel's form of a stored entry."""
    return Entry(row.stream, row.seq, row.kind, row.effective_at, row.recorded_at, json.loads(row.data))
