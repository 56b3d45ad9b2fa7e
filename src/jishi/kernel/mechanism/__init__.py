"""Market mechanisms: pure folds of inputs over a small state, the same live and on replay.

One contract (`contract`), one vocabulary of inputs (`inputs`), one mechanism a file or family
of files. Nothing here reads a clock, rolls dice or writes sentences: instants come in as
milliseconds since the epoch, refusals go out as codes with parameters.
"""

from jishi.kernel.mechanism.contract import (
    Event,
    Folded,
    Mechanism,
    Refusal,
    Step,
    Taken,
    advance,
    awards_of,
    fold,
)
from jishi.kernel.mechanism.registry import find

__all__ = [
    "Event",
    "Folded",
    "Mechanism",
    "Refusal",
    "Step",
    "Taken",
    "advance",
    "awards_of",
    "find",
    "fold",
]
