"""Masked fields are personal: shown masked, stored sealed, gone after erasure."""

from types import SimpleNamespace

import pytest

from jishi.apps.packs.kinds.register import RegisterKind
from jishi.apps.registers import api as registers
from jishi.apps.registers import content
from jishi.apps.registers.api import EntryForm, EntryInfo
from jishi.apps.registers.models import EntryVersion, IndexValue, RegisterEntry
from jishi.platform import secrets
from jishi.platform.context import Context

pytestmark = pytest.mark.django_db

OWNER = "11010519491231002X"


def words(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def homestead() -> RegisterKind:
    fields = [
        {"name": "number", "type": "text", "label": words("number"), "required": True, "indexed": True},
        {"name": "owner", "type": "text", "label": words("owner"), "masked": True, "indexed": True},
        {"name": "note", "type": "text", "label": words("note"), "public": False},
    ]
    return RegisterKind(
        id="land.homestead",
        title=words("homestead"),
        factor="land",
        holder=words("holder"),
        code_field="number",
        title_field="number",
        field=fields,
        state=[
            {"id": "held", "title": words("held"), "next": ["ended"]},
            {"id": "ended", "title": words("ended")},
        ],
    )


@pytest.fixture
def entry(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> EntryInfo:
    kind = homestead()
    monkeypatch.setattr(content, "current_pack", lambda: SimpleNamespace(register=lambda _: kind))
    data = {"number": "H1", "owner": OWNER, "note": "file 7"}
    return registers.create_entry(ctx, EntryForm("land.homestead", data, division="220102"))


def test_a_masked_field_is_read_in_full_and_shown_masked(entry: EntryInfo) -> None:
    assert entry.data == {"number": "H1", "owner": OWNER, "note": "file 7"}
    assert entry.public_data == {"number": "H1", "owner": "1****************X"}
    assert registers.get_entry(entry.id) == entry


def test_a_masked_field_stands_nowhere_in_the_clear(ctx: Context, entry: EntryInfo) -> None:
    registers.amend_entry(ctx, entry.id, 1, {**entry.data, "note": "file 8"})
    registers.set_entry_state(ctx, entry.id, "ended")
    stored = [*RegisterEntry.objects.values(), *EntryVersion.objects.values(), *IndexValue.objects.values()]
    assert OWNER not in str(stored)
    assert registers.get_entry(entry.id).data["owner"] == OWNER


def test_erasure_leaves_the_mask(ctx: Context, entry: EntryInfo) -> None:
    secrets.erase_subject(ctx, f"entry/{entry.id}")
    assert registers.get_entry(entry.id).data["owner"] == "1****************X"
    assert registers.set_entry_state(ctx, entry.id, "ended").version == 2  # what is left lives on
