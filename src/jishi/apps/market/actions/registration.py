"""Register to bid: apply, qualify or refuse, withdraw; a secured deposit admits to the mechanism."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from jishi.apps.market import events
from jishi.apps.market.actions.fold import Locked, fold_all
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import (
    check_reason,
    guard,
    instant,
    require_impartial,
    require_state,
    write,
)
from jishi.apps.market.guarding import qualification_questions
from jishi.apps.market.models import NOTICED, Offering, Registration
from jishi.apps.market.reads import get_registration, list_bidding_parties
from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.rulings import api as rulings
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs
from jishi.kernel.sealing.commitment import commit
from jishi.platform.batch import update_rows
from jishi.platform.context import Context
from jishi.platform.entropy import new_id, new_salt
from jishi.platform.models import SearchRow
from jishi.platform.search import drop_row, put_rows

LIVE = (Registration.FILED, Registration.QUALIFIED, Registration.ADMITTED)
LONGEST_REFUSAL = 300
SHORT_ALIASES = 2**15  # half of what two bytes can name
PARTY_DOMAIN = "jishi.party/1"


@dataclass(frozen=True, slots=True)
class RegistrationForm:
    """Who applies: a party, or the lead party of a joint bid (联合竞买).

    To file is to declare that no ground for exclusion applies but those named in `grounds` (承诺).
    """

    party: str
    joint: str = ""
    grounds: tuple[str, ...] = ()


def file_registrations(
    ctx: Context, offering_id: str, forms: Sequence[RegistrationForm]
) -> list[Registration]:
    """File applications to bid; each gets a random alias of this lot and a salted commitment to its party."""
    for form in forms:
        guard(ctx, "registration.file", offering_id, form.party)
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        at_ms = instant(ctx, head)
        _require_registering(offering, at_ms)
        _require_once(offering, forms)
        rows = _new_rows(ctx, offering, forms)
        for row in rows:
            row.filed_ms = at_ms
        Registration.objects.bulk_create(rows)
        write(ctx, head, [("RegistrationFiled", _filed(row)) for row in rows])
        _project(ctx, offering, rows)
    return rows


def qualify_registrations(
    ctx: Context, offering_id: str, registration_ids: Sequence[str]
) -> list[Registration]:
    """Pass filed applications (资格审查通过); settlement then opens their deposit accounts."""
    guard(ctx, "registration.qualify", offering_id)
    with rulings.recording(ctx), transaction.atomic():
        (offering, head), rows = _decide(ctx, offering_id, registration_ids)
        questions = qualification_questions(packs.current_pack(), offering, rows)
        permits = rulings.require_permits(ctx, questions)
        for row in rows:
            row.state = Registration.QUALIFIED
        update_rows(rows, ["state", "decided_ms", "decided_by"])
        write(ctx, head, _qualified(rows, permits))
        _project(ctx, offering, rows)
        events.publish(ctx, events.RegistrationsQualified(offering.id, tuple(r.id for r in rows)))
    if not offering.deposit_fen:  # whoever owes no deposit is admitted already
        return list(Registration.objects.filter(pk__in=[row.id for row in rows]).order_by("filed_ms", "pk"))
    return rows


def refuse_registration(ctx: Context, registration_id: str, reason: str) -> Registration:
    """Refuse an application with a reason its party can read; the log holds only that it was refused."""
    reason = check_reason(reason, LONGEST_REFUSAL)
    offering_id = get_registration(registration_id).offering_id
    guard(ctx, "registration.qualify", offering_id)
    with transaction.atomic():
        (offering, head), rows = _decide(ctx, offering_id, [registration_id])
        row = rows[0]
        row.state, row.refusal = Registration.REFUSED, reason
        row.save()
        write(ctx, head, [("RegistrationRefused", {"alias": row.alias, "code": "qualification"})])
        _project(ctx, offering, rows)
    return row


def withdraw_registration(ctx: Context, registration_id: str) -> Registration:
    """Withdraw an application before one's first quote; a paid deposit is due back."""
    found = get_registration(registration_id)
    guard(ctx, "registration.withdraw", found.offering_id, found.party)
    with transaction.atomic():
        offering, head = lock_offering(ctx, found.offering_id)
        row = Registration.objects.select_for_update().get(pk=registration_id)
        require_state(offering, NOTICED)
        _require_registration(row, *LIVE)
        if row.state == Registration.ADMITTED:
            fold_all(ctx, (offering, head), [inputs.Withdraw(row.alias)])
        row.state = Registration.WITHDRAWN
        row.save()
        write(ctx, head, [("RegistrationWithdrawn", {"alias": row.alias})])
        _project(ctx, offering, [row])
        events.publish(ctx, events.RegistrationsReleased(offering.id, (row.id,)))
    return row


def secure_deposits(ctx: Context, offering_id: str, secured: Sequence[tuple[str, str]]) -> list[Registration]:
    """Admit qualified registrations whose deposit is secured; `secured` pairs id with transfer, guarantee or none."""
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, NOTICED)
        how = dict(secured)
        rows = _lock_rows(offering, list(how))
        for row in rows:
            _require_registration(row, Registration.QUALIFIED)
            row.state, row.deposit_how = Registration.ADMITTED, how[row.id]
        update_rows(rows, ["state", "deposit_how"])
        write(ctx, head, [("DepositSecured", {"alias": r.alias, "how": r.deposit_how}) for r in rows])
        fold_all(ctx, (offering, head), [inputs.Admit(row.alias) for row in rows])
        _project(ctx, offering, rows)
    return rows


