"""The words for phases, states, results and roles: codes stay in the engine, readers get these.

A code may be qualified ("registration.filed"); its last part decides where the whole is not listed.
"""

from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jishi.kernel.mechanism import listing_state as listing
from jishi.platform.words import say


class Term(NamedTuple):
    """A word and the tone of its tag: "" calm, "live", "warn", "ok", "bad" or "plain"."""

    label: Any
    tone: str = ""


TERMS = {
    # phases of a listing for sale
    listing.SCHEDULED: Term(_("Not yet open"), "plain"),
    listing.FREE: Term(_("Free quoting"), "live"),
    listing.QUESTION: Term(_("Asking who goes on"), "live"),
    listing.ROUNDS: Term(_("Limited-time bidding"), "live"),
    listing.AWAITING_RESERVE: Term(_("Awaiting the reserve price"), "warn"),
    listing.SOLD: Term(_("Sold"), "ok"),
    listing.UNSOLD: Term(_("Not sold"), "plain"),
    listing.CONVERTED: Term(_("Goes to auction"), "warn"),
    listing.CAPPED: Term(_("Cap reached"), "warn"),
    listing.TERMINATED: Term(_("Terminated"), "bad"),
    "suspended": Term(_("Suspended"), "bad"),
    # states of an offering
    "draft": Term(_("Draft"), "plain"),
    "noticed": Term(_("Notice published"), ""),
    "ended": Term(_("Bidding closed"), "warn"),
    "confirmed": Term(_("Award confirmed"), "ok"),
    "published": Term(_("Result published"), "ok"),
    "contracted": Term(_("Contract signed"), "ok"),
    "completed": Term(_("Completed"), "ok"),
    "halted": Term(_("Halted"), "warn"),
    "defaulted": Term(_("Winner in default"), "bad"),
    "open": Term(_("Open"), "live"),
    # applications
    "filed": Term(_("Application filed"), "warn"),
    "qualified": Term(_("Qualified"), ""),
    "refused": Term(_("Refused"), "bad"),
    "withdrawn": Term(_("Withdrawn"), "plain"),
    "admitted": Term(_("Admitted to bid"), "ok"),
    # money
    "awaiting": Term(_("Awaiting payment"), "warn"),
    "part": Term(_("Paid in part"), "warn"),
    "held": Term(_("Payment held"), "warn"),
    "funded": Term(_("Deposit received"), "ok"),
    "guaranteed": Term(_("Secured by guarantee"), "ok"),
    "refund_due": Term(_("Refund due"), "warn"),
    "closed": Term(_("Closed"), "plain"),
    "forfeited": Term(_("Kept: not refunded"), "bad"),
    "called": Term(_("The bank is to pay"), "bad"),
    "void": Term(_("Void"), "bad"),
    "matched": Term(_("Matched"), "ok"),
    "unmatched": Term(_("Without an owner"), "warn"),
    "late": Term(_("Came too late"), "bad"),
    "returned": Term(_("Returned"), "plain"),
    "accepted": Term(_("Accepted"), "ok"),
    "released": Term(_("Released"), "plain"),
    "lost": Term(_("did not win")),
    "no_sale": Term(_("no sale")),
    "excess": Term(_("paid too much")),
    "proceeds": Term(_("price of what was sold")),
    "balanced": Term(_("Bank and books agree"), "ok"),
    "differences": Term(_("They differ"), "bad"),
    "not_booked": Term(_("not in the books")),
    "not_at_bank": Term(_("not at the bank")),
    "amount": Term(_("other amount")),
    "bank": Term(_("Escrow at the bank")),
    "deposit": Term(_("Deposits of bidders")),
    "refund_payable": Term(_("Refunds payable")),
    "suspense": Term(_("Payments without an owner")),
    "price": Term(_("Land price received")),
    "forfeit": Term(_("Deposits kept")),
    "fee": Term(_("Fees of sellers")),
    # kinds of notice
    "notice": Term(_("Notice")),
    "supplement": Term(_("Supplementary notice")),
    "suspension": Term(_("Suspension")),
    "resumption": Term(_("Resumption")),
    "extension": Term(_("Extension")),
    "termination": Term(_("Termination")),
    "increment": Term(_("Change of the increment")),
    "outage": Term(_("Notice of an outage")),
    "approval": Term(_("Approval of a lower start price")),
    "result": Term(_("Notice of the result")),
    "default": Term(_("Notice of the winner's default")),
    "pending": Term(_("Awaiting payment"), "warn"),
    "secured": Term(_("Deposit received"), "ok"),
    "refunded": Term(_("Refunded"), "ok"),
    "applied": Term(_("Credited to the price"), "ok"),
    "overdue": Term(_("Overdue"), "bad"),
    "paid": Term(_("Paid"), "ok"),
    "due": Term(_("Due"), "warn"),
    # tasks for facts, drafts of rules
    "task.open": Term(_("Facts needed"), "warn"),
    "task.settled": Term(_("Settled"), "ok"),
    "task.overridden": Term(_("Decided by a person"), "warn"),
    "draft.open": Term(_("Being drafted"), "live"),
    "draft.submitted": Term(_("Submitted for release"), "warn"),
    "draft.released": Term(_("Released: it became the law"), "ok"),
    # time limits
    "met": Term(_("Met"), "ok"),
    "broken": Term(_("Broken"), "bad"),
    "undetermined": Term(_("Undetermined"), "warn"),
    # why a lot closed as it did
    "headcount": Term(_("enough bidders for an auction"), "plain"),
    "no_quote": Term(_("nobody quoted"), "plain"),
    "below_reserve": Term(_("below the reserve price"), "plain"),
    "cap_reached": Term(_("the cap was reached"), "warn"),
    # roles
    "clerk": Term(_("Case clerk")),
    "reviewer": Term(_("Reviewer")),
    "reserve_officer": Term(_("Reserve price officer")),
    "treasurer": Term(_("Treasurer")),
    "regulator": Term(_("Regulator")),
    "auditor": Term(_("Auditor")),
    "legal": Term(_("Legal representative")),
    "agent": Term(_("Authorised agent")),
}

LIVE_SENTENCES = {
    "leading": _("You lead"),
    "outbid": _("Outbid"),
    "next": _("next valid quote {price} or more"),
    "bid": _("Bid {price}"),
    "enter": _("Enter an amount"),
    "passed": _("The price has moved: quote {price} or more."),
    "accepted": _("Accepted: {price}. The receipt is in your list."),
    "unknown": _("No answer came. Send again: the same bid is asked about, never made twice."),
}
"""What the live room's scripts say; {price} is filled in by them."""


def find_term(code: str) -> Term:
    """Return the term of `code`; one without a word shows as it is.

    >>> find_term("registration.filed").tone, find_term("unheard_of")
    ('warn', Term(label='unheard_of', tone='plain'))
    """
    known = TERMS.get(code) or TERMS.get(code.rpartition(".")[2])
    return known or Term(_mechanism_word(code), "plain")


def _mechanism_word(code: str) -> str:
    """Return what a phase or reason of any mechanism is called, the code where it has no words."""
    lang = "en" if (get_language() or "").startswith("en") else "zh"
    codes = [f"mechanism.{kind}.{code}" for kind in ("phase", "reason")]
    said = [text for each in codes if (text := say(each, {}, lang)) != each]
    return said[0] if said else code
