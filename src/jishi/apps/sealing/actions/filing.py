"""Hand in a sealed bid (密封报价): the whole envelope and the mechanism's step in one transaction.

The platform holds an envelope to its form and place; what is inside it cannot read. Refuses to take one
before the committee is formed, since nobody could open it.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.sealing.actions.committee import committee_of
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Seal
from jishi.kernel.sealing.committee import read_committee
from jishi.kernel.sealing.envelope import check_envelope
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.models import EvidenceEntry
from jishi.platform.turn import turn

FILED = "EnvelopeFiled"


@dataclass(frozen=True, slots=True)
class Filing:
    """The mechanism's answer; `seq` is the entry that holds the envelope, whose receipt covers every byte of it."""

    answer: market.Answer
    seq: int = 0


def file_envelope(ctx: Context, registration_id: str, envelope: Any, key: str) -> Filing:
    """File an envelope for a registration the actor represents; a retry with the same key gets the same answer.

    Faults `ceremony.unformed`, `sealing.envelope.*`, `command.key_reused`; out of time, the mechanism's refusal is in
    the answer.
    """
    registration = market.get_registration(registration_id)
    offering = registration.offering
    require(ctx, "bid.place", Target(offering.id, offering.division, registration.party))
    check_envelope(read_committee(committee_of(offering.id).file), envelope, registration.alias)
    with turn(), transaction.atomic():
        given = Seal(registration.alias, envelope["commitment"])
        answer = market.take_part(ctx, registration_id, given, key)
        if not answer.accepted:
            return Filing(answer)
        # The stream is locked until the commit, so nothing comes between the step and its envelope.
        seq = answer.seq + 1
        kinds = EvidenceEntry.objects.filter(stream=offering.stream, seq=seq).values_list("kind", flat=True)
        kind = kinds.first()
        if kind is None:
            data = {"alias": registration.alias, "envelope": envelope}
            market.write_evidence(ctx, offering.id, [(FILED, data)])
        elif kind != FILED:  # the key came with the commitment alone before, on the live path
            raise Fault("command.key_reused", key=key)
    return Filing(answer, seq)
