"""A clause (条款): one provision of a published source, when it is in force, how sure we are.

`unconfirmed` (待核) means no public source was found to bear it out; whatever rests
on such a clause must show as much.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from jishi.kernel.fault import Fault
from jishi.kernel.law.interval import in_force, must_run_forward

Confidence = Literal["confirmed", "unconfirmed"]


@dataclass(frozen=True)
class Clause:
    """A provision in force from `since` to `until`, both counted.

    Raise `law.interval` or `law.confidence`.
    """

    id: str
    source: str
    article: str
    title: str
    since: date
    until: date | None
    confidence: Confidence
    summary_zh: str
    summary_en: str

    def __post_init__(self) -> None:
        must_run_forward(self.id, self)
        must_be_confidence(self.id, self.confidence)

    def in_force(self, day: date) -> bool:
        """Tell whether the clause is in force on the day."""
        return in_force(self, day)


def must_be_confidence(what: str, confidence: str) -> None:
    """Raise `law.confidence` for a word other than the two."""
    if confidence not in get_args(Confidence):
        raise Fault("law.confidence", id=what, value=confidence, known=list(get_args(Confidence)))