def _require_registering(offering: Offering, at_ms: int) -> None:
    require_state(offering, NOTICED)
    if offering.suspended:
        raise Fault("market.offering.suspended", number=offering.number)
    if at_ms >= offering.registration_end:
        raise Fault("market.registration.late", number=offering.number, end_ms=offering.registration_end)


def _require_once(offering: Offering, forms: Sequence[RegistrationForm]) -> None:
    """Let each party stand behind one application only, alone or jointly: else it could bid against itself."""
    bidding = list_bidding_parties(offering.id)
    joint = parties.joint_members_of(form.joint for form in forms if form.joint)
    for form in forms:
        own = {form.party, *(member.party for member in joint.get(form.joint, ()))}
        if own & bidding:
            raise Fault("market.registration.twice", number=offering.number)
        bidding |= own


def _new_rows(ctx: Context, offering: Offering, forms: Sequence[RegistrationForm]) -> list[Registration]:
    known = parties.find_parties([form.party for form in forms])
    taken = set(Registration.objects.filter(offering=offering).values_list("alias", flat=True))
    rows = []
    for form in forms:
        _require_eligible(offering, form, known)
        row = Registration(id=new_id(ctx.entropy), offering=offering, party=form.party, joint=form.joint)
        row.alias, row.salt = _new_alias(ctx, taken), new_salt(ctx.entropy)
        row.commitment = commit(PARTY_DOMAIN, row.salt, {"party": form.party, "joint": form.joint})
        row.simulated = known[form.party].simulated
        row.declared = _declared(offering, form)
        rows.append(row)
    return rows


def _qualified(
    rows: Sequence[Registration], permits: Sequence[rulings.Permit]
) -> list[tuple[str, dict[str, Any]]]:
    """Say who passed and by which row of the law; what was declared stays with the application."""
    said = {each.question.subject.id: {"ruling": each.summary()} for each in permits}
    return [("RegistrationQualified", {"alias": row.alias, **said.get(row.id, {})}) for row in rows]


def _declared(offering: Offering, form: RegistrationForm) -> dict[str, bool]:
    exclusions = packs.current_pack().product(offering.product).qualification.exclusions
    return {each.fact: each.id in form.grounds for each in exclusions if each.fact}


def _require_eligible(
    offering: Offering, form: RegistrationForm, known: dict[str, parties.PartyInfo]
) -> None:
    party = known.get(form.party)
    if party is None:
        raise Fault("market.party.unknown", party=form.party)
    if party.kind == "person" and not offering.persons_allowed:
        raise Fault("market.persons_excluded", number=offering.number)
    if form.joint:
        _require_joint(offering, form)


def _require_joint(offering: Offering, form: RegistrationForm) -> None:
    if not offering.joint_allowed:
        raise Fault("market.joint_excluded", number=offering.number)
    joint = parties.find_joint(form.joint)
    if joint is None or joint.lead != form.party:
        raise Fault("market.joint_unknown", joint=form.joint)
    if not joint.complete:
        raise Fault("market.joint_unconsented", number=offering.number)
    if not offering.persons_allowed:
        members = parties.find_parties([member.party for member in joint.members])
        if any(member.kind == "person" for member in members.values()):
            raise Fault("market.persons_excluded", number=offering.number)


def _new_alias(ctx: Context, taken: set[str]) -> str:
    size = 2 if len(taken) < SHORT_ALIASES else 4
    while (alias := ctx.entropy.draw(size).hex().upper()) in taken:
        pass
    taken.add(alias)
    return alias


def _filed(row: Registration) -> dict[str, object]:
    return {
        "alias": row.alias,
        "party_commitment": row.commitment,
        "joint": len(parties.joint_members(row.joint)) if row.joint else 0,
        "simulated": row.simulated,
    }


def _decide(
    ctx: Context, offering_id: str, registration_ids: Sequence[str]
) -> tuple[Locked, list[Registration]]:
    offering, head = lock_offering(ctx, offering_id)
    require_state(offering, NOTICED)
    require_impartial(ctx, offering)
    rows = _lock_rows(offering, registration_ids)
    for row in rows:
        _require_registration(row, Registration.FILED)
        row.decided_ms, row.decided_by = instant(ctx, head), ctx.actor.user_id
    return (offering, head), rows


def _lock_rows(offering: Offering, registration_ids: Sequence[str]) -> list[Registration]:
    rows = offering.registrations.select_for_update().filter(pk__in=registration_ids)
    found = {row.id: row for row in rows.order_by("filed_ms", "pk")}
    for each in registration_ids:
        if each not in found:
            raise Fault("market.registration.unknown", registration=each)
    return list(found.values())


def _require_registration(row: Registration, *states: str) -> None:
    if row.state not in states:
        raise Fault("market.registration.state", state=row.state, needed=", ".join(states))


def _project(ctx: Context, offering: Offering, rows: Sequence[Registration]) -> None:
    """Write the search rows: each party sees its application, the desk those that wait for it."""
    if not ctx.projected:
        return
    title = f"{offering.number} {offering.title}"
    due_ms = offering.due_ms or offering.listing_end
    shown = [_row(ctx, row, party=row.party, title=title, due_ms=due_ms) for row in rows]
    for row in rows:
        if row.state == Registration.FILED:
            desk = {"title": f"{offering.number} {row.alias}", "division": offering.division}
            shown.append(_row(ctx, row, kind="registration", due_ms=offering.registration_end, **desk))
        else:
            drop_row("registration", row.id, "")
    put_rows(shown)


def _row(ctx: Context, row: Registration, *, kind: str = "my_registration", **said: Any) -> SearchRow:
    return SearchRow(kind=kind, object_id=row.id, state=row.state, updated_ms=ctx.now_ms(), **said)
