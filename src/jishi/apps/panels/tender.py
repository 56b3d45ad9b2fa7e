"""A panel's owner: an offering sold by scored tender. Bidders' salts, sealed until the opening, mix into the seed.

Refuses a panel for an offering that asks for no expert's marks. Seat and marks go to the market as the system's steps,
in the panel's own transaction, so that a mark counts there or nowhere.
"""

from collections.abc import Mapping
from typing import Any

from jishi.apps.market import api as market
from jishi.apps.panels.owner import About, Conflict, Criterion, Owner, Rules, Subject, Task
from jishi.apps.parties import api as parties
from jishi.apps.sealing import api as sealing
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.acts import Score, Seat
from jishi.kernel.mechanism.tender_score import BY_EXPERT, of_kind, read_criteria
from jishi.platform.context import Context

KIND = "offering"
GONE = ("withdrawn", "refused")


class TenderOwner(Owner):
    """Offerings by scored tender (招标投标法 37)."""

    def about(self, owner_id: str) -> About:
        """Say which offering it is."""
        offering = market.get_offering(owner_id)
        return About(offering.number, offering.title, offering.division)

    def rules(self, owner_id: str) -> Rules:
        """Take the least size of the terms; two thirds of a panel are experts."""
        return Rules(least_size=int(market.get_offering(owner_id).terms.get("panel_least", 5)))

    def require_convenable(self, owner_id: str) -> None:
        """Raise `panels.tender.none`, `panels.tender.state`."""
        offering = market.get_offering(owner_id)
        if not _criteria(offering):
            raise Fault("panels.tender.none", number=offering.number)
        if offering.state != "noticed":
            raise Fault("panels.tender.state", number=offering.number)

    def require_ready(self, owner_id: str) -> None:
        """Raise `panels.tender.early` until the bids are open and a panel is awaited."""
        offering = market.get_offering(owner_id)
        if offering.awaits != "seat" or offering.suspended:
            raise Fault("panels.tender.early", number=offering.number)

    def conflict(self, owner_id: str, at_ms: int) -> Conflict:
        """Keep out who works for a bidder, represents one, or handled the offering itself."""
        offering, bidders = market.get_offering(owner_id), _bidders(owner_id)
        people = {each: "handled" for each in (offering.prepared_by, offering.published_by) if each}
        for party in bidders:
            people |= {each.user_id: "represents" for each in parties.representatives_of(party, at_ms)}
        return Conflict({each.name: "employer" for each in bidders.values()}, people)

    def concerned(self, owner_id: str) -> tuple[str, ...]:
        """Name the bidders."""
        return tuple(sorted(each.name for each in _bidders(owner_id).values()))

    def is_sealed(self, owner_id: str) -> bool:
        """Tell whether bids are sealed and no key of theirs is published."""
        offering = market.get_offering(owner_id)
        running = sealing.is_sealed(offering) and offering.state == "noticed"
        return running and not any(each.private for each in sealing.list_members(owner_id))

    def sealed_parts(self, owner_id: str) -> dict[str, str]:
        """Return the salt of every bid that was opened."""
        found = sealing.read_ceremony(market.get_offering(owner_id))
        openings = found.openings if found else {}
        return {alias: each["salt"] for alias, each in openings.items() if "salt" in each}

    def task(self, owner_id: str) -> Task:
        """Ask for marks of every valid bid."""
        offering = market.get_offering(owner_id)
        state = market.mechanism_of(offering).load(offering.snapshot or {})
        names = {each.alias: each.party for each in market.list_registrations(owner_id)}
        known = parties.find_parties([names[alias] for alias in state.box.by_alias])
        subjects = tuple(Subject(alias, known[names[alias]].name) for alias in sorted(state.box.by_alias))
        return Task.marks(subjects, _criteria(offering))

    def seated(self, ctx: Context, owner_id: str, aliases: list[str]) -> None:
        """Seat the panel in the mechanism, or replace those who left."""
        market.decide_step(ctx.as_system(), owner_id, Seat(aliases))

    def closed(self, ctx: Context, owner_id: str, result: Mapping[str, Any]) -> None:
        """Hand every sheet to the mechanism; with the last one it ranks the bids."""
        for expert, sheets in result["marks"].items():
            for alias, marks in sheets.items():
                market.decide_step(ctx.as_system(), owner_id, Score(expert, alias, marks))

    def is_decided(self, owner_id: str) -> bool:
        """Tell whether the tender has its outcome."""
        return market.get_offering(owner_id).outcome is not None


def asks_for_panel(offering: market.Offering) -> bool:
    """Tell whether an offering's terms ask for marks of experts."""
    return offering.mechanism == "tender" and bool(_criteria(offering))


def _criteria(offering: market.Offering) -> tuple[Criterion, ...]:
    stated = offering.terms.get("criteria") if offering.mechanism == "tender" else None
    found = of_kind(read_criteria(stated or ()), BY_EXPERT) if stated else {}
    return tuple(Criterion(each.id, each.full_marks) for each in found.values())


def _bidders(owner_id: str) -> dict[str, parties.PartyInfo]:
    """Return the parties who bid, those of joint bids too."""
    rows = [each for each in market.list_registrations(owner_id) if each.state not in GONE]
    ids = {each.party for each in rows}
    joint = parties.joint_members_of([each.joint for each in rows if each.joint])
    ids |= {member.party for members in joint.values() for member in members}
    return dict(parties.find_parties(ids))
