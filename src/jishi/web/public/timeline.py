"""The statutory timeline of an offering: what was done and when, what is due by which day, under which clause."""

from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from jishi.apps.market.api import Offering
from jishi.apps.market.timeline import expect_day
from jishi.apps.packs.api import Product
from jishi.platform.evidence import read_stream
from jishi.web.shell.moment import instant_text
from jishi.web.shell.site import language, market_pack

# evidence that witnesses a step; the first entry of the kind counts
_WITNESSES = {
    "OfferingDrafted": "draft",
    "AwardConfirmed": "award",
    "ResultPublished": "result",
    "DepositRefunded": "refund",
    "ContractSigned": "contract",
    "RegisterWritten": "registered",
}
_PLANNED = ("registration_end", "listing_start", "listing_end")
_NO_SALE = ("unsold", "converted", "halted", "terminated")
_AFTER_SALE = ("award", "contract", "first_payment", "full_payment", "delivery", "registered")


class Step(NamedTuple):
    """One step as the timeline shows it; `status` is done, now, next or broken."""

    title: str
    when: str | None
    status: str
    note: str
    clauses: tuple[str, ...]


def list_steps(offering: Offering, now_ms: int) -> list[Step]:
    """Return the steps of an offering's product, past ones dated, future ones with the last lawful day."""
    product = market_pack().product(offering.product)
    instants = _instants(offering)
    listed = [step for step in product.steps if step.id not in _left_out(offering.state)]
    return [_step(offering, product, step, (instants, now_ms)) for step in _in_time(listed, instants)]


def list_checks(limits: list[dict[str, Any]]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return (sentence, verdict, clauses) of every time limit a notice was checked against."""
    return [(_say_check(check), check["verdict"], tuple(check["clauses"])) for check in limits]


def _left_out(state: str) -> tuple[str, ...]:
    """Return the steps that will not come: without a sale all after it, after a default all but the award."""
    if state in _NO_SALE:
        return _AFTER_SALE
    return _AFTER_SALE[1:] if state == "defaulted" else ()


def _in_time(steps: list[Any], instants: dict[str, int]) -> list[Any]:
    """Order the steps that have an instant among themselves; the others keep their place."""
    dated = iter(sorted((s for s in steps if s.id in instants), key=lambda s: instants[s.id]))
    return [next(dated) if step.id in instants else step for step in steps]


def _instants(offering: Offering) -> dict[str, int]:
    instants = {name: getattr(offering, name) for name in _PLANNED}
    if offering.closed_ms:  # sold out, or decided by a later stage
        instants["listing_end"] = min(offering.closed_ms, offering.listing_end)
    if offering.notice_ms:
        instants |= {"notice": offering.notice_ms, "registration_start": offering.notice_ms}
    for entry in read_stream(offering.stream, _WITNESSES):
        instants.setdefault(_WITNESSES[entry.kind], entry.effective_at)
    return instants


def _step(offering: Offering, product: Product, step: Any, known: tuple[dict[str, int], int]) -> Step:
    instants, now_ms = known
    at_ms = instants.get(step.id)
    checks = [check for check in offering.limits if check["to"] == step.id]
    notes = [_say_check(check) for check in checks]
    when, status = (instant_text(at_ms), "done" if at_ms <= now_ms else "next") if at_ms else (None, "next")
    known_ms = instants | {"listing_end": offering.closed_ms or offering.listing_end}
    if at_ms is None and (expected := expect_day(market_pack(), product, step.id, known_ms)):
        when, said = _by(expected)
        notes.append(said)
    if any(check["verdict"] == "broken" for check in checks):
        status = "broken"
    elif step.id == "listing_end" and _bidding_now(offering, instants, now_ms):
        status = "now"
    return Step(step.title.say(language()), when, status, "；".join(notes), step.cites)


def _bidding_now(offering: Offering, instants: dict[str, int], now_ms: int) -> bool:
    return offering.state == "noticed" and instants["listing_start"] <= now_ms


def _by(expected: tuple[date, dict[str, Any]]) -> tuple[str, str]:
    day, why = expected
    return _("by %(day)s") % {"day": day.isoformat()}, _limit_title(why["limit"]) + _doubt(why["confidence"])


def _say_check(check: dict[str, Any]) -> str:
    amount = {
        "calendar_day": _("%(n)s calendar days"),
        "working_day": _("%(n)s working days"),
        "month": _("%(n)s months"),
    }[check["unit"]] % {"n": check["amount"]}
    row = market_pack().limits.get(check["limit"])
    bound = _("at least %(amount)s") if row and row.sense == "at_least" else _("within %(amount)s")
    verdict = {"met": _("met"), "broken": _("broken"), "undetermined": _("undetermined")}[check["verdict"]]
    said = {"limit": _limit_title(check["limit"]), "bound": bound % {"amount": amount}, "verdict": verdict}
    return _("%(limit)s %(bound)s: %(verdict)s") % said + _doubt(check["confidence"])


def _limit_title(limit: str) -> str:
    row = market_pack().limits.get(limit)
    return row.title.say(language()) if row else limit


def _doubt(confidence: str) -> str:
    return "" if confidence == "confirmed" else _(" (unconfirmed)")
