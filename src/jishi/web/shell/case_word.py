"""What a case's page says in words: where it stands, who it waits for, what is asked and what was issued.

Used by the applicant's pages and the desk's alike; says nothing the engine did not answer.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.api import CaseInfo, CaseRow, CaseView
from jishi.web.shell.site import language

TONES = {"granted": "ok", "refused": "bad", "withdrawn": "plain", "lapsed": "warn", "closed": "plain"}
OUTCOMES: Mapping[str, Any] = {
    "granted": gettext_lazy("granted"),
    "refused": gettext_lazy("refused"),
    "withdrawn": gettext_lazy("withdrawn"),
    "lapsed": gettext_lazy("lapsed"),
    "closed": gettext_lazy("closed"),
}
ROLES: Mapping[str, Any] = {
    "applicant": gettext_lazy("the applicant"),
    "clerk": gettext_lazy("the clerk in charge"),
    "reviewer": gettext_lazy("a reviewer"),
    "treasurer": gettext_lazy("the treasury"),
    "regulator": gettext_lazy("the regulator"),
    "reserve_officer": gettext_lazy("a reserve officer"),
    "system": gettext_lazy("the clock"),
}
PAPER: Mapping[str, tuple[Any, str]] = {
    "valid": (gettext_lazy("valid"), "ok"),
    "lapsed": (gettext_lazy("no longer valid: its time has run out"), "warn"),
    "revoked": (gettext_lazy("revoked"), "bad"),
}


def place_of(kind: packs.ProcedureKind, step: str) -> Any:
    """Return the step or end of this id, None for none."""
    return next((each for each in (*kind.steps, *kind.ends) if each.id == step), None)


def kind_of(row: CaseRow) -> packs.ProcedureKind | None:
    """Return the procedure of a case in a list, as it is now."""
    return packs.current_pack().procedures.get(row.procedure)


def status_of(row: CaseRow) -> tuple[str, str]:
    """Return word and tone of where a case stands."""
    if row.phase == "draft":
        return _("draft, not filed"), "plain"
    kind = kind_of(row)
    place = place_of(kind, row.step) if kind else None
    title = place.title.say(language()) if place else row.step
    if row.phase == "ended":
        return title, TONES.get(row.outcome, "plain")
    if row.paused == "supplement":
        return _("papers are missing"), "warn"
    if row.role == "applicant":
        return title, "warn"
    return title, "bad" if row.overdue else ""


def asked_papers(view: CaseView, info: CaseInfo) -> tuple[list[packs.DocumentNeed], str]:
    """Return the documents a supplement asks for and the words of the official; nothing where none is asked."""
    act = next((each for each in reversed(info.acts) if each.kind == "supplement_asked"), None)
    if act is None or info.row.paused != "supplement":
        return [], ""
    items = act.told.get("items", ())
    return [each for each in view.kind.documents if each.id in items], act.words


def lines_of(lines: Any) -> list[tuple[str, str]]:
    """Return the lines of a notice or a document in the language of the page."""
    lang = language()
    return [(each["label"][lang], each["text"][lang]) for each in lines]


def files_of(view: CaseView, info: CaseInfo) -> list[tuple[str, procedures.FileRow]]:
    """Return the documents of a case, each under the title of what it answers."""
    needs = [
        *view.kind.documents,
        *(d for s in view.kind.steps for one in s.decisions for d in one.documents),
    ]
    titles = {each.id: each.title.say(language()) for each in needs}
    return [(titles.get(each.need, each.need), each) for each in info.files]
