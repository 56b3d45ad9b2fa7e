"""Convene a panel: fix pool, demand, recusals and a secret, and publish commitments to all before any contribution.

Refuses panels the owner's law would not have: even, too small, too few experts; a representative in conflict; a second
panel while one runs. Whoever the records show in conflict is out of the draw; the clerk may add grounds, not take away.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction

from jishi.apps.panels.actions.expert import link_accounts
from jishi.apps.panels.models import ACTIVE, RUNNING, Expert, Member, Panel
from jishi.apps.panels.owner import GROUNDS, Conflict, Rules, owner_of
from jishi.apps.panels.stream import keep_secret, write
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.draw import commit_secret
from jishi.kernel.panel import demand as kernel
from jishi.kernel.panel.record import dump_demand, read_recusal
from jishi.kernel.panel.seating import draw_panel
from jishi.kernel.spelling import visible
from jishi.platform.access import Target, covers, require
from jishi.platform.context import Context
from jishi.platform.department import departments_of
from jishi.platform.entropy import new_id, new_salt
from jishi.platform.models import User

ALIAS_BYTES = 5
MARK_DIGITS = 16
MOST_SUBSTITUTES = 20


@dataclass(frozen=True, slots=True)
class Convening:
    """The panel asked for: fields with the number of experts to draw, and accounts of people the owner sends itself.

    `recused`: (expert id, ground) known to the office; `substitutes` stand by in each field.
    """

    owner_kind: str
    owner_id: str
    seats: tuple[tuple[str, int], ...]
    representatives: tuple[int, ...] = ()
    recused: tuple[tuple[str, str], ...] = ()
    most_same: int | None = None
    substitutes: int = 5


def convene(ctx: Context, asked: Convening) -> Panel:
    """Convene a panel and publish its commitments.

    Faults `panels.running`, `panels.ground`, `panels.representative`, `panels.substitutes`, and the kernel's `panel.*`.
    """
    owner = owner_of(asked.owner_kind)
    about = owner.about(asked.owner_id)
    concerned = departments_of(asked.owner_kind, asked.owner_id)
    require(ctx, "panel.convene", Target(asked.owner_id, about.division, departments=concerned))
    owner.require_convenable(asked.owner_id)
    conflict = owner.conflict(asked.owner_id, ctx.now_ms())
    people = _check_people(asked.representatives, conflict)
    experts = [each for each in list_eligible(about.division) if each.person not in people]
    pool = _make_pool(ctx, experts)
    seats = [Member(alias=_new_alias(ctx), person=person, name=name) for person, name in people.items()]
    demand = _demand(asked, owner.rules(asked.owner_id), seats)
    recusal = _recusal(pool, conflict, asked.recused)
    panel = Panel(
        id=new_id(ctx.entropy), owner_kind=asked.owner_kind, owner_id=asked.owner_id, division=about.division,
        number=about.number, title=about.title, names=owner.rules(asked.owner_id).names,
        mixes_sealed=owner.is_sealed(asked.owner_id), convened_by=ctx.actor.user_id, convened_ms=ctx.now_ms(),
        simulated=ctx.simulated,
    )  # fmt: skip
    _commit(ctx, panel, pool, (demand, recusal))
    _store(ctx, panel, seats)
    return panel


def list_eligible(division: str) -> list[Expert]:
    """Return the experts who may be drawn in a division: active, with an account, of its pool or one above it."""
    experts = [each for each in Expert.objects.filter(state=ACTIVE) if covers(each.division, division)]
    link_accounts(experts)
    return sorted((each for each in experts if each.person is not None), key=lambda each: each.number)


def detect(expert: Expert, conflict: Conflict) -> list[str]:
    """Return the grounds that records show of an expert; employers are compared by their whole names."""
    grounds = set[str]()
    if expert.person is not None and expert.person in conflict.people:
        grounds.add(conflict.people[expert.person])
    names = {plain_name(name): ground for name, ground in conflict.organisations.items()}
    if (employer := plain_name(expert.organisation)) in names:
        grounds.add(names[employer])
    return sorted(grounds)


def plain_name(organisation: str) -> str:
    """Return the form in which names of employers are compared: no space, brackets alike, no capitals."""
    return "".join(organisation.split()).replace("(", "（").replace(")", "）").casefold()


def _make_pool(ctx: Context, experts: Iterable[Expert]) -> list[tuple[kernel.Expert, Expert]]:
    """Give every expert an alias and every employer a mark of this panel alone; the key of the marks is forgotten."""
    key = new_salt(ctx.entropy)
    made = []
    for each in experts:
        mark = "O" + sha256(f"{key}/{plain_name(each.organisation)}".encode()).hexdigest()[:MARK_DIGITS]
        made.append((kernel.Expert(_new_alias(ctx), mark, frozenset(each.specialities)), each))
    return made


def _new_alias(ctx: Context) -> str:
    return "P" + ctx.entropy.draw(ALIAS_BYTES).hex()


def _demand(asked: Convening, rules: Rules, seats: Sequence[Member]) -> kernel.Demand:
    if not 0 <= asked.substitutes <= MOST_SUBSTITUTES:
        raise Fault("panels.substitutes", given=asked.substitutes, most=MOST_SUBSTITUTES)
    limits = [each for each in (asked.most_same, rules.most_same) if each is not None]
    return kernel.Demand(
        seats=tuple((visible(name).strip(), count) for name, count in asked.seats),
        least_size=rules.least_size,
        # Each of the owner's people has a mark of its own: the limit on one employer is one on experts.
        representatives=tuple(kernel.Expert(each.alias, f"R{each.alias}", frozenset()) for each in seats),
        expert_share=rules.expert_share,
        most_same=min(limits) if limits else None,
        substitutes=asked.substitutes,
    )


def _recusal(
    pool: Sequence[tuple[kernel.Expert, Expert]], conflict: Conflict, told: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    by_id = {row.id: each.id for each, row in pool}
    found = {each.id: grounds for each, row in pool if (grounds := detect(row, conflict))}
    for expert_id, ground in told:
        if ground not in GROUNDS or expert_id not in by_id:
            raise Fault("panels.ground", ground=ground, known=", ".join(GROUNDS))
        found[by_id[expert_id]] = sorted({*found.get(by_id[expert_id], ()), ground})
    return {"experts": found, "organisations": {}}


def _check_people(people: Sequence[int], conflict: Conflict) -> dict[int, str]:
    """Return the names of the owner's people by account; refuse strangers and people in conflict."""
    rows = User.objects.filter(pk__in=people, is_active=True)
    found = {each.pk: each.display_name or each.email for each in rows}
    for person in people:
        if person not in found or person in conflict.people or people.count(person) > 1:
            raise Fault("panels.representative", person=found.get(person, "?"))
    return {person: found[person] for person in people}


