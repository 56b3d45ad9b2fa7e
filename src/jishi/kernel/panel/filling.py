"""Whether the open seats of a panel can all be filled: a flow from specialities over experts to organisations.

Holds no order and no chance. Experts of one organisation open to the same specialities count as one
node, so that a pool of thousands is a small network.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np


class Candidate(NamedTuple):
    """An expert not seated yet: employer, and the specialities it may still be drawn for."""

    organisation: str
    open_to: frozenset[str]


def can_fill(
    needs: Mapping[str, int], candidates: Iterable[Candidate], rooms: Mapping[str, int] | None
) -> bool:
    """Tell whether every need (speciality -> seats) can be met, each expert sitting once.

    `rooms` says how many more of an organisation may sit, of those it does not name none; None: any number.
    """
    # A tenth of a second to load, which every start of a server or a command would pay.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    wanted = sum(needs.values())
    if not wanted:
        return True
    groups = Counter(candidates)
    names: list[Any] = ["source", "sink", *(("need", name) for name in needs)]
    names += [("group", group) for group in groups]
    names += [("room", name) for name in sorted({group.organisation for group in groups})]
    place = {name: number for number, name in enumerate(names)}
    edges: list[tuple[int, int, int]] = []
    for name, count in needs.items():
        edges.append((place["source"], place["need", name], count))
    for group, size in groups.items():
        own = place["group", group]
        edges += [(place["need", name], own, wanted) for name in group.open_to if name in needs]
        edges.append((own, place["room", group.organisation], size))
    for name in {group.organisation for group in groups}:
        edges.append((place["room", name], place["sink"], wanted if rooms is None else rooms.get(name, 0)))
    starts, ends, sizes = np.array(edges, dtype=np.int32).reshape(-1, 3).T
    network = csr_array((sizes, (starts, ends)), shape=(len(names), len(names)))
    return int(maximum_flow(network, place["source"], place["sink"]).flow_value) == wanted
