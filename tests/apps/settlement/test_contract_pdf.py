"""The contract as a file: what a reader finds in it, that it is PDF/A, and that the same sale gives the same bytes."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.settlement import api as settlement
from jishi.kernel.codes.uscc import make_uscc
from jishi.kernel.fault import Fault
from jishi.kernel.quantity.money import capital_zh, format_fen
from jishi.platform.context import Context
from tests.apps.settlement.lot import BUREAU, START_FEN, STEP_FEN, make_parties, offer, register, sell

PRODUCT = "land.state_grant_listing"


def text(pdf: bytes) -> str:
    """Return the words of a PDF without the spaces that layout puts between them."""
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


@pytest.mark.django_db
def test_the_contract_says_who_what_and_how_much(ctx: Context) -> None:
    offering = offer(ctx, "测试挂〔2026〕1号")
    row = register(ctx, offering, make_parties(ctx, 1))[0]
    settlement.pay_deposit(ctx, row.id)
    contract = sell(ctx, offering, row)
    said = text(settlement.read_contract_pdf(ctx, contract.id)[0])
    price_fen = START_FEN + STEP_FEN
    for part in [
        "第1号置业有限公司",
        make_uscc("91220100MA0000001"),
        BUREAU,
        "测试挂〔2026〕1号",
        capital_zh(price_fen),
        format_fen(price_fen),
        format_fen(contract.deposit_fen),
        "25,000.5平方米",
        "城镇住宅用地",
        "南关区测试路1号",
        "2026年5月5日",
        "39号令21",
        "演示/模拟",
    ]:
        assert part in said, part


@pytest.mark.django_db
def test_joint_bidders_are_named_with_their_shares(ctx: Context) -> None:
    lead, second = make_parties(ctx, 2)
    joint = parties.form_joint_bid(ctx, lead, [(lead, 666_667), (second, 333_333)])
    parties.consent_joint_bid(ctx, joint.id, second)
    offering = offer(ctx)
    row = market.file_registrations(ctx, offering.id, [market.RegistrationForm(lead, joint.id)])[0]
    market.qualify_registrations(ctx, offering.id, [row.id])
    settlement.pay_deposit(ctx, row.id)
    contract = sell(ctx, offering, row)
    said = text(settlement.read_contract_pdf(ctx, contract.id)[0])
    assert "第2号置业有限公司" in said and "份额33.3333%" in said


def filled(number: str, **changes: Any) -> tuple[Path, dict[str, Any]]:
    data = {
        "number": number,
        "date": "2026-04-05",
        "simulated": True,
        "grantor": {"name": BUREAU},
        "grantee": {"name": "红松实业（演示）有限公司", "code": "91220202DEM0JX026L"},
        "parcel": {"parcel_no": number, "place": "杏花路以东", "area_m2": "4,479.15"},
        "uses": [{"name": "工业用地", "code": "0601", "term_years": 50}],
        "price": "640,000.00",
        "price_capital": "陆拾肆万元整",
        "deposit": "220,000.00",
        "instalments": [{"title": "首期", "amount": "320,000.00", "due": "2026-05-05"}],
        "citations": {"payment": "国土资发〔2010〕34号"},
    }
    return packs.default_pack().template(PRODUCT), data | changes


def test_the_same_text_gives_the_same_archival_bytes_in_any_process() -> None:
    batch = [filled(f"C-{number}") for number in range(18)]
    alone = settlement.render_contracts(batch)
    assert settlement.render_contracts(batch, workers=2) == alone
    assert len(set(alone)) == len(batch)
    reader = PdfReader(BytesIO(alone[0]))
    assert b"<pdfaid:part>2</pdfaid:part>" in reader.root_object["/Metadata"].get_data()
    assert reader.metadata["/CreationDate"].startswith("D:20260405")
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts and all("NotoSansSC" in font["/BaseFont"] for font in fonts)


def test_only_a_simulated_contract_carries_the_mark() -> None:
    real, marked = settlement.render_contracts([filled("C-1", simulated=False), filled("C-1")])
    assert "模拟" not in text(real) and "模拟" in text(marked)


def test_a_broken_template_is_told_by_name(tmp_path: Path) -> None:
    broken = tmp_path / "broken.typ"
    broken.write_text("#nothing_of_this_name")
    with pytest.raises(Fault, match=r"typeset\.template") as caught:
        settlement.render_contracts([(broken, {})])
    assert caught.value.params["template"] == "broken.typ"
