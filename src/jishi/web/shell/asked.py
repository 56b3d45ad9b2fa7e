"""Which questions of a form are asked, given the answers so far, and which answers decide that.

Where an answer decides, the form is drawn anew when it changes: `redraw` is posted to the form's own address, which
shows the form as typed and does nothing else. With script the part in the place of the old one, without by a button.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jishi.apps.packs.api import Question
from jishi.web.shell.typed import TypedForm, count_typed_rows

REDRAW = "redraw"
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def typed_answers(questions: Sequence[Question], posted: Mapping[str, Any]) -> dict[str, Any]:
    """Give what was posted to these questions, asked or not."""
    return TypedForm(posted, questions=questions, rows=count_typed_rows(questions, {}, posted)).raw()


def list_deciding(questions: Sequence[Question]) -> list[str]:
    """Give the questions on whose answers others of them depend."""
    named = {name for each in questions for name in _NAME.findall(each.when)}
    return [each.name for each in questions if each.name in named]


def redraws_on(form: TypedForm, questions: Sequence[Question]) -> str:
    """Give what makes the page draw a form anew (`hx-trigger`); empty where no answer decides what is asked."""
    inputs = [form[name].auto_id for name in list_deciding(questions) if name in form.fields]
    return ", ".join(f"change from:#{each}" for each in inputs)
