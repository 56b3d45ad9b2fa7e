"""Register to bid: apply, qualify or refuse, withdraw; a secured deposit admits to the mechanism."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from jishi.apps.market import events
from jishi.apps.market.actions import fold
from jishi.apps.market.actions.locking import lock_offering
from jishi.apps.market.actions.record import guard, instant, require_state, save, write
from jishi.apps.market.models import NOTICED, Offering, Registration
from jishi.apps.market.reads import get_registration
from jishi.apps.parties import api as parties
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism import inputs
from jishi.kernel.sealing.commitment import commit
from jishi.platform.context import Context
from jishi.platform.entropy import new_id, new_salt
from jishi.platform.models import StreamHead
from jishi.platform.search import drop_row, put_row

PARTY_DOMAIN = "jishi.party/1"


@dataclass(frozen=True, slots=True)
class RegistrationForm:
    """Who applies: a party, or the lead party of a joint bid (联合竞买)."""

    party: str
    joint: str = ""


def file_registrations(
    ctx: Context, offering_id: str, forms: Sequence[RegistrationForm]
) -> list[Registration]:
    """File applications to bid; each gets a random alias of this lot and a salted commitment to its party."""
    for form in forms:
        guard(ctx, "registration.file", offering_id, form.party)
    try:
        with transaction.atomic():
            offering, head = lock_offering(ctx, offering_id)
            at_ms = instant(ctx, head)
            _require_registering(offering, at_ms)
            rows = _new_rows(ctx, offering, forms)
            Registration.objects.bulk_create(rows)
            write(ctx, head, [("RegistrationFiled", _filed(row)) for row in rows])
            _project(ctx, offering, rows)
    except IntegrityError as error:
        raise Fault("market.registration.twice", number=offering_id) from error
    return rows


def qualify_registrations(
    ctx: Context, offering_id: str, registration_ids: Sequence[str]
) -> list[Registration]:
    """Pass filed applications (资格审查通过); settlement then opens their deposit accounts."""
    guard(ctx, "registration.qualify", offering_id)
    with transaction.atomic():
        offering, head, rows = _decide(ctx, offering_id, registration_ids)
        for row in rows:
            row.state = Registration.QUALIFIED
        Registration.objects.bulk_update(rows, ["state", "decided_ms", "decided_by"])
        write(ctx, head, [("RegistrationQualified", {"alias": row.alias}) for row in rows])
        _project(ctx, offering, rows)
        events.publish(ctx, events.RegistrationsQualified(offering.id, tuple(r.id for r in rows)))
    return rows


def refuse_registration(ctx: Context, registration_id: str, reason: str) -> Registration:
    """Refuse an application with a reason its party can read; the log holds only that it was refused."""
    if not reason.strip():
        raise Fault("market.reason_missing")
    offering_id = get_registration(registration_id).offering_id
    guard(ctx, "registration.qualify", offering_id)
    with transaction.atomic():
        offering, head, rows = _decide(ctx, offering_id, [registration_id])
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
        if row.state == Registration.ADMITTED:
            answer = fold.fold_one(ctx, offering, head, inputs.Withdraw(row.alias))
            if not answer.accepted:
                raise Fault(answer.code, **answer.params)
        if row.state in (Registration.WITHDRAWN, Registration.REFUSED):
            raise Fault("market.registration.state", state=row.state, needed="filed, qualified, admitted")
        row.state = Registration.WITHDRAWN
        row.save()
        write(ctx, head, [("RegistrationWithdrawn", {"alias": row.alias})])
        _project(ctx, offering, [row])
        events.publish(ctx, events.RegistrationsReleased(offering.id, (row.id,)))
    return row


def secure_deposits(ctx: Context, offering_id: str, secured: Sequence[tuple[str, str]]) -> list[Registration]:
    """Admit qualified registrations whose deposit is secured; `secured` pairs id with transfer or guarantee."""
    with transaction.atomic():
        offering, head = lock_offering(ctx, offering_id)
        require_state(offering, NOTICED)
        how = dict(secured)
        rows = list(
            Registration.objects.select_for_update().filter(pk__in=how, offering=offering).order_by("pk")
        )
        for row in rows:
            if row.state != Registration.QUALIFIED:
                raise Fault("market.registration.state", state=row.state, needed=Registration.QUALIFIED)
            row.state, row.deposit_how = Registration.ADMITTED, how[row.id]
        Registration.objects.bulk_update(rows, ["state", "deposit_how"])
        write(ctx, head, [("DepositSecured", {"alias": r.alias, "how": r.deposit_how}) for r in rows])
        for answer in fold.fold_all(ctx, (offering, head), [inputs.Admit(row.alias) for row in rows]):
            if not answer.accepted:
                raise Fault(answer.code, **dict(answer.params))
        _project(ctx, offering, rows)
    return rows


def _require_registering(offering: Offering, at_ms: int) -> None:
    require_state(offering, NOTICED)
    if offering.suspended:
        raise Fault("market.offering.suspended", number=offering.number)
    if at_ms >= offering.registration_end:
        raise Fault("market.registration.late", number=offering.number, end_ms=offering.registration_end)


def _new_rows(ctx: Context, offering: Offering, forms: Sequence[RegistrationForm]) -> list[Registration]:
    known = parties.find_parties([form.party for form in forms])
    taken = set(Registration.objects.filter(offering=offering).values_list("alias", flat=True))
    rows = []
    for form in forms:
        _require_eligible(offering, form, known)
        row = Registration(id=new_id(ctx.entropy), offering=offering, party=form.party, joint=form.joint)
        row.alias, row.salt = _new_alias(ctx, taken), new_salt(ctx.entropy)
        row.commitment = commit(PARTY_DOMAIN, row.salt, {"party": form.party, "joint": form.joint})
        row.filed_ms, row.simulated = ctx.now_ms(), known[form.party].simulated
        rows.append(row)
    return rows


def _require_eligible(
    offering: Offering, form: RegistrationForm, known: dict[str, parties.PartyInfo]
) -> None:
    party = known.get(form.party)
    if party is None:
        raise Fault("market.party.unknown", party=form.party)
    if party.kind == "person" and not offering.persons_allowed:
        raise Fault("market.persons_excluded", number=offering.number)
    if form.joint:
        if not offering.joint_allowed:
            raise Fault("market.joint_excluded", number=offering.number)
        members = parties.joint_members(form.joint)
        if any(member.consented_ms is None for member in members):
            raise Fault("market.joint_unconsented", number=offering.number)


def _new_alias(ctx: Context, taken: set[str]) -> str:
    while (alias := ctx.entropy.draw(2).hex().upper()) in taken:
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
) -> tuple[Offering, StreamHead, list[Registration]]:
    offering, head = lock_offering(ctx, offering_id)
    require_state(offering, NOTICED)
    rows = list(Registration.objects.select_for_update().filter(pk__in=registration_ids, offering=offering))
    if len(rows) != len(set(registration_ids)):
        raise Fault("market.registration.unknown", registration=", ".join(registration_ids))
    for row in rows:
        if row.state != Registration.FILED:
            raise Fault("market.registration.state", state=row.state, needed=Registration.FILED)
        if ctx.actor.parties and row.party in ctx.actor.parties:
            raise Fault("market.own_case", number=offering.number)
        row.decided_ms, row.decided_by = instant(ctx, head), ctx.actor.user_id
    return offering, head, sorted(rows, key=lambda r: (r.filed_ms, r.pk))


def _project(ctx: Context, offering: Offering, rows: Sequence[Registration]) -> None:
    if not ctx.projected:
        return
    save(ctx, offering)
    for row in rows:
        waiting = row.state == Registration.FILED
        if waiting:
            title = f"{offering.number} {row.alias}"
            due = {"due_ms": offering.registration_end, "updated_ms": ctx.now_ms()}
            put_row("registration", row.id, title=title, division=offering.division, state=row.state, **due)
        else:
            drop_row("registration", row.id, "")
        put_row(
            "my_registration",
            row.id,
            party=row.party,
            title=f"{offering.number} {offering.title}",
            state=row.state,
            due_ms=offering.due_ms or offering.listing_end,
            updated_ms=ctx.now_ms(),
        )
