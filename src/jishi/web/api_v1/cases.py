"""One's own cases by program: draft, documents, filing, status, supplement, own decisions, withdrawal."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from jishi.apps.procedures import api as procedures
from jishi.kernel.fault import Fault
from jishi.web.api_v1 import case_shapes, shapes
from jishi.web.api_v1.limit import BIDDING
from jishi.web.api_v1.problem import describe
from jishi.web.api_v1.signing import SIGNED_IN
from jishi.web.shell.posting import ctx_of

router = Router(tags=["cases"], auth=SIGNED_IN)
REFUSED = dict.fromkeys((401, 403, 404, 409, 422, 429), shapes.Problem)
ACT = ("seq", "kind", "step", "choice", "because", "words", "at_ms")
SAME = (
    *("id", "number", "procedure", "title", "division", "phase", "step", "role", "outcome", "paused"),
    *("left", "overdue", "started_ms", "updated_ms"),
)


@router.get("/cases", response={200: case_shapes.CasePage, **REFUSED})
def list_cases(
    request: HttpRequest, cursor: str | None = Query(None, max_length=60), size: int = Query(30, ge=1, le=100)
) -> dict[str, Any]:
    """Page the cases of the caller's parties, drafts too, newest first."""
    page = procedures.list_cases_of(ctx_of(request), cursor=cursor, size=size)
    return {"items": [_line(row) for row in page.rows], "next": page.next, "total": page.total}


@router.post("/cases", response={201: case_shapes.CaseOut, **REFUSED}, throttle=[BIDDING])
def save_draft(request: HttpRequest, payload: case_shapes.DraftIn) -> Any:
    """Begin a draft; nothing in it is checked yet. Attach documents, then submit it."""
    row = procedures.save_draft(ctx_of(request), _filing(request, payload))
    return Status(201, _show(request, row.id))


@router.get("/cases/{case_id}", response={200: case_shapes.CaseOut, **REFUSED})
def read_case(request: HttpRequest, case_id: str) -> Any:
    """Return one of the caller's cases: where it stands, by when, its acts, documents and publications."""
    return _show(request, case_id)


@router.put("/cases/{case_id}", response={200: case_shapes.CaseOut, **REFUSED}, throttle=[BIDDING])
def change_draft(request: HttpRequest, case_id: str, payload: case_shapes.DraftIn) -> Any:
    """Replace what a draft says; its documents stay."""
    _require_own(request, case_id)
    procedures.save_draft(ctx_of(request), _filing(request, payload), case_id)
    return _show(request, case_id)


@router.post(
    "/cases/{case_id}/documents/{need}", response={201: case_shapes.FileOut, **REFUSED}, throttle=[BIDDING]
)
def attach_document(
    request: HttpRequest, case_id: str, need: str, file: Annotated[UploadedFile, File()]
) -> Any:
    """Attach a document to a draft, or to a case that waits for papers: PDF, PNG, JPEG or ZIP, 20 MiB at most."""
    _require_own(request, case_id)
    made = procedures.attach_document(ctx_of(request), case_id, (need, str(file.name)[:200], file.read()))
    return Status(201, {"id": made.id, "need": made.need, "name": made.name, "at_ms": made.at_ms})


@router.get("/cases/{case_id}/problems", response={200: list[shapes.Problem], **REFUSED})
def check_draft(request: HttpRequest, case_id: str) -> Any:
    """Return everything that keeps a draft from being filed, each with the `field` it is about."""
    _require_own(request, case_id)
    return [describe(request, each) for each in procedures.check_draft(ctx_of(request), case_id)]


@router.post("/cases/{case_id}/submit", response={200: case_shapes.CaseOut, **REFUSED}, throttle=[BIDDING])
def submit(request: HttpRequest, case_id: str) -> Any:
    """File a draft; 422 names the first thing that is wrong, and how many there are (`problems`)."""
    _require_own(request, case_id)
    procedures.submit(ctx_of(request), case_id)
    return _show(request, case_id)


@router.post(
    "/cases/{case_id}/supplement", response={200: case_shapes.CaseOut, **REFUSED}, throttle=[BIDDING]
)
def supplement(request: HttpRequest, case_id: str, payload: case_shapes.SupplementIn) -> Any:
    """Hand in what was asked for: changed answers; documents are attached before."""
    _require_own(request, case_id)
    procedures.supplement(ctx_of(request), case_id, payload.form)
    return _show(request, case_id)


@router.post("/cases/{case_id}/decide", response={200: case_shapes.CaseOut, **REFUSED}, throttle=[BIDDING])
def decide(request: HttpRequest, case_id: str, payload: case_shapes.ChoiceIn) -> Any:
    """Take a decision that is the applicant's own; `seq` is the state of the case one looked at (409 once it moved)."""
    _require_own(request, case_id)
    choice = procedures.Choice(payload.decision, payload.seq, payload.because, payload.words, payload.answers)
    procedures.decide(ctx_of(request), case_id, choice)
    return _show(request, case_id)


@router.post("/cases/{case_id}/withdraw", response={200: case_shapes.CaseOut, **REFUSED}, throttle=[BIDDING])
def withdraw(request: HttpRequest, case_id: str, payload: case_shapes.WithdrawIn) -> Any:
    """Withdraw a case while its procedure lets one."""
    _require_own(request, case_id)
    procedures.withdraw(ctx_of(request), case_id, payload.words)
    return _show(request, case_id)


def _filing(request: HttpRequest, payload: case_shapes.DraftIn) -> procedures.Filing:
    """Read a draft of a party of the caller; Fault `access.denied`: staff file at the desk."""
    if payload.party not in ctx_of(request).actor.parties:
        raise Fault("access.denied", action="case.file")
    return procedures.Filing(**payload.dict())


def _require_own(request: HttpRequest, case_id: str) -> procedures.CaseView:
    """Open a case of the caller; Fault `procedures.case.unknown`: staff work at the desk."""
    ctx = ctx_of(request)
    view = procedures.view_for(ctx, case_id)
    row = view.row
    if not {row.party, row.behalf} & set(ctx.actor.parties) and row.made_by_id != ctx.actor.user_id:
        raise Fault("procedures.case.unknown", case=case_id)
    return view


def _line(row: procedures.CaseRow) -> dict[str, Any]:
    due = row.due_day.isoformat() if row.due_day else None
    return {**{name: getattr(row, name) for name in SAME}, "due_day": due}


def _show(request: HttpRequest, case_id: str) -> dict[str, Any]:
    view = _require_own(request, case_id)
    info = procedures.info_of(ctx_of(request), view)
    ways = procedures.ways_of(ctx_of(request), view)
    own = {
        each.id
        for step in view.kind.steps
        if step.id == info.row.step
        for each in step.decisions
        if (each.role or step.role) == "applicant"
    }
    return {
        **_line(info.row),
        "seq": info.seq,
        "party": info.party,
        "behalf": info.behalf,
        "behalf_how": info.behalf_how,
        "subject": info.subject,
        "pack": info.pack,
        "form": info.form,
        "votes": info.votes,
        "files": [
            {"id": each.id, "need": each.need, "name": each.name, "at_ms": each.at_ms} for each in info.files
        ],
        "acts": [{name: getattr(each, name) for name in ACT} for each in info.acts],
        "papers": [each.number for each in info.papers],
        "publications": [each.id for each in info.notices],
        "decisions": [each.decision for each in ways.decisions if each.decision in own and not each.refusal],
        "may": sorted(ways.acts),
    }
