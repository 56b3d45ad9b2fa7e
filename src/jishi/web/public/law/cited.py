"""A clause as the pages of the law cite it: its name, its title, the way to its page."""

from collections.abc import Iterable
from dataclasses import dataclass

from jishi.web.public.law.edition import Edition
from jishi.web.shell.site import language


@dataclass(frozen=True)
class Cited:
    """One clause: `id` is how it is cited, `title` what it is about, `full` its source, article and summary.

    The pack titles clauses in Chinese only: an English page shows the summary where there is room.
    """

    id: str
    title: str
    summary: str
    full: str
    url: str
    sure: bool


def cite(edition: Edition, clause_id: str) -> Cited:
    """Name one clause; one the pack does not hold shows by its id."""
    clause = edition.pack.clauses.get(clause_id)
    if clause is None:
        return Cited(clause_id, "", "", "", edition.link("clause", clause_id), True)
    sure = clause.confidence == "confirmed"
    english = language() == "en"
    summary = clause.summary_en if english else clause.summary_zh
    full = f"{' '.join(filter(None, (clause.source, clause.article)))}: {summary}"
    title = "" if english else clause.title
    return Cited(clause_id, title, summary, full, edition.link("clause", clause_id), sure)


def cite_all(edition: Edition, clause_ids: Iterable[str]) -> tuple[Cited, ...]:
    """Name several clauses."""
    return tuple(cite(edition, each) for each in clause_ids)
