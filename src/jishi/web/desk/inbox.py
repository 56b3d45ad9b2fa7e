"""The inbox: everything that waits for one's roles, ordered by what is left on the statutory clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jishi.apps.market.office import Duty, list_duties
from jishi.apps.panels import api as panels
from jishi.apps.procedures import api as procedures
from jishi.apps.procedures.reads.inbox import WaitingCount, count_waiting
from jishi.apps.rulings import api as rulings
from jishi.apps.sealing import api as sealing
from jishi.kernel.calendar.zone import start_of_day_ms
from jishi.platform.access import PERMISSIONS, STAFF, Target, divisions_of, may, stem_of
from jishi.platform.context import Actor, Context
from jishi.platform.search import find_inbox
from jishi.web.desk.panel_duty import list_panel_duties
from jishi.web.shell.case_clock import count_working_days
from jishi.web.shell.panel_word import duty_word
from jishi.web.shell.site import market_pack, site

# kind of a row -> (the action that handles it, what it is called, what is done)
ROW_KINDS: dict[str, tuple[str, Any, Any]] = {
    "registration": (
        "registration.qualify",
        gettext_lazy("Application to bid"),
        gettext_lazy("Check the qualification"),
    ),
    "question": ("question.answer", gettext_lazy("Question"), gettext_lazy("Answer")),
    "objection": ("objection.answer", gettext_lazy("Objection"), gettext_lazy("Answer the objector")),
    "objection_step": (
        "objection.decide",
        gettext_lazy("Objection in a publicity period"),
        gettext_lazy("Decide the objection"),
    ),
    "payment": ("payment.match", gettext_lazy("Payment without an owner"), gettext_lazy("Match or return")),
    "guarantee": ("guarantee.accept", gettext_lazy("Bank guarantee"), gettext_lazy("Check the guarantee")),
    "refund": ("refund.pay", gettext_lazy("Refund"), gettext_lazy("Refund")),
    "fact_task": ("ruling.state_fact", gettext_lazy("Facts needed"), gettext_lazy("State what a rule asks")),
    "pack_draft": ("pack.release", gettext_lazy("Draft of rules"), gettext_lazy("Review and release")),
    "entry_due": (
        "registration_entry.write",
        gettext_lazy("Price paid in full"),
        gettext_lazy("Write the register entry"),
    ),
}
# who else may end what waits: a reviewer decides where a rule cannot, a clerk answers once no sale depends on it
ALSO = {"fact_task": "ruling.override", "objection_step": "objection.answer"}
SHARED = ("payment",)  # nobody knows yet whose it is, so it waits for every holder of the role
# step of an offering -> (the action that does it, what is done)
DUTIES: dict[str, tuple[str, Any]] = {
    "publish": ("offering.publish", gettext_lazy("Review and publish the notice")),
    "commit_draw": ("offering.prepare", gettext_lazy("Commit to the draw")),
    "agree": ("agreement.record", gettext_lazy("Record the agreement")),
    "reveal_draw": ("draw.make", gettext_lazy("Reveal the draw's secret")),
    "solve_packages": ("packages.solve", gettext_lazy("Find the best packages")),
    "open_reserve": ("reserve.open", gettext_lazy("Open the reserve price")),
    "confirm": ("sale.confirm", gettext_lazy("Confirm the sale")),
    "publish_result": ("result.publish", gettext_lazy("Publish the result")),
    "contract": ("registration_entry.write", gettext_lazy("Conclude the contract")),
}
LOTS, CASES = gettext_lazy("Offering"), gettext_lazy("Case")
CASE = "case"
SOON = timedelta(days=3)


@dataclass(frozen=True)
class Item:
    """One thing that waits: instants in ms; `due_day` is the statutory day, where the clock is one of days."""

    kind: str
    label: Any
    step: Any
    title: str
    url: str
    since_ms: int
    due_ms: int | None
    now_ms: int
    due_day: date | None = None
    clauses: tuple[str, ...] = ()
    division: str = ""
    key: str = ""
    unit: str = "working_day"
    case: procedures.CaseRow | None = None

    @property
    def late(self) -> bool:
        """Tell whether the clock has run out."""
        return self.due_ms is not None and self.now_ms >= self.due_ms

    @property
    def near(self) -> bool:
        """Tell whether it soon will."""
        soon_ms = int(SOON.total_seconds() * 1000)
        return self.due_ms is not None and not self.late and self.due_ms - self.now_ms <= soon_ms

    @property
    def total(self) -> int:
        """Return the whole time of the limit, in seconds."""
        return max(1, ((self.due_ms or 0) - self.since_ms) // 1000)

    @property
    def used(self) -> int:
        """Return how much of it is used up, in seconds."""
        return min(self.total, max(0, (self.now_ms - self.since_ms) // 1000))

    @property
    def left(self) -> str:
        """Say what is left, in working days where the clock runs by statutory days."""
        if self.due_ms is None:
            return ""
        today = site().day(self.now_ms)
        end = self.due_day or site().day(self.due_ms)
        days = None
        if self.unit == "working_day":
            days = count_working_days(today, end) if end >= today else count_working_days(end, today)
        if days is None:
            days = abs((end - today).days)
            said = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
        else:
            said = ngettext("%(n)d working day", "%(n)d working days", days) % {"n": days}
        return _("overdue %s") % said if self.late else said


@dataclass(frozen=True)
class Inbox:
    """What waits for one person: the few things of other rooms, the most urgent first, and how many cases."""

    items: list[Item]
    cases: WaitingCount = field(default_factory=lambda: WaitingCount(0, 0, 0))

    @property
    def total(self) -> int:
        """Count all that waits."""
        return len(self.items) + self.cases.total

    @cached_property
    def late(self) -> int:
        """Count what is overdue."""
        return sum(item.late for item in self.items) + self.cases.late

    @cached_property
    def soon(self) -> int:
        """Count what falls due soon."""
        return sum(item.near for item in self.items) + self.cases.soon

    def kinds(self) -> list[tuple[str, Any, int]]:
        """Count by kind: (kind, label, how many)."""
        labels = {item.kind: item.label for item in self.items}
        found = [(kind, label, sum(i.kind == kind for i in self.items)) for kind, label in labels.items()]
        return [(CASE, CASES, self.cases.total), *found] if self.cases.total else found


def read_inbox(ctx: Context) -> Inbox:
    """Return what waits for the actor's roles, its cases counted; a fixed number of queries."""
    items = [*_rows(ctx), *_duties(ctx), *_panels_wanted(ctx), *_seats(ctx), *_panels(ctx)]
    items.sort(key=lambda item: (item.due_ms is None, item.due_ms or 0, item.since_ms))
    return Inbox(items, count_waiting(ctx, int(SOON.total_seconds() * 1000)))


