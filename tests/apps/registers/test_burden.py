"""A burden stands on an entry until lifted, and a blocking one keeps it from being offered."""

from dataclasses import replace

import pytest

from jishi.apps.registers import api as registers
from jishi.apps.registers.api import EncumbranceForm, EntryForm, EntryInfo
from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.context import Actor, Context, Permit

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(ctx: Context) -> EntryInfo:
    data = {
        "parcel_no": "P1",
        "place": "演示路1号",
        "division": "220102",
        "area_cm2": "10000",
        "tenure": "state",
        "uses": [{"code": "0701", "name": "城镇住宅用地"}],
    }
    return registers.create_entry(ctx, EntryForm("land.parcel", data))


def test_a_mortgage_blocks_until_lifted(ctx: Context, entry: EntryInfo) -> None:
    registers.require_unburdened(entry.id)
    first = registers.add_encumbrance(ctx, entry.id, EncumbranceForm("mortgage", "演示银行"))
    second = registers.add_encumbrance(ctx, entry.id, EncumbranceForm("mortgage", "演示银行二"))
    assert (first.rank, second.rank, first.blocks) == (1, 2, True)
    assert registers.blocking_encumbrances(entry.id) == (first, second)
    with pytest.raises(Fault) as caught:
        registers.require_unburdened(entry.id)
    assert caught.value.params == {"number": "P1", "kinds": "mortgage"}
    for burden in (first, second, second):  # lifting twice changes nothing
        registers.lift_encumbrance(ctx, burden.id)
    assert registers.blocking_encumbrances(entry.id) == ()
    assert [each.lifted_ms for each in registers.list_encumbrances(entry.id)] == [ctx.now_ms()] * 2
    kinds = [each.kind for each in evidence.read_stream(f"entry/{entry.id}")]
    assert kinds == ["EntryCreated", *["EncumbranceAdded"] * 2, *["EncumbranceLifted"] * 2]


def test_a_lease_does_not_block(ctx: Context, entry: EntryInfo) -> None:
    assert not registers.add_encumbrance(ctx, entry.id, EncumbranceForm("lease", "演示租户")).blocks
    registers.require_unburdened(entry.id)
    assert registers.blocking_encumbrances_of([entry.id, "x"]) == {}


def test_the_evidence_does_not_tell_the_holder(ctx: Context, entry: EntryInfo) -> None:
    registers.add_encumbrance(ctx, entry.id, EncumbranceForm("seizure", "张三", holder_party="party-1"))
    data = evidence.read_stream(f"entry/{entry.id}")[-1].data
    assert "张三" not in data and "party-1" not in data


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (EncumbranceForm("curse", "x"), "registers.burden.unknown"),
        (EncumbranceForm("mortgage", " "), "registers.burden.holder"),
        (EncumbranceForm("mortgage", "长" * 121), "registers.burden.holder"),
    ],
)
def test_a_wrong_burden_is_refused(ctx: Context, entry: EntryInfo, form: EncumbranceForm, code: str) -> None:
    with pytest.raises(Fault, match=code):
        registers.add_encumbrance(ctx, entry.id, form)
    assert registers.list_encumbrances(entry.id) == ()


def test_burdens_are_for_the_clerk_of_the_division(ctx: Context, entry: EntryInfo) -> None:
    burden = registers.add_encumbrance(ctx, entry.id, EncumbranceForm("mortgage", "演示银行"))
    elsewhere = replace(ctx, actor=Actor(permits=(Permit("clerk", "220200"),)))
    with pytest.raises(Fault, match="access.denied"):
        registers.add_encumbrance(elsewhere, entry.id, EncumbranceForm("mortgage", "演示银行"))
    with pytest.raises(Fault, match="access.denied"):
        registers.lift_encumbrance(elsewhere, burden.id)
    with pytest.raises(Fault, match="registers.burden.missing"):
        registers.lift_encumbrance(ctx, "x")
