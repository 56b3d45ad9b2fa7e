"""Objections (异议) while a proposed result is public, and their answers, for any mechanism with publicity.

The state has a field `objections: dict[str, bool | None] = {}`: by commitment, None until answered,
then whether upheld. Refuses what is no commitment, one entered twice, and an answer to none that waits.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from jishi.kernel.mechanism.acts import Answer, Object
from jishi.kernel.mechanism.contract import Refusal, Step

PUBLICITY: Final = "publicity"
AWAITING_ANSWER: Final = "awaiting_answer"
Objections = dict[str, bool | None]
_HASH = re.compile(r"[0-9a-f]{64}")


def enter_objection(state: Any, given: Object, at_ms: int) -> Step[Any] | Refusal:
    """Enter an objection by its commitment (招标投标法实施条例 54: while the candidates are public)."""
    if not _HASH.fullmatch(given.commitment):
        return Refusal("objection.form", {"commitment": given.commitment})
    if given.commitment in state.objections:
        return Refusal("objection.known", {"commitment": given.commitment})
    after = state._replace(objections={**state.objections, given.commitment: None})
    return Step(after, ({"type": "ObjectionEntered", "commitment": given.commitment},))


def record_answer(state: Any, given: Answer, at_ms: int) -> Step[Any] | Refusal:
    """Record whether an objection was upheld; what follows is the mechanism's own."""
    if state.objections.get(given.commitment, True) is not None:
        return Refusal("objection.none", {"commitment": given.commitment})
    after = state._replace(objections={**state.objections, given.commitment: given.upheld})
    event = {"type": "ObjectionAnswered", "commitment": given.commitment, "upheld": given.upheld}
    return Step(after, (event,))


def count_unanswered(objections: Mapping[str, bool | None]) -> int:
    """Return how many objections wait for an answer.

    >>> count_unanswered({"a": None, "b": False})
    1
    """
    return sum(upheld is None for upheld in objections.values())
