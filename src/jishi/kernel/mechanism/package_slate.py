"""Package bids (组合报价) laid out in order: which package asks for which lots, and at what price.

The number of a package is its place: bidders in the order of their last submission, each bidder's
packages in the order given. Reserves are the seller's own value of each lot, so a package is *worth*
its price less the reserves of its lots, and one priced below them is never accepted. Sets of
packages are bit sets: bit `n` is package `n`. Refuses packages that ask for nothing, for an unknown
lot or for a lot twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.kind import is_kind

XOR: Final = "xor"
OR: Final = "or"
HIGHEST_FEN: Final = 10**13
"""The highest price of a package in fen, a hundred billion yuan: certificates then stay exact in any JSON reader."""
_SHOWN = 40


class Package(NamedTuple):
    """What one bidder offers for a set of lots taken together: lot ids, price in fen."""

    alias: str
    lots: tuple[str, ...]
    price_fen: int


@dataclass(frozen=True, slots=True)
class Slate:
    """Every package of one sale in order, and which exclude each other.

    `members` are the places of a package's lots; packages of one `groups` number exclude each other
    (one bidder's under "xor"); `worth` is in fen; `conflicts` hold a package itself too; `eligible`
    are the packages that may be accepted at all.
    """

    lots: tuple[str, ...]
    reserves: tuple[int, ...]
    packages: tuple[Package, ...]
    members: tuple[tuple[int, ...], ...]
    groups: tuple[int, ...]
    worth: tuple[int, ...]
    conflicts: tuple[int, ...]
    eligible: int

    def without(self, alias: str) -> "Slate":
        """Return the same sale had one bidder stayed away; the numbers of packages stay."""
        out = bit_set(place for place, package in enumerate(self.packages) if package.alias == alias)
        return replace(self, eligible=self.eligible & ~out)

    def discounted(self, over: int, discounts: Mapping[str, int]) -> "Slate":
        """Return the sale with worth counted in fen / `over`, each bidder's less that bidder's discount."""
        owners = (package.alias for package in self.packages)
        worth = tuple(
            over * each - discounts.get(alias, 0) for each, alias in zip(self.worth, owners, strict=True)
        )
        lost = bit_set(place for place, each in enumerate(worth) if each < 0)
        return replace(self, worth=worth, eligible=self.eligible & ~lost)


def lay_out(reserves: Mapping[str, int], bids: Iterable[tuple[str, Sequence[Package]]], mode: str) -> Slate:
    """Lay out bids in the order of submission; `reserves` names every lot with its reserve in fen."""
    lots = tuple(reserves)
    place_of = {lot: place for place, lot in enumerate(lots)}
    packages = tuple(package for _, own in bids for package in own)
    members = tuple(tuple(place_of[lot] for lot in package.lots) for package in packages)
    aliases = {alias: number for number, alias in enumerate(dict.fromkeys(each.alias for each in packages))}
    groups = tuple(aliases[each.alias] if mode == XOR else place for place, each in enumerate(packages))
    worth = tuple(each.price_fen - sum(reserves[lot] for lot in each.lots) for each in packages)
    return Slate(
        lots=lots,
        reserves=tuple(reserves.values()),
        packages=packages,
        members=members,
        groups=groups,
        worth=worth,
        conflicts=_conflicts(members, groups),
        eligible=bit_set(place for place, each in enumerate(worth) if each >= 0),
    )


def read_packages(alias: str, raw: Any, lots: Sequence[str], most: int) -> tuple[Package, ...]:
    """Read {"packages": [{"lots": [id, ...], "price_fen": n}, ...]}, 1 to `most` of them.

    Raises `package.bid.*` faults that name the package by its place, from 1.
    """
    given = raw.get("packages") if isinstance(raw, Mapping) and set(raw) == {"packages"} else None
    if type(given) is not list:
        raise Fault("package.bid.form")
    if not 1 <= len(given) <= most:
        raise Fault("package.bid.count", count=len(given), most=most)
    read = tuple(_read_package(alias, each, place, lots) for place, each in enumerate(given, 1))
    if len({frozenset(each.lots) for each in read}) < len(read):
        raise Fault("package.bid.twice")
    return read


def bit_set(places: Iterable[int]) -> int:
    """Return the bit set of some package numbers."""
    found = 0
    for place in places:
        found |= 1 << place
    return found


def places_in(bits: int) -> Iterator[int]:
    """Yield the package numbers of a bit set, lowest first.

    >>> list(places_in(0b10110))
    [1, 2, 4]
    """
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _read_package(alias: str, raw: Any, place: int, lots: Sequence[str]) -> Package:
    if not isinstance(raw, Mapping) or set(raw) != {"lots", "price_fen"} or type(raw["lots"]) is not list:
        raise Fault("package.bid.package", place=place)
    asked, price_fen = raw["lots"], raw["price_fen"]
    for lot in asked:
        if lot not in lots:
            raise Fault("package.bid.lot", place=place, lot=repr(lot)[:_SHOWN], known=", ".join(lots))
    if not asked or len(set(asked)) < len(asked):
        raise Fault("package.bid.lots", place=place)
    if not is_kind(price_fen, "integer") or not 1 <= price_fen <= HIGHEST_FEN:
        raise Fault("package.bid.price", place=place, price_fen=repr(price_fen)[:_SHOWN], most=HIGHEST_FEN)
    return Package(alias, tuple(lot for lot in lots if lot in asked), price_fen)


def _conflicts(members: tuple[tuple[int, ...], ...], groups: tuple[int, ...]) -> tuple[int, ...]:
    holders: dict[tuple[str, int], int] = {}
    keys = [
        [("group", group), *(("lot", lot) for lot in own)] for own, group in zip(members, groups, strict=True)
    ]
    for place, own in enumerate(keys):
        for key in own:
            holders[key] = holders.get(key, 0) | 1 << place
    found = []
    for own in keys:
        bits = 0
        for key in own:
            bits |= holders[key]
        found.append(bits)
    return tuple(found)
