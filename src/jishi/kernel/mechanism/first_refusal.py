"""The right of first refusal (优先购买权): who holds it, on what ground, and who exercises it.

Any state with `frame`, `holders`, `exercised` and `declined` can stand here. A holder may take the
lot at the price reached before the leader does (Civil Code arts. 726-728 for tenants, art. 305 for
co-owners; land contract law art. 38 for members of the collective). Refuses strangers, and whoever
is outranked by the leader.
"""

from collections.abc import Sequence
from typing import Any

from jishi.kernel.mechanism.acts import Decline, Exercise, Prefer
from jishi.kernel.mechanism.contract import Refusal, Step

Result = Step[Any] | Refusal
Holders = tuple[tuple[str, str], ...]
"""Alias and ground of each holder, in the order recorded."""


def record(state: Any, given: Prefer, at_ms: int) -> Result:
    """Record a holder and the ground of the right."""
    if not given.ground.strip():
        return Refusal("first_refusal.ground", {"alias": given.alias})
    if given.alias in dict(state.holders):
        return Refusal("first_refusal.recorded", {"alias": given.alias})
    after = state._replace(holders=(*state.holders, (given.alias, given.ground)))
    return Step(after, ({"type": "RightRecorded", "alias": given.alias, "ground": given.ground},))


def entitled(holders: Holders, leader: str | None, grounds: Sequence[str] = ()) -> tuple[str, ...]:
    """Return who may step before the leader: of the grounds that count, those it does not hold as well.

    `grounds` lists the grounds that count, the strongest first; without it all count alike.

    >>> entitled((("a", "local"), ("b", "incumbent")), "a", ("incumbent", "local"))
    ('b',)
    """
    ranks = _ranks(holders, grounds)
    bar = ranks.get(leader or "", len(holders) + len(grounds) + 1)
    return tuple(alias for alias, rank in ranks.items() if alias != leader and rank < bar)


def foremost(holders: Holders, exercised: Sequence[str], grounds: Sequence[str] = ()) -> tuple[str, ...]:
    """Return those with the strongest ground among who exercised, in the order recorded."""
    ranks = {alias: rank for alias, rank in _ranks(holders, grounds).items() if alias in exercised}
    best = min(ranks.values())
    return tuple(alias for alias, rank in ranks.items() if rank == best)


def exercise(state: Any, given: Exercise, may: Sequence[str]) -> Result:
    """Note that a holder takes the lot at the price reached."""
    refusal = _refuse(state, given.alias, may)
    if refusal is not None:
        return refusal
    after = state._replace(exercised=(*state.exercised, given.alias))
    return Step(after, ({"type": "RightExercised", "alias": given.alias},))


def decline(state: Any, given: Decline, may: Sequence[str]) -> Result:
    """Note that a holder lets the right go."""
    refusal = _refuse(state, given.alias, may)
    if refusal is not None:
        return refusal
    after = state._replace(declined=state.declined | {given.alias})
    return Step(after, ({"type": "RightDeclined", "alias": given.alias},))


def is_answered(state: Any, may: Sequence[str]) -> bool:
    """Tell whether everyone entitled has exercised or declined."""
    return set(may) <= {*state.declined, *state.exercised}


def _refuse(state: Any, alias: str, may: Sequence[str]) -> Refusal | None:
    if alias not in may:
        return Refusal("first_refusal.not_entitled", {"alias": alias})
    if alias in state.exercised or alias in state.declined:
        return Refusal("first_refusal.answered", {"alias": alias})
    return None


def _ranks(holders: Holders, grounds: Sequence[str]) -> dict[str, int]:
    if not grounds:
        return {alias: 0 for alias, _ in holders}
    return {alias: grounds.index(ground) for alias, ground in holders if ground in grounds}
