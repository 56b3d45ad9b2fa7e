"""Load the pack's scenario into an empty database, and keep one lot open that a newcomer can bid on now."""

from django.db import transaction

from jishi.apps.market import api as market
from jishi.apps.packs import api as packs
from jishi.apps.parties import api as parties
from jishi.apps.simulation.scenario.accounts import address, make_parties, make_users
from jishi.apps.simulation.scenario.cases import stage_case, stage_entries
from jishi.apps.simulation.scenario.lots import Cast, stage_lot
from jishi.apps.simulation.scenario.sales import stage_sale
from jishi.platform.context import Context
from jishi.platform.models import User

MOST_COPIES = 300
SOON_MS = 12 * 60_000


def load_scenario(ctx: Context | None = None) -> bool:
    """Load accounts, parties and lots once; return whether anything was loaded."""
    ctx = ctx or Context()
    scenario = packs.default_pack().scenario
    if scenario is None or User.objects.exists():
        return False
    with transaction.atomic():
        party_ids = make_parties(ctx, scenario)
        users = make_users(ctx, scenario, party_ids)
        cast = Cast(scenario, party_ids, users)
        for officer in ("officer-one", "officer-two"):
            market.register_officer_key(cast.acting(ctx, officer), scenario.demo_password)
        for lot in scenario.lots:
            stage_lot(ctx, cast, lot)
        for sale in scenario.sales:
            stage_sale(ctx, cast, sale)
        entries = stage_entries(ctx, cast)
        for case in scenario.cases:
            stage_case(ctx, cast, case, entries)
    return True


def keep_lot_open(ctx: Context) -> bool:
    """Open a fresh copy of the quick lot when none closes soon; return whether one was opened."""
    scenario = packs.default_pack().scenario
    if scenario is None or market.has_lot_due_before(ctx.now_ms() + SOON_MS):
        return False
    quick = next(
        (lot for lot in scenario.at_stage("free") if (lot.minutes_left or 99) * 60_000 < SOON_MS), None
    )
    copies = market.count_numbered(quick.number) if quick else MOST_COPIES
    cast = _cast(scenario)
    if quick is None or cast is None or copies >= MOST_COPIES:
        return False
    with transaction.atomic():
        stage_lot(ctx, cast, quick, f"-{copies + 1}")
    return True


def _cast(scenario: packs.Scenario) -> Cast | None:
    users = dict(User.objects.filter(email__endswith=address("")).values_list("email", "pk"))
    found = {party.id: parties.find_party_by_code(party.kind, party.code) for party in scenario.parties}
    if len(users) < len(scenario.accounts) or None in found.values():
        return None
    party_ids = {name: party.id for name, party in found.items() if party}
    return Cast(scenario, party_ids, {email.split("@")[0]: pk for email, pk in users.items()})
