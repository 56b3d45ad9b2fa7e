"""Hand package bids (组合报价) to HiGHS: the whole-number programme, and the relaxation of a part of it.

Columns are packages, rows are lots and groups, each at most once. All of it is floating point, so
nothing found here is trusted: an allocation is added up and prices are rounded before they count.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array

from jishi.kernel.mechanism.package_slate import Slate

_LARGEST = 2.0**20
"""The largest coefficient handed to HiGHS, whose tolerances are absolute."""


class Relaxed(NamedTuple):
    """A relaxation's solution: the dual price of each lot in steps, and each package's share."""

    duals: Any
    shares: Any


class Programme:
    """The rows of one slate; worth is counted in steps of so many fen."""

    def __init__(self, slate: Slate, step: int) -> None:
        """Lay out the rows of a slate: each lot once, each group once."""
        rows, columns = [], []
        for place, own in enumerate(slate.members):
            rows += [*own, len(slate.lots) + slate.groups[place]]
            columns += [place] * (len(own) + 1)
        height = len(slate.lots) + max(slate.groups, default=-1) + 1
        self._matrix = csc_array((np.ones(len(rows)), (rows, columns)), shape=(height, len(slate.packages)))
        self._slate, self._step = slate, step

    def relax(self, alive: list[int]) -> Relaxed | None:
        """Solve the relaxation over some packages, None where HiGHS finds no optimum."""
        gains, shrink = self._gains(alive)
        rows = self._matrix[:, alive]
        found = linprog(-gains, A_ub=rows, b_ub=np.ones(rows.shape[0]), method="highs-ds")
        if found.status != 0:
            return None
        return Relaxed(-found.ineqlin.marginals[: len(self._slate.lots)] * shrink, found.x)

    def propose(self, alive: list[int], limit: int) -> list[int]:
        """Return the allocation that the whole-number programme finds best, rising; empty if none."""
        if not alive:
            return []
        gains, _ = self._gains(alive)
        found = milp(
            -gains,
            integrality=np.ones(len(alive)),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(self._matrix[:, alive], -np.inf, 1),
            options={"node_limit": limit, "mip_rel_gap": 0},
        )
        return [] if found.x is None else [p for p, x in zip(alive, found.x, strict=True) if x > 0.5]

    def _gains(self, alive: list[int]) -> tuple[Any, float]:
        """Return worth in a range that HiGHS handles well, and how many steps one unit is."""
        steps = np.array([self._slate.worth[place] // self._step for place in alive], dtype=float)
        shrink = max(1.0, 2.0 ** np.ceil(np.log2(max(steps.max(initial=1.0), 1.0) / _LARGEST)))
        return steps / shrink, shrink
