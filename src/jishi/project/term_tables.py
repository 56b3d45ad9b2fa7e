"""Write the table of terms into each mechanism's page of the documentation, from the very rows that check them.

    python -m jishi.project.term_tables docs/mechanisms

The table stands between `<!-- terms:ID -->` and `<!-- /terms -->`; a house test holds pages and terms together.
"""

import re
import sys
from pathlib import Path

from jishi.kernel.mechanism.field import REQUIRED, Field
from jishi.kernel.mechanism.registry import HOMES, find
from jishi.platform.words.term import choice_title, term_title

UNITS = {
    "fen": "fen",
    "instant": "instant, ms",
    "span": "span, ms",
    "share_bp": "ten-thousandths",
    "count": "whole number",
}
_MARK = re.compile(r"<!-- terms:(\w+) -->\n(?:.*?<!-- /terms -->\n?)?", re.DOTALL)


def render_terms(mechanism: str) -> str:
    """Return the terms of the latest version of a mechanism as a Markdown table."""
    version = max(number for name, number in HOMES if name == mechanism)
    rows = ["| Field | Meaning | Kind | Default |", "|---|---|---|---|"]
    rows += [_row(field) for field in find(mechanism, version).model]
    return "\n".join(rows)


def fill_page(text: str) -> str:
    """Return a page with every table of terms made anew."""
    return _MARK.sub(
        lambda found: f"<!-- terms:{found[1]} -->\n\n{render_terms(found[1])}\n\n<!-- /terms -->\n", text
    )


def _row(field: Field) -> str:
    return f"| `{field.name}` | {term_title(field.name, 'en')} | {_kind(field)} | {_default(field)} |"


def _kind(field: Field) -> str:
    if field.choices:
        return "; ".join(f"`{each}`: {choice_title(field.name, each, 'en')}" for each in field.choices)
    least = None if field.lower in (None, 0, 1) else f"at least {field.lower:,}"
    most = None if field.most is None else f"at most {field.most:,}"
    return ", ".join(filter(None, (UNITS.get(field.kind, field.kind), least, most)))


def _default(field: Field) -> str:
    if field.default is REQUIRED:
        return "must be stated"
    if field.default is None:
        return "none"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def main(folder: Path) -> None:
    """Fill every page of a folder."""
    for path in sorted(folder.glob("*.md")):
        text = path.read_text("utf-8")
        if (filled := fill_page(text)) != text:
            path.write_text(filled, "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
