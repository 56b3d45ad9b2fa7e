"""The table of the measures: what carries each, how far it runs, what is missing; nothing is claimed here."""

from typing import Any

from rich.console import Console
from rich.table import Table

from jishi.apps.packs.api import Pack, carriers_of, state_of

WORDS = {
    "zh": {"none": "未承载", "partial": "部分运行", "runs": "运行", "carried": "承载", "missing": "尚缺"},
    "en": {
        "none": "none",
        "partial": "partial",
        "runs": "runs",
        "carried": "carried by",
        "missing": "missing",
    },
}


def list_measures(pack: Pack) -> list[dict[str, Any]]:
    """Return each measure as JSON-safe facts: number, titles, departments, carriers, state, missing, tests."""
    return [
        {
            "number": each.number,
            "section": each.section,
            "title": each.title.model_dump(),
            "summary": each.summary.model_dump(),
            "lead": each.lead,
            "support": list(each.support),
            "departments_inferred": each.inferred,
            "carriers": {kind: list(ids) for kind, ids in carriers_of(pack, each).items()},
            "state": state_of(pack, each),
            "missing": each.missing.model_dump() if each.missing else None,
            "tests": list(each.tests),
        }
        for each in sorted(pack.reform.measures.values(), key=lambda measure: measure.number)
    ]


def print_measures(console: Console, pack: Pack, lang: str) -> None:
    """Print the table of the measures, and how many stand in each state."""
    words, rows = WORDS[lang], list_measures(pack)
    table = Table("#", "", words["carried"], "", words["missing"])
    for row in rows:
        carried = "\n".join(f"{kind} {len(ids)}" for kind, ids in row["carriers"].items())
        missing = (row["missing"] or {}).get(lang, "")
        table.add_row(str(row["number"]), row["title"][lang], carried, words[row["state"]], missing)
    console.print(table)
    states = [row["state"] for row in rows]
    console.print(
        " · ".join(f"{words[state]} {states.count(state)}" for state in ("runs", "partial", "none"))
    )
