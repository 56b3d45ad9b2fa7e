"""What a stranger takes away: the bundle of an offering, and the receipt of one entry."""

import json
from collections.abc import Sequence
from typing import Any

from jishi.apps.market.mechanism import mechanism_of
from jishi.apps.market.models import DRAFT, Offering
from jishi.apps.market.secrecy import is_withholding
from jishi.kernel.evidence.bundle import attach_log, build_bundle
from jishi.kernel.evidence.entry import Entry
from jishi.kernel.evidence.receipt import Place, make_receipt, sign_places
from jishi.kernel.fault import Fault
from jishi.platform.evidence import find_indices, read_stream
from jishi.platform.log import prove_entries, publish_log
from jishi.platform.models import EvidenceEntry
from jishi.platform.secrets import Signer, operator


def bundle_offering(offering: Offering, signer: Signer | None = None) -> bytes:
    """Return the signed bundle of an offering as it stands, with the proof that the log holds its entries.

    Faults `market.bundle.draft` before its notice, `market.bundle.withheld` while a stage of one quote each runs.
    Another `signer` than the operator has a log of its own and attaches the proof itself.
    """
    if offering.state == DRAFT or offering.snapshot is None:
        raise Fault("market.bundle.draft", number=offering.number)
    if is_withholding(offering):
        raise Fault("market.bundle.withheld", number=offering.number)
    if signer is None:
        publish_log()
    rows = read_stream(offering.stream)
    published = next(json.loads(row.data) for row in rows if row.kind == "NoticePublished")
    mechanism = mechanism_of(offering)
    chosen = signer or operator()
    bundle = build_bundle(
        subject=offering.stream,
        pack=published["pack"],
        entries=[to_entry(row) for row in rows],
        outcome=mechanism.outcome(mechanism.load(offering.snapshot)),
        signer=chosen.to_json(),
        sign=chosen.sign,
    )
    if signer is not None:
        return bundle
    indices = find_indices([row.pk for row in rows])
    return attach_log(json.loads(bundle), prove_entries(indices, published.get("checkpoint")))


def receipt_of(stream: str, seq: int, signer: Signer | None = None) -> dict[str, Any]:
    """Return the signed receipt (回执) of one entry: a promise that it will stand in the published bundle."""
    row = EvidenceEntry.objects.filter(stream=stream, seq=seq).first()
    if row is None:
        raise Fault("market.receipt.unknown", seq=seq)
    signer = signer or operator()
    return make_receipt(to_entry(row), key=signer.public, sign=signer.sign)


def sign_promises(places: Sequence[Place], signer: Signer | None = None) -> list[dict[str, Any]]:
    """Return signed receipts of entries just written, of many under one signature: nothing is read again."""
    signer = signer or operator()
    return sign_places(places, key=signer.public, sign=signer.sign) if places else []


def to_entry(row: EvidenceEntry) -> Entry:
    """Return the kernel's form of a stored entry."""
    return Entry(row.stream, row.seq, row.kind, row.effective_at, row.recorded_at, json.loads(row.data))
