"""Write a rule as one SELECT: `to_sql(law, rule)`, equal to the single form on every row.

The source has a column for each fact: BOOLEAN, BIGINT (integer, money in fen, area in cm2),
DECIMAL(18,6) (ratio, decimal), DATE, TEXT (choice; text outside the vocabulary is unknown), and
`as_of` DATE. NULL is unknown. Layers of SELECT: facts, conditions, the first row that holds, the answer.
"""

from jishi.kernel.fault import Fault
from jishi.kernel.rules.decide import Law
from jishi.kernel.rules.sql_text import (
    Dialect,
    name,
)
from jishi.kernel.rules.sql_writer import Options, Writer

DIALECTS: tuple[Dialect, ...] = ("duckdb", "postgres")


def to_sql(
    law: Law,
    rule_id: str,
    source: str = "cases",
    dialect: Dialect = "duckdb",
    *,
    options: Options | None = None,
) -> str:
    """Write a SELECT that gives the id columns, answer, row and status of every case of a source.

    `source` is a table, or a query in brackets. Raise `rules.not_in_sql` for what SQL cannot say exactly.
    """
    if dialect not in DIALECTS:
        raise Fault("rules.dialect", dialect=dialect, valid=list(DIALECTS))
    writer = Writer(law, dialect, options or Options())
    found = writer.rule(rule_id)
    known = f"{found.answer} IS NOT NULL"
    status = (
        f"CASE WHEN {found.conflict} THEN 'conflict' WHEN {known} THEN 'determined' ELSE 'undetermined' END"
    )
    answer = f"CASE WHEN NOT {found.conflict} THEN {found.answer} END"
    row = f"CASE WHEN NOT {found.conflict} THEN {found.row} END"
    told = [*map(name, writer.options.ids), f"{answer} AS answer", f'{row} AS "row"', f"{status} AS status"]
    return f"SELECT {', '.join(told)}\nFROM ({writer.text(source)}) AS decided"
