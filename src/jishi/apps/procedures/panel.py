"""Cases as owners of panels (评审委员会): who must keep out, what is voted on, what the ballot decides."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from jishi.apps.packs import api as packs
from jishi.apps.panels import api as panels
from jishi.apps.parties import api as parties
from jishi.apps.procedures.actions.deciding import decide_by_panel, get_case
from jishi.apps.procedures.actions.telling import people_of
from jishi.apps.procedures.view import CaseView, view_of
from jishi.kernel.fault import Fault
from jishi.kernel.panel.ballot import Rule
from jishi.platform.context import Context

KIND = "case"
COUNTS = ("members", "present", "yes", "no", "abstain")


class CaseOwner(panels.Owner):
    """Answer for cases that stand at a step with a panel."""

    def about(self, owner_id: str) -> panels.About:
        """Say which case it is."""
        row = get_case(owner_id)
        return panels.About(row.number, row.title, row.division)

    def rules(self, owner_id: str) -> panels.Rules:
        """Give the least size the step asks for."""
        return panels.Rules(least_size=_need(_view(owner_id)).size)

    def require_convenable(self, owner_id: str) -> None:
        """Refuse a case that is not at a step with a panel."""
        _need(_view(owner_id))

    def conflict(self, owner_id: str, at_ms: int) -> panels.Conflict:
        """Keep out those who act for a party, those who acted in the case, and colleagues of the applicant."""
        view = _view(owner_id)
        people = dict.fromkeys(people_of(view), "represents")
        acted = view.row.acts.exclude(by=None).values_list("by_id", flat=True)
        people |= {user: "handled" for user in acted if user not in people}
        named = [parties.find_party(party) for party in filter(None, (view.row.party, view.row.behalf))]
        organisations = {each.name: "represents" for each in named if each and each.kind == "organisation"}
        employer = view.value(_need(view).employer)
        return panels.Conflict(organisations | ({str(employer): "employer"} if employer else {}), people)

    def task(self, owner_id: str) -> panels.Task:
        """Ask for a secret vote on the case, named by its number."""
        view = _view(owner_id)
        need, number = _need(view), view.row.number
        rule = Rule(
            (need.quorum.numerator, need.quorum.denominator),
            (need.majority.numerator, need.majority.denominator),
            need.base,
            need.strict,
        )
        return panels.Task.ballot((panels.Subject(number, view.row.title),), rule)

    def closed(self, ctx: Context, owner_id: str, result: Mapping[str, Any]) -> None:
        """Take the decision the ballot leads to, and let the record of the draw be opened."""
        ballot = result["ballots"][get_case(owner_id).number]
        counts = {name: int(ballot[name]) for name in COUNTS}
        decide_by_panel(ctx.as_system(), owner_id, counts, passed=bool(ballot["passed"]))
        transaction.on_commit(lambda: _open_records(ctx, owner_id))

    def is_decided(self, owner_id: str) -> bool:
        """Tell whether the case has left the step of its panel."""
        row = get_case(owner_id)
        return row.phase != "open" or _view(owner_id).kind.step(row.step).panel is None


def _open_records(ctx: Context, owner_id: str) -> None:
    for panel in panels.list_panels_of(KIND, owner_id):
        if panel.state == "closed":
            panels.open_record(ctx.as_system(), panel.id)


def _view(owner_id: str) -> CaseView:
    row = get_case(owner_id)
    return view_of(row, row.updated_ms)


def _need(view: CaseView) -> packs.PanelNeed:
    row = view.row
    need = view.kind.step(row.step).panel if row.phase == "open" else None
    if need is None:
        raise Fault("procedures.panel.none", step=row.step)
    return need
