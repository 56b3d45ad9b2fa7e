"""Print a rule as SQL, to be run where a register lies. No database."""

from datetime import date

from rich.console import Console

from jishi.apps.packs import api as packs
from jishi.kernel.fault import Fault
from jishi.kernel.rules.columns import facts_asked
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.grammar import AS_OF
from jishi.kernel.rules.sql import DIALECTS, to_sql
from jishi.kernel.rules.sql_writer import Options
from jishi.platform.words import say

TYPES = {
    "boolean": "BOOLEAN", "integer": "BIGINT", "money": "BIGINT, fen", "area": "BIGINT, cm2",
    "ratio": "DECIMAL(18,6)", "decimal": "DECIMAL(18,6)", "date": "DATE", "choice": "TEXT",
}  # fmt: skip
NO_SQL = ("", "dax", "prql", "solr", "tableau")
"""Languages sqlglot reads or writes in part, in which no SELECT of ours can be said."""


def print_sql(console: Console, asked: tuple[str, str, date | None], lang: str) -> bool:
    """Print a rule in a dialect of SQL, under the law of one day or of a column `as_of`.

    DuckDB and PostgreSQL are written and tested here, the others translated from DuckDB. Faults
    `rules.dialect`, `rules.not_in_sql`, `rules.unknown_rule`.
    """
    rule, dialect, day = asked
    law = packs.default_pack().law
    law.decider(rule)
    for line in (*_head(law, rule, (dialect, day, lang)), write_sql(law, rule, (dialect, day))):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    return True


def write_sql(law: Law, rule: str, how: tuple[str, date | None]) -> str:
    """Write a rule in a dialect of SQL."""
    dialect, day = how
    options = Options(as_of=day)
    for known in DIALECTS:
        if dialect == known:
            return to_sql(law, rule, dialect=known, options=options)
    import sqlglot
    from sqlglot.dialects.dialect import Dialects
    from sqlglot.errors import SqlglotError

    others = sorted({each.value for each in Dialects} - set(NO_SQL) - set(DIALECTS))
    if dialect not in others:
        raise Fault("rules.dialect", dialect=dialect, valid=[*DIALECTS, *others])
    try:
        (told,) = sqlglot.transpile(
            to_sql(law, rule, dialect="duckdb", options=options),
            read="duckdb",
            write=dialect,
            unsupported_level=sqlglot.ErrorLevel.RAISE,
        )
    except SqlglotError as error:
        raise Fault("rules.not_in_sql", rule=rule, text=str(error)[:200]) from error
    return told


def _head(law: Law, rule: str, how: tuple[str, date | None, str]) -> list[str]:
    """Say in comments what the table `cases` has to hold."""
    dialect, day, lang = how
    names = dict.fromkeys(name for name in facts_asked(law, rule) if name != AS_OF)
    facts = [law.book.facts[name] for name in names if law.book.facts[name].rule is None]
    params = {"rule": rule, "pack": law.book.hash}
    lines = [say("project.sql.head", params, lang)]
    lines += [f"  {fact.name} {TYPES[fact.kind]} — {fact.label[int(lang == 'en')]}" for fact in facts]
    if day is None:
        lines.append(f"  {AS_OF} DATE — " + say("rules.say.as_of", {}, lang))
    if dialect not in DIALECTS:
        lines.append(say("project.sql.translated", {"dialect": dialect}, lang))
    return [f"-- {line}" for line in lines]
