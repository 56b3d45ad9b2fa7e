"""Register parties, one or many thousand in a transaction, and erase their personal data."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from jishi.apps.parties.actions.representation import Mandate, new_representative, told_of
from jishi.apps.parties.identity import PERSON, PartyForm, check_form
from jishi.apps.parties.info import PartyInfo
from jishi.apps.parties.models import LEGAL, Party, Representative
from jishi.apps.parties.reads import code_index, known_indexes, lock_party, open_sealed, party_info
from jishi.kernel.fault import Fault
from jishi.kernel.sealing.commitment import commit
from jishi.platform import evidence, secrets
from jishi.platform.access import Target, require
from jishi.platform.batch import insert_rows
from jishi.platform.context import Context
from jishi.platform.entropy import new_id, new_salt

PARTY_DOMAIN = "jishi.party/1"


def register_party(ctx: Context, form: PartyForm) -> PartyInfo:
    """Register one party; the person who asks becomes its legal representative (法定代表人)."""
    return register_parties(ctx, [form])[0]


def register_parties(ctx: Context, forms: Sequence[PartyForm]) -> list[PartyInfo]:
    """Register all parties or none; a fault names the `row`, from 1.

    Faults: those of `check_form`; `parties.code.taken`, also for a code twice in `forms`.
    """
    require(ctx, "party.create")
    checked = [_check(form, row) for row, form in enumerate(forms, start=1)]
    indexes = [code_index(form.kind, form.code) for form in checked]
    _refuse_taken(checked, indexes)
    rows = [_new_party(ctx, *pair) for pair in zip(checked, indexes, strict=True)]
    try:
        _store(ctx, checked, rows)
    except IntegrityError:
        _refuse_taken(checked, indexes)  # another request registered one of them meanwhile
        raise
    return [party_info(row) for row in rows]


def _check(form: PartyForm, row: int) -> PartyForm:
    try:
        return check_form(form)
    except Fault as fault:
        raise Fault(fault.code, **{**fault.params, "row": row}) from None


def _refuse_taken(forms: Sequence[PartyForm], indexes: Sequence[str]) -> None:
    seen = known_indexes(indexes)
    for row, (form, index) in enumerate(zip(forms, indexes, strict=True), start=1):
        if index in seen:
            raise Fault("parties.code.taken", code=form.public_code, row=row)
        seen.add(index)


def _new_party(ctx: Context, form: PartyForm, index: str) -> Party:
    return Party(
        id=new_id(ctx.entropy),
        kind=form.kind,
        name=form.public_name,
        code=form.public_code,
        code_index=index,
        salt=new_salt(ctx.entropy),
        verified_how=form.verified_how,
        simulated=ctx.simulated,
        created_ms=ctx.now_ms(),
    )


@transaction.atomic
def _store(ctx: Context, forms: Sequence[PartyForm], rows: Sequence[Party]) -> None:
    pairs = list(zip(forms, rows, strict=True))
    personal = {row.stream: form.personal for form, row in pairs if form.personal}
    sealed = secrets.encrypt_many(personal)
    for row in rows:
        row.sealed = sealed.get(row.stream, "")
    insert_rows(rows)
    news = {row.stream: [("PartyRegistered", _registered(form, row), row.created_ms)] for form, row in pairs}
    if ctx.actor.user_id is not None:
        mandate = Mandate(ctx.actor.user_id, LEGAL)
        representatives = [new_representative(ctx, row, mandate) for row in rows]
        Representative.objects.bulk_create(representatives)
        for row, each in zip(rows, representatives, strict=True):
            news[row.stream].append(("RepresentativeAdded", told_of(each), row.created_ms))
    evidence.open_streams(ctx.now_ms(), news)


def _registered(form: PartyForm, row: Party) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "commitment": commit(PARTY_DOMAIN, row.salt, {"kind": form.kind, "code": form.code}),
        "verified_how": row.verified_how,
        "simulated": row.simulated,
    }


def change_contact(ctx: Context, party_id: str, contact_name: str, contact_phone: str) -> None:
    """Replace a party's contact; both are personal data and stay encrypted."""
    require(ctx, "party.edit", Target(party_id, party=party_id))
    with transaction.atomic():
        row = lock_party(party_id)
        if row.erased_ms is not None:
            raise Fault("personal.erased", subject=row.stream)
        personal = open_sealed(row)
        form = PartyForm(row.kind, row.name, personal.get("code", row.code), contact_name, contact_phone)
        contact = check_form(form)
        personal |= {"contact_name": contact.contact_name, "contact_phone": contact.contact_phone}
        row.sealed = secrets.encrypt_personal(row.stream, personal)
        row.save(update_fields=["sealed"])
        _witness(ctx, row, "PartyContactChanged")


def erase_party(ctx: Context, party_id: str) -> None:
    """Destroy a party's personal data (retention over); the evidence keeps a commitment nobody can open."""
    require(ctx, "party.erase", Target(party_id, party=party_id))
    with transaction.atomic():
        row = lock_party(party_id)
        secrets.erase_subject(ctx, row.stream)
        row.sealed, row.erased_ms = "", ctx.now_ms()
        if row.kind == PERSON:
            row.name, row.code, row.code_index, row.salt = "*", "*", None, ""
        row.save(update_fields=["sealed", "erased_ms", "name", "code", "code_index", "salt"])
        _witness(ctx, row, "PartyErased")


def _witness(ctx: Context, row: Party, kind: str) -> None:
    now = ctx.now_ms()
    evidence.append(evidence.lock(row.stream), now, [(kind, {}, now)])
