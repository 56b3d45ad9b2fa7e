"""The desk: each role in its own divisions, and nobody else."""

import contextlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.market.actions import ask_question, object_to_result
from jishi.apps.packs.api import current_pack
from jishi.apps.packs.models import PackDraft
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import Filing
from jishi.apps.registers import api as registers
from jishi.apps.rulings.api import Question, Subject, list_open_tasks, recording, require_permits
from jishi.apps.settlement import api as settlement
from jishi.kernel.fault import Fault
from jishi.platform import access
from jishi.platform.clock import SimulatedClock
from jishi.platform.context import Actor, Context, Permit
from jishi.web.desk.steps import STEPS
from tests.web.case import PERMIT, file_case
from tests.web.permissions.row import NOBODY, Given, Row
from tests.web.world import HERE, STAFF, THERE, World

CLERK, REVIEWER = frozenset({"clerk"}), frozenset({"reviewer"})
OFFICERS = frozenset({"officer_one", "officer_two"})
TREASURER, REGULATOR = frozenset({"treasurer"}), frozenset({"regulator"})
OFFICE = CLERK | REVIEWER | REGULATOR
READERS = OFFICE | OFFICERS
FAR_READERS = frozenset({"far_clerk", "far_reviewer", "far_regulator"})
CLERKS = CLERK | {"far_clerk"}
TREASURERS = TREASURER | {"far_treasurer"}
REGULATORS = REGULATOR | {"far_regulator"}
ROLES = {
    "offering.prepare": CLERK,
    "draw.make": REVIEWER,
    "packages.solve": CLERK,
    "agreement.record": CLERK,
    "preference.record": CLERK,
    "credit.record": CLERK,
    "objection.decide": REVIEWER,
    "offering.publish": REVIEWER,
    "offering.control": REVIEWER,
    "offering.set_step": CLERK,
    "reserve.seal": OFFICERS,
    "reserve.open": OFFICERS,
    "sale.confirm": REVIEWER,
    "start_price.approve": REVIEWER,
    "result.publish": REVIEWER,
    "sale.default": REVIEWER,
    "contract.draft": CLERK | REVIEWER,
    "contract.sign": REVIEWER,
    "office_payment.record": CLERK,
    "registration_entry.write": CLERK,
}


def offering(stage: str) -> Given:
    """Fill in the offering in a stage."""
    return lambda world: {"offering_id": world.offerings[stage]}


def entry(stage: str) -> Given:
    """Fill in the register entry behind the offering in a stage."""
    return lambda world: {"entry_id": world.entries[stage]}


def registration(world: World) -> Mapping[str, Any]:
    """Fill in an application that waits."""
    return {"registration_id": world.registrations["registration", "north"]}


def question(world: World) -> Mapping[str, Any]:
    """Fill in a question that waits."""
    made = ask_question(Context(), world.offerings["free"], world.parties["north"], "何时踏勘现场？")
    return {"question_id": made.id}


def objection(world: World) -> Mapping[str, Any]:
    """Fill in an objection that waits."""
    return {"objection_id": object_to_result(Context(), world.offerings["published"], "程序有误").id}


def parcels_file(world: World) -> Mapping[str, Any]:
    """Fill in a register and a form of file."""
    return {"kind_id": "land.parcel", "form": "csv"}


def no_file(world: World) -> Mapping[str, Any]:
    """Fill in an entry and a file it does not name."""
    return {"entry_id": world.entries["draft"], "file_id": "0" * 32}


def an_import(world: World) -> Mapping[str, Any]:
    """Fill in a file on its way into the register of a division here."""
    content = "宗地编号,坐落\n表-1,测试路\n".encode()
    ctx = Context()
    made = registers.start_import(ctx, "land.parcel", content, name="rows.csv", division=HERE)
    return {"run_id": made.id}


def burden(world: World) -> Mapping[str, Any]:
    """Fill in an entry with an encumbrance."""
    form = registers.EncumbranceForm("lease", "测试承租人")
    made = registers.add_encumbrance(Context(), world.entries["draft"], form)
    return {"entry_id": world.entries["draft"], "encumbrance_id": made.id}


def lost_payment(world: World) -> Mapping[str, Any]:
    """Fill in a payment nobody owns."""
    line = settlement.BankLine("TABLE-1", "", 100, world.now_ms)
    return {"payment_id": settlement.receive_payments(Context(), [line])[0].id}


def placed_payment(world: World) -> Mapping[str, Any]:
    """Fill in a payment that secured a deposit here."""
    deposit = settlement.show_deposit(Context(), world.registrations["free", "north"])
    return {"payment_id": deposit.payments[0].id}