def _rows(ctx: Context) -> Iterator[Item]:
    kinds = [kind for kind in ROW_KINDS if any(_holds(ctx.actor, action) for action in _actions(kind))]
    if not kinds:
        return
    for row in _find_rows(ctx.actor, kinds):
        _action, label, step = ROW_KINDS[row.kind]
        yield Item(
            kind=row.kind,
            label=label,
            step=step,
            title=row.title,
            url=_address(row.kind, row.object_id),
            since_ms=row.updated_ms,
            due_ms=row.due_ms,
            now_ms=ctx.now_ms(),
            division=row.division,
            key=row.object_id,
        )


def _find_rows(actor: Actor, kinds: list[str]) -> Iterator[Any]:
    """Yield what waits in the divisions where the actor may handle it, and what waits for everybody."""
    own = [kind for kind in kinds if kind not in SHARED]
    roles = {role for kind in own for action in _actions(kind) for role in PERMISSIONS[action]}
    rows = list(find_inbox(own, [stem_of(division) for division in divisions_of(actor, roles)]))
    targets = _tasks_of_departments(actor, rows)
    for row in rows:
        target = targets.get(row.object_id, Target(division=row.division))
        if any(may(actor, action, target) for action in _actions(row.kind)):
            yield row
    shared = [kind for kind in kinds if kind in SHARED]
    if shared:
        yield from find_inbox(shared, [stem_of(market_pack().manifest.root_division)])


def _tasks_of_departments(actor: Actor, rows: list[Any]) -> dict[str, Target]:
    """Give the tasks of cases with their departments; nobody asks for whom no department bounds."""
    tasks = [row.object_id for row in rows if row.kind == "fact_task"]
    bound = any(permit.department for permit in actor.permits)
    return rulings.map_targets(tasks) if bound and tasks else {}


