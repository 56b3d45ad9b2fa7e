"""Questions panels answer: the pool, panels and their seats, what waits for whom, the public record of a draw.

The record holds no name and no employer; `public_names` gives the names where and when they may be told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count as CountOf
from django.db.models import Q, QuerySet

from jishi.apps.panels.models import (
    ACCEPTED,
    ACTIVE,
    ASKED,
    CLOSED,
    DRAWN,
    LEFT,
    RUNNING,
    SITTING,
    Contribution,
    Expert,
    Member,
    Panel,
    Sheet,
)
from jishi.apps.panels.owner import AFTER_RESULT
from jishi.kernel.fault import Fault
from jishi.kernel.panel.record import FORMAT, OPENED
from jishi.platform.access import stem_of
from jishi.platform.search import Page, page_recent

OFFERING = "offering"
"""The kind of owner whose title is public anyway."""
ACCEPT, MARK, VOTE, CLOSE = "accept", "mark", "vote", "close"


@dataclass(frozen=True, slots=True)
class Duty:
    """What waits for a member: the step, in which panel, since when (ms)."""

    step: str
    panel: Panel
    since_ms: int


@dataclass(frozen=True, slots=True)
class ExpertQuery:
    """Choose experts: words, field, state, of divisions at or below those given."""

    divisions: tuple[str, ...] = ()
    words: str = ""
    speciality: str = ""
    state: str = ""


def find_expert(expert_id: str) -> Expert:
    """Return an expert; Fault `panels.expert.unknown`."""
    expert = Expert.objects.filter(pk=expert_id).first()
    if expert is None:
        raise Fault("panels.expert.unknown", expert=expert_id)
    return expert


def find_experts(query: ExpertQuery, cursor: str | None = None, size: int = 50) -> Page:
    """Page experts, those changed last first."""
    return page_recent(_chosen(query), cursor, size, field="updated_ms")


def count_experts(query: ExpertQuery) -> dict[str, int]:
    """Count the experts chosen: all, and those who may be drawn."""
    rows = _chosen(query)
    ready = rows.filter(state=ACTIVE, person__isnull=False).count()
    return {"all": rows.count(), "ready": ready}


def list_fields(experts: Iterable[Expert]) -> list[tuple[str, int]]:
    """Return every field of experts with how many have it, the commonest first."""
    counts: dict[str, int] = {}
    for expert in experts:
        for name in expert.specialities:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def find_panel(panel_id: str) -> Panel:
    """Return a panel; Fault `panels.unknown`."""
    panel = Panel.objects.filter(pk=panel_id).first()
    if panel is None:
        raise Fault("panels.unknown", panel=panel_id)
    return panel


def find_running(owner_kind: str, owner_id: str) -> Panel | None:
    """Return the panel of an owner that runs, or None."""
    return Panel.objects.filter(owner_kind=owner_kind, owner_id=owner_id, state__in=RUNNING).first()


def map_running(owner_kind: str, owner_ids: Iterable[str]) -> dict[str, Panel]:
    """Return by owner the panel that runs, without its pool, of owners of one kind; one query."""
    rows = Panel.objects.filter(owner_kind=owner_kind, owner_id__in=list(owner_ids), state__in=RUNNING)
    return {each.owner_id: each for each in rows.defer("pool")}


def list_panels_of(owner_kind: str, owner_id: str) -> list[Panel]:
    """Return the panels of an owner without their pools, the latest first."""
    rows = Panel.objects.filter(owner_kind=owner_kind, owner_id=owner_id).defer("pool")
    return list(rows.order_by("-convened_ms", "-id"))


def find_panels(divisions: Sequence[str], cursor: str | None = None, size: int = 50) -> Page:
    """Page panels of divisions and those below, the latest first."""
    rows = Panel.objects.filter(_within(divisions)).defer("pool")
    return page_recent(rows, cursor, size, field="convened_ms")


def list_members(panel_id: str) -> list[Member]:
    """Return who was asked to sit, by seat, each seat's holders in order."""
    rows = Member.objects.filter(panel_id=panel_id).select_related("expert")
    return list(rows.order_by("seat", "id"))


def list_contributions(panel_id: str) -> list[Contribution]:
    """Return what offices contributed, in order."""
    return list(Contribution.objects.filter(panel_id=panel_id).order_by("id"))


def find_seat(panel_id: str, person: int | None) -> Member | None:
    """Return the seat a person was asked to take in a panel, or None; the latest, also one they left."""
    if person is None:
        return None
    rows = Member.objects.filter(panel_id=panel_id, person=person).exclude(panel__state="convened")
    return rows.select_related("panel").order_by("-id").first()


def list_seats(person: int | None) -> list[Member]:
    """Return a person's seats, running ones first."""
    if person is None:
        return []
    rows = Member.objects.filter(person=person).exclude(panel__state="convened")
    found = list(rows.select_related("panel").defer("panel__pool").order_by("-id")[:200])
    return sorted(found, key=lambda each: each.panel.state not in RUNNING or each.state == LEFT)


def list_sheets(member: Member) -> dict[str, dict[str, int]]:
    """Return a member's own marks by subject."""
    return {each.subject: each.marks for each in member.sheets.all()}


