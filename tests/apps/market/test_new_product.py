"""A product and a register kind added by TOML alone are offered, sold, contracted and verified like any other."""

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.kernel.codes.uscc import make_uscc
from jishi.kernel.evidence.verify import verify
from jishi.kernel.mechanism import inputs
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context

GUIDE = Path(__file__).parents[3] / "docs" / "packs.md"
DAY_MS = 86_400_000
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def extended_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run this market on a copy of the pack with the guide's two examples in it."""
    copy = Path(shutil.copytree(packs.locate_pack("jilin"), tmp_path / "copy"))
    for folder in ("registers", "products"):
        pattern = rf"One file in `{folder}/`.*?```toml\n(.*?)```"
        (text,) = re.findall(pattern, GUIDE.read_text("utf-8"), re.DOTALL)
        (copy / folder / f"{tomllib.loads(text)['id']}.toml").write_text(text, "utf-8")
    monkeypatch.setenv("JISHI_PACK", str(copy))


def _offer(ctx: Context) -> market.Offering:
    data = {"unit_code": "220113001002GB00015F00010001", "name": "演示楼", "floor_area_cm2": "120.5"}
    entry = registers.create_entry(ctx, registers.EntryForm("land.building", data, division="220113"))
    now_ms = ctx.now_ms()
    form = market.OfferingForm(
        number="楼 1",
        title="演示楼",
        product="land.building_sale",
        entry_id=entry.id,
        start_price_fen=1_000_000,
        deposit_fen=200_000,
        increment_fen=10_000,
        listing_start=now_ms + 21 * DAY_MS,
        listing_end=now_ms + 32 * DAY_MS,
        registration_end=now_ms + 31 * DAY_MS,
    )
    return market.publish_notice(ctx, market.prepare_offering(ctx, form).id)


def _sell(ctx: Context, clock: SimulatedClock, offering: market.Offering) -> None:
    code = make_uscc("91220100MA0000001")
    party = parties.register_party(ctx, parties.PartyForm("organisation", "演示公司", code))
    clock.move_to(offering.listing_start + DAY_MS)
    (row,) = market.file_registrations(ctx, offering.id, [market.RegistrationForm(party.id)])
    market.qualify_registrations(ctx, offering.id, [row.id])
    settlement.pay_deposits(ctx, [(row.id, None)])
    market.submit(ctx, offering.id, [market.Command(inputs.Bid(row.alias, 1_000_000))])
    clock.move_to(offering.listing_end)
    market.advance_offering(ctx, offering.id)
    market.confirm_sale(ctx, offering.id)
    market.publish_result(ctx, offering.id)


def test_a_new_product_sells(ctx: Context, clock: SimulatedClock) -> None:
    offering = _offer(ctx)
    assert offering.terms["round_ms"] == 180_000
    _sell(ctx, clock, offering)
    contract = settlement.draft_contract(ctx, offering.id)
    settlement.sign_contract(ctx, contract.id, "grantee")
    settlement.sign_contract(ctx, contract.id, "grantor")
    assert registers.get_entry(offering.entry_id).state == "sold"
    report = verify(market.bundle_offering(market.get_offering(offering.id)))
    assert report.ok, [check for check in report.checks if not check.ok]
