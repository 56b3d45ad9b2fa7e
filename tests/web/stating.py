"""State an offering through the clerk's form: what a browser sends of it, rows included, and what a clerk types."""

from typing import Any

from django.test import Client

from jishi.apps.market import api as market
from jishi.apps.market.models import Offering
from jishi.apps.packs.api import default_pack
from jishi.apps.packs.kinds.product import Product
from jishi.apps.registers import api as registers
from jishi.platform.context import Context
from jishi.web.desk.part_rows import Rows
from tests.web.world import HERE

Sent = dict[str, str | list[str]]


def shown(form: Any) -> Sent:
    """Return what a browser sends of a form as it stands, its rows included."""
    sent: Sent = {}
    for bound in form:
        if isinstance(bound, Rows):
            sent[f"{bound.name}-row"] = [row.number for row in bound.rows]
            for row in bound.rows:
                sent |= shown(row)
        elif not ((value := bound.value()) is None or value is False or value == ""):
            sent[bound.html_name] = str(value)
    return sent


def rows(term: str, *parts: dict[str, str]) -> Sent:
    """Return what a browser sends of rows typed anew."""
    sent: Sent = {f"{term}-row": [str(id) for id in range(len(parts))]}
    return sent | {
        f"{term}-{id}-{name}": text for id, part in enumerate(parts) for name, text in part.items()
    }


NEEDED = {
    "start_price_fen": "100万元",
    "increment_fen": "1万元",
    "floor_fen": "25.5元",
    "price_fen": "25.5元",
    "supply": "1000",
    "places": "20",
}
"""What a clerk types where neither product nor mechanism says it."""
LOTS = rows("lots", {"lot": "甲", "reserve_fen": "1元"}, {"lot": "乙", "reserve_fen": "0"})
ASCENDING = {"kind": "ascending", "increment_fen": "1万元", "round_ms": "90.5秒", "at_cap": "first"}
STAGES: tuple[dict[str, str], ...] = (
    {**ASCENDING, "cap_fen": "300万元", "at_cap": "next"},
    {"kind": "lottery", "span_ms": "1小时"},
)
CRITERION = {"id": "价格", "weight_bp": "100%", "full_marks": "100", "kind": "price"}


def enter(product: Product, number: str = "WAY-1") -> str:
    """Write a register entry the product takes; return its id."""
    kind = product.register_kind
    if kind == "land.parcel":
        data: dict[str, Any] = {
            "parcel_no": number, "place": "测试路", "division": HERE, "area_cm2": 100_000_000, "tenure": "state",
            "uses": [{"code": "0601", "name": "工业用地", "term_years": "50"}],
        }  # fmt: skip
        return registers.create_entry(Context(), registers.EntryForm(kind, data)).id
    data = {"code": number, "name": "测试标的", "division": HERE}
    for field in default_pack().registers[kind].fields:
        if field.required:
            data.setdefault(field.name, "测试")
    return registers.create_entry(Context(), registers.EntryForm(kind, data, division=HERE)).id


def typed(client: Client, address: str, changed: Sent | None = None) -> Sent:
    """Return what a browser sends when a clerk fills only what stands empty and is needed."""
    form = client.get(address).context["form"]
    sent, changed = shown(form), changed or {}
    for name, field in form.fields.items():
        if name in NEEDED and field.required and name not in sent:
            sent[name] = NEEDED[name]
    if "lots" in form.fields:
        sent |= LOTS
    again = {name.removesuffix("-row") for name in changed if name.endswith("-row")}
    kept = {name: text for name, text in sent.items() if name.partition("-")[0] not in again}
    return {**kept, "number": sent.get("number", "WAY-1"), "deposit_fen": "20万元", **changed}


def save(client: Client, address: str, changed: Sent | None = None) -> Offering:
    """Save a statement; it must be stored."""
    answer = client.post(address, {**typed(client, address, changed), "save": "1"})
    assert answer.status_code == 302, (answer.context["form"].errors, answer.context["checks"])
    return market.get_offering(answer["Location"].split("/")[3])
