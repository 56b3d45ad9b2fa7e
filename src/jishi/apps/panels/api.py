"""What sibling rooms and pages may use of panels. Rooms with owners of their own kind subclass `Owner`."""

from jishi.apps.panels.actions.convening import Convening, convene, list_eligible
from jishi.apps.panels.actions.drawing import contribute, dissolve_panel, draw_members, open_record
from jishi.apps.panels.actions.expert import (
    ExpertForm,
    RowProblem,
    add_expert,
    amend_expert,
    import_experts,
    set_expert_state,
)
from jishi.apps.panels.actions.judging import CHOICES, cast_ballot, close_panel, give_marks
from jishi.apps.panels.actions.seating import accept_seat, declare_recusal, decline_seat, replace_member
from jishi.apps.panels.intake import cut_fields, read_experts
from jishi.apps.panels.models import EXPERT_STATES, Expert, Member, Panel
from jishi.apps.panels.owner import (
    DECLINED,
    GROUNDS,
    About,
    Conflict,
    Criterion,
    Owner,
    Rules,
    Subject,
    Task,
    owner_of,
    read_task,
    register_owner,
)
from jishi.apps.panels.reach import target_of, targets_of
from jishi.apps.panels.reads import (
    ACCEPT,
    CLOSE,
    MARK,
    VOTE,
    Duty,
    ExpertQuery,
    count_done,
    count_experts,
    find_expert,
    find_experts,
    find_panel,
    find_panels,
    find_running,
    find_seat,
    is_head,
    list_contributions,
    list_duties,
    list_fields,
    list_members,
    list_panels_of,
    list_seats,
    list_sheets,
    map_running,
    next_step,
    progress_of,
    public_names,
    read_record,
)
from jishi.apps.panels.tender import KIND as OFFERING
from jishi.apps.panels.tender import asks_for_panel

__all__ = [
    "ACCEPT", "CHOICES", "CLOSE", "DECLINED", "EXPERT_STATES", "GROUNDS", "MARK", "OFFERING", "VOTE", "About",
    "Conflict", "Convening", "Criterion", "Duty", "Expert", "ExpertForm", "ExpertQuery", "Member", "Owner", "Panel",
    "RowProblem", "Rules", "Subject", "Task", "accept_seat", "add_expert", "amend_expert", "asks_for_panel",
    "cast_ballot", "close_panel", "contribute", "convene", "count_done", "count_experts", "cut_fields",
    "declare_recusal",
    "decline_seat", "dissolve_panel", "draw_members", "find_expert", "find_experts", "find_panel", "find_panels",
    "find_running", "find_seat", "give_marks", "import_experts", "is_head", "list_contributions", "list_duties",
    "list_eligible", "list_fields", "list_members", "list_panels_of", "list_seats", "list_sheets", "map_running",
    "next_step", "open_record", "owner_of", "progress_of", "public_names", "read_experts", "read_record", "read_task",
    "register_owner", "replace_member", "set_expert_state", "target_of", "targets_of",
]  # fmt: skip
