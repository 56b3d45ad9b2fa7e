"""The full-text index behind the search projection: FTS5 on SQLite, `tsvector` on PostgreSQL, each beside its rows.

Each row has three parts: what everybody may find it by, what only its office may, and its marks. Both engines
answer the same question alike; the index lives and falls with the transaction that writes the row.

SQLite reads a list of rows to a gram in order and stops where enough are found. PostgreSQL reads the whole list, but
counts a million in a fraction of a second where it need not look at the words themselves: so there a gram is four
characters of Han, the words of an office are grams of their own, and the words stand apart from what is counted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db import connection, transaction

from jishi.platform.batch import batched
from jishi.platform.grams import Phrase, cut, mark, phrases

TABLE = "platform_searchgram"
INSIDE = "~"
"""What the grams of an office's words begin with on PostgreSQL."""
FOURS = 4
LATE = 1_000
_ADD = f"INSERT INTO {TABLE} (rowid, shown, inside, marks) VALUES (%s, %s, %s, %s)"
_DROP = f"INSERT INTO {TABLE} ({TABLE}, rowid, shown, inside, marks) VALUES ('delete', %s, %s, %s, %s)"
_PUT = (
    f"INSERT INTO {TABLE} (id, division, state, grams) VALUES (%s, %s, %s, %s::tsvector)"
    " ON CONFLICT (id) DO UPDATE SET division = excluded.division, state = excluded.state, grams = excluded.grams"
)
_TAKE = f"DELETE FROM {TABLE} WHERE id = ANY(%s)"
_ORPHANS = (
    f"DELETE FROM {TABLE} WHERE NOT EXISTS (SELECT 1 FROM platform_searchrow r WHERE r.id = {TABLE}.id)"
)
_LAST_PLACE = 16_383
_GAP = FOURS


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

    def bearing(self, *more: str) -> "Wanted":
        """Return the same with more marks to bear."""
        return Wanted(self.text, (*self.marks, *more), self.either, self.public)

    def one_of(self, *groups: tuple[str, ...]) -> "Wanted":
        """Return the same with more groups of marks, of each of which one is to be borne."""
        return Wanted(self.text, self.marks, (*self.either, *groups), self.public)


def index(rows: Sequence[Any]) -> None:
    """Index rows of the projection that have their ids."""
    if connection.vendor == "sqlite":
        _many(_ADD, [(row.id, *_parts(row)) for row in rows])
    else:
        _many(_PUT, [(row.id, row.division, row.state, _vector(row)) for row in rows])


def forget(rows: Sequence[Any]) -> None:
    """Take rows out of the index as they were indexed."""
    if connection.vendor == "sqlite":
        _many(_DROP, [(row.id, *_parts(row)) for row in rows])
    else:
        _many(_TAKE, [([row.id for row in rows],)])


def rebuild(rows: Iterable[Any]) -> int:
    """Make the whole index anew from the rows and return how many there are.

    On PostgreSQL others go on meanwhile, on SQLite who writes waits.
    """
    count = 0
    with (
        transaction.atomic() if connection.vendor == "sqlite" else nullcontext(),
        connection.cursor() as cursor,
    ):
        if connection.vendor == "sqlite":
            cursor.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('delete-all')")
        for part in batched(rows, 2000):
            index(part)
            count += len(part)
        if connection.vendor != "sqlite":
            cursor.execute(_ORPHANS)
    return count


def condition(wanted: Wanted) -> tuple[str, str]:
    """Return the SQL condition on `platform_searchrow` with its one parameter."""
    return f"id IN ({_found('rowid' if connection.vendor == 'sqlite' else 'id')})", _sent(wanted)


