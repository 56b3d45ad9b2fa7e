"""Check, in whole numbers alone, that an allocation of package bids (组合报价) is the best there is.

A certificate is a tree and prices of lots. A branch splits on one package: first the sales that
accept it, then those that do not. At a leaf, prices of the lots bound every sale left there: no
bidder can add more than what a package is worth above its lots' prices, and no lot more than its
price (Lagrange's bound; with the dual prices of the linear programme it is tight). A narrowing
leaves out the packages that no sale worth as much as the allocation can accept, by the same
prices. Nothing here trusts a solver or a float: bad prices only make the bound worse. The result
is unique: of equally good allocations the one that accepts the earliest package, then the next
earliest, and so on; `first` says that the certificate proves this too. Refuses allocations that
are not feasible, and trees that leave a case out or take one twice.
"""

from collections.abc import Mapping, Sequence
from math import gcd
from typing import Any, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.kind import is_kind
from jishi.kernel.mechanism.package_slate import Slate, bit_set, places_in


class Proof(NamedTuple):
    """What a certificate proves: no allocation is worth more than `bound`, `first` that none precedes it."""

    value: int
    bound: int
    first: bool

    @property
    def gap(self) -> int:
        """Return how much more than the allocation any other could be worth at the most."""
        return self.bound - self.value


class Region(NamedTuple):
    """The sales a node of the tree holds: packages accepted, those still possible, worth gained so far."""

    taken: tuple[int, ...]
    alive: int
    gained: int


class Prices(NamedTuple):
    """Prices of lots in fen / `over`, never negative."""

    over: int
    lots: tuple[int, ...]


class Leaf(NamedTuple):
    """What prices say about a region: its bound in fen / over, and what each package gives up.

    That is the difference between its margin above its lots' prices and its group's best margin.
    """

    bound: int
    given_up: dict[int, int]


class Goal(NamedTuple):
    """The allocation to be proved: its packages as a bit set, its worth, and the step between worths."""

    taken: int
    value: int
    step: int


def check_certificate(slate: Slate, allocation: Sequence[int], certificate: Mapping[str, Any]) -> Proof:
    """Check an allocation (package numbers, rising) against {"prices": [...], "tree": [...]}.

    Raises `package.allocation.*` for what cannot be sold so, `package.certificate.*` for no certificate.
    """
    goal = set_goal(slate, allocation)
    table = _read_prices(slate, certificate)
    bound, first = goal.value, True
    open_regions = [Region((), slate.eligible, 0)]
    for step, entry in enumerate(_list_of(certificate, "tree")):
        if not open_regions:
            raise Fault("package.certificate.surplus")
        region = open_regions.pop()
        kind, number = _read_entry(entry, step)
        if kind == "branch":
            if not region.alive >> number & 1:
                raise Fault("package.certificate.branch", place=number)
            open_regions += [refuse(region, number), accept(slate, region, number)]
            continue
        if number >= len(table):
            raise Fault("package.certificate.prices", number=number, count=len(table))
        leaf = bound_region(slate, region, table[number])
        if kind == "narrow":
            open_regions.append(narrow(region, table[number], leaf, goal))
        else:
            bound = max(bound, round_down(goal, leaf, table[number]))
            first = first and rival(slate, region, table[number], leaf, goal=goal) is None
    if open_regions:
        raise Fault("package.certificate.missing", count=len(open_regions))
    return Proof(goal.value, bound, first and bound == goal.value)


def set_goal(slate: Slate, allocation: Sequence[int]) -> Goal:
    """Check that an allocation can be sold, and return it with its worth (fen above the reserves)."""
    taken, held = 0, 0
    for place in allocation:
        if not is_kind(place, "integer") or not 0 <= place < len(slate.packages):
            raise Fault("package.allocation.unknown", place=repr(place)[:40], count=len(slate.packages))
        if not slate.eligible >> place & 1:
            raise Fault("package.allocation.ineligible", place=place)
        if taken >> place:
            raise Fault("package.allocation.order", place=place)
        if held >> place & 1:
            raise Fault("package.allocation.conflict", place=place)
        taken, held = taken | 1 << place, held | slate.conflicts[place]
    step = gcd(*(slate.worth[place] for place in places_in(slate.eligible))) or 1
    return Goal(taken, sum(slate.worth[place] for place in allocation), step)


