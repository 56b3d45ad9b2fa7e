"""Words for states of panels, grounds of recusal and steps of members, in the language of the page."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from jishi.apps.panels import api as panels
from jishi.platform.words import say
from jishi.web.shell.site import language

TONES = {"convened": "warn", "drawn": "warn", "sitting": "live", "closed": "ok", "dissolved": "plain"}


def state_word(state: str) -> str:
    """Say a panel's state."""
    return say(f"panels.state.{state}", {}, language())


def ground_word(ground: str) -> str:
    """Say a ground of recusal."""
    return say(f"panels.ground.{ground}", {}, language())


def ground_choices(*more: str) -> list[tuple[str, str]]:
    """Return every ground with its word."""
    return [(each, ground_word(each)) for each in (*panels.GROUNDS, *more)]


def duty_word(step: str) -> str:
    """Say what a member is asked to do."""
    said = {
        panels.ACCEPT: _("Accept a seat in a panel, or keep out"),
        panels.MARK: _("Give my marks"),
        panels.VOTE: _("Vote in secret"),
        panels.CLOSE: _("Close the panel as its head"),
    }
    return said[step]


def with_words(found: Iterable[panels.Panel]) -> list[tuple[panels.Panel, str, str]]:
    """Return panels with the word of their state and its tone."""
    return [(each, state_word(each.state), TONES[each.state]) for each in found]


def result_rows(panel: panels.Panel, labels: dict[str, str]) -> list[dict[str, Any]]:
    """Return a ballot's totals a subject, for a table; nothing for marks, which the owner's own page shows."""
    found = (panel.result or {}).get("ballots", {})
    return [{"subject": id, "label": labels.get(id, ""), **totals} for id, totals in found.items()]
