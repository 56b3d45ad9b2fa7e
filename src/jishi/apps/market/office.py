"""What an office must do next in each offering, and by which statutory day (法定时限)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from jishi.apps.market.mechanism import is_committed, takes
from jishi.apps.market.models import (
    CONFIRMED,
    CONVERTED,
    DRAFT,
    ENDED,
    HALTED,
    NOTICED,
    PUBLISHED,
    UNSOLD,
    Notice,
    Objection,
    Offering,
)
from jishi.apps.market.timeline import expect_day
from jishi.apps.packs import api as packs
from jishi.kernel.mechanism.frame import OPEN
from jishi.platform.access import stem_of
from jishi.platform.models import EvidenceEntry
from jishi.platform.search import Page, page_recent

NO_SALE = (UNSOLD, HALTED, CONVERTED)
# what a mechanism awaits -> the step that gives it, where that has a name of its own
STEP_OF = {"reveal": "open_reserve", "solve": "solve_packages", "draw": "reveal_draw"}
BY_ITSELF = ("", "clear")
AWARDING = ("AwardConfirmed", "NextAwarded")
NEGOTIATING = Q(mechanism="negotiation", phase=OPEN, suspended=False)
# next step -> (the limit's end in the product, the step its days are counted from)
CLOCKS = {
    "open_reserve": ("result", "listing_end"),
    "reveal_draw": ("result", "listing_end"),
    "solve_packages": ("result", "listing_end"),
    "unseal": ("result", "listing_end"),
    "seat": ("result", "listing_end"),
    "confirm": ("result", "listing_end"),
    "publish_result": ("result", "listing_end"),
    "contract": ("contract", "award"),
}


@dataclass(frozen=True, slots=True)
class Duty:
    """One offering that waits for an office: for which step, since when (ms), by which day and clauses.

    `due_day` is None where no limit runs or its calendar is not known; `due_ms` is a clock of the mechanism itself.
    """

    offering: Offering
    step: str
    since_ms: int
    due_day: date | None
    clauses: tuple[str, ...] = ()
    confidence: str = "confirmed"
    due_ms: int | None = None


def list_duties(divisions: Sequence[str], limit: int = 200) -> list[Duty]:
    """Return the offerings of division subtrees that wait for a step of an office; three queries."""
    result = Notice.objects.filter(offering=OuterRef("pk"), kind="result")
    waiting = Q(state__in=[DRAFT, ENDED, CONFIRMED, PUBLISHED]) | (
        Q(state=NOTICED) & (~Q(awaits__in=BY_ITSELF) | NEGOTIATING)
    )
    rows = Offering.objects.filter(_below(divisions)).annotate(published=Exists(result))
    rows = rows.filter(waiting | Q(state__in=NO_SALE, published=False)).order_by("-updated_ms")[:limit]
    offerings = list(rows)
    awarded = award_instants(row.id for row in offerings if row.state in (CONFIRMED, PUBLISHED))
    return [_duty(row, awarded, published=row.published) for row in offerings]


def list_tenders(divisions: Sequence[str], limit: int = 200) -> list[Duty]:
    """Return the running tenders of division subtrees, each with what it waits for; one query.

    Until the bids close nothing is awaited: their closing is then when whatever needs sealed bids must be done by.
    """
    rows = Offering.objects.filter(_below(divisions), state=NOTICED, mechanism="tender")
    found = [_duty(row, {}, published=False) for row in rows.order_by("-updated_ms")[:limit]]
    return [replace(each, due_ms=each.offering.listing_end) if not each.step else each for each in found]


def next_duty(offering: Offering, *, published: bool) -> str:
    """Name the step an offering waits for, "" when it waits for nobody of the office.

    While it runs this is the input its mechanism awaits (`unseal`, `score`, `answer` …) by the name of its step, or
    `agree` while a price is negotiated; a draft with a draw waits first for `commit_draw`. `published` tells whether
    its result is out.
    """
    if offering.state == NOTICED:
        if offering.awaits in BY_ITSELF:
            return "agree" if takes(offering, "agree") else ""
        return STEP_OF.get(offering.awaits, offering.awaits)
    if offering.state == DRAFT and not is_committed(offering):
        return "commit_draw"
    if offering.state in (CONFIRMED, *NO_SALE) and not published:
        return "publish_result"
    return {DRAFT: "publish", ENDED: "confirm", CONFIRMED: "contract", PUBLISHED: "contract"}.get(
        offering.state, ""
    )


def award_instants(offering_ids: Iterable[str]) -> dict[str, int]:
    """Return when the sale of each offering was confirmed (ms), to a next candidate last, by id; absent when not."""
    streams = [f"offering/{each}" for each in offering_ids]
    rows = EvidenceEntry.objects.filter(stream__in=streams, kind__in=AWARDING).order_by("seq")
    return {stream.partition("/")[2]: at for stream, at in rows.values_list("stream", "effective_at")}


def find_objections(divisions: Sequence[str], cursor: str | None = None, size: int = 30) -> Page:
    """Page objections (异议) to results of division subtrees with their offerings, newest first."""
    rows = Objection.objects.filter(_below(divisions, "offering__")).select_related("offering")
    return page_recent(rows, cursor, size, field="at_ms")


def _duty(offering: Any, awarded: Mapping[str, int], *, published: bool) -> Duty:
    step = next_duty(offering, published=published)
    end, start = CLOCKS.get(step, ("", ""))
    closed_ms = offering.closed_ms or offering.listing_end
    instants = {"listing_end": closed_ms, "award": awarded.get(offering.id, closed_ms)}
    since_ms = instants.get(start, offering.updated_ms)
    found = _last_day(offering, end, {start: since_ms}) if end else None
    if found is None:
        return Duty(offering, step, since_ms, None, due_ms=offering.due_ms)
    day, limit = found
    return Duty(offering, step, since_ms, day, tuple(limit["clauses"]), limit["confidence"])


def _last_day(offering: Offering, step: str, instants: dict[str, int]) -> tuple[date, dict[str, Any]] | None:
    pack = packs.current_pack()
    return expect_day(pack, pack.product(offering.product), step, instants, mechanism=offering.mechanism)


def _below(divisions: Sequence[str], prefix: str = "") -> Q:
    reach = Q(pk__isnull=True)
    for division in divisions:
        reach |= Q(**{f"{prefix}division__startswith": stem_of(division)})
    return reach
