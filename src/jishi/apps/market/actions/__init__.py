"""Everything that changes an offering, by step of its life. Each action is one transaction with its evidence."""

from jishi.apps.market.actions.approval import approve_start_price
from jishi.apps.market.actions.award import confirm_sale, publish_result, write_evidence
from jishi.apps.market.actions.batch import Claim, Outcome, Sent, settle, settle_each
from jishi.apps.market.actions.bidding import (
    OF_BIDDERS,
    advance_offering,
    continue_bidding,
    place_bid,
    recover_outage,
    submit,
    take_part,
)
from jishi.apps.market.actions.clearing import clear_book
from jishi.apps.market.actions.control import (
    extend_offering,
    resume_offering,
    set_increment,
    suspend_offering,
    terminate_offering,
)
from jishi.apps.market.actions.default import declare_default
from jishi.apps.market.actions.drawing import commit_draw, reveal_draw
from jishi.apps.market.actions.fold import Answer, Command
from jishi.apps.market.actions.notice import publish_notice, supplement_notice
from jishi.apps.market.actions.objection import answer_objection, object_to_result
from jishi.apps.market.actions.offering import (
    OfferingForm,
    prepare_offering,
    relist_offering,
    revise_offering,
)
from jishi.apps.market.actions.question import answer_question, ask_question
from jishi.apps.market.actions.registration import (
    RegistrationForm,
    file_registrations,
    qualify_registrations,
    refuse_registration,
    secure_deposits,
    withdraw_registration,
)
from jishi.apps.market.actions.reserve import open_reserve, seal_reserve_price
from jishi.apps.market.actions.solving import solve_packages
from jishi.apps.market.actions.steps import decide_step
from jishi.apps.market.actions.succession import award_next
from jishi.apps.market.actions.ticket import Issued, issue_ticket, revoke_tickets

__all__ = [
    "OF_BIDDERS",
    "Answer",
    "Claim",
    "Command",
    "Issued",
    "OfferingForm",
    "Outcome",
    "RegistrationForm",
    "Sent",
    "advance_offering",
    "answer_objection",
    "answer_question",
    "approve_start_price",
    "ask_question",
    "award_next",
    "clear_book",
    "commit_draw",
    "confirm_sale",
    "continue_bidding",
    "decide_step",
    "declare_default",
    "extend_offering",
    "file_registrations",
    "issue_ticket",
    "object_to_result",
    "open_reserve",
    "place_bid",
    "prepare_offering",
    "publish_notice",
    "publish_result",
    "qualify_registrations",
    "recover_outage",
    "refuse_registration",
    "relist_offering",
    "resume_offering",
    "reveal_draw",
    "revise_offering",
    "revoke_tickets",
    "seal_reserve_price",
    "secure_deposits",
    "set_increment",
    "settle",
    "settle_each",
    "solve_packages",
    "submit",
    "supplement_notice",
    "suspend_offering",
    "take_part",
    "terminate_offering",
    "withdraw_registration",
    "write_evidence",
]
