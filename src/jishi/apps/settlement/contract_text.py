"""What a grant contract says, as the pack's template reads it: the keys stand at the template's head."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.settlement.schedule import InstalmentPlan
from jishi.kernel.quantity.area import format_area
from jishi.kernel.quantity.money import capital_zh, format_fen
from jishi.platform.context import Context

# article of the contract -> step of the product whose clauses it cites
CITED_STEPS = {"payment": "full_payment", "deposit": "refund", "registration": "registered"}
PARCEL = (
    "parcel_no",
    "unit_code",
    "place",
    "plot_ratio",
    "building_density",
    "green_ratio",
    "height",
    "conditions",
)


@dataclass(frozen=True, slots=True)
class Deal:
    """What was agreed: fen, the day of the document, how many units, and whether any of it is simulated.

    `payer` owes the price: "winner" or "office"; a seller receives `receives_fen` from the market, less `fee_fen`.
    """

    number: str
    day: date
    price_fen: int
    deposit_fen: int
    plans: tuple[InstalmentPlan, ...]
    simulated: bool
    quantity: int = 1
    payer: str = "winner"
    receives_fen: int = 0
    fee_fen: int = 0


def contract_text(
    ctx: Context, offering: market.Offering, registration: market.Registration, deal: Deal
) -> tuple[Path, dict[str, Any]]:
    """Return the template of an offering's product and the data that fills it; names stand in it in full."""
    grantee = parties.contract_facts(ctx.as_system(), registration.party)
    data = {
        "number": deal.number,
        "date": deal.day.isoformat(),
        "simulated": deal.simulated,
        "grantor": {"name": offering.organisation or "——"},
        "grantee": {"name": grantee.name, "code": grantee.code},
        "joint": _joint(ctx, registration),
        "parcel": _parcel(offering),
        "uses": [_use(use, offering) for use in offering.lot.get("uses", [])],
        "quantity": str(deal.quantity),
        "price": format_fen(deal.price_fen),
        "price_capital": capital_zh(deal.price_fen),
        "deposit": format_fen(deal.deposit_fen),
        "payer": deal.payer,
        "receives": format_fen(deal.receives_fen) if deal.receives_fen else None,
        "receives_capital": capital_zh(deal.receives_fen) if deal.receives_fen else None,
        "fee": format_fen(deal.fee_fen),
        "net": format_fen(deal.receives_fen - deal.fee_fen),
        "instalments": [_instalment(plan) for plan in deal.plans],
        "offering": offering.number,
        "citations": _citations(offering.product),
    }
    return packs.current_pack().template(offering.product), data


def _joint(ctx: Context, registration: market.Registration) -> list[dict[str, str]]:
    if not registration.joint:
        return []
    others = [m for m in parties.joint_members(registration.joint) if m.party != registration.party]
    found = [(parties.contract_facts(ctx.as_system(), m.party), m.share_ppm) for m in others]
    return [{"name": f.name, "code": f.code, "share": _percent(ppm)} for f, ppm in found]


def _percent(share_ppm: int) -> str:
    whole, rest = divmod(share_ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"


def _parcel(offering: market.Offering) -> dict[str, Any]:
    parcel = {name: str(offering.lot[name]) for name in PARCEL if offering.lot.get(name)}
    division = packs.current_pack().divisions.get(offering.division)
    if division is not None:
        parcel["division"] = division.name_zh
    return parcel | {"area_m2": format_area(offering.area_cm2)}


def _use(use: dict[str, Any], offering: market.Offering) -> dict[str, Any]:
    said = {"name": use.get("name") or "——", "code": use.get("code") or "——"}
    said["term_years"] = use.get("term_years") or "——"
    area_cm2 = use.get("area_cm2") or (offering.area_cm2 if len(offering.lot["uses"]) == 1 else None)
    if area_cm2:
        said["area_m2"] = format_area(area_cm2)
    if use.get("plot_ratio"):
        said["plot_ratio"] = str(use["plot_ratio"])
    return said


def _instalment(plan: InstalmentPlan) -> dict[str, str]:
    return {"title": plan.title.zh, "amount": format_fen(plan.amount_fen), "due": plan.due_day.isoformat()}


def _citations(product_id: str) -> dict[str, str]:
    steps = {step.id: step.cites for step in packs.current_pack().product(product_id).steps}
    return {key: _say(steps[step]) for key, step in CITED_STEPS.items() if step in steps}


def _say(clauses: Sequence[str]) -> str:
    pack = packs.current_pack()
    marks = {"confirmed": "", "unconfirmed": "，待核"}
    return "、".join(clause + marks[pack.clause(clause).confidence] for clause in clauses)