def _actions(kind: str) -> tuple[str, ...]:
    """List the actions that end what waits."""
    return tuple(filter(None, (ROW_KINDS[kind][0], ALSO.get(kind))))


def _duties(ctx: Context) -> Iterator[Item]:
    if not any(_holds(ctx.actor, action) for action, _said in DUTIES.values()):
        return
    for duty in list_duties(divisions_of(ctx.actor, STAFF)):
        if duty.step not in DUTIES:
            continue  # the committee has a page of its own, a panel and an objection a row of their own
        action, step = DUTIES[duty.step]
        if _holds(ctx.actor, action) and not _is_own(ctx.actor, duty):
            yield _duty_item(ctx, duty, step)


def _panels_wanted(ctx: Context) -> Iterator[Item]:
    for duty, step, url in list_panel_duties(ctx):
        yield replace(_duty_item(ctx, duty, step), url=url)


def _seats(ctx: Context) -> Iterator[Item]:
    """Yield what waits for a member of opening committees; it is the person's, whatever the role."""
    steps = {sealing.REGISTER: _("Register a key"), sealing.HAND_OVER: _("Publish my key")}
    for duty in sealing.list_duties(ctx.actor.user_id):
        yield Item(
            kind="seat",
            label=_("Seat in an opening committee"),
            step=steps[duty.step],
            title=f"{duty.offering.number} {duty.offering.title}",
            url=reverse("participant:seat", args=[duty.offering.id]),
            since_ms=duty.offering.updated_ms,
            due_ms=duty.due_ms,
            now_ms=ctx.now_ms(),
            key=duty.offering.id,
        )


def _panels(ctx: Context) -> Iterator[Item]:
    """Yield what waits for a member of panels; it is the person's, whatever the role."""
    for duty in panels.list_duties(ctx.actor.user_id):
        yield Item(
            kind="panel",
            label=_("Seat in a panel"),
            step=duty_word(duty.step),
            title=f"{duty.panel.number} {duty.panel.title}",
            url=reverse("participant:panel", args=[duty.panel.id]),
            since_ms=duty.since_ms,
            due_ms=None,
            now_ms=ctx.now_ms(),
            key=duty.panel.id,
        )


def _is_own(actor: Actor, duty: Duty) -> bool:
    """Tell whether the duty is barred: one's own draft, or a reserve sealed to other officers."""
    if duty.step == "publish":
        return duty.offering.prepared_by == actor.user_id
    return duty.step == "open_reserve" and actor.user_id not in duty.offering.reserve_officers


def _duty_item(ctx: Context, duty: Duty, step: Any) -> Item:
    due_ms = duty.due_ms
    if duty.due_day is not None:
        due_ms = start_of_day_ms(duty.due_day + timedelta(days=1), site().offset_minutes)
    return Item(
        kind="offering",
        label=LOTS,
        step=step,
        title=f"{duty.offering.number} {duty.offering.title}",
        url=reverse("desk:offering", args=[duty.offering.id]),
        since_ms=duty.since_ms,
        due_ms=due_ms,
        now_ms=ctx.now_ms(),
        due_day=duty.due_day,
        clauses=duty.clauses,
        division=duty.offering.division,
        key=f"{duty.offering.id}{duty.step or 'seat'}",
    )


def _holds(actor: Actor, action: str) -> bool:
    return any(permit.role in PERMISSIONS.get(action, {}) for permit in actor.permits)


def _address(kind: str, object_id: str) -> str:
    places = {
        "registration": ("desk:registration", [object_id]),
        "question": ("desk:question", [object_id]),
        "objection": ("desk:objection", [object_id]),
        "objection_step": ("desk:objection", [object_id]),
        "payment": ("desk:payment", [object_id]),
        "guarantee": ("desk:guarantees", []),
        "refund": ("desk:refunds", []),
        "entry_due": ("desk:offering", [object_id]),
        "fact_task": ("desk:task", [object_id]),
        "pack_draft": ("desk:draft", [object_id]),
    }
    name, args = places[kind]
    return reverse(name, args=args)
