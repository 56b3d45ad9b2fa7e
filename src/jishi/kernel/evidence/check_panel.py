"""Check the record of a panel's draw (抽取记录): the panel is drawn again from the file and must be the same.

The file is no bundle and bears no signature: what it commits to stands in the public log.
"""

from collections.abc import Mapping
from typing import Any

from jishi.kernel.evidence.canonical import read_canonical
from jishi.kernel.fault import Fault

MARK = b'"format":"jishi.panel_record/'


def read_record(raw: bytes) -> dict[str, Any] | None:
    """Return the record that a file holds, None where it holds something else."""
    if MARK not in raw:
        return None
    try:
        value = read_canonical(raw)
    except Fault:
        return None
    stated = value.get("format") if isinstance(value, dict) else None
    return value if isinstance(stated, str) and stated.startswith("jishi.panel_record/") else None


def check_panel(record: Mapping[str, Any]) -> dict[str, Any]:
    """Draw again; raise ``panel.record.*`` or what the draw raises. Not opened yet: {"attached": False}."""
    # The draw needs numpy and scipy, which a bare interpreter may lack; only this check says so.
    from jishi.kernel.panel.record import check_record

    drawn = check_record(record)
    if drawn is None:
        return {"attached": False}
    return {
        "pool": len(record["pool"]), "contributions": len(record["contributions"]), "members": len(drawn.members)
    }  # fmt: skip
