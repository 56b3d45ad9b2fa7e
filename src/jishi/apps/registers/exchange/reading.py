"""Turn a row of a file into an entry, or into everything that is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jishi.apps.packs.api import Pack, RegisterKind, validate_entry
from jishi.apps.registers.exchange.cell import read_cell, read_geometry
from jishi.apps.registers.exchange.column import GEOMETRY, NUMBER, STATE
from jishi.apps.registers.exchange.sheet import SheetRow
from jishi.apps.registers.info import EntryForm
from jishi.kernel.fault import Fault
from jishi.kernel.spelling import narrow


@dataclass(frozen=True, slots=True)
class Read:
    """A row read: the entry it asks for, or the faults that keep it out."""

    row: int
    form: EntryForm | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Reader:
    """Read rows of one file into one register; entries without a division get `division`."""

    kind: RegisterKind
    pack: Pack
    columns: Mapping[str, str]
    division: str = ""

    def read(self, row: SheetRow) -> Read:
        """Read a row; an unknown spelling of a value is a fault that names its field."""
        if row.fault is not None:
            return Read(row.number, None, (row.fault,))
        said = {field: text for column, field in self.columns.items() if (text := row.cells.get(column))}
        faults: list[Fault] = []
        shape = row.geometry
        try:
            shape = shape or read_geometry(said.get(GEOMETRY, ""))
        except Fault as fault:
            faults.append(fault)
        fields = {field.name: field for field in self.kind.fields}
        data = {
            name: read_cell(fields[name], text, self.pack) for name, text in said.items() if name in fields
        }
        _clean, found = validate_entry(self.kind, self._numbered(data))
        faults += found
        if faults:
            return Read(row.number, None, tuple(faults))
        return Read(row.number, self._form(said, data, shape))

    def _numbered(self, data: dict[str, Any]) -> dict[str, Any]:
        code = self.kind.code_field
        if self.kind.numbering and self.kind.field(code).type == "text" and not data.get(code):
            return {**data, code: "0"}  # the register numbers it on writing
        return data

    def _form(self, said: Mapping[str, str], data: dict[str, Any], shape: Any) -> EntryForm:
        named = [field.name for field in self.kind.fields if field.type == "division"]
        given = "" if any(data.get(name) for name in named) else self.division
        return EntryForm(
            kind=self.kind.id,
            data=data,
            division=given,
            number=said.get(NUMBER, ""),
            geometry=shape,
            state=self._state(said.get(STATE, "")),
        )

    def _state(self, text: str) -> str:
        wanted = narrow(text).casefold()
        for state in self.kind.states:
            if wanted in (state.id, state.title.zh, state.title.en.casefold()):
                return state.id
        return wanted
