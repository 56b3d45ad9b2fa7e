"""A pool of experts, an owner that is no offering, and the steps that bring a panel where a test needs it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jishi.apps.panels import api as panels
from jishi.kernel.panel.ballot import Rule
from jishi.platform.context import Context
from jishi.platform.entropy import SeededEntropy
from jishi.platform.models import User
from tests.apps.market.hall import HERE, Hall

ROAD, LAW = "道路", "法律"
SEATS = ((ROAD, 4), (LAW, 1))
PART = "5a" * 32
TWO_THIRDS = Rule((2, 3), (2, 3))
RULES = panels.Rules(least_size=5, expert_share=(2, 3))


class CaseOwner(panels.Owner):
    """An owner that a test sets as it likes and that notes what it is told."""

    def __init__(self) -> None:
        self.found = panels.Conflict()
        self.held = RULES
        self.asked = panels.Task.ballot((panels.Subject("a1"), panels.Subject("a2")), TWO_THIRDS)
        self.told: list[tuple[str, Any]] = []
        self.sealed: dict[str, str] | None = None
        self.open = False
        self.decided = False
        self.refuses: Exception | None = None

    def about(self, owner_id: str) -> panels.About:
        return panels.About(f"No. {owner_id}", "Title review", HERE)

    def rules(self, owner_id: str) -> panels.Rules:
        return self.held

    def conflict(self, owner_id: str, at_ms: int) -> panels.Conflict:
        return self.found

    def is_sealed(self, owner_id: str) -> bool:
        return self.sealed is not None and not self.open

    def sealed_parts(self, owner_id: str) -> dict[str, str]:
        return dict(self.sealed or {})

    def task(self, owner_id: str) -> panels.Task:
        return self.asked

    def seated(self, ctx: Context, owner_id: str, aliases: list[str]) -> None:
        self.told.append(("seated", aliases))

    def closed(self, ctx: Context, owner_id: str, result: Mapping[str, Any]) -> None:
        if self.refuses:
            raise self.refuses
        self.told.append(("closed", result))

    def is_decided(self, owner_id: str) -> bool:
        return self.decided


class Board:
    """An office with a pool: twelve experts in roads and four in law, all with an account."""

    def __init__(self, hall: Hall, owner: CaseOwner) -> None:
        self.hall, self.owner = hall, owner
        hall.system = replace(hall.system, entropy=SeededEntropy("panel"))
        self.experts = [self.expert(f"Z{place:02}", ROAD if place < 12 else LAW) for place in range(16)]

    def expert(self, number: str, *fields: str, **changes: Any) -> panels.Expert:
        """Add an expert with an account."""
        email = f"{number.lower()}@example.org"
        User.objects.get_or_create(email=email)
        form = {
            "number": number, "name": f"专家{number}", "organisation": f"单位{number}", "division": HERE,
            "specialities": fields, "email": email,
        }  # fmt: skip
        return panels.add_expert(self.hall.as_("clerk"), panels.ExpertForm(**{**form, **changes}))

    def as_member(self, member: panels.Member) -> Context:
        """Return the context of who holds a seat."""
        return self.hall.as_("member", user_id=member.person)

    def convene(self, owner_id: str = "1", **changes: Any) -> panels.Panel:
        """Convene a panel as the clerk."""
        given = {"owner_kind": "case", "owner_id": owner_id, "seats": SEATS}
        return panels.convene(self.hall.as_("clerk"), panels.Convening(**{**given, **changes}))

    def contribute(self, panel: panels.Panel, value: str = PART) -> None:
        """Let the regulator contribute."""
        panels.contribute(self.hall.as_("regulator"), panel.id, value)

    def draw(self, panel: panels.Panel) -> panels.Panel:
        """Draw as the reviewer."""
        return panels.draw_members(self.hall.as_("reviewer"), panel.id)

    def members(self, panel: panels.Panel) -> list[panels.Member]:
        """Return who holds a seat, by seat."""
        return [each for each in panels.list_members(panel.id) if each.state != "left"]

    def seat(self, owner_id: str = "1", **changes: Any) -> panels.Panel:
        """Bring a panel to where all have accepted."""
        panel = self.convene(owner_id, **changes)
        self.contribute(panel)
        self.draw(panel)
        for member in self.members(panel):
            panels.accept_seat(self.as_member(member), panel.id)
        return panels.find_panel(panel.id)