@contextmanager
def _through_index() -> Iterator[None]:
    """Keep PostgreSQL from reading the table through: its planner does not count what fetching the words costs."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan = on")


def find_ids(wanted: Wanted, *, before: int | None, limit: int) -> list[int]:
    """Return the ids of matching rows, the last written first."""
    if connection.vendor == "sqlite":
        below = "" if before is None else f" AND rowid < {int(before)}"
        with connection.cursor() as cursor:
            cursor.execute(
                f"{_found('rowid')}{below} ORDER BY rowid DESC LIMIT {int(limit)}", [_sent(wanted)]
            )
            return [row[0] for row in cursor.fetchall()]
    below = "" if before is None else f"id < {int(before)}"
    # What is common stands among the last written; the index is asked only where they do not fill the page.
    last = f"SELECT id, grams FROM {TABLE}{_where(below)} ORDER BY id DESC LIMIT {LATE}"
    late = f"SELECT id FROM ({last}) AS last WHERE grams @@ %s::tsquery ORDER BY id DESC LIMIT {int(limit)}"
    with connection.cursor() as cursor:
        cursor.execute(late, [_sent(wanted)])
        found = [row[0] for row in cursor.fetchall()]
    if len(found) == limit:
        return found
    whole = f"WITH found AS MATERIALIZED ({_found('id')}) SELECT id FROM found{_where(below)}"
    return [row[0] for row in _by_index(f"{whole} ORDER BY id DESC LIMIT {int(limit)}", wanted)]


def count(wanted: Wanted, most: int) -> int:
    """Return how many rows match, at most `most`."""
    counting = f"SELECT count(*) FROM ({_found('1')} LIMIT {int(most)}) AS found"
    if connection.vendor != "sqlite":
        return int(_by_index(counting, wanted)[0][0])
    with connection.cursor() as cursor:
        cursor.execute(counting, [_sent(wanted)])
        return int(cursor.fetchone()[0])


def count_states(wanted: Wanted, states: Sequence[str], most: int) -> dict[str, int]:
    """Return how many matching rows stand in each state, at most `most` each; those with none are left out."""
    return _count_parts(wanted, "state", states, most)


def count_divisions(wanted: Wanted, stems: Sequence[str], most: int) -> dict[str, int]:
    """Return how many matching rows lie below each stem of divisions, at most `most` each, none left out."""
    return _count_parts(wanted, "division", stems, most)


def _count_parts(wanted: Wanted, part: str, values: Sequence[str], most: int) -> dict[str, int]:
    """Count one value after the other, or in one pass where the engine reads every match anyway."""
    if connection.vendor == "sqlite":
        bears = {value: wanted.bearing(mark(f"{part}={value}")) if value else wanted for value in values}
        counted = {value: count(narrowed, most) for value, narrowed in bears.items()}
    else:
        rows = _by_index(f"SELECT {part}, count(*) FROM ({_found(part)}) AS found GROUP BY {part}", wanted)
        held: Callable[[str, str], bool] = str.startswith if part == "division" else str.__eq__
        counted = {value: min(most, sum(n for name, n in rows if held(name, value))) for value in values}
    return {value: number for value, number in counted.items() if number}


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

    >>> match_vector(Wanted("吉林省长春", public=True)), match_vector(Wanted("省"))
    ("('吉林省长' <-> '林省长春')", "('省':* | '~省':*)")
    """
    groups = [f"'{each}'" for each in wanted.marks]
    groups += ["(" + " | ".join(f"'{each}'" for each in group) + ")" for group in wanted.either]
    places = ("",) if wanted.public else ("", INSIDE)
    for each in phrases(wanted.text, FOURS):
        groups.append("(" + " | ".join(_phrase_vector(each, place) for place in places) + ")")
    return " & ".join(groups)


def marks_of(row: Any) -> Iterator[str]:
    """Yield the marks of a row: its kind, state, party, divisions above it, whether it is public, and its own."""
    yield mark(f"kind={row.kind}")
    yield mark(f"state={row.state}")
    yield mark(f"party={row.party}")
    yield from (mark(f"division={row.division[:end]}") for end in (2, 4, 6) if len(row.division) >= end)
    if row.public:
        yield mark("public")
    yield from row.marks.split()


def _found(column: str) -> str:
    if connection.vendor == "sqlite":
        return f"SELECT {column} FROM {TABLE} WHERE {TABLE} MATCH %s"
    return f"SELECT {column} FROM {TABLE} WHERE grams @@ %s::tsquery"


def _sent(wanted: Wanted) -> str:
    return match_fts(wanted) if connection.vendor == "sqlite" else match_vector(wanted)


def _where(said: str) -> str:
    return f" WHERE {said}" if said else ""


def _by_index(question: str, wanted: Wanted) -> list[tuple[Any, ...]]:
    with _through_index(), connection.cursor() as cursor:
        cursor.execute(question, [match_vector(wanted)])
        return cursor.fetchall()


def _phrase_fts(phrase: Phrase) -> str:
    return f'"{" ".join(phrase.grams)}"' + (" *" if phrase.open_end else "")


def _phrase_vector(phrase: Phrase, place: str) -> str:
    tail = ":*" if phrase.open_end else ""
    return " <-> ".join(f"'{place}{gram}'{tail}" for gram in phrase.grams)


def _parts(row: Any) -> tuple[str, str, str]:
    return " ".join(_shown(row)), " ".join(cut(row.inside)), " ".join(marks_of(row))


def _shown(row: Any, wide: int = 2) -> Iterator[str]:
    return chain(cut(row.title, wide), cut(row.text, wide))


def _vector(row: Any) -> str:
    """Write a row as a tsvector: quotes need no care, since a gram is letters and digits alone."""
    places: dict[str, list[str]] = {}
    at = 0
    for place, grams in (("", _shown(row, FOURS)), (INSIDE, cut(row.inside, FOURS))):
        for gram in grams:
            at += 1
            if at <= _LAST_PLACE:
                places.setdefault(place + gram, []).append(str(at))
        at += _GAP
    words = [f"'{gram}':{','.join(found)}" for gram, found in places.items()]
    return " ".join(chain(words, (f"'{each}'" for each in marks_of(row))))


def _many(statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)