def accept(slate: Slate, region: Region, place: int) -> Region:
    """Return the part of a region that accepts a package; what it excludes is out."""
    alive = region.alive & ~slate.conflicts[place]
    return Region((*region.taken, place), alive, region.gained + slate.worth[place])


def refuse(region: Region, place: int) -> Region:
    """Return the part of a region that does not accept a package."""
    return region._replace(alive=region.alive & ~(1 << place))


def bound_region(slate: Slate, region: Region, prices: Prices) -> Leaf:
    """Bound the worth of every sale in a region: worth gained, prices of lots still asked for, best margins."""
    margins: dict[int, int] = {}
    best: dict[int, int] = {}
    asked: set[int] = set()
    for place in places_in(region.alive):
        asked.update(slate.members[place])
        paid = sum([prices.lots[lot] for lot in slate.members[place]])
        margins[place] = margin = prices.over * slate.worth[place] - paid
        if margin > best.get(group := slate.groups[place], 0):
            best[group] = margin
    given_up = {place: best.get(slate.groups[place], 0) - margin for place, margin in margins.items()}
    free = sum(prices.lots[lot] for lot in asked)
    return Leaf(prices.over * region.gained + free + sum(best.values()), given_up)


def narrow(region: Region, prices: Prices, leaf: Leaf, goal: Goal) -> Region:
    """Leave out each package that alone gives up more than a sale worth as much as the goal can."""
    left = leaf.bound - prices.over * goal.value
    return region._replace(alive=bit_set(place for place, lost in leaf.given_up.items() if lost <= left))


def round_down(goal: Goal, leaf: Leaf, prices: Prices) -> int:
    """Return the highest worth a sale can have at or below a leaf's bound: a whole number of steps."""
    step = goal.step
    return leaf.bound // (prices.over * step) * step


def rival(slate: Slate, region: Region, prices: Prices, leaf: Leaf, *, goal: Goal) -> int | None:
    """Return a package by which a sale of the region may precede the goal at equal worth, None if none can.

    Walks the goal's packages in order. A sale of equal worth can give up only `left` against the
    bound, and accepting a package gives up the difference to its group's best margin.
    """
    left = leaf.bound - prices.over * goal.value
    able = bit_set(region.taken) | narrow(region, prices, leaf, goal).alive
    for place in places_in(goal.taken):
        if left < 0:
            return None
        if earlier := able & ((1 << place) - 1):
            return (earlier & -earlier).bit_length() - 1
        if not able >> place & 1:
            return None
        able &= ~slate.conflicts[place]
        left -= leaf.given_up.get(place, 0)
    return (able & -able).bit_length() - 1 if able and left >= 0 else None


def _read_prices(slate: Slate, certificate: Mapping[str, Any]) -> list[Prices]:
    found = []
    for number, raw in enumerate(_list_of(certificate, "prices")):
        whole = isinstance(raw, Mapping) and raw.keys() == {"over", "lots"} and type(raw["lots"]) is list
        numbers = [raw["over"], *raw["lots"]] if whole else []
        if len(numbers) != len(slate.lots) + 1 or not all(is_kind(each, "integer") for each in numbers):
            raise Fault("package.certificate.price_form", number=number, lots=len(slate.lots))
        if numbers[0] < 1 or min(numbers[1:]) < 0:
            raise Fault("package.certificate.negative", number=number)
        found.append(Prices(raw["over"], tuple(raw["lots"])))
    return found


def _list_of(certificate: Mapping[str, Any], name: str) -> list[Any]:
    found = certificate.get(name)
    if type(found) is not list:
        raise Fault("package.certificate.form", field=name)
    return found


def _read_entry(entry: Any, step: int) -> tuple[str, int]:
    if type(entry) is dict and len(entry) == 1:
        ((kind, number),) = entry.items()
        if kind in ("branch", "narrow", "leaf") and is_kind(number, "integer") and number >= 0:
            return kind, number
    raise Fault("package.certificate.entry", step=step)
