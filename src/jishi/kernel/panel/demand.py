"""What a panel (评标委员会) must look like: experts to draw, representatives named, and who must keep out.

Every statutory figure is given in: the least size, the share of experts, how many may come from one
organisation. Refuses panels of an even number, too small, or with too few experts among them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.panel.ballot import Share, reach
from jishi.kernel.sealing.commitment import commit

POOL_DOMAIN = "jishi.panel/1"


class Expert(NamedTuple):
    """An expert (专家) of a pool by id, with employer and fields."""

    id: str
    organisation: str
    specialities: frozenset[str]


class Demand(NamedTuple):
    """The panel asked for.

    `seats`: speciality and how many to draw, in the order of drawing. `representatives` are named by
    whoever asks for the panel, not drawn. `expert_share`: the least share of drawn experts, as a
    fraction. `most_same`: the most members of one organisation. `substitutes`: how many a speciality.
    """

    seats: tuple[tuple[str, int], ...]
    least_size: int
    representatives: tuple[Expert, ...] = ()
    expert_share: Share = (0, 1)
    most_same: int | None = None
    substitutes: int = 0

    @property
    def drawn(self) -> int:
        """Return how many experts are drawn."""
        return sum(count for _, count in self.seats)

    @property
    def size(self) -> int:
        """Return the size of the whole panel."""
        return self.drawn + len(self.representatives)


class Recusal(NamedTuple):
    """Who must keep out (回避): grounds of single experts by id, and one of all of an organisation."""

    experts: Mapping[str, Sequence[str]] = {}
    organisations: Mapping[str, str] = {}

    def grounds_of(self, expert: Expert) -> list[str]:
        """Return every ground on which an expert must keep out, none if it may sit."""
        own = list(self.experts.get(expert.id, ()))
        if expert.organisation in self.organisations:
            own.append(self.organisations[expert.organisation])
        return own


def check_demand(demand: Demand, recusal: Recusal) -> None:
    """Raise the `panel.*` fault of a panel that may not be formed."""
    specialities = [speciality for speciality, _ in demand.seats]
    if len(set(specialities)) < len(specialities) or any(count < 1 for _, count in demand.seats):
        raise Fault("panel.seats", specialities=specialities)
    if demand.size < demand.least_size:
        raise Fault("panel.small", size=demand.size, least=demand.least_size)
    if demand.size % 2 == 0:
        raise Fault("panel.even", size=demand.size)
    needed = reach(demand.expert_share, demand.size)
    if demand.drawn < needed:
        raise Fault("panel.few_experts", experts=demand.drawn, size=demand.size, needed=needed)
    _check_representatives(demand, recusal)


def check_pool(pool: Iterable[Expert], recusal: Recusal) -> None:
    """Raise `panel.twice` of an id that stands twice, `panel.unknown` of a recusal of nobody in the pool."""
    seen = set[str]()
    for expert in pool:
        if expert.id in seen:
            raise Fault("panel.twice", expert=expert.id)
        seen.add(expert.id)
    if unknown := sorted(recusal.experts.keys() - seen):
        raise Fault("panel.unknown", experts=unknown)


def commit_pool(pool: Iterable[Expert], demand: Demand, recusal: Recusal, salt: str) -> str:
    """Return the commitment to all that a draw depends on but its seed; the order of the pool is not."""
    value: dict[str, Any] = {
        "pool": [_plain(expert) for expert in sorted(pool)],
        "seats": [list(seat) for seat in demand.seats],
        "least_size": demand.least_size,
        "representatives": [_plain(expert) for expert in demand.representatives],
        "expert_share": list(demand.expert_share),
        "most_same": demand.most_same,
        "substitutes": demand.substitutes,
        "recused": {expert: sorted(grounds) for expert, grounds in recusal.experts.items()},
        "recused_organisations": dict(recusal.organisations),
    }
    return commit(POOL_DOMAIN, salt, value)


def _check_representatives(demand: Demand, recusal: Recusal) -> None:
    organisations = [each.organisation for each in demand.representatives]
    for each in demand.representatives:
        if grounds := recusal.grounds_of(each):
            raise Fault("panel.representative_recused", representative=each.id, grounds=grounds)
        if demand.most_same is not None and organisations.count(each.organisation) > demand.most_same:
            raise Fault("panel.same", organisation=each.organisation, most=demand.most_same)


def _plain(expert: Expert) -> list[Any]:
    return [expert.id, expert.organisation, sorted(expert.specialities)]
