"""A clause as the pages of the law cite it: its name, its title, the way to its page."""

from collections.abc import Iterable
from dataclasses import dataclass

from jishi.web.public.law.edition import Edition


@dataclass(frozen=True)
class Cited:
    """One clause: `id` is how it is cited, `title` what it is about, `full` its source and article."""

    id: str
    title: str
    full: str
    url: str
    sure: bool


def cite(edition: Edition, clause_id: str) -> Cited:
    """Name one clause; one the pack does not hold shows by its id."""
    clause = edition.pack.clauses.get(clause_id)
    if clause is None:
        return Cited(clause_id, "", "", edition.link("clause", clause_id), True)
    sure = clause.confidence == "confirmed"
    full = " ".join(filter(None, (clause.source, clause.article)))
    return Cited(clause_id, clause.title, full, edition.link("clause", clause_id), sure)


def cite_all(edition: Edition, clause_ids: Iterable[str]) -> tuple[Cited, ...]:
    """Name several clauses."""
    return tuple(cite(edition, each) for each in clause_ids)
