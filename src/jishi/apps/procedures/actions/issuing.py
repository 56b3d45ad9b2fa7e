"""Issue the documents of a decision: numbered, said line by line, committed to in the evidence, revocable.

The PDF is made when it is asked for: the same lines give the same bytes.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings

from jishi.apps.packs import api as packs
from jishi.apps.procedures.actions.filing import next_serial
from jishi.apps.procedures.actions.moving import Move, spoken_lines
from jishi.apps.procedures.models import IssuedPaper
from jishi.kernel.sealing.commitment import commit
from jishi.platform import secrets
from jishi.platform.entropy import new_id, new_salt

PAPER_DOMAIN = "jishi.paper/1"
Numbered = list[tuple[packs.Paper, str]]


def reserve_numbers(move: Move, names: Sequence[str]) -> Numbered:
    """Give each document its number, so that the register entries written next may name it."""
    view, found = move.view, []
    for name in names:
        paper = view.kind.paper(name)
        division, year = view.row.division, view.today.year
        serial = next_serial(f"paper:{paper.number.series(division, year)}"[:120])
        number = paper.number.number(division, year, serial)
        view.said.setdefault("papers", {})[name] = number
        found.append((paper, number))
    return found


def issue_papers(move: Move, numbered: Numbered) -> list[dict[str, Any]]:
    """Write the documents; give what the evidence says of each: number and commitment."""
    return [_issue(move, paper, number) for paper, number in numbered]


def revoke_papers(move: Move, names: Sequence[str]) -> list[str]:
    """Revoke the standing documents of these kinds that the case issued."""
    rows = IssuedPaper.objects.filter(case=move.row, paper__in=names, revoked_ms=None)
    numbers = list(rows.values_list("number", flat=True))
    rows.update(revoked_ms=move.view.at_ms)
    return numbers


def _issue(move: Move, paper: packs.Paper, number: str) -> dict[str, Any]:
    view, row = move.view, move.row
    full = spoken_lines(view, paper.lines, masked=False)
    until, salt = view.value(paper.valid_until), new_salt(move.ctx.entropy)
    IssuedPaper.objects.create(
        id=new_id(move.ctx.entropy), number=number, case=row, paper=paper.id, title=paper.title.model_dump(),
        shown=spoken_lines(view, tuple(each for each in paper.lines if each.public), masked=True),
        sealed=secrets.encrypt_personal(row.stream, full), salt=salt, division=row.division,
        issued_ms=view.at_ms, issued_on=view.today, valid_until=None if until is None else date.fromisoformat(until),
        simulated=settings.JISHI_DEMO,
    )  # fmt: skip
    said = {
        "number": number,
        "paper": paper.id,
        "lines": [[each["name"], str(each["value"])] for each in full],
    }
    return {"paper": paper.id, "number": number, "commitment": commit(PAPER_DOMAIN, salt, said)}
