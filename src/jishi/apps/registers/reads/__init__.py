"""Answer what the registers say: one entry, many, a page, how they stood, what burdens them."""

from jishi.apps.registers.reads.burden import (
    blocking_encumbrances,
    blocking_encumbrances_of,
    encumbrance_info,
    list_encumbrances,
    priority_of,
    require_unburdened,
)
from jishi.apps.registers.reads.counting import count_divisions, count_facet, count_states
from jishi.apps.registers.reads.entry import (
    entry_info,
    find_entry,
    full_data,
    get_entries,
    get_entry,
    known_numbers,
    lock_entries,
    public_of,
    show_entry,
)
from jishi.apps.registers.reads.export import export_cells, export_fields, iterate_entries
from jishi.apps.registers.reads.history import changes, list_versions, version_at
from jishi.apps.registers.reads.importing import (
    count_bad,
    get_import,
    list_imports,
    list_problems,
    preview_import,
)
from jishi.apps.registers.reads.listing import count_entries, entries_in_box, list_entries
from jishi.apps.registers.reads.place import rows_in_box
from jishi.apps.registers.reads.wanted import field_named

__all__ = [
    "blocking_encumbrances",
    "blocking_encumbrances_of",
    "changes",
    "count_bad",
    "count_divisions",
    "count_entries",
    "count_facet",
    "count_states",
    "encumbrance_info",
    "entries_in_box",
    "entry_info",
    "export_cells",
    "export_fields",
    "field_named",
    "find_entry",
    "full_data",
    "get_entries",
    "get_entry",
    "get_import",
    "iterate_entries",
    "known_numbers",
    "list_encumbrances",
    "list_entries",
    "list_imports",
    "list_problems",
    "list_versions",
    "lock_entries",
    "preview_import",
    "priority_of",
    "public_of",
    "require_unburdened",
    "rows_in_box",
    "show_entry",
    "version_at",
]
