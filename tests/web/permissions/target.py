"""Fill the parameters of addresses from the world: whose object, in which stage."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.market import reads
from jishi.apps.market.actions import ask_question
from jishi.apps.parties import api as parties
from jishi.apps.registers import api as registers
from jishi.apps.settlement import api as settlement
from jishi.platform.context import Context
from tests.web.permissions.row import Given
from tests.web.world import DEPOSIT_FEN, World

PDF = b"%PDF-1.7\n"


def offering(stage: str, **more: Any) -> Given:
    """Fill in the offering in a stage, and what else is given."""
    return lambda world: {"offering_id": world.offerings[stage], **more}


def registration(stage: str, party: str) -> Given:
    """Fill in a party's registration."""
    return lambda world: {"registration_id": world.registrations[stage, party]}


def result_notice(world: World) -> Mapping[str, Any]:
    """Fill in a published result notice."""
    return {"notice_id": reads.list_notices(world.offerings["published"])[-1].id}


def contract(world: World) -> Mapping[str, Any]:
    """Fill in the contract of "north" that awaits payment."""
    found = settlement.find_contract(world.offerings["contracted"])
    assert found is not None
    return {"contract_id": found.id}


def instalment(world: World) -> Mapping[str, Any]:
    """Fill in the first instalment of "north"."""
    return {"instalment_id": settlement.list_instalments(contract(world)["contract_id"])[0].id}


def entry(stage: str) -> Given:
    """Fill in the register entry of an offering."""
    return lambda world: {"entry_id": world.entries[stage]}


def burden(world: World) -> Mapping[str, Any]:
    """Fill in a mortgage put on an entry here."""
    entry_id = world.entries["draft"]
    form = registers.EncumbranceForm("mortgage", "某银行")
    made = registers.add_encumbrance(Context(), entry_id, form)
    return {"entry_id": entry_id, "encumbrance_id": made.id}


def question(stage: str) -> Given:
    """Fill in a question "north" asks on an offering."""

    def ask(world: World) -> Mapping[str, Any]:
        asked = ask_question(Context(), world.offerings[stage], world.parties["north"], "界址点坐标？")
        return {"question_id": asked.id}

    return ask


def guarantee(world: World) -> Mapping[str, Any]:
    """Fill in a guarantee "north" hands in here."""
    ctx, found = Context(), world.registrations["registration", "north"]
    market.qualify_registrations(ctx, world.offerings["registration"], [found])
    form = settlement.GuaranteeForm("某银行", "BH-1", DEPOSIT_FEN, date(2036, 1, 1))
    return {"guarantee_id": settlement.file_guarantee(ctx, found, form, content=PDF, name="BH-1.pdf").id}


def payment(world: World) -> Mapping[str, Any]:
    """Fill in a payment that names no account."""
    line = settlement.BankLine("IN-1", "", 100, world.now_ms, "某公司")
    return {"payment_id": settlement.post_payment(Context(), line).id}


def representative(world: World) -> Mapping[str, Any]:
    """Fill in an agent of "north"."""
    added = parties.add_representative(
        Context(),
        world.parties["north"],
        world.users["member"].pk,
        role="agent",
        scope=world.offerings["free"],
    )
    return {"representative_id": added}


def joint(world: World) -> Mapping[str, Any]:
    """Fill in a joint bid that "north" leads and "south" has yet to consent to."""
    north, south = world.parties["north"], world.parties["south"]
    return {"joint_id": parties.form_joint_bid(Context(), north, [(north, 600_000), (south, 400_000)]).id}
