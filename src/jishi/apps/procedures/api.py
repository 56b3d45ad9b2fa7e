"""What sibling rooms and pages may use of the procedures."""

from jishi.apps.procedures.actions.assigning import assign, delegate, end_delegation
from jishi.apps.procedures.actions.clock import run_clock
from jishi.apps.procedures.actions.deciding import BulkAnswer, decide, decide_by_panel, decide_many
from jishi.apps.procedures.actions.filing import (
    attach_document,
    check_draft,
    discard_draft,
    file_case,
    remove_document,
    save_draft,
    submit,
)
from jishi.apps.procedures.actions.hearing import Happening, start_by_event
from jishi.apps.procedures.actions.objecting import answer_objection, object_to, reopen, withdraw
from jishi.apps.procedures.actions.pausing import (
    extend,
    recuse,
    request_supplement,
    resume,
    supplement,
    suspend,
)
from jishi.apps.procedures.actions.paying import record_fee
from jishi.apps.procedures.actions.reading import mark_read
from jishi.apps.procedures.actions.recurring import plan_duties, run_duty
from jishi.apps.procedures.actions.watching import watch_registers
from jishi.apps.procedures.info import (
    ActRow,
    CaseInfo,
    CaseRow,
    CheckRow,
    Choice,
    FileRow,
    Filing,
    NoticeRow,
    ObjectionRow,
    PaperRow,
    Way,
)
from jishi.apps.procedures.people import departments_of, target_of
from jishi.apps.procedures.projection import rebuild as rebuild_lists
from jishi.apps.procedures.reads.case import (
    checks_now,
    info_of,
    open_case,
    read_document,
    verify_address,
    view_for,
)
from jishi.apps.procedures.reads.inbox import (
    InboxQuery,
    MissedRow,
    cases_about,
    count_cases,
    list_cases,
    list_cases_of,
    list_inbox,
    list_missed,
)
from jishi.apps.procedures.reads.message import MessageRow, count_unread, list_messages
from jishi.apps.procedures.reads.objection import (
    OwnObjection,
    find_own_objection,
    list_own_objections,
    open_own_objection,
)
from jishi.apps.procedures.reads.paper import paper_pdf
from jishi.apps.procedures.reads.public import count_objections, find_notice, find_paper, list_notices
from jishi.apps.procedures.saying import say_answer, say_value
from jishi.apps.procedures.view import CaseView
from jishi.apps.procedures.ways import Ways, ways_of

__all__ = [
    "ActRow", "BulkAnswer", "CaseInfo", "CaseRow", "CaseView", "CheckRow", "Choice", "FileRow", "Filing",
    "Happening", "InboxQuery", "MessageRow", "MissedRow", "NoticeRow", "ObjectionRow", "OwnObjection",
    "PaperRow", "Way", "Ways", "answer_objection", "assign", "attach_document", "cases_about",
    "check_draft", "checks_now", "count_cases", "count_objections", "count_unread", "decide", "decide_by_panel",
    "decide_many", "delegate", "departments_of", "discard_draft", "end_delegation", "extend", "file_case",
    "find_notice", "find_own_objection", "find_paper", "info_of", "list_cases", "list_cases_of",
    "list_inbox", "list_messages", "list_missed", "list_notices", "list_own_objections", "mark_read",
    "object_to", "open_case", "open_own_objection", "paper_pdf", "plan_duties", "read_document",
    "rebuild_lists", "record_fee", "recuse", "remove_document", "reopen", "request_supplement", "resume",
    "run_clock", "run_duty", "save_draft", "say_answer", "say_value", "start_by_event", "submit",
    "supplement", "suspend", "target_of", "verify_address", "view_for", "watch_registers", "ways_of",
    "withdraw",
]  # fmt: skip
