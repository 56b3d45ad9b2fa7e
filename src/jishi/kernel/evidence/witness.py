"""What a witness (见证人) signs: only a checkpoint that continues the last one it saw of that log.

A witness keeps one size and root a log. The check is pure: who runs a witness stores what it saw
before it answers, and cosigns only after this check passed.
"""

from collections.abc import Sequence
from typing import NamedTuple

from jishi.kernel.evidence.checkpoint import Checkpoint
from jishi.kernel.evidence.consistency import is_consistent
from jishi.kernel.evidence.merkle import EMPTY_ROOT
from jishi.kernel.fault import Fault


class Seen(NamedTuple):
    """Hold the size and root of the largest checkpoint a witness cosigned of a log."""

    size: int
    root: bytes


NOTHING = Seen(0, EMPTY_ROOT)
"""What a witness has seen of a log that is new to it."""


def check_growth(seen: Seen, checkpoint: Checkpoint, proof: Sequence[bytes]) -> Seen:
    """Return what the witness has now seen, if ``checkpoint`` continues what it saw; else raise.

    ``proof`` leads from the size seen to the new one and is empty if either size is the same or 0
    (C2SP tlog-witness). Raises ``evidence.witness.smaller`` for a log that lost records,
    ``.fork`` for two roots at one size, ``.rewritten`` when the proof does not hold.
    """
    new = Seen(checkpoint.size, checkpoint.root)
    if new.size < seen.size:
        raise Fault("evidence.witness.smaller", size=new.size, seen=seen.size)
    if new.size == seen.size and new.root != seen.root:
        raise Fault("evidence.witness.fork", size=new.size, root=new.root.hex(), seen=seen.root.hex())
    if new.size == seen.size or seen.size == 0:
        holds = not proof
    else:
        holds = is_consistent((seen.size, new.size), proof, (seen.root, new.root))
    if not holds:
        raise Fault("evidence.witness.rewritten", size=new.size, seen=seen.size)
    return new
