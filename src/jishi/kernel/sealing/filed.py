"""Which of the envelopes that were handed in are opened: the one behind each commitment that counts.

A mechanism keeps commitments, a log keeps envelopes. Server and verifier match them here, so both open
the same. A commitment that counts without an envelope is void: its bidder handed in nothing to open.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from jishi.kernel.fault import Fault
from jishi.kernel.sealing.committee import Committee
from jishi.kernel.sealing.opening import Opening, open_all

Filed = tuple[str, Mapping[str, Any]]
"""An alias and the envelope it handed in."""


def open_filed(
    committee: Committee, latest: Mapping[str, str], filed: Iterable[Filed], keys: Mapping[str, str]
) -> Opening:
    """Open, for each alias of ``latest``, the envelope it filed with that commitment; raise as ``open_all``.

    ``filed`` are envelopes in order of filing; an alias without one has the void code
    ``sealing.void.absent``.
    """
    found = {
        alias: dict(envelope) for alias, envelope in filed if envelope["commitment"] == latest.get(alias)
    }
    opening = open_all(committee, found, keys)
    absent = {"void": "sealing.void.absent"}
    return opening._replace(openings={alias: opening.openings.get(alias, absent) for alias in latest})


def require_enough(committee: Committee, published: int, *, ended: bool) -> None:
    """Raise ``sealing.keys.few``, or ``sealing.keys.all`` where the suite's verdict needs every key.

    ``ended`` says that a reasoned decision expects no more keys (suites whose sealing cannot be repeated).
    """
    if published < committee.threshold:
        raise Fault("sealing.keys.few", found=published, needed=committee.threshold)
    if not (committee.suite.exact or ended or published == len(committee.publics)):
        raise Fault("sealing.keys.all", found=published, needed=len(committee.publics))
