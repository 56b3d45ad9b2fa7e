"""The desk: each role does its own work, in its own division."""

from tests.web.permissions.row import Row
from tests.web.permissions.target import burden, entry, guarantee, offering, payment, question, registration
from tests.web.world import STAFF

CLERK, REVIEWER, TREASURER = frozenset({"clerk"}), frozenset({"reviewer"}), frozenset({"treasurer"})
REGULATOR, AUDITOR, OFFICERS = (
    frozenset({"regulator"}),
    frozenset({"auditor"}),
    frozenset({"officer_one", "officer_two"}),
)
CASE = CLERK | REVIEWER | REGULATOR
FILES = CASE | OFFICERS


def both(here: frozenset[str]) -> frozenset[str]:
    """Add the same roles of the other division: a list shows each what is its own."""
    return here | {f"far_{persona}" for persona in here} & STAFF.keys()


def far(here: frozenset[str]) -> frozenset[str]:
    """Give the same roles of the other division."""
    return both(here) - here


STEPS = {
    "publish": REVIEWER,
    "seal": OFFICERS,
    "supplement": REVIEWER,
    "increment": CLERK,
    "extend": REVIEWER,
    "suspend": REVIEWER,
    "resume": REVIEWER,
    "terminate": REVIEWER,
    "open-reserve": OFFICERS,
    "confirm": REVIEWER,
    "publish-result": REVIEWER,
    "draft-contract": CLERK | REVIEWER,
    "sign-contract": REVIEWER,
    "write-entry": CLERK,
}
LISTS = {
    "": frozenset(STAFF),
    "offerings/": both(FILES),
    "offerings/new/": both(CLERK),
    "questions/": both(CLERK),
    "reserve-key/": OFFICERS,
    "entries/": both(FILES),
    "payments/": both(TREASURER | REGULATOR),
    "guarantees/": both(TREASURER),
    "refunds/": both(TREASURER),
    "reconciliations/": both(TREASURER | REGULATOR),
    "objections/": both(CASE),
    "accesses/": both(REGULATOR | AUDITOR),
    "accesses/save.csv": both(REGULATOR | AUDITOR),
    "standing/": both(REGULATOR | AUDITOR),
}
OFFERING = "desk/offerings/<str:offering_id>/"
ENTRY = "desk/entries/<str:entry_id>/"
REGISTRATION = "desk/registrations/<str:registration_id>/"
GUARANTEE = "desk/guarantees/<str:guarantee_id>/"
PAYMENT = "desk/payments/<str:payment_id>/"

ROWS = [
    *(Row(f"desk/{path}", may, "own") for path, may in LISTS.items()),
    *(
        Row(f"{OFFERING}{step}/", may, on, target=offering(stage))
        for step, here in STEPS.items()
        for on, stage, may in (("here", "draft", here), ("there", "far_draft", far(here)))
    ),
    Row(OFFERING, FILES, "here", target=offering("draft")),
    Row(OFFERING, far(FILES), "there", target=offering("far_draft")),
    Row("desk/offerings/new/<str:entry_id>/", CLERK, "here", target=entry("unsold")),
    Row("desk/offerings/new/<str:entry_id>/", far(CLERK), "there", target=entry("far_free")),
    Row(f"{OFFERING}revise/", CLERK, "here", target=offering("draft")),
    Row(f"{OFFERING}revise/", far(CLERK), "there", target=offering("far_draft")),
    Row(f"{OFFERING}relist/", CLERK, "here", target=offering("unsold")),
    Row(f"{OFFERING}contract.pdf", CASE | TREASURER, "here", target=offering("contracted")),
    Row(f"{OFFERING}registrations/", CASE, "here", target=offering("free")),
    Row(f"{OFFERING}registrations/", far(CASE), "there", target=offering("far_free")),
    Row(f"{OFFERING}qualify/", CLERK, "here", "POST", target=offering("registration")),
    Row(f"{OFFERING}qualify/", far(CLERK), "there", "POST", target=offering("far_free")),
    Row(REGISTRATION, CASE, "here", target=registration("free", "north")),
    Row(REGISTRATION, far(CASE), "there", target=registration("far_free", "north")),
    Row(f"{REGISTRATION}refuse/", CLERK, "here", "POST", target=registration("registration", "north")),
    Row(f"{REGISTRATION}refuse/", far(CLERK), "there", "POST", target=registration("far_free", "north")),
    Row("desk/questions/<str:question_id>/", CLERK, "here", target=question("free")),
    Row("desk/questions/<str:question_id>/", far(CLERK), "there", target=question("far_free")),
    Row(
        "desk/entries/new/<str:kind_id>/", both(CLERK), "own", target=lambda world: {"kind_id": "land.parcel"}
    ),
    Row(ENTRY, FILES, "here", target=entry("free")),
    Row(ENTRY, far(FILES), "there", target=entry("far_free")),
    *(
        Row(f"{ENTRY}{step}/", may, on, "POST", target=entry(stage))
        for step in ("amend", "state", "burden")
        for on, stage, may in (("here", "draft", CLERK), ("there", "far_draft", far(CLERK)))
    ),
    Row(f"{ENTRY}burden/<str:encumbrance_id>/lift/", CLERK, "here", "POST", target=burden),
    Row(PAYMENT, both(TREASURER | REGULATOR), "of no division", target=payment),
    *(
        Row(f"{PAYMENT}{step}/", both(TREASURER), "of no division", "POST", target=payment)
        for step in ("match", "return")
    ),
    Row("desk/payments/post/", both(TREASURER), "sandbox", "POST"),
    Row(f"{GUARANTEE}scan/", TREASURER, "here", target=guarantee),
    Row(f"{GUARANTEE}accept/", TREASURER, "here", "POST", target=guarantee),
    Row(
        f"{GUARANTEE}refuse/",
        TREASURER,
        "here",
        "POST",
        target=guarantee,
        body=lambda world: {"reason": "不符"},
    ),
    Row("desk/refunds/pay/", both(TREASURER), "own", "POST"),
    Row("desk/reconciliations/run/", both(TREASURER | REGULATOR), "own", "POST"),
]