def guarantee(world: World) -> Mapping[str, Any]:
    """Fill in a guarantee that waits, handed in on the lot whose applications are open."""
    from jishi.apps.market.actions import qualify_registrations

    ctx = Context(clock=SimulatedClock(world.now_ms))
    chosen = world.registrations["registration", "north"]
    qualify_registrations(ctx, world.offerings["registration"], [chosen])
    form = settlement.GuaranteeForm("测试银行", "BH-1", 20_000_000, date(2027, 12, 31))
    made = settlement.file_guarantee(ctx, chosen, form, content=b"%PDF-1.7 test", name="guarantee.pdf")
    return {"guarantee_id": made.id}


def steps() -> list[Row]:
    """Return two rows for every step: of an offering here, and of one in another division."""
    rows = []
    for step in STEPS:
        route = f"desk/offerings/<str:offering_id>/{step.id.replace('_', '-')}/"
        far = frozenset(f"far_{role}" for role in ROLES[step.action]) & set(STAFF)
        rows.append(Row(route, ROLES[step.action], "here", "POST", offering("terminated")))
        rows.append(Row(route, far, "other division", "POST", offering("far_draft")))
    return rows


def fact_task(stage: str) -> Given:
    """Fill in a task that waits for facts of an offering."""

    def fill(world: World) -> Mapping[str, Any]:
        found = market.get_offering(world.offerings[stage])
        subject = Subject("offering", found.id, found.division, found.number)
        question = Question("land.offerable", subject, {}, date(2026, 3, 2), "event")
        with contextlib.suppress(Fault), recording(Context()):
            require_permits(Context(), [question])
        return {"task_id": list_open_tasks("offering", found.id)[0].id}

    return fill


def whole(**given: Any) -> Given:
    """Let the office here act for the whole province, and fill in a draft of rules."""

    def fill(world: World) -> Mapping[str, Any]:
        for role in ("clerk", "reviewer", "regulator", "treasurer"):
            access.grant(world.users[role], role, "220000")
        return draft(world) | given

    return fill


def draft(world: World) -> Mapping[str, Any]:
    """Fill in a draft of rules that changes nothing yet."""
    held = current_pack().hash
    fixed = {"pack": "jilin", "title": "表", "reason": "表", "base": held, "parent": held, "wheel": held}
    made = PackDraft.objects.create(id="d" * 32, started_ms=0, updated_ms=0, **fixed)
    return {"draft_id": made.id, "digest": held, "path": "parameters/land.csv"}


def rules() -> list[Row]:
    """Return rows for every page of rules: nobody of a city, and the whole province's clerk, reviewer, regulator."""
    one = "desk/rules/drafts/<str:draft_id>/"
    pages: list[tuple[str, str, frozenset[str]]] = [
        ("desk/rules/", "GET", OFFICE),
        ("desk/rules/new/", "GET", CLERK),
        ("desk/rules/new/", "POST", CLERK),
        ("desk/rules/versions/<str:digest>/", "GET", OFFICE),
        ("desk/rules/versions/<str:digest>/files.zip", "GET", OFFICE),
        (one, "GET", OFFICE),
        (f"{one}files/", "GET", OFFICE),
        (f"{one}files/add/", "POST", CLERK),
        (f"{one}files/<path:path>", "GET", OFFICE),
        (f"{one}files/<path:path>", "POST", CLERK),
        (f"{one}try/", "POST", OFFICE),
        (f"{one}submit/", "POST", CLERK),
        (f"{one}rebase/", "POST", CLERK),
        (f"{one}return/", "POST", REVIEWER),
        (f"{one}withdraw/", "POST", CLERK),
        (f"{one}release/", "GET", REVIEWER),
        (f"{one}release/", "POST", REVIEWER),
    ]
    rows = [Row(route, may, "of the province", method, whole()) for route, method, may in pages]
    return rows + [Row(route, NOBODY, "of a city", method, draft) for route, method, _may in pages]


def a_case(division: str = HERE) -> Given:
    """Fill in a case filed for a walk-in, and everything its addresses ask for."""

    def fill(world: World) -> Mapping[str, Any]:
        made = file_case(world, division=division)
        file = procedures.open_case(Context(), made).files[0]
        names = {"file_id": file.id, "number": "none", "decision": "accept", "act": "recused"}
        return {"case_id": made, "objection_id": "0" * 32, **names}

    return fill


def a_draft(world: World) -> Mapping[str, Any]:
    """Fill in a draft somebody else began at the desk."""
    actor = Actor(user_id=world.users["member"].pk, name="member", permits=(Permit("clerk", HERE),))
    made = procedures.save_draft(Context(actor=actor), Filing(PERMIT, {}, HERE))
    return {"case_id": made.id, "part": "start"}


