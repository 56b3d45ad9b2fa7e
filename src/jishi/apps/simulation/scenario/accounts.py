"""Demo accounts: users, their grants, and the parties they represent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.platform import access
from jishi.platform.context import Context
from jishi.platform.models import User

DOMAIN = "demo.example"


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """What a newcomer needs to sign in, and whom the account stands for."""

    email: str
    password: str
    title_zh: str
    title_en: str


def list_demo_accounts() -> list[DemoLogin]:
    """Return the demo accounts of the pack's scenario, none without one."""
    scenario = packs.default_pack().scenario
    if scenario is None:
        return []
    password = scenario.demo_password
    return [DemoLogin(address(a.login), password, a.title.zh, a.title.en) for a in scenario.accounts]


def address(login: str) -> str:
    """Return the e-mail address a demo account signs in with."""
    return f"{login}@{DOMAIN}"


def find_demo_account() -> str | None:
    """Return the address of a demo account that may sign in, or None."""
    return (
        User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True)
        .values_list("email", flat=True)
        .first()
    )


def make_parties(ctx: Context, scenario: packs.Scenario) -> dict[str, str]:
    """Register the scenario's parties; those that bid by themselves are marked as simulated."""
    automatic = {bidder.party for bidder in scenario.bidders}
    made = {}
    for party in scenario.parties:
        form = parties.PartyForm(party.kind, party.name, party.code)
        made[party.id] = parties.register_party(replace(ctx, simulated=party.id in automatic), form).id
    return made


def make_users(ctx: Context, scenario: packs.Scenario, party_ids: Mapping[str, str]) -> dict[str, int]:
    """Make the scenario's users with their grants; return user ids by login."""
    names = {party.id: party.name for party in scenario.parties}
    made = {}
    for account in scenario.accounts:
        user = User.objects.create_user(
            address(account.login), scenario.demo_password, display_name=account.title.zh
        )
        made[account.login] = user.pk
        for role in set(account.roles) & set(access.STAFF):
            access.grant(user, role, account.division, names.get(account.party or "", ""))
        if account.party is not None and not set(account.roles) & set(access.STAFF):
            parties.add_representative(ctx, party_ids[account.party], user.pk)
    return made
