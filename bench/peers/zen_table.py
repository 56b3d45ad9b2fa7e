"""Decide the table of `bench.residence` with zen-engine, case by case; run by its own Python, prints JSON.

python zen_table.py CASES.json SECONDS
"""

import json
import sys
import time
from pathlib import Path

import zen

FIELDS = ("months", "job", "home", "enrolled", "deposit", "offences", "referees")
ROWS = [
    ({"offences": ">= 3"}, "refused"),
    ({"enrolled": "true", "deposit": ">= 5000000"}, "granted"),
    ({"months": "< 2", "enrolled": "false"}, "refused"),
    ({"deposit": ">= 2000000", "referees": ">= 2", "job": "false", "home": "false"}, "review"),
    ({"months": ">= 3", "job": "true"}, "granted"),
    ({"months": ">= 3", "home": "true"}, "granted"),
    ({"months": ">= 3", "enrolled": "true"}, "granted"),
    ({}, "refused"),
]


def table() -> dict[str, object]:
    """Give the table as zen-engine reads it."""
    rules = [
        {"_id": str(at), **{name: when.get(name, "") for name in FIELDS}, "answer": json.dumps(then)}
        for at, (when, then) in enumerate(ROWS)
    ]
    content = {
        "hitPolicy": "first", "rules": rules,
        "inputs": [{"id": name, "name": name, "field": name} for name in FIELDS],
        "outputs": [{"id": "answer", "name": "answer", "field": "answer"}],
    }  # fmt: skip
    return {
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": content},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    }


def main() -> None:
    """Measure decisions a second."""
    cases, seconds = json.loads(Path(sys.argv[1]).read_text()), float(sys.argv[2])
    content = zen.ZenDecisionContent(json.dumps(table()))  # compiled once: its fastest way
    engine = zen.ZenEngine({"loader": lambda key: content})
    answers = [engine.evaluate("table", case)["result"]["answer"] for case in cases]
    made, began = 0, time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        for case in cases:
            engine.evaluate("table", case)
        made += len(cases)
    print(json.dumps({"per_s": made / spent, "answers": answers}))


if __name__ == "__main__":
    main()
