"""When money is due: refunds within the statutory days, the contract's last day, instalments of the price."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from jishi.apps.packs import api as packs
from jishi.kernel.calendar.zone import day_of
from jishi.kernel.quantity.rounding import down, up

WHOLE = packs.Words(zh="全部价款", en="Whole price")


@dataclass(frozen=True, slots=True)
class DueDay:
    """The last day of a step and the limit that sets it; `day` is None where holidays are not yet known."""

    start: date
    day: date | None
    limit: str = ""
    clauses: tuple[str, ...] = ()
    confidence: str = "unconfirmed"


@dataclass(frozen=True, slots=True)
class InstalmentPlan:
    """One instalment as the contract states it (fen)."""

    number: int
    title: packs.Words
    due_day: date
    amount_fen: int
    credited_fen: int
    clauses: tuple[str, ...]


def local_day(at_ms: int) -> date:
    """Return the day of an instant in the pack's zone."""
    return day_of(at_ms, packs.current_pack().manifest.utc_offset_minutes)


def due_day(product_id: str, step: str, at_ms: int) -> DueDay:
    """Return when `step` of a product is due at the latest, counted from the instant its limit starts at (ms)."""
    pack, start = packs.current_pack(), local_day(at_ms)
    for bound in pack.product(product_id).limits:
        if bound.end == step:
            limit = pack.limit(bound.limit, start)
            last = limit.last_day(start, pack.limit_row(bound.limit).sense)
            return DueDay(start, last, limit.id, limit.clauses, limit.confidence)
    return DueDay(start, None)


def fee_of(product_id: str, receives_fen: int, day: date) -> int:
    """Return what a seller leaves the market of what it receives (fen), rounded down; 0 without a fee."""
    pack = packs.current_pack()
    share = pack.product(product_id).seller_fee
    return down(receives_fen * Fraction(pack.step(share, day).value)) if share and receives_fen else 0


def plan_instalments(
    product_id: str, price_fen: int, day: date, credited_fen: int
) -> tuple[InstalmentPlan, ...]:
    """Split the price by the product's instalments, counted from the day of the contract.

    The deposit counts to the first ones; nothing to pay has none. A product without instalments has the whole price
    paid on the day of the contract. A share is rounded up to the fen, the last one
    takes what is left. Due days are the corresponding days of the month, not moved by holidays: never later than the
    law allows (民法典 202).
    """
    pack = packs.current_pack()
    rows = pack.product(product_id).instalments if price_fen else ()
    if price_fen and not rows:
        return (InstalmentPlan(1, WHOLE, day, price_fen, min(credited_fen, price_fen), ()),)
    plans: list[InstalmentPlan] = []
    left, credit = price_fen, credited_fen
    for number, row in enumerate(rows, 1):
        amount = left
        if row.share is not None and number < len(rows):
            amount = min(left, up(price_fen * Fraction(pack.step(row.share, day).value)))
        due = pack.limit(row.months, day).last_day(day)
        counted = min(credit, amount)
        left, credit = left - amount, credit - counted
        assert due is not None  # months are counted without knowing holidays
        plans.append(InstalmentPlan(number, row.title, due, amount, counted, tuple(row.cites)))
    return tuple(plans)
