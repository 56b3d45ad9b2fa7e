"""What may be done with entries; each action is one transaction with its evidence."""

from jishi.apps.registers.actions.burden import add_encumbrance, lift_encumbrance, prolong_encumbrance
from jishi.apps.registers.actions.entry import (
    KEEP,
    amend_entry,
    create_entries,
    create_entry,
    set_entry_state,
    set_entry_states,
)
from jishi.apps.registers.actions.importing import choose_columns, start_import, stop_import, write_import

__all__ = [
    "KEEP",
    "add_encumbrance",
    "amend_entry",
    "choose_columns",
    "create_entries",
    "create_entry",
    "lift_encumbrance",
    "prolong_encumbrance",
    "set_entry_state",
    "set_entry_states",
    "start_import",
    "stop_import",
    "write_import",
]
