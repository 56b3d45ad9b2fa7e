"""Say who acts for a party: its legal representative, and agents for everything or for one offering."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from jishi.apps.parties.events import AuthorityEnded, publish
from jishi.apps.parties.models import AGENT, LEGAL, Party, Representative
from jishi.apps.parties.reads import lock_party, representatives_of
from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.access import Target, require
from jishi.platform.context import Context
from jishi.platform.entropy import new_id
from jishi.platform.models import User

ROLES = (LEGAL, AGENT)


@dataclass(frozen=True, slots=True)
class Mandate:
    """Who is to act, as what, in which offering (empty: all), until when (ms)."""

    user_id: int
    role: str
    scope: str = ""
    until_ms: int | None = None


def add_representative(
    ctx: Context,
    party_id: str,
    user_id: int,
    *,
    role: str = LEGAL,
    scope: str = "",
    until_ms: int | None = None,
) -> str:
    """Let a user act for a party on the platform's own word; return the representative's id."""
    require(ctx, "representative.add", Target(party_id, party=party_id))
    if role not in ROLES:
        raise Fault("parties.role.unknown", role=role, valid=", ".join(ROLES))
    with transaction.atomic():
        return _add(ctx, lock_party(party_id), Mandate(user_id, role, scope, until_ms))


def authorise_agent(
    ctx: Context, party_id: str, email: str, *, scope: str = "", until_ms: int | None = None
) -> str:
    """Let the owner of an account act as the party's agent (代理人); only its legal representative may.

    Faults `parties.agent.not_legal`, `parties.agent.no_account`, `parties.agent.until_past`,
    `parties.agent.exists`.
    """
    require(ctx, "agent.authorise", Target(party_id, party=party_id))
    _require_legal(ctx, party_id)
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise Fault("parties.agent.no_account", email=email.strip())
    with transaction.atomic():
        return _add(ctx, lock_party(party_id), Mandate(user.pk, AGENT, scope, until_ms))


def revoke_agent(ctx: Context, representative_id: str) -> None:
    """End an agent's or representative's power at once; ending it again changes nothing.

    Faults `parties.agent.unknown`, `parties.agent.not_legal`, `parties.agent.last_legal`.
    """
    party_id = Representative.objects.filter(id=representative_id).values_list("party_id", flat=True).first()
    require(ctx, "agent.authorise", Target(party_id or "", party=party_id or ""))
    if party_id is None:
        raise Fault("parties.agent.unknown", representative=representative_id)
    _require_legal(ctx, party_id)
    with transaction.atomic():
        party = lock_party(party_id)
        row = Representative.objects.get(id=representative_id)
        if row.revoked_ms is not None:
            return
        _refuse_last_legal(ctx, row)
        row.revoked_ms = ctx.now_ms()
        row.save(update_fields=["revoked_ms"])
        _witness(ctx, party, "RepresentativeRevoked", {"representative": row.id})
        publish(ctx, AuthorityEnded(party.id, row.scope))


def _add(ctx: Context, party: Party, mandate: Mandate) -> str:
    now = ctx.now_ms()
    if mandate.until_ms is not None and mandate.until_ms <= now:
        raise Fault("parties.agent.until_past", until_ms=mandate.until_ms, now_ms=now)
    standing = representatives_of(party.id, now)
    if any((each.user_id, each.scope) == (mandate.user_id, mandate.scope) for each in standing):
        raise Fault("parties.agent.exists", party=party.name)
    row = new_representative(ctx, party, mandate)
    row.save(force_insert=True)
    _witness(ctx, party, "RepresentativeAdded", told_of(row))
    return row.id


def new_representative(ctx: Context, party: Party, mandate: Mandate) -> Representative:
    """Return a row, not yet stored, that lets a user act from now on."""
    return Representative(
        id=new_id(ctx.entropy),
        party=party,
        user_id=mandate.user_id,
        role=mandate.role,
        scope=mandate.scope,
        since_ms=ctx.now_ms(),
        until_ms=mandate.until_ms,
    )


def told_of(row: Representative) -> dict[str, Any]:
    """Return what the evidence says of a representative: whether there is a limit, not which.

    The offering an agent acts in would tell who bids there.
    """
    return {"representative": row.id, "role": row.role, "limited": bool(row.scope), "until_ms": row.until_ms}


def _require_legal(ctx: Context, party_id: str) -> None:
    standing = representatives_of(party_id, ctx.now_ms())
    legal = {each.user_id for each in standing if each.role == LEGAL}
    if not ctx.actor.system and ctx.actor.user_id not in legal:
        raise Fault("parties.agent.not_legal", party=party_id)


def _refuse_last_legal(ctx: Context, row: Representative) -> None:
    standing = representatives_of(row.party_id, ctx.now_ms())
    if [each.id for each in standing if each.role == LEGAL] == [row.id]:
        raise Fault("parties.agent.last_legal", party=row.party_id)


def _witness(ctx: Context, party: Party, kind: str, data: dict[str, Any]) -> None:
    now = ctx.now_ms()
    evidence.append(evidence.lock(party.stream), now, [(kind, data, now)])