def cases() -> list[Row]:
    """Return rows for the pages of cases: staff of the division, and of another one."""
    everyone, far = frozenset(STAFF), frozenset(each for each in STAFF if each.startswith("far_"))
    supervisors = REVIEWER | {"far_reviewer"} | REGULATORS | {"auditor"}
    one = "desk/cases/<str:case_id>/"
    pages: list[tuple[str, str]] = [
        (one, "GET"),
        (f"{one}decide/<str:decision>/", "POST"),
        (f"{one}act/<str:act>/", "POST"),
        (f"{one}files/<str:file_id>/", "GET"),
    ]
    table = {"form": "csv"}
    return [
        Row("desk/inbox.<str:form>", everyone, target=lambda world: table),
        Row("desk/procedures/", everyone),
        Row("desk/procedures/<str:procedure_id>/", everyone, target=lambda world: {"procedure_id": PERMIT}),
        Row("desk/cases/", supervisors),
        Row("desk/cases/all.<str:form>", supervisors, target=lambda world: table),
        Row("desk/clocks/missed/", supervisors),
        Row("desk/clocks/missed.<str:form>", supervisors, target=lambda world: table),
        Row("desk/cases/step/", everyone),
        Row("desk/absence/", everyone),
        Row(
            "desk/absence/<str:delegation_id>/end/",
            everyone,
            "nobody's",
            "POST",
            lambda world: {"delegation_id": "0"},
        ),
        Row("desk/cases/new/<str:procedure_id>/", CLERKS, target=lambda world: {"procedure_id": PERMIT}),
        Row(f"{one}form/<str:part>/", NOBODY, "another's draft", target=a_draft),
        *(Row(route, everyone - far, "here", method, a_case()) for route, method in pages),
        *(Row(route, far, "other division", method, a_case(THERE)) for route, method in pages),
        Row(f"{one}objections/<str:objection_id>/", NOBODY, "no such objection", "POST", a_case()),
        Row(f"{one}papers/<str:number>.pdf", NOBODY, "no such document", target=a_case()),
    ]


