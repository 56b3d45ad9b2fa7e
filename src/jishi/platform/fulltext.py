"""The full-text index behind the search projection: FTS5 on SQLite, a `tsvector` column on PostgreSQL.

Each row has three parts: what everybody may find it by, what only its office may, and its marks. Both engines
answer the same question alike; the index lives and falls with the transaction that writes the row.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db import connection

from jishi.platform.batch import batched
from jishi.platform.grams import Phrase, cut, mark, phrases

TABLE = "platform_searchgram"
_ADD = f"INSERT INTO {TABLE} (rowid, shown, inside, marks) VALUES (%s, %s, %s, %s)"
_DROP = f"INSERT INTO {TABLE} ({TABLE}, rowid, shown, inside, marks) VALUES ('delete', %s, %s, %s, %s)"
_SET = "UPDATE platform_searchrow SET grams = %s::tsvector WHERE id = %s"
_LAST_PLACE = 16_383
_GAP = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """Ask for rows that hold every word of `text`, bear all `marks`, and one of each group of `either`.

    With `public` the words stand where everybody may look.
    """

    text: str = ""
    marks: tuple[str, ...] = ()
    either: tuple[tuple[str, ...], ...] = ()
    public: bool = False

    def is_empty(self) -> bool:
        """Tell whether nothing is asked."""
        return not (self.marks or self.either or phrases(self.text))


def index(rows: Sequence[Any]) -> None:
    """Index rows of the projection that have their ids."""
    if connection.vendor == "sqlite":
        _many(_ADD, [(row.id, *_parts(row)) for row in rows])
    else:
        _many(_SET, [(_vector(row), row.id) for row in rows])


def forget(rows: Sequence[Any]) -> None:
    """Take rows out of the index as they were indexed; where the index is a column they take it along."""
    if connection.vendor == "sqlite":
        _many(_DROP, [(row.id, *_parts(row)) for row in rows])


def rebuild(rows: Iterable[Any]) -> None:
    """Make the whole index anew from the rows."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('delete-all')")
    for part in batched(rows, 2000):
        index(part)


def condition(wanted: Wanted) -> tuple[str, str]:
    """Return the SQL condition on `platform_searchrow` with its one parameter."""
    if connection.vendor == "sqlite":
        return f"id IN (SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s)", match_fts(wanted)
    return "grams @@ %s::tsquery", match_vector(wanted)


def find_ids(wanted: Wanted, *, before: int | None, limit: int) -> list[int]:
    """Return the ids of matching rows, the last written first."""
    below = "" if before is None else " AND {id} < " + str(int(before))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s{below.format(id='rowid')}"
                f" ORDER BY rowid DESC LIMIT {int(limit)}",
                [match_fts(wanted)],
            )
        else:
            cursor.execute(
                f"SELECT id FROM platform_searchrow WHERE grams @@ %s::tsquery{below.format(id='id')}"
                f" ORDER BY id DESC LIMIT {int(limit)}",
                [match_vector(wanted)],
            )
        return [row[0] for row in cursor.fetchall()]


def count(wanted: Wanted, most: int) -> int:
    """Return how many rows match, at most `most`."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            inner, sent = f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s", match_fts(wanted)
        else:
            inner = "SELECT 1 FROM platform_searchrow WHERE grams @@ %s::tsquery"
            sent = match_vector(wanted)
        cursor.execute(f"SELECT count(*) FROM ({inner} LIMIT {int(most)}) AS found", [sent])
        return int(cursor.fetchone()[0])


def match_fts(wanted: Wanted) -> str:
    """Write the question for FTS5.

    >>> match_fts(Wanted("吉林省", public=True)), match_fts(Wanted("省"))
    ('(shown : "吉林 林省")', '({shown inside} : "省" *)')
    """
    where = "shown" if wanted.public else "{shown inside}"
    groups = [f'marks : "{each}"' for each in wanted.marks]
    groups += ["marks : (" + " OR ".join(f'"{each}"' for each in group) + ")" for group in wanted.either]
    groups += [f"({where} : {_phrase_fts(each)})" for each in phrases(wanted.text)]
    return " AND ".join(groups)


def match_vector(wanted: Wanted) -> str:
    """Write the question for PostgreSQL.

    >>> match_vector(Wanted("吉林省", public=True)), match_vector(Wanted("省"))
    ("('吉林':A <-> '林省':A)", "('省':*)")
    """
    label = "A" if wanted.public else ""
    groups = [f"'{each}'" for each in wanted.marks]
    groups += ["(" + " | ".join(f"'{each}'" for each in group) + ")" for group in wanted.either]
    groups += [f"({_phrase_vector(each, label)})" for each in phrases(wanted.text)]
    return " & ".join(groups)


def _phrase_fts(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.grams)}"' + (" *" if phrase.open_end else "")


def _phrase_vector(phrase: Phrase, label: str) -> str:
    tail = f":*{label}" if phrase.open_end else f":{label}" if label else ""
    return " <-> ".join(f"'{gram}'{tail}" for gram in phrase.grams)


def _parts(row: Any) -> tuple[str, str, str]:
    return " ".join(_shown(row)), " ".join(cut(row.inside)), " ".join(marks_of(row))


def _shown(row: Any) -> Iterator[str]:
    return chain(cut(row.title), cut(row.text))


def marks_of(row: Any) -> Iterator[str]:
    """Yield the marks of a row: its kind, state, party, divisions above it, whether it is public, and its own."""
    yield mark(f"kind={row.kind}")
    yield mark(f"state={row.state}")
    yield mark(f"party={row.party}")
    yield from (mark(f"division={row.division[:end]}") for end in (2, 4, 6) if len(row.division) >= end)
    if row.public:
        yield mark("public")
    yield from row.marks.split()


def _vector(row: Any) -> str:
    """Write a row as a tsvector: quotes need no care, since a gram is letters and digits alone."""
    places: dict[str, list[str]] = {}
    at = 0
    for label, grams in (("A", _shown(row)), ("", cut(row.inside))):
        for gram in grams:
            at += 1
            if at <= _LAST_PLACE:
                places.setdefault(gram, []).append(f"{at}{label}")
        at += _GAP
    words = [f"'{gram}':{','.join(found)}" for gram, found in places.items()]
    return " ".join(chain(words, (f"'{each}'" for each in marks_of(row))))


def _many(statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)
