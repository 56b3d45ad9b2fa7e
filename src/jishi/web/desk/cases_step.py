"""Many cases of one step decided at once (批量办理): each is decided for itself, a refusal of one stops no other."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse

from jishi.apps.packs import api as packs
from jishi.apps.procedures import api as procedures
from jishi.platform.access import STAFF, require
from jishi.platform.context import Context
from jishi.platform.words import say
from jishi.web.desk.case_forms import DecisionForm
from jishi.web.desk.cases import listed
from jishi.web.desk.frame import desk_page, render_desk
from jishi.web.shell.case_fault import titled
from jishi.web.shell.posting import ctx_of
from jishi.web.shell.site import language, market_pack

MOST = 200


@dataclass(frozen=True)
class Done:
    """What became of one case of many: done, or why not."""

    id: str
    number: str
    title: str
    sentence: str


@desk_page("GET", "POST")
def decide_many(request: HttpRequest) -> HttpResponse:
    """List the waiting cases of one step and take one decision of those chosen."""
    ctx, pack = ctx_of(request), market_pack()
    require(ctx, "case.handle")
    given = request.POST if request.method == "POST" else request.GET
    kind = pack.procedures.get(given.get("procedure", ""))
    step = next((each for each in kind.steps if each.id == given.get("step")), None) if kind else None
    shown: dict[str, Any] = {"choices": _steps(ctx, pack), "kind": kind, "step": step, "lang": language()}
    if kind is None or step is None:
        return render_desk(request, "desk/cases_step.html", shown)
    options = [each for each in step.decisions if each.by == "person" and not each.documents]
    decision = next((each for each in options if each.id == given.get("decision")), None)
    form = None
    if decision is not None:
        data = request.POST if request.method == "POST" else None
        form = DecisionForm(data, decision=decision, auto_id="many-%s", initial={"seq": 0})
        if request.method == "POST":
            shown["done"] = _decide(ctx, (kind, step.id), form, request.POST)
    query = procedures.InboxQuery(procedure=kind.id, step=step.id)
    page = procedures.list_inbox(ctx, query, given.get("after"), MOST)
    shown |= {
        "page": page,
        "rows": [listed(pack, row) for row in page.rows],
        "decisions": [(each.id, each.title.say(language())) for each in options],
        "decision": decision,
        "many": form if not shown.get("done") else None,
    }
    return render_desk(request, "desk/cases_step.html", shown)


def _decide(ctx: Context, at: tuple[packs.ProcedureKind, str], form: DecisionForm, posted: Any) -> list[Done]:
    """Decide each chosen case as the person saw it: `case` holds id and state, apart by a dot."""
    kind, step = at
    made, chosen = form.choice(), dict[str, procedures.Choice]()
    for each in posted.getlist("case")[:MOST]:
        case_id, _dot, seq = each.partition(".")
        if seq.isdecimal() and len(seq) < 10:
            chosen[case_id] = replace(made, seq=int(seq))
    waiting = procedures.list_inbox(ctx, procedures.InboxQuery(procedure=kind.id, step=step), None, MOST).rows
    rows = {row.id: row for row in waiting}
    found = []
    for answer in procedures.decide_many(ctx, chosen):
        sentence = ""
        if answer.refusal is not None:
            code, params = answer.refusal
            sentence = say(code, titled(kind, params), language())
        row = rows.get(answer.case)
        number, title = (row.number, row.title) if row else (answer.number, "")
        found.append(Done(answer.case, number or answer.number, title, sentence))
    return found


def _steps(ctx: Context, pack: packs.Pack) -> list[tuple[str, str, str, str]]:
    """Give the steps that wait for the actor's roles: procedure, step, and both in words."""
    roles = {each.role for each in ctx.actor.permits} & set(STAFF)
    lang = language()
    return [
        (kind.id, step.id, kind.title.say(lang), step.title.say(lang))
        for kind in pack.procedures.values()
        for step in kind.steps
        if step.role in roles
    ]
