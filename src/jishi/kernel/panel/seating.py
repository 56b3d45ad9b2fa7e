"""Draw a panel by lot from a pool of experts, and say of everybody else why they do not sit.

Each speciality has a ranking of its own, from one seed, over all who may sit; whoever comes next
is seated unless their organisation is full or the seats left could then no longer be filled. So a
panel is found whenever there is one. Refuses pools that cannot fill the panel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.draw import rank, seed_for
from jishi.kernel.panel.demand import Demand, Expert, Recusal, check_demand, check_pool
from jishi.kernel.panel.filling import Candidate, can_fill

REPRESENTATIVE = ""
"""The speciality of members who were named, not drawn."""


class Member(NamedTuple):
    """One seat or substitute: who, for which speciality, and its place in the ranking, from 1 (named: 0)."""

    expert: str
    organisation: str
    speciality: str
    place: int


class Exclusion(NamedTuple):
    """Why somebody of the pool does not sit: a code and JSON-safe parameters for its sentence."""

    code: str
    params: Mapping[str, Any]


class Panel(NamedTuple):
    """Who sits, who stands in, and why each other expert of the pool does neither."""

    members: tuple[Member, ...]
    substitutes: tuple[Member, ...]
    excluded: dict[str, Exclusion]


@dataclass
class _Draw:
    """A draw under way. `rankings` hold every expert who may sit, by speciality."""

    demand: Demand
    experts: dict[str, Expert]
    rankings: dict[str, list[str]]
    members: list[Member] = field(default_factory=list)
    excluded: dict[str, Exclusion] = field(default_factory=dict)


def draw_panel(pool: Sequence[Expert], demand: Demand, recusal: Recusal, seed: str) -> Panel:
    """Draw a panel; `seed` is 64 hex digits as `seed_of` gives them.

    Raises what `check_demand` and `check_pool` raise, and `panel.unfillable`.
    """
    check_demand(demand, recusal)
    check_pool(pool, recusal)
    draw = _prepare(pool, demand, recusal, seed)
    if not _is_fillable(draw, dict(demand.seats)):
        eligible = [f"{name} {len(draw.rankings[name])}/{count}" for name, count in demand.seats]
        raise Fault("panel.unfillable", eligible=eligible)
    for speciality, _ in demand.seats:
        _seat(draw, speciality)
    substitutes = _stand_ins(draw)
    for speciality, ranking in draw.rankings.items():
        for place, expert in enumerate(ranking, start=1):
            reason = Exclusion("panel.out.not_drawn", {"speciality": speciality, "place": place})
            draw.excluded.setdefault(expert, reason)
    sitting = {each.expert for each in (*draw.members, *substitutes)}
    excluded = {name: draw.excluded[name] for name in sorted(draw.excluded) if name not in sitting}
    return Panel(tuple(draw.members), substitutes, excluded)


def replace_member(panel: Panel, demand: Demand, leaving: str, recusal: Recusal) -> Panel:
    """Seat the next substitute for a member who must leave; `recusal` holds every ground known by now.

    Raises `panel.not_member`, `panel.no_substitute`.
    """
    gone = next((each for each in panel.members if each.expert == leaving), None)
    if gone is None:
        raise Fault("panel.not_member", expert=leaving)
    staying = [each for each in panel.members if each is not gone]
    excluded, left = dict(panel.excluded), list[Member]()
    excluded[leaving] = Exclusion("panel.out.left", {"grounds": list(recusal.experts.get(leaving, ()))})
    successor = None
    for each in panel.substitutes:
        grounds = recusal.grounds_of(Expert(each.expert, each.organisation, frozenset()))
        if grounds:
            excluded[each.expert] = Exclusion("panel.out.recused", {"grounds": grounds})
        elif successor is None and each.speciality == gone.speciality and _has_room(demand, staying, each):
            successor = each
        else:
            left.append(each)
    if successor is None:
        raise Fault("panel.no_substitute", expert=leaving, speciality=gone.speciality)
    seat = panel.members.index(gone)
    members = (*panel.members[:seat], successor, *panel.members[seat + 1 :])
    return Panel(members, tuple(each for each in left if each.expert != successor.expert), excluded)


def dump_panel(panel: Panel) -> dict[str, Any]:
    """Return a panel as JSON."""
    return {
        "members": [each._asdict() for each in panel.members],
        "substitutes": [each._asdict() for each in panel.substitutes],
        "excluded": {
            name: {"code": why.code, "params": dict(why.params)} for name, why in panel.excluded.items()
        },
    }


def _prepare(pool: Sequence[Expert], demand: Demand, recusal: Recusal, seed: str) -> _Draw:
    named = {each.id for each in demand.representatives}
    asked = {speciality for speciality, _ in demand.seats}
    excluded, experts = dict[str, Exclusion](), dict[str, Expert]()
    for expert in pool:
        if grounds := recusal.grounds_of(expert):
            excluded[expert.id] = Exclusion("panel.out.recused", {"grounds": grounds})
        elif not expert.specialities & asked:
            excluded[expert.id] = Exclusion("panel.out.speciality", {"asked": sorted(asked)})
        elif expert.id not in named:
            experts[expert.id] = expert
    rankings = {
        speciality: rank(
            seed_for(seed, f"panel/{speciality}"),
            {each.id: 1 for each in experts.values() if speciality in each.specialities},
        )
        for speciality, _ in demand.seats
    }
    members = [Member(each.id, each.organisation, REPRESENTATIVE, 0) for each in demand.representatives]
    return _Draw(demand, experts, rankings, members, excluded)


def _seat(draw: _Draw, speciality: str) -> None:
    """Seat the experts of one speciality in the order of its ranking."""
    order = [name for name, _ in draw.demand.seats]
    needs = {name: count for name, count in draw.demand.seats if order.index(name) >= order.index(speciality)}
    for place, name in enumerate(draw.rankings[speciality], start=1):
        if not needs[speciality]:
            return
        if any(each.expert == name for each in draw.members):
            continue
        member = Member(name, draw.experts[name].organisation, speciality, place)
        if not _has_room(draw.demand, draw.members, member):
            params = {"organisation": member.organisation, "most": draw.demand.most_same}
            draw.excluded.setdefault(name, Exclusion("panel.out.organisation", params))
            continue
        draw.members.append(member)
        after = {**needs, speciality: needs[speciality] - 1}
        if _is_fillable(draw, after):
            needs = after
        else:
            draw.members.pop()
            reason = Exclusion("panel.out.needed_otherwise", {"speciality": speciality})
            draw.excluded.setdefault(name, reason)


def _stand_ins(draw: _Draw) -> tuple[Member, ...]:
    taken = {each.expert for each in draw.members} | draw.excluded.keys()
    found = []
    for speciality, ranking in draw.rankings.items():
        left = [(place, name) for place, name in enumerate(ranking, start=1) if name not in taken]
        for place, name in left[: draw.demand.substitutes]:
            found.append(Member(name, draw.experts[name].organisation, speciality, place))
    return tuple(found)


def _has_room(demand: Demand, members: Sequence[Member], more: Member) -> bool:
    """Tell whether one more of an organisation may sit."""
    sitting = sum(each.organisation == more.organisation for each in members)
    return demand.most_same is None or sitting < demand.most_same


def _is_fillable(draw: _Draw, needs: Mapping[str, int]) -> bool:
    """Tell whether whoever does not sit yet can fill the seats left.

    Whoever was passed over stays a candidate: what their seat made impossible then, it does now.
    """
    sitting = {each.expert for each in draw.members}
    candidates = [
        Candidate(expert.organisation, expert.specialities.intersection(needs))
        for name, expert in draw.experts.items()
        if name not in sitting
    ]
    most = draw.demand.most_same
    rooms = None
    if most is not None:
        rooms = {each.organisation: most for each in candidates}
        for member in draw.members:
            rooms[member.organisation] = rooms.get(member.organisation, most) - 1
    return can_fill(needs, candidates, rooms)
