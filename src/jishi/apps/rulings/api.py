"""What sibling rooms may use of the rulings."""

from jishi.apps.rulings.actions import override_task, recording, require_permits, state_facts
from jishi.apps.rulings.models import FactTask, Ruling
from jishi.apps.rulings.question import NotPermitted, Permit, Question, Subject
from jishi.apps.rulings.reads import get_task, list_rulings, list_stated, packs_that_ruled

__all__ = [
    "FactTask", "NotPermitted", "Permit", "Question", "Ruling", "Subject", "get_task", "list_rulings",
    "list_stated", "override_task", "packs_that_ruled", "recording", "require_permits", "state_facts",
]  # fmt: skip
