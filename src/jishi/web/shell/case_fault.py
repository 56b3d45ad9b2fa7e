"""Refusals of a case in words: titles of questions, documents, steps, decisions and roles instead of their ids."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from jishi.apps.packs import api as packs
from jishi.kernel.fault import Fault
from jishi.platform.words import say
from jishi.web.shell.case_condition import questions_of, say_when
from jishi.web.shell.case_word import ROLES
from jishi.web.shell.site import language

STEPPED = ("step", "now", "earlier", "next")


def say_fault(kind: packs.ProcedureKind, fault: Fault) -> str:
    """Say a fault with the titles of what it is about instead of their ids."""
    return say(fault.code, titled(kind, fault.params), language())


def titled(kind: packs.ProcedureKind, params: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parameters of a fault with titles instead of ids; what has none stays as it is."""
    lang, places = language(), titles_of(kind)
    if when := params.get("when"):
        params = {**params, "when": say_when(questions_of(kind), str(when))}
    decisions = {one.id: one.title.say(lang) for step in kind.steps for one in step.decisions}
    known: dict[str, Mapping[str, Any]] = {
        "field": {each.name: each.label.say(lang) for each in kind.questions},
        "document": {each.id: each.title.say(lang) for each in kind.documents},
        "vote": {each.id: each.title.say(lang) for each in kind.votes},
        "way": {each.id: each.title.say(lang) for each in kind.behalf},
        "decision": places | decisions,
        **dict.fromkeys(STEPPED, places),
        "role": {**ROLES, "": _("the office")},
        "valid": ROLES,
    }
    return {
        key: str(known.get(key, {}).get(value, value)) if isinstance(value, str) else value
        for key, value in params.items()
    }


def titles_of(kind: packs.ProcedureKind) -> dict[str, str]:
    """Give steps, ends and decisions by id in the language of the page; a step wins over a decision of its name."""
    lang = language()
    found = {one.id: one.title.say(lang) for step in kind.steps for one in step.decisions}
    return (
        found
        | {each.id: each.title.say(lang) for each in (*kind.ends, *kind.steps)}
        | {"filing": _("Filing")}
    )
