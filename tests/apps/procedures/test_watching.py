"""A register asks a rule of its entries: what is found begins one case, and nothing twice."""

from datetime import date

from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.actions.watching import watch_registers
from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EntryForm
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Context
from tests.apps.procedures.conftest import Office, instant


def supplied(ctx: Context, office: Office, place: str, due: str, state: str = "unused") -> str:
    data = {"place": place, "division": "220100", "holder_name": "李四", "holder": office.party.id}
    data |= {"price_fen": "1000000元", "construction_due": due}
    return registers.create_entry(ctx, EntryForm("land.supplied", data, state=state)).id


def test_idle_parcels_begin_a_case_once(office: Office, ctx: Context, clock: SimulatedClock) -> None:
    idle = supplied(ctx, office, "闲置路1号", "2019-06-01")
    supplied(ctx, office, "新供路2号", "2020-06-01")
    supplied(ctx, office, "已建路3号", "2018-06-01", state="in_use")
    assert watch_registers(ctx) == 1
    assert watch_registers(ctx) == 0
    (case,) = procedures.cases_about(idle)
    assert (case.procedure, case.step) == ("land.idle", "notify")
    clock.move_to(instant(date(2021, 6, 2)))
    assert watch_registers(ctx) == 1


def test_an_entry_in_another_state_begins_nothing(office: Office, ctx: Context) -> None:
    entry = supplied(ctx, office, "认定路4号", "2019-06-01")
    registers.set_entry_state(ctx, entry, "idle")
    assert watch_registers(ctx) == 0
