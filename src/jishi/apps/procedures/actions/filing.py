"""File a case: save and resume a draft, attach documents, submit it, alone or on behalf of another (代办)."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.procedures import facts
from jishi.apps.procedures.actions.moving import Move, apply
from jishi.apps.procedures.actions.telling import people_of
from jishi.apps.procedures.form import check_documents, check_votes, clean_answers, first_of, read_counts
from jishi.apps.procedures.info import Filing
from jishi.apps.procedures.models import DRAFT, Case, CaseFile, Serial
from jishi.apps.procedures.people import departments_of, person_alias, target_of
from jishi.apps.procedures.view import CaseView, view_of
from jishi.apps.registers import api as registers
from jishi.apps.rulings import api as rulings
from jishi.kernel.codes.division import check_division
from jishi.kernel.fault import Fault
from jishi.kernel.procedure.act import Act
from jishi.platform import evidence, secrets, storage
from jishi.platform.access import Target, covers, may, require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id

Upload = tuple[str, str, bytes]
"""Which document it answers, the name of the file, its bytes."""


def save_draft(ctx: Context, filing: Filing, case_id: str = "") -> Case:
    """Save a draft, new or resumed; nothing in it is checked yet but who may file it.

    Faults `procedures.start.other`, `procedures.case.unknown`, `procedures.draft.filed`, `access.denied`.
    """
    pack = packs.current_pack()
    kind = pack.procedure(filing.procedure)
    _require_may_file(ctx, kind, filing)
    with transaction.atomic():
        packs.keep_version(pack.hash, ctx.now_ms())
        row = (
            _draft_row(ctx, case_id)
            if case_id
            else Case(id=new_id(ctx.entropy), made_by_id=ctx.actor.user_id)
        )
        row.procedure, row.pack = kind.id, pack.hash
        row.party, row.behalf, row.behalf_how = filing.party, filing.behalf, filing.behalf_how
        row.subject, row.division = filing.subject, filing.division or _division_of(kind, filing.form)
        row.title, row.updated_ms = kind.title.zh[:200], ctx.now_ms()
        row.data = {}
        row.sealed = secrets.encrypt_personal(
            row.stream, {"form": dict(filing.form), "votes": {k: dict(v) for k, v in filing.votes.items()}}
        )
        row.save()
    return row


def attach_document(ctx: Context, case_id: str, upload: Upload) -> CaseFile:
    """Attach a document to a draft or to a case that waits for papers.

    Faults `procedures.document.unknown`, `procedures.document.closed`, those of an upload.
    """
    need, name, content = upload
    row = _own_row(ctx, case_id)
    kind = packs.pack_of(row.pack).procedure(row.procedure)
    needs = [*kind.documents, *(each for s in kind.steps for one in s.decisions for each in one.documents)]
    if need not in (valid := [each.id for each in needs]):
        raise Fault("procedures.document.unknown", document=need, valid=", ".join(valid))
    own = set(ctx.actor.parties) & {row.party, row.behalf} or row.made_by_id == ctx.actor.user_id
    staff = not ctx.actor.system and not own
    if staff:
        require(ctx, "case.handle", target_of(row))
    if row.phase != DRAFT and row.paused != "supplement" and row.role != "applicant" and not staff:
        raise Fault("procedures.document.closed", document=need)
    media = storage.check_upload(content)
    with transaction.atomic():
        many = next(each.many for each in needs if each.id == need)
        if not many:
            row.files.filter(need=need, removed_ms=None).update(removed_ms=ctx.now_ms())
        stored = storage.store_file(
            ctx, content, name[:200], owner=row.stream, media_type=media, public=False
        )
        return CaseFile.objects.create(
            id=new_id(ctx.entropy), case=row, need=need, file=stored.id, sha256=stored.sha256, name=name[:200],
            by_id=ctx.actor.user_id, at_ms=ctx.now_ms(),
        )  # fmt: skip


def remove_document(ctx: Context, case_id: str, file_id: str) -> None:
    """Take a document back from a draft; Faults `procedures.draft.filed`, `procedures.document.unknown`."""
    row = _draft_row(ctx, case_id)
    if not row.files.filter(pk=file_id, removed_ms=None).update(removed_ms=ctx.now_ms()):
        raise Fault("procedures.document.unknown", document=file_id, valid="")


def discard_draft(ctx: Context, case_id: str) -> None:
    """Throw a draft away with what it holds."""
    row = _draft_row(ctx, case_id)
    with transaction.atomic():
        row.files.all().delete()
        row.delete()


def submit(ctx: Context, case_id: str) -> Case:
    """File a draft: its answers, documents and votes must be whole, its checks at filing must permit.

    Faults: those of the fields with their `field`, `procedures.document.missing`, `procedures.vote.*`,
    `procedures.subject.*`, `procedures.applicant.kind`, `procedures.behalf.*`, `rulings.refused`.
    """
    row = _draft_row(ctx, case_id)
    draft = secrets.decrypt_personal(row.stream, row.sealed)
    with rulings.recording(ctx), transaction.atomic():
        head = evidence.lock(row.stream)
        row = Case.objects.select_for_update().get(pk=case_id)
        _require_draft(row)
        move = Move(ctx, head, view_of(row, max(ctx.now_ms(), head.at_ms)))
        first_of(fill(move.view, draft))
        _require_may_file(ctx, move.view.kind, Filing(row.procedure, division=row.division, party=row.party))
        return start(move)


def file_case(ctx: Context, filing: Filing, uploads: Sequence[Upload] = ()) -> Case:
    """Save, attach and submit in one go."""
    row = save_draft(ctx, filing)
    for upload in uploads:
        attach_document(ctx, row.id, upload)
    return submit(ctx, row.id)


def start(move: Move) -> Case:
    """Number a case whose answers are in place and let it enter its first step."""
    view, row, ctx = move.view, move.row, move.ctx
    kind = view.kind
    row.started_ms = view.at_ms
    year = view.today.year
    row.number = row.number or f"{kind.number}{year}-{next_serial(f'case:{kind.number}:{year}'):06d}"
    row.title = str(view.value(kind.case_title) or kind.title.zh)[:200]
    required = [each.rule for each in facts.rules_at(view, facts.FILING) if each.must]
    permits = rulings.require_permits(ctx, facts.questions_of(view, required)) if required else []
    move.told |= {"rulings": [each.summary() for each in permits], "origin": row.origin}
    interested = tuple(sorted(person_alias(row.id, each) for each in people_of(view)))
    role = "" if ctx.actor.system else "applicant"
    act = Act("filed", view.today, by=move.by, role=role, interested=interested)
    apply(move, act, private={"form": view.said["form"]})
    return row


def next_serial(series: str) -> int:
    """Give the next number of a series; it is given once, whoever asks at the same time."""
    Serial.objects.bulk_create([Serial(series=series)], ignore_conflicts=True)
    row = Serial.objects.select_for_update().get(pk=series)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last


def check_draft(ctx: Context, case_id: str) -> list[Fault]:
    """Give everything that keeps a draft from being filed, each fault with its `field`; stores nothing."""
    row = _draft_row(ctx, case_id)
    return fill(view_of(row, ctx.now_ms()), secrets.decrypt_personal(row.stream, row.sealed))


def fill(view: CaseView, draft: dict[str, Any]) -> list[Fault]:
    """Put the clean answers of a draft into its case; give what is wrong with them."""
    row = view.row
    try:
        view.said = {"form": {}, "votes": read_counts(draft.get("votes", {}))}
    except Fault as fault:
        return [fault]
    clean, faults = clean_answers(view, view.kind.questions, draft["form"])
    view.said["form"] = clean
    row.division = row.division or _division_of(view.kind, clean)
    faults += check_documents(view, view.kind.documents) + check_votes(view)
    for check in (_check_division, _check_parties, _check_subject):
        try:
            check(view)
        except Fault as fault:
            faults.append(fault)
    return faults


def _check_division(view: CaseView) -> None:
    if not view.row.division:
        raise Fault("procedures.division.missing", field="division")
    view.row.division = check_division(view.row.division)


def _check_parties(view: CaseView) -> None:
    row, start = view.row, view.kind.start
    party = parties.find_party(row.party) if row.party else None
    # Staff may file for the office itself, or for somebody who is no party here: no party then.
    wrong = party.kind not in start.kinds and not row.behalf if party is not None else not start.staff
    if start.kinds and row.origin == "application" and wrong:
        raise Fault("procedures.applicant.kind", valid=", ".join(start.kinds), field="party")
    if not row.behalf:
        return
    ways = {way.id: way for way in view.kind.behalf if view.holds(way.when)}
    way = ways.get(row.behalf_how)
    if way is None:
        raise Fault("procedures.behalf.way", way=row.behalf_how, valid=", ".join(ways), field="behalf_how")
    if parties.find_party(row.behalf) is None or (party is not None and party.kind not in way.kinds):
        raise Fault("procedures.behalf.party", way=way.id, valid=", ".join(way.kinds), field="behalf")
    if way.document and way.document not in view.files:
        raise Fault("procedures.document.missing", document=way.document, field=f"documents.{way.document}")


def _check_subject(view: CaseView) -> None:
    wanted, row = view.kind.subject, view.row
    if wanted is None or not view.holds(wanted.when):
        row.subject = ""
        return
    if not row.subject:
        if wanted.required:
            raise Fault("procedures.subject.missing", register=wanted.register_kind, field="subject")
        return
    entry = registers.get_entry(row.subject)
    if entry.kind != wanted.register_kind or (wanted.states and entry.state not in wanted.states):
        raise Fault(
            "procedures.subject.state", number=entry.number, state=entry.state,
            valid=", ".join(wanted.states) or wanted.register_kind, field="subject",
        )  # fmt: skip
    if wanted.holder and entry.data.get(wanted.holder) not in (row.party, row.behalf or row.party):
        raise Fault("procedures.subject.holder", number=entry.number, field="subject")


def _require_may_file(ctx: Context, kind: packs.ProcedureKind, filing: Filing) -> None:
    if kind.start.by != "application":
        raise Fault("procedures.start.other", procedure=kind.id, by=kind.start.by)
    division = filing.division or _division_of(kind, filing.form)
    if filing.party in ctx.actor.parties and filing.party:
        require(ctx, "case.file", Target(division=division, party=filing.party))
        return
    if (
        not division and not ctx.actor.system
    ):  # a draft that says where only later: held again when it is filed
        division = next((each.division for each in ctx.actor.permits if each.role in kind.start.staff), "")
    held = {each.role for each in ctx.actor.permits if covers(each.division, division)}
    if not ctx.actor.system and not held & set(kind.start.staff):
        raise Fault("access.denied", action="case.file")
    require(ctx, "case.file_for", Target("", division, filing.party, departments_of(kind)))


def _division_of(kind: packs.ProcedureKind, form: Any) -> str:
    names = [each.name for each in kind.questions if each.type == "division"]
    return next((str(form[name]) for name in names if form.get(name)), "")


def _own_row(ctx: Context, case_id: str) -> Case:
    """Give a case the actor filed or handles; else it is unknown."""
    row = Case.objects.filter(pk=case_id).first()
    actor = ctx.actor
    if row is None:
        raise Fault("procedures.case.unknown", case=case_id)
    mine = actor.system or (row.made_by_id is not None and row.made_by_id == actor.user_id)
    staff = may(actor, "case.handle", target_of(row))
    if not (mine or ({row.party, row.behalf} - {""}) & set(actor.parties) or (staff and row.phase != DRAFT)):
        raise Fault("procedures.case.unknown", case=case_id)
    return row


def _draft_row(ctx: Context, case_id: str) -> Case:
    row = _own_row(ctx, case_id)
    _require_draft(row)
    return row


def _require_draft(row: Case) -> None:
    if row.phase != DRAFT:
        raise Fault("procedures.draft.filed", number=row.number)
