"""Panels as the permission table sees them: of their division, and of the departments of whom they work for."""

from collections.abc import Sequence

from jishi.apps.panels.models import Panel
from jishi.platform.access import Target
from jishi.platform.department import departments_of, map_departments


def target_of(panel: Panel) -> Target:
    """Return a panel as the permission table sees it."""
    return Target(panel.id, panel.division, departments=departments_of(panel.owner_kind, panel.owner_id))


def targets_of(panels: Sequence[Panel]) -> list[Target]:
    """Return panels as the permission table sees them, in their order."""
    told = map_departments((each.owner_kind, each.owner_id) for each in panels)
    return [
        Target(each.id, each.division, departments=told.get((each.owner_kind, each.owner_id), ()))
        for each in panels
    ]