def _commit(
    ctx: Context, panel: Panel, pool: list[tuple[kernel.Expert, Expert]],
    drawn_from: tuple[kernel.Demand, dict[str, Any]],
) -> None:  # fmt: skip
    """Fix what the draw depends on, and the secret; try a draw, so that an unfillable panel is refused now."""
    demand, recusal = drawn_from
    read, plain = read_recusal(recusal), [each for each, _ in pool]
    draw_panel(plain, demand, read, "0" * 64)
    panel.demand, panel.recusal, panel.pool_size = dump_demand(demand), recusal, len(pool)
    panel.pool = sorted([each.id, each.organisation, sorted(each.specialities), row.id] for each, row in pool)
    panel.pool_salt = new_salt(ctx.entropy)
    panel.pool_commitment = kernel.commit_pool(plain, demand, read, panel.pool_salt)
    secret, salt = ctx.entropy.draw(32).hex(), new_salt(ctx.entropy)
    panel.secret_commitment = commit_secret(panel.id, secret, salt)
    keep_secret(panel.secret_commitment, secret, salt)


def _store(ctx: Context, panel: Panel, seats: list[Member]) -> None:
    told = {
        "owner": [panel.owner_kind, panel.owner_id], "demand": panel.demand, "pool_size": panel.pool_size,
        "pool_commitment": panel.pool_commitment, "secret_commitment": panel.secret_commitment,
        "mixes_sealed": panel.mixes_sealed, "simulated": panel.simulated,
    }  # fmt: skip
    try:
        with transaction.atomic():
            panel.save(force_insert=True)
            for place, each in enumerate(seats, start=1):
                each.panel, each.seat, each.asked_ms = panel, place, ctx.now_ms()
                each.save()
            write(ctx, panel.stream, [("PanelConvened", told)])
    except IntegrityError as error:
        if not Panel.objects.filter(
            owner_kind=panel.owner_kind, owner_id=panel.owner_id, state__in=RUNNING
        ).exists():
            raise
        raise Fault("panels.running", number=panel.number) from error
