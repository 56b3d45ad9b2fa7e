"""The term cell (出让年限): years for the parcel, for each use by name, or `70(50)` for a second use.

Refuses leases, terms that cannot be tied to a use, and terms above the legal maximum.
"""

import re
from dataclasses import dataclass, field
from itertools import permutations

from jishi.apps.simulation.listings.law import MaxTerm
from jishi.apps.simulation.listings.use_names import OTHER, NamedUse, find_combined, find_use
from jishi.apps.simulation.listings.uses import StatedUse
from jishi.kernel.fault import Fault

_YEARS = r"(\d{1,3})(?:\.0+)?年?"
_REMARK = re.compile(r"\([^()\d]*\)")
_LEAD = re.compile(r"^(?:土地)?(?:使用权)?(?:出让|使用)?(?:年限|年期|期限)?[:为]?(?=\d)")
_ITEM = re.compile(rf"([^\d;]*?)[:为]?{_YEARS}(?:[;,、/+]|$)")
_SECOND = re.compile(rf"{_YEARS}\({_YEARS}\)")
_MOST_POSITIONS = 3


@dataclass(frozen=True)
class StatedTerms:
    """Years by use name; or years alone, in the order stated. `second` is the `50` of `70(50)`."""

    alone: tuple[int, ...] = ()
    second: int | None = None
    named: tuple[tuple[NamedUse, int], ...] = field(default=())


def read_terms(text: str) -> StatedTerms:
    """Read the cell; raise `listings.term.unreadable`, `.lease` or `.label`.

    >>> read_terms("70(50)")
    StatedTerms(alone=(70,), second=50, named=())
    """
    plain = _LEAD.sub("", _REMARK.sub("", re.sub(r"\s", "", text)))
    if "租" in plain:
        raise Fault("listings.term.lease", text=text)
    second = _SECOND.fullmatch(plain)
    if second:
        return StatedTerms(alone=(_years(second[1], text),), second=_years(second[2], text))
    items = list(_ITEM.finditer(plain))
    if not items or "".join(item[0] for item in items) != plain:
        raise Fault("listings.term.unreadable", text=text)
    labelled = [(item[1], _years(item[2], text)) for item in items]
    if all(label for label, _ in labelled):
        return StatedTerms(named=tuple((use, years) for label, years in labelled for use in _labels(label)))
    if any(label for label, _ in labelled):
        raise Fault("listings.term.unreadable", text=text)
    return StatedTerms(alone=tuple(years for _, years in labelled))


def assign_terms(
    stated: StatedTerms, uses: tuple[StatedUse, ...], limits: dict[str, MaxTerm | None]
) -> tuple[tuple[StatedUse, int], ...]:
    """Tie each use to its years; a use named only by the term cell is added.

    Years in a bare order are taken only if no other order would be lawful. Raise
    `listings.term.missing`, `.ambiguous`, or `.exceeds` with the clause.
    """
    if stated.named:
        assigned = _by_name(stated.named, uses)
    elif stated.second is not None:
        assigned = _by_parenthesis(stated, uses)
    elif len(stated.alone) == 1:
        return _one_for_all(stated.alone[0], uses, limits)
    else:
        assigned = _by_order(stated.alone, uses, limits)
    for use, years in assigned:
        _check(use.named.name_zh, years, limits.get(use.kind))
    return assigned


def _years(digits: str, text: str) -> int:
    if int(digits) == 0:
        raise Fault("listings.term.unreadable", text=text)
    return int(digits)


def _labels(label: str) -> list[NamedUse]:
    whole = find_use(label)
    if whole is not None:
        return [whole]
    combined = find_combined(label)
    parts = [part for part in re.split("[,、/+和与及]", label) if part]
    found: list[NamedUse | None] = [*combined] or [find_use(part) for part in parts]
    named = [use for use in found if use is not None]
    if not named or len(named) < len(found):
        raise Fault("listings.term.label", label=label)
    return named


def _by_name(
    named: tuple[tuple[NamedUse, int], ...], uses: tuple[StatedUse, ...]
) -> tuple[tuple[StatedUse, int], ...]:
    labels = [(StatedUse(use), years) for use, years in named]
    assigned = []
    for use in uses:
        exact = {years for label, years in labels if label.is_same(use)}
        years = exact or {years for label, years in labels if label.kind == use.kind}
        if not years:
            raise Fault("listings.term.missing", use=use.named.name_zh)
        if len(years) > 1:
            raise Fault("listings.term.ambiguous", uses=use.named.name_zh)
        assigned.append((use, years.pop()))
    known = {use.kind for use in uses}
    return (*assigned, *((label, years) for label, years in labels if label.kind not in known))


def _by_parenthesis(stated: StatedTerms, uses: tuple[StatedUse, ...]) -> tuple[tuple[StatedUse, int], ...]:
    if stated.second is None or len(uses) < 2:
        raise Fault("listings.term.ambiguous", uses=_names(uses))
    return tuple((use, stated.alone[0] if index == 0 else stated.second) for index, use in enumerate(uses))


def _one_for_all(
    years: int, uses: tuple[StatedUse, ...], limits: dict[str, MaxTerm | None]
) -> tuple[tuple[StatedUse, int], ...]:
    """Give one term to every use; uses of several classes are 综合用地 under 暂行条例 12."""
    kinds = {use.kind for use in uses}
    _check(_names(uses), years, limits.get(OTHER if len(kinds) > 1 else uses[0].kind))
    return tuple((use, years) for use in uses)


def _by_order(
    years: tuple[int, ...], uses: tuple[StatedUse, ...], limits: dict[str, MaxTerm | None]
) -> tuple[tuple[StatedUse, int], ...]:
    if len(years) != len(uses) or len(uses) > _MOST_POSITIONS:
        raise Fault("listings.term.ambiguous", uses=_names(uses))

    def is_lawful(order: tuple[int, ...]) -> bool:
        pairs = zip(order, (limits.get(use.kind) for use in uses), strict=True)
        return all(limit is None or term <= limit.years for term, limit in pairs)

    lawful = {order for order in permutations(years) if is_lawful(order)}
    if lawful != {years}:
        raise Fault("listings.term.ambiguous", uses=_names(uses))
    return tuple(zip(uses, years, strict=True))


def _check(use: str, years: int, limit: MaxTerm | None) -> None:
    if limit is not None and years > limit.years:
        raise Fault(
            "listings.term.exceeds", use=use, years=years, most=limit.years, clauses=", ".join(limit.clauses)
        )


def _names(uses: tuple[StatedUse, ...]) -> str:
    return "、".join(use.named.name_zh for use in uses)
