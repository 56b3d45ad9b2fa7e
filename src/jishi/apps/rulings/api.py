"""What sibling rooms may use of the rulings."""

from jishi.apps.rulings.actions import override_task, recording, require_permits, state_facts
from jishi.apps.rulings.models import FactTask, Ruling
from jishi.apps.rulings.question import NotPermitted, Permit, Preview, Question, Subject
from jishi.apps.rulings.reads import (
    get_task,
    list_open_tasks,
    list_rulings,
    list_stated,
    map_targets,
    overrides_of,
    packs_that_ruled,
    preview,
    target_of,
)

__all__ = [
    "FactTask", "NotPermitted", "Permit", "Preview", "Question", "Ruling", "Subject", "get_task", "list_open_tasks",
    "list_rulings", "list_stated", "map_targets", "override_task", "overrides_of", "packs_that_ruled", "preview",
    "recording", "require_permits", "state_facts", "target_of",
]  # fmt: skip