def count_done(panel: Panel) -> dict[str, int]:
    """Return by alias how many sheets a member has given, or 1 for a ballot; nothing of what stands in them."""
    rows = panel.members.exclude(state=LEFT).annotate(given=CountOf("sheets"))
    return {each.alias: int(each.voted) if panel.is_ballot else each.given for each in rows}


def list_duties(person: int | None) -> list[Duty]:
    """Return what waits for a member of panels."""
    found = []
    for seat in list_seats(person):
        panel = seat.panel
        if seat.state == LEFT or panel.state not in (DRAWN, SITTING):
            continue
        if step := next_step(seat):
            found.append(Duty(step, panel, seat.asked_ms))
    return found


def next_step(seat: Member) -> str:
    """Name what waits for a member, empty where nothing does."""
    panel = seat.panel
    if seat.state == ASKED and panel.state in (DRAWN, SITTING):
        return ACCEPT
    if seat.state != ACCEPTED or panel.state != SITTING or panel.task is None:
        return ""
    done = count_done(panel)
    needed = 1 if panel.is_ballot else len(panel.task["subjects"])
    if done.get(seat.alias, 0) < needed:
        return VOTE if panel.is_ballot else MARK
    return CLOSE if is_head(seat) and all(each >= needed for each in done.values()) else ""


def is_head(seat: Member) -> bool:
    """Tell whether a member heads the panel: the first seat that was drawn, whoever holds it now."""
    rows = seat.panel.members.exclude(state=LEFT).order_by("seat")
    head = rows.exclude(speciality="").first() or rows.first()
    return head is not None and head.pk == seat.pk


def read_record(panel: Panel) -> dict[str, Any]:
    """Return the public record of a panel's draw; what would tell the names before their time is null."""
    members = [each for each in list_members(panel.id) if each.state != LEFT]
    given = {each.source: each.value for each in list_contributions(panel.id)}
    drawn = panel.drawn_ms is not None
    record: dict[str, Any] = {
        "format": FORMAT, "panel": panel.id, "owner": [panel.owner_kind, panel.owner_id],
        "number": panel.number, "title": public_title(panel), "state": panel.state, "simulated": panel.simulated,
        "convened_ms": panel.convened_ms, "drawn_ms": panel.drawn_ms, "sat_ms": panel.sat_ms,
        "closed_ms": panel.closed_ms, "opened_ms": panel.opened_ms, "reason": panel.reason,
        "pool_size": panel.pool_size, "pool_commitment": panel.pool_commitment,
        "secret_commitment": panel.secret_commitment, "mixes_sealed": panel.mixes_sealed,
        "contributions": panel.contributions if drawn else given, "asked_for": panel.demand,
        "seats": [_seat(each) for each in members] if drawn else [],
        "result": panel.result if panel.state == CLOSED else None,
    }  # fmt: skip
    return record | (_opened(panel, members) if panel.opened_ms is not None else dict.fromkeys(OPENED))


def public_title(panel: Panel) -> str:
    """Return an offering's title; of other owners, whose titles may name a person, nothing."""
    return panel.title if panel.owner_kind == OFFERING else ""


def public_names(panel: Panel) -> dict[str, str]:
    """Return the members' names by alias where the law lets them be told, else nothing."""
    if panel.opened_ms is None or panel.names != AFTER_RESULT:
        return {}
    return {each.alias: each.name for each in list_members(panel.id) if each.state != LEFT}


def progress_of(panels: Sequence[Panel]) -> dict[str, tuple[int, int]]:
    """Return for each panel how many seats are accepted, of how many; one query."""
    rows = Member.objects.filter(panel__in=panels).exclude(state=LEFT)
    counted = rows.values_list("panel_id").annotate(
        all=CountOf("id"), accepted=CountOf("id", filter=Q(state=ACCEPTED))
    )
    return {panel: (accepted, every) for panel, every, accepted in counted}


def count_sheets(panel: Panel) -> int:
    """Count the sheets of marks given so far."""
    return Sheet.objects.filter(member__panel=panel).exclude(member__state=LEFT).count()


def _opened(panel: Panel, members: Sequence[Member]) -> dict[str, Any]:
    return {
        "pool": [row[:3] for row in panel.pool], "demand": panel.demand, "recusal": panel.recusal,
        "pool_salt": panel.pool_salt, "secret": panel.secret, "secret_salt": panel.secret_salt,
        "changes": panel.changes, "members": [_seat(each) for each in members],
    }  # fmt: skip


def _seat(member: Member) -> dict[str, Any]:
    return {"alias": member.alias, "speciality": member.speciality, "place": member.place}


def _chosen(query: ExpertQuery) -> QuerySet[Expert]:
    rows = Expert.objects.filter(_within(query.divisions))
    for word in query.words.split():
        rows = rows.filter(text__icontains=word)
    if query.speciality:
        rows = rows.filter(text__contains=query.speciality)
    return rows.filter(state=query.state) if query.state else rows


def _within(divisions: Sequence[str]) -> Q:
    found = Q(pk__in=[])
    for division in divisions:
        found |= Q(division__startswith=stem_of(division))
    return found
