"""Conditions of a procedure in words: when a decision is possible, and which answers make a question be asked.

A condition that names what the page does not know is said as it is written.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from jishi.apps.packs import api as packs
from jishi.kernel.fault import Fault
from jishi.platform.clock import SystemClock
from jishi.web.shell.site import language, market_pack, site
from jishi.web.shell.typed import TypedForm


def say_when(questions: Sequence[packs.FieldKind], condition: str) -> str:
    """Say a condition over answers to these questions in the language of the page."""
    day = site().day(SystemClock().now_ms())
    try:
        return packs.say_condition(market_pack(), questions, condition, (day, language()))
    except Fault:
        return condition


def questions_of(kind: packs.ProcedureKind) -> list[packs.FieldKind]:
    """Give what a condition of a procedure may name: the form's questions and those put to deciders."""
    decided = [each for step in kind.steps for one in step.decisions for each in one.questions]
    return [*decided, *kind.questions]


def note_conditions(form: TypedForm) -> None:
    """Say beside each question that is asked of some answers only of which; such a question may stay empty."""
    for question in form.questions:
        when = getattr(question, "when", "")
        field = form.fields.get(question.name)
        if when and field is not None:
            field.required = False
            said = _("Only if: %s") % say_when(form.questions, when)
            field.help_text = f"{said} · {field.help_text}" if field.help_text else said
