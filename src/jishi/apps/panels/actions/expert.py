"""Keep the pool of experts (专家库): add, amend, import, and say who may be drawn.

Refuses a number used twice, an expert without employer or field, and a state that is none. The log holds
of an expert only that the row changed, with a commitment to it: names and employers are personal data.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from jishi.apps.panels.models import ACTIVE, EXPERT_STATES, Expert
from jishi.apps.panels.stream import write
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit
from jishi.kernel.spelling import visible
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id, new_salt
from jishi.platform.models import User

DOMAIN = "jishi.expert/1"
LONGEST = {"number": 40, "name": 80, "organisation": 120, "titles": 200, "email": 254}
NEEDED = ("number", "name", "organisation")
MOST_FIELDS = 12
LONGEST_FIELD = 40
MOST_ROWS = 5000


@dataclass(frozen=True, slots=True)
class ExpertForm:
    """What is stated of an expert; `email` is the address of the account they sign in with, if any."""

    number: str
    name: str
    organisation: str
    specialities: tuple[str, ...]
    division: str
    titles: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row of an import was not taken, by its number from 1."""

    row: int
    code: str
    params: dict[str, Any]


def add_expert(ctx: Context, form: ExpertForm) -> Expert:
    """Add an expert; Faults `panels.expert.missing`, `.long`, `.fields`, `.number_used`, `.account_used`."""
    form = check_form(form)
    require(ctx, "expert.edit", Target(division=form.division))
    with transaction.atomic():
        return _add(ctx, form)


def amend_expert(ctx: Context, expert_id: str, form: ExpertForm) -> Expert:
    """Amend an expert; panels already drawn keep what they were drawn from. Faults as `add_expert`."""
    expert, form = _get(expert_id), check_form(form)
    require(ctx, "expert.edit", Target(expert.id, expert.division))
    require(ctx, "expert.edit", Target(expert.id, form.division))
    with transaction.atomic():
        expert = Expert.objects.select_for_update().get(pk=expert_id)
        _refuse_used(form, expert.id)
        _fill(expert, form)
        _store(ctx, expert, "ExpertAmended")
    return expert


def set_expert_state(ctx: Context, expert_id: str, state: str, reason: str = "") -> Expert:
    """Suspend, retire or reinstate an expert; Faults `panels.expert.state`, `panels.reason`."""
    expert = _get(expert_id)
    require(ctx, "expert.edit", Target(expert.id, expert.division))
    if state not in EXPERT_STATES:
        raise Fault("panels.expert.state", state=state, known=", ".join(EXPERT_STATES))
    reason = visible(reason).strip()[:300]
    if state != ACTIVE and not reason:
        raise Fault("panels.reason", most=300)
    with transaction.atomic():
        expert = Expert.objects.select_for_update().get(pk=expert_id)
        expert.state, expert.reason = state, reason
        _store(ctx, expert, "ExpertStateSet")
    return expert


def import_experts(ctx: Context, forms: Sequence[ExpertForm]) -> tuple[int, list[RowProblem]]:
    """Add every row that stands and amend those whose number is known; return how many, and why others were not taken.

    Fault `panels.import.many`; `access.denied` is a row's problem, for rows of other divisions.
    """
    if len(forms) > MOST_ROWS:
        raise Fault("panels.import.many", rows=len(forms), most=MOST_ROWS)
    known = dict(
        Expert.objects.filter(number__in=[each.number for each in forms]).values_list("number", "id")
    )
    taken, problems = 0, []
    for row, form in enumerate(forms, start=1):
        try:
            if form.number in known:
                amend_expert(ctx, known[form.number], form)
            else:
                known[form.number] = add_expert(ctx, form).id
            taken += 1
        except Fault as fault:
            problems.append(RowProblem(row, fault.code, dict(fault.params)))
    return taken, problems


def check_form(form: ExpertForm) -> ExpertForm:
    """Return the form with its text trimmed; raise the fault that names what is wrong."""
    given = {name: visible(str(getattr(form, name))).strip() for name in (*LONGEST, "division")}
    missing = [name for name in (*NEEDED, "division") if not given[name]]
    if missing:
        raise Fault("panels.expert.missing", fields=", ".join(missing))
    for name, most in LONGEST.items():
        if len(given[name]) > most:
            raise Fault("panels.expert.long", field=name, most=most)
    fields = tuple(dict.fromkeys(each for text in form.specialities if (each := visible(text).strip())))
    if not 0 < len(fields) <= MOST_FIELDS or any(len(each) > LONGEST_FIELD for each in fields):
        raise Fault("panels.expert.fields", count=len(fields), most=MOST_FIELDS, longest=LONGEST_FIELD)
    if not (len(given["division"]) == 6 and given["division"].isascii() and given["division"].isdigit()):
        raise Fault("panels.expert.division", division=given["division"])
    return ExpertForm(specialities=fields, **given)


def link_accounts(experts: Iterable[Expert]) -> list[Expert]:
    """Give experts whose account was opened since then their account; return those linked now."""
    waiting = {each.email.lower(): each for each in experts if each.person is None and each.email}
    if not waiting:
        return []
    taken = set(Expert.objects.filter(person__isnull=False).values_list("person", flat=True))
    linked = []
    for email, pk in User.objects.filter(is_active=True, email__in=waiting).values_list("email", "pk"):
        expert = waiting.get(email.lower())
        if expert is not None and pk not in taken:
            expert.person = pk
            linked.append(expert)
            taken.add(pk)
    Expert.objects.bulk_update(linked, ["person"])
    return linked


def _get(expert_id: str) -> Expert:
    expert = Expert.objects.filter(pk=expert_id).first()
    if expert is None:
        raise Fault("panels.expert.unknown", expert=expert_id)
    return expert


def _add(ctx: Context, form: ExpertForm) -> Expert:
    _refuse_used(form, "")
    expert = Expert(id=new_id(ctx.entropy), added_ms=ctx.now_ms())
    _fill(expert, form)
    _store(ctx, expert, "ExpertAdded")
    return expert


def _refuse_used(form: ExpertForm, own: str) -> None:
    if Expert.objects.filter(number=form.number).exclude(pk=own).exists():
        raise Fault("panels.expert.number_used", number=form.number)
    if form.email and Expert.objects.filter(email__iexact=form.email).exclude(pk=own).exists():
        raise Fault("panels.expert.account_used", email=form.email)


def _fill(expert: Expert, form: ExpertForm) -> None:
    if expert.email.lower() != form.email.lower():
        expert.person = None
    for name, value in asdict(form).items():
        setattr(expert, name, list(value) if name == "specialities" else value)
    if expert.person is None and expert.email:
        rows = User.objects.filter(email__iexact=expert.email, is_active=True)
        expert.person = rows.values_list("pk", flat=True).first()


def _store(ctx: Context, expert: Expert, kind: str) -> None:
    expert.updated_ms = ctx.now_ms()
    expert.text = " ".join(
        [expert.number, expert.name, expert.organisation, expert.titles, *expert.specialities]
    )
    expert.save()
    salt = new_salt(ctx.entropy)
    stated = {
        "name": expert.name, "organisation": expert.organisation, "specialities": expert.specialities,
        "titles": expert.titles, "email": expert.email, "state": expert.state,
    }  # fmt: skip
    write(ctx, expert.stream, [(kind, {"state": expert.state, "commitment": commit(DOMAIN, salt, stated)})])
