"""Tell the people of a case where it stands: in the application, and by the e-mail interface once it is stored."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from jishi.apps.parties import api as parties
from jishi.apps.procedures.models import CaseObjection, Message
from jishi.apps.procedures.view import CaseView
from jishi.kernel.procedure.state import SUPPLEMENT, CaseState
from jishi.platform.context import Context
from jishi.platform.models import User
from jishi.platform.words import say

ANSWERED = {"upheld": "procedures.told.upheld", "dismissed": "procedures.told.dismissed"}


def tell_parties(ctx: Context, view: CaseView, state: CaseState) -> None:
    """Tell those who act for the parties of a case that it moved; nothing where nobody does."""
    people = people_of(view)
    if view.row.made_by_id is not None and not view.row.party:
        people = people | {view.row.made_by_id}
    if people and ctx.projected:
        tell(ctx, view, (_code(view, state), _params(view, state)), people)


def tell_awake(ctx: Context, view: CaseView, until: date | None) -> None:
    """Tell those who act for the parties that a resting case now asks something of them, by a day if there is one."""
    if people := people_of(view):
        params = _params(view, view.state)
        params["due"] = params["due"] or ("" if until is None else until.isoformat())
        tell(ctx, view, ("procedures.told.awake", params), people)


def tell_objector(ctx: Context, view: CaseView, objection: CaseObjection) -> None:
    """Tell who objected that the answer is there; the words stay sealed and are read on their own page."""
    if objection.by_id is None or not ctx.projected:
        return
    notice = objection.notice
    params = {
        "number": view.row.number,
        "objection": objection.id,
        "title_zh": notice.title["zh"],
        "title_en": notice.title["en"],
    }
    tell(ctx, view, (ANSWERED[objection.state], params), {objection.by_id})


def people_of(view: CaseView) -> set[int]:
    """Give the users who act for the parties of a case now: it is their own."""
    row = view.row
    found: set[int] = set()
    for party in filter(None, {row.party, row.behalf}):
        found |= {each.user_id for each in parties.representatives_of(party, view.at_ms)}
    return found


def tell(ctx: Context, view: CaseView, news: tuple[str, dict[str, Any]], people: set[int]) -> None:
    """Store a message for each person and send it by mail once the transaction stands."""
    code, params = news
    rows = [
        Message(case=view.row, user_id=each, code=code, params=params, at_ms=view.at_ms) for each in people
    ]
    Message.objects.bulk_create(rows)
    if not ctx.simulated:
        transaction.on_commit(lambda: _mail(code, params, people))


def _mail(code: str, params: dict[str, Any], people: set[int]) -> None:
    addresses = User.objects.filter(pk__in=people, is_active=True).values_list("email", flat=True)
    text = f"{say(code, params, 'zh')}\n\n{say(code, params, 'en')}\n{settings.JISHI_PUBLIC_URL}"
    for address in addresses:
        send_mail(f"{params['number']}", text, None, [address], fail_silently=True)


def _code(view: CaseView, state: CaseState) -> str:
    if state.ended:
        return "procedures.told.ended"
    if state.paused is not None and state.paused.reason == SUPPLEMENT:
        return "procedures.told.supplement"
    return "procedures.told.moved"


def _params(view: CaseView, state: CaseState) -> dict[str, Any]:
    kind = view.kind
    place = kind.end(state.step) if state.ended else kind.step(state.step)
    return {
        "number": view.row.number,
        "title_zh": kind.title.zh,
        "title_en": kind.title.en,
        "step_zh": place.title.zh,
        "step_en": place.title.en,
        "plain_zh": place.plain.zh,
        "plain_en": place.plain.en,
        "due": "" if view.row.due_day is None else view.row.due_day.isoformat(),
    }
