"""Hold the dates of an offering to the law of their day: which limit, which clause, met or broken."""

from datetime import date
from fractions import Fraction
from typing import Any

from jishi.apps.packs.api import Pack, Product
from jishi.kernel.calendar.zone import day_of
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.number import read_number

Limits = list[dict[str, Any]]


def check_dates(pack: Pack, product: Product, instants: dict[str, int], mechanism: str = "") -> Limits:
    """Return a check for every limit of `product` whose two steps stand in `instants` (ms).

    `mechanism` is the one sold by, the product's first unless told.
    """
    offset = pack.manifest.utc_offset_minutes
    days = {step: day_of(at_ms, offset) for step, at_ms in instants.items()}
    found = []
    for bound in product.limits_of(mechanism):
        if bound.start in days and bound.end in days and _in_force(pack, bound.limit, days[bound.start]):
            limit = pack.limit(bound.limit, days[bound.start])
            sense = pack.limits[bound.limit].sense
            check = limit.check(days[bound.start], days[bound.end], sense)
            found.append({**check.to_json(), "from": bound.start, "to": bound.end})
    return found


def require_lawful(checks: Limits) -> None:
    """Raise Fault `market.date.unlawful` for the first broken limit, naming limit and clause."""
    for check in checks:
        if check["verdict"] == "broken":
            raise Fault(
                "market.date.unlawful",
                limit=check["limit"],
                amount=check["amount"],
                unit=check["unit"],
                start=check["start"],
                end=check["end"],
                clauses="；".join(check["clauses"]),
            )


def expect_day(
    pack: Pack, product: Product, step: str, instants: dict[str, int], *, mechanism: str = ""
) -> tuple[date, dict[str, Any]] | None:
    """Return the last lawful day of `step` and the limit that sets it, or None while it cannot be told."""
    offset = pack.manifest.utc_offset_minutes
    for bound in product.limits_of(mechanism):
        if bound.end == step and bound.start in instants:
            start = day_of(instants[bound.start], offset)
            if not _in_force(pack, bound.limit, start):
                continue
            limit = pack.limit(bound.limit, start)
            last = limit.last_day(start, pack.limits[bound.limit].sense)
            if last is not None:
                return last, {
                    "limit": bound.limit,
                    "clauses": list(limit.clauses),
                    "confidence": limit.confidence,
                }
    return None


def _in_force(pack: Pack, parameter: str, day: date) -> bool:
    return pack.parameter(parameter).at(day) is not None


def check_terms(pack: Pack, product: Product, lot: dict[str, Any], day: date) -> None:
    """Raise Fault `market.term_too_long` when a use runs longer than the clause allows (出让最高年限)."""
    for use in lot.get("uses", []):
        bound = product.longest_term(use["code"]) if use.get("code") else None
        if bound is None or not use.get("term_years") or not _in_force(pack, bound.parameter, day):
            continue
        most = pack.step(bound.parameter, day).value
        if read_number(use["term_years"]) > most:
            raise Fault(
                "market.term_too_long",
                use=use.get("name", use["code"]),
                years=use["term_years"],
                most=int(most),
                clauses="；".join(bound.cites),
            )


def check_deposit(pack: Pack, product: Product, facts: tuple[list[str], int, int | None], day: date) -> None:
    """Raise Fault `market.deposit_low` when (use codes, deposit, start price) breaks the floor (保证金下限).

    A floor that is a share of the start price binds nothing sold without one.
    """
    codes, deposit_fen, start_price_fen = facts
    if start_price_fen is None:
        return
    for code in codes:
        floor = product.deposit_floor(code)
        if floor is None or floor.base != "start_price" or not _in_force(pack, floor.parameter, day):
            continue
        share = Fraction(pack.step(floor.parameter, day).value)
        if deposit_fen < start_price_fen * share:
            raise Fault(
                "market.deposit_low",
                deposit_fen=deposit_fen,
                least_fen=-(-start_price_fen * share.numerator // share.denominator),
                clauses="；".join(floor.cites),
            )
