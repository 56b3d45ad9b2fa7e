"""The issued document itself (PDF), for those who may read its case; the public verifies it by its number."""

from datetime import date
from typing import Any

from jishi.apps.packs import api as packs
from jishi.apps.procedures.models import IssuedPaper
from jishi.apps.procedures.reads.case import verify_address, view_for
from jishi.apps.procedures.view import CaseView
from jishi.kernel.fault import Fault
from jishi.platform import secrets
from jishi.platform.context import Context
from jishi.platform.typeset import qr_svg, typeset


def paper_pdf(ctx: Context, number: str) -> bytes:
    """Give the PDF of a document; Faults `procedures.paper.unknown`, `personal.erased`, `typeset.template`."""
    row = IssuedPaper.objects.select_related("case").filter(number=number.strip()).first()
    if row is None:
        raise Fault("procedures.paper.unknown", number=number)
    view = view_for(ctx, row.case_id)
    paper = view.kind.paper(row.paper)
    return typeset(view.pack.root / paper.template, paper_data(view, paper, row))


def paper_data(view: CaseView, paper: packs.Paper, row: IssuedPaper) -> dict[str, Any]:
    """Give what a template prints of a document."""
    lines = secrets.decrypt_personal(row.case.stream, row.sealed)
    address = verify_address(row.number)
    until: date | None = row.valid_until
    return {
        "title": paper.title.zh,
        "number": row.number,
        "issuer": paper.issuer.zh,
        "date": row.issued_on.isoformat(),
        **({"valid_until": until.isoformat()} if until else {}),
        "lines": [{"label": each["label"]["zh"], "value": each["text"]["zh"]} for each in lines],
        "basis": list(paper.cites),
        "address": address,
        "qr": qr_svg(address),
        "simulated": row.simulated,
    }
