"""Check what winners of package bids (组合报价) pay: their bids, VCG, or the core nearest to VCG.

VCG: a winner pays what the others lose by its coming, proved by one certificate of the sale without
it. Core (Day and Cramton 2012): the least payments no coalition would outbid, of these the nearest to
VCG. A certificate names coalitions, each an allocation anyone can add up; weights that show no cheaper
or nearer payments satisfy them (Lagrange multipliers, in whole numbers); and prices that show no
other coalition blocks: with each winner's profit deducted from its packages, the winners are still
best. Refuses payments that rest on an unproved bound.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.kind import is_kind
from jishi.kernel.mechanism.package_proof import check_certificate, set_goal
from jishi.kernel.mechanism.package_slate import Slate

BID: Final = "bid"
VCG: Final = "vcg"
CORE: Final = "core"
RULES: Final = (BID, VCG, CORE)


class Sale(NamedTuple):
    """An allocation with what each winner's packages are worth above the reserves (fen), and in sum."""

    allocation: tuple[int, ...]
    gains: dict[str, int]
    value: int


class Coalition(NamedTuple):
    """Winners who must together pay at least so much, or others take the lots; and its weight (two levels)."""

    payers: frozenset[str]
    least: int
    weight: tuple[int, int]


def add_up(slate: Slate, allocation: Sequence[int]) -> Sale:
    """Return a feasible allocation with its gains; raise `package.allocation.*` for any other."""
    goal = set_goal(slate, allocation)
    gains: dict[str, int] = {}
    for place in allocation:
        alias = slate.packages[place].alias
        gains[alias] = gains.get(alias, 0) + slate.worth[place]
    return Sale(tuple(allocation), gains, goal.value)


def check_payments(slate: Slate, sale: Sale, rule: str, payment: Mapping[str, Any]) -> dict[str, int]:
    """Return what each winner pays above the reserves of its lots, whole fen, under a rule of `RULES`.

    `payment` is {} for "bid", {"without": {alias: {...}}} for "vcg", and has "core" too for "core".
    A core payment that is a fraction of a fen is raised to the next fen, which no coalition can mind.
    Raises `package.payment.*`, and what the certificates within it raise.
    """
    expected = {BID: set(), VCG: {"without"}, CORE: {"without", "core"}}[rule]
    if payment.keys() != expected or not all(is_kind(each, "object") for each in payment.values()):
        raise Fault("package.payment.form", expected=", ".join(sorted(expected)) or "-")
    if rule == BID:
        return sale.gains
    vcg = check_vcg(slate, sale, payment["without"])
    if rule == VCG:
        return vcg
    over, pays = check_core(slate, sale, vcg, payment["core"])
    return {alias: -(-pay // over) for alias, pay in pays.items()}


def check_vcg(slate: Slate, sale: Sale, without: Mapping[str, Any]) -> dict[str, int]:
    """Return the VCG payments (above reserves, fen) that the certified sales without each winner give."""
    if without.keys() != sale.gains.keys():
        raise Fault("package.payment.winners", expected=", ".join(sale.gains))
    found = {}
    for alias, gain in sale.gains.items():
        raw = without[alias]
        if not is_kind(raw, "object") or not is_kind(raw.get("allocation"), "list"):
            raise Fault("package.payment.without", alias=alias)
        proof = check_certificate(slate.without(alias), raw["allocation"], raw)
        if proof.gap:
            raise Fault("package.payment.unproved", alias=alias, gap_fen=proof.gap)
        found[alias] = gain - (sale.value - proof.value)
    return found


def check_core(
    slate: Slate, sale: Sale, vcg: Mapping[str, int], core: Mapping[str, Any]
) -> tuple[int, dict[str, int]]:
    """Return (over, payments above reserves in fen / over), the core's cheapest and then nearest to VCG."""
    if not (_counts(core.get("over")) and _counts(core.get("scale"))):
        raise Fault("package.payment.core", field="over, scale")
    over, scale = core["over"], core["scale"]
    pays = _read_pays(sale, core.get("pays"), over)
    caps = _read_caps(sale, core.get("caps"))
    coalitions = _read_coalitions(slate, sale, core.get("coalitions"))
    for alias, weight in caps.items():
        _check_weight(weight, pays[alias] == over * sale.gains[alias])
    for each in coalitions:
        _check_weight(each.weight, sum(pays[alias] for alias in each.payers) == over * each.least)
    for alias in sale.gains:
        first, second = caps.get(alias, (0, 0))
        first = sum(each.weight[0] for each in coalitions if alias in each.payers) - first
        second = sum(each.weight[1] for each in coalitions if alias in each.payers) - second
        if first != scale or over * second != scale * (pays[alias] - over * vcg[alias]):
            raise Fault("package.payment.not_nearest", alias=alias)
    _check_unblocked(slate, sale, (over, pays), core)
    return over, pays


def _check_unblocked(
    slate: Slate, sale: Sale, paid: tuple[int, Mapping[str, int]], core: Mapping[str, Any]
) -> None:
    over, pays = paid
    profits = {alias: over * gain - pays[alias] for alias, gain in sale.gains.items()}
    proof = check_certificate(slate.discounted(over, profits), sale.allocation, core)
    if proof.gap:
        raise Fault("package.payment.blocked", gap=proof.gap, over=over)


def _read_pays(sale: Sale, raw: Any, over: int) -> dict[str, int]:
    if not is_kind(raw, "object") or raw.keys() != sale.gains.keys():
        raise Fault("package.payment.winners", expected=", ".join(sale.gains))
    for alias, gain in sale.gains.items():
        if not is_kind(raw[alias], "integer") or not 0 <= raw[alias] <= over * gain:
            raise Fault("package.payment.range", alias=alias)
    return dict(raw)


def _read_coalitions(slate: Slate, sale: Sale, raw: Any) -> list[Coalition]:
    if not is_kind(raw, "list"):
        raise Fault("package.payment.core", field="coalitions")
    found = []
    for each in raw:
        if not is_kind(each, "object") or not is_kind(each.get("packages"), "list"):
            raise Fault("package.payment.core", field="coalitions")
        rivals = add_up(slate, each["packages"])
        kept = sum(gain for alias, gain in sale.gains.items() if alias in rivals.gains)
        payers = frozenset(sale.gains.keys() - rivals.gains.keys())
        found.append(Coalition(payers, rivals.value - kept, _read_weight(each.get("weight"))))
    return found


def _read_caps(sale: Sale, raw: Any) -> dict[str, tuple[int, int]]:
    if not is_kind(raw, "object") or raw.keys() - sale.gains.keys():
        raise Fault("package.payment.core", field="caps")
    return {alias: _read_weight(weight) for alias, weight in raw.items()}


def _read_weight(raw: Any) -> tuple[int, int]:
    if not is_kind(raw, "list") or len(raw) != 2 or not all(is_kind(each, "integer") for each in raw):
        raise Fault("package.payment.core", field="weight")
    return raw[0], raw[1]


def _check_weight(weight: tuple[int, int], tight: bool) -> None:
    """Refuse a weight below nothing (the first level decides), and any weight on a bound that is not met."""
    if weight < (0, 0) or (weight > (0, 0) and not tight):
        raise Fault("package.payment.weight", weight=list(weight))


def _counts(raw: Any) -> bool:
    return is_kind(raw, "integer") and raw >= 1