ROWS = [
    *cases(),
    *(Row(f"desk/reform/{part}", READERS | FAR_READERS) for part in ("", "reach/")),
    Row("desk/reform/tasks.<str:form>", READERS | FAR_READERS, target=lambda world: {"form": "csv"}),
    Row("desk/", frozenset(STAFF)),
    *rules(),
    *(
        Row(f"desk/tasks/<str:task_id>/{path}", may, on, method, fact_task(stage))
        for path, method, may, far in (
            ("", "GET", OFFICE, FAR_READERS),
            ("state/", "POST", CLERK, frozenset({"far_clerk"})),
            ("override/", "POST", REVIEWER, frozenset({"far_reviewer"})),
        )
        for on, stage, may in (("here", "draft", may), ("other division", "far_draft", far))
    ),
    Row("desk/offerings/", READERS | FAR_READERS),
    Row("desk/offerings/new/", CLERKS),
    Row("desk/offerings/new/<str:entry_id>/", CLERK, "here", target=entry("unsold")),
    Row("desk/offerings/new/<str:entry_id>/", frozenset({"far_clerk"}), THERE, target=entry("far_draft")),
    Row("desk/offerings/<str:offering_id>/", READERS, "draft here", target=offering("draft")),
    Row("desk/offerings/<str:offering_id>/", READERS, "public here", target=offering("contracted")),
    Row("desk/offerings/<str:offering_id>/", FAR_READERS, "other division", target=offering("far_draft")),
    *(
        Row(f"desk/offerings/<str:offering_id>/{path}", may, "here", method, offering(stage))
        for path, method, stage, may in (
            ("revise/", "GET", "draft", CLERK),
            ("relist/", "GET", "unsold", CLERK),
            ("contract.pdf", "GET", "contracted", OFFICE | TREASURER),
            ("registrations/", "GET", "free", OFFICE),
            ("qualify/", "POST", "registration", CLERK),
        )
    ),
    *(
        Row(f"desk/offerings/<str:offering_id>/{path}", may, "other division", method, offering("far_free"))
        for path, method, may in (
            ("revise/", "GET", frozenset({"far_clerk"})),
            ("relist/", "GET", frozenset({"far_clerk"})),
            ("contract.pdf", "GET", frozenset()),
            ("registrations/", "GET", FAR_READERS),
            ("qualify/", "POST", frozenset({"far_clerk"})),
        )
    ),
    *steps(),
    *(
        Row(f"desk/offerings/<str:offering_id>/committee/{path}", may, on, method, offering(stage))
        for path, method, role in (("", "GET", ""), ("", "POST", "clerk"), ("end/", "POST", "reviewer"))
        for on, stage, may in (
            ("here", "free", frozenset({role}) if role else OFFICE),
            ("other division", "far_free", frozenset({f"far_{role}"}) if role else FAR_READERS),
        )
    ),
    Row("desk/registrations/<str:registration_id>/", OFFICE, "here", target=registration),
    Row("desk/registrations/<str:registration_id>/refuse/", CLERK, "here", "POST", registration),
    Row("desk/questions/", CLERKS),
    Row("desk/questions/<str:question_id>/", CLERK, "here", target=question),
    Row("desk/reserve-key/", OFFICERS),
    Row("desk/entries/", READERS | FAR_READERS),
    Row("desk/entries/new/<str:kind_id>/", CLERKS, target=lambda world: {"kind_id": "land.parcel"}),
    Row("desk/entries/import/<str:kind_id>/", CLERKS, target=lambda world: {"kind_id": "land.parcel"}),
    Row("desk/entries/save/<str:kind_id>.<str:form>", READERS | FAR_READERS, target=parcels_file),
    Row("desk/imports/<str:run_id>/", CLERK, "here", target=an_import),
    Row("desk/imports/<str:run_id>/write/", CLERK, "here", "POST", an_import),
    Row("desk/imports/<str:run_id>/stop/", CLERK, "here", "POST", an_import),
    Row("desk/imports/<str:run_id>/problems.csv", CLERK, "here", target=an_import),
    Row("desk/entries/<str:entry_id>/files/<str:file_id>/", NOBODY, "no such file", target=no_file),
    Row("desk/entries/<str:entry_id>/", READERS, "here", target=entry("draft")),
    Row("desk/entries/<str:entry_id>/", FAR_READERS, "other division", target=entry("far_draft")),
    Row("desk/entries/<str:entry_id>/amend/", CLERK, "here", target=entry("draft")),
    Row("desk/entries/<str:entry_id>/state/", CLERK, "here", "POST", entry("draft")),
    Row("desk/entries/<str:entry_id>/burden/", CLERK, "here", "POST", entry("draft")),
    Row("desk/entries/<str:entry_id>/burden/<str:encumbrance_id>/lift/", CLERK, "here", "POST", burden),
    Row("desk/payments/", TREASURERS | REGULATORS),
    Row("desk/payments/post/", TREASURERS, method="POST"),
    Row("desk/payments/<str:payment_id>/", TREASURER | REGULATOR, "placed here", target=placed_payment),
    Row("desk/payments/<str:payment_id>/", TREASURERS | REGULATORS, "nobody's", target=lost_payment),
    Row("desk/payments/<str:payment_id>/match/", TREASURERS, "nobody's", "POST", lost_payment),
    Row("desk/payments/<str:payment_id>/match/", TREASURER, "placed here", "POST", placed_payment),
    Row("desk/payments/<str:payment_id>/return/", TREASURERS, "nobody's", "POST", lost_payment),
    Row("desk/payments/<str:payment_id>/return/", TREASURER, "placed here", "POST", placed_payment),
    Row("desk/guarantees/", TREASURERS),
    Row("desk/guarantees/<str:guarantee_id>/scan/", TREASURER, "here", target=guarantee),
    Row("desk/guarantees/<str:guarantee_id>/accept/", TREASURER, "here", "POST", guarantee),
    Row("desk/guarantees/<str:guarantee_id>/refuse/", TREASURER, "here", "POST", guarantee),
    Row("desk/refunds/", TREASURERS),
    Row("desk/refunds/pay/", TREASURERS, "all one may", "POST"),
    Row(
        "desk/refunds/pay/",
        TREASURER,
        "here",
        "POST",
        body=lambda world: {"offering": world.offerings["unsold"]},
    ),
    Row("desk/reconciliations/", TREASURERS | REGULATORS),
    Row("desk/reconciliations/run/", TREASURERS | REGULATORS, method="POST"),
    Row("desk/objections/", OFFICE | FAR_READERS),
    Row("desk/objections/<str:objection_id>/", OFFICE, "here", target=objection),
    Row("desk/objections/<str:objection_id>/", CLERK, "here", "POST", objection),
    Row("desk/accesses/", REGULATORS | {"auditor"}),
    Row("desk/accesses/save.csv", REGULATORS | {"auditor"}),
    Row("desk/standing/", REGULATORS | {"auditor"}),
]
