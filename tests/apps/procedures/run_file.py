"""What the dated runs (`runs/<procedure>.toml`) are about: persons, entries, happenings, lots."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.parties.api import PartyForm
from jishi.apps.procedures.api import Happening
from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryForm
from jishi.kernel.codes.uscc import make_uscc
from jishi.platform.context import Actor, Context, Permit

RUNS = Path(__file__).parent / "runs"
HERE = "220100"
DAY_MS = 86_400_000
PERSON = PartyForm("person", "李四", "11010519491231002X")
UNIT = PartyForm("organisation", "演示单位", make_uscc("91220101000000001"))
VILLAGE = PartyForm("organisation", "演示村经济合作社", "11220281013524671G")
STAFF: Mapping[str, str] = {
    "clerk": "clerk",
    "second": "clerk",
    "reviewer": "reviewer",
    "second_reviewer": "reviewer",
    "regulator": "regulator",
    "second_regulator": "regulator",
    "treasurer": "treasurer",
}
"""The officers of a run, each with their role."""
Run = Mapping[str, Any]


def read_runs() -> list[tuple[str, int, dict[str, Any]]]:
    """Return every run: its procedure, its number in the file from 1, what it says."""
    return [
        (path.stem, number, run)
        for path in sorted(RUNS.glob("*.toml"))
        for number, run in enumerate(tomllib.loads(path.read_text())["run"], start=1)
    ]


def is_own(run: Run) -> bool:
    """Tell whether somebody applies, not the office for itself."""
    return run.get("filed_by", "applicant") == "applicant"


def enter_subject(ctx: Context, run: Run, party: str, behalf: str) -> registers.EntryInfo | None:
    """Write the entry a run is about, None where it is about none."""
    if "subject" not in run:
        return None
    about, known = run["subject"], {"@party": party, "@behalf": behalf}
    data = {
        key: known.get(value, value) if isinstance(value, str) else value
        for key, value in about["data"].items()
    }
    return registers.create_entry(ctx, EntryForm(about["register"], data, state=about.get("state", "")))


def happening_of(run: Run, subject: str, party: str) -> Happening:
    """Return the happening that begins a run."""
    name, form = run["event"], run.get("form", {})
    return Happening(name, f"{name}/{subject}", run["division"], run.get("title", ""), subject, party, form)


def put_on_sale(ctx: Context, number: str, clerk: int, reviewer: int) -> str:
    """Publish a parcel of its own for sale, 22 days before its listing begins; return the lot's id."""
    division = f"{HERE[:4]}02"
    data: dict[str, Any] = {
        "parcel_no": number,
        "place": "演示路9号",
        "division": division,
        "tenure": "state",
    }
    data |= {"area_cm2": "25000", "uses": [{"code": "0701", "name": "城镇住宅用地", "term_years": "70"}]}
    entry = registers.create_entry(ctx, EntryForm("land.parcel", data))
    start_ms = ctx.now_ms() + 22 * DAY_MS
    form = market.OfferingForm(
        number=number,
        title=f"演示宗地{number}",
        product="land.state_grant_listing",
        entry_id=entry.id,
        start_price_fen=100_000_000,
        deposit_fen=20_000_000,
        increment_fen=1_000_000,
        listing_start=start_ms,
        listing_end=start_ms + 12 * DAY_MS,
        registration_end=start_ms + 11 * DAY_MS,
    )
    lot = market.prepare_offering(_acting(ctx, clerk, "clerk"), form)
    market.publish_notice(_acting(ctx, reviewer, "reviewer"), lot.id)
    return lot.id


def fill_lot(run: Run, lot: str) -> dict[str, Any]:
    """Return the form of a run, the lot in the place of `@lot`."""
    return {name: lot if value == "@lot" else value for name, value in run.get("form", {}).items()}


def _acting(ctx: Context, user_id: int, role: str) -> Context:
    return replace(ctx, actor=Actor(user_id=user_id, name=role, permits=(Permit(role, HERE),)))
