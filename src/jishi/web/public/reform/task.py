"""The tasks of a measure as its public page shows them: public entries only, each with its light by rule."""

from typing import Any

from jishi.apps.packs.api import Pack
from jishi.apps.reform.api import TaskLine, list_tasks_of
from jishi.web.shell.site import language, site

TONES = {"red": "bad", "yellow": "warn", "green": "ok", "blue": "plain", "grey": "plain"}


def list_tasks(pack: Pack, number: int, now_ms: int) -> list[dict[str, Any]]:
    """Return the public tasks of a measure with their lights today, the latest year first."""
    lines = list_tasks_of(pack, number, site().day(now_ms))
    return [_show(pack, line) for line in lines if line.entry.public]


def light_word(pack: Pack, colour: str) -> str:
    """Return the word of a light in the language of the page."""
    rule: Any = pack.rules["reform.light"]
    return str(rule.answer(colour).words[language() == "en"])


def _show(pack: Pack, line: TaskLine) -> dict[str, Any]:
    data = line.entry.public_data
    return {
        "title": line.entry.title,
        "number": line.entry.number,
        "lead": data.get("lead", ""),
        "due_on": line.due_on,
        "done": round(float(line.entry.data["progress_percent"])),
        "tone": TONES.get(line.light.colour, "plain"),
        "word": light_word(pack, line.light.colour),
    }
