"""A bid ticket holds no longer than the authority of who asked for it."""

import pytest

from jishi.apps.market import actions as market
from jishi.apps.market.actions import Claim, Command, Sent
from jishi.apps.market.models import Offering, Registration
from jishi.apps.market.ticket import LIFE_MS, Ticket, read_ticket
from jishi.apps.parties import api as parties
from jishi.apps.parties import events
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.inputs import Bid
from jishi.platform import account
from jishi.platform.models import User
from tests.apps.market.hall import START_FEN, STEP_FEN, Hall


def entrust(hall: Hall, scope: str = "", until_ms: int | None = None) -> str:
    """Let `member` act for the party of `north`; return the mandate."""
    member = User.objects.get(email="member@example.org")
    return parties.add_representative(
        hall.system, hall.parties["north"], member.pk, role="agent", scope=scope, until_ms=until_ms
    )


def ticket(hall: Hall, row: Registration) -> Ticket:
    """Return the ticket the agent gets."""
    agent = hall.as_("member", parties=(hall.parties["north"],))
    return read_ticket(market.issue_ticket(agent, row.id).text, hall.clock.now_ms())


def bid(hall: Hall, held: Ticket, price_fen: int) -> str:
    """Bid with a ticket; return the code of the outcome, empty when it was accepted."""
    claim = Claim(held.registration, held.alias, held.series)
    (outcome,) = market.settle_each(
        hall.system, [Sent(held.offering, Command(Bid(held.alias, price_fen)), claim)]
    )
    return outcome.code


@pytest.fixture
def lots(hall: Hall) -> tuple[Offering, Offering]:
    return hall.offer_two()


def test_a_revoked_agent_bids_no_more_in_any_lot(hall: Hall, lots: tuple[Offering, Offering]) -> None:
    rows = [hall.admit(lot, "north", "south") for lot in lots]
    mandate = entrust(hall)
    held = [ticket(hall, row["north"]) for row in rows]
    assert [bid(hall, each, START_FEN) for each in held] == ["", ""]
    parties.revoke_agent(hall.system, mandate)
    assert [bid(hall, each, START_FEN + STEP_FEN) for each in held] == ["live.ticket.revoked"] * 2
    for row in rows:
        series = Registration.objects.get(pk=row["south"].id).ticket_series
        assert series == 0, "tickets of other parties stand"


def test_the_party_itself_asks_for_a_new_ticket(hall: Hall, lots: tuple[Offering, Offering]) -> None:
    row = hall.admit(lots[0], "north")["north"]
    parties.revoke_agent(hall.system, entrust(hall))
    held = read_ticket(market.issue_ticket(hall.as_("north"), row.id).text, hall.clock.now_ms())
    assert bid(hall, held, START_FEN) == ""


def test_who_was_let_in_just_before_the_end_gets_no_ticket(
    hall: Hall, lots: tuple[Offering, Offering]
) -> None:
    row = hall.admit(lots[0], "north")["north"]
    mandate = entrust(hall)
    asking = hall.as_("member", parties=(hall.parties["north"],))
    parties.revoke_agent(hall.system, mandate)
    with pytest.raises(Fault, match="access.denied"):
        market.issue_ticket(asking, row.id)


def test_an_agency_of_one_lot_ends_its_tickets_alone(hall: Hall, lots: tuple[Offering, Offering]) -> None:
    rows = [hall.admit(lot, "north") for lot in lots]
    mandate, _ = (entrust(hall, scope=lot.id) for lot in lots)
    held = [ticket(hall, row["north"]) for row in rows]
    parties.revoke_agent(hall.system, mandate)
    assert [bid(hall, each, START_FEN) for each in held] == ["live.ticket.revoked", ""]


def test_revoking_that_fails_ends_no_ticket(
    hall: Hall, lots: tuple[Offering, Offering], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = hall.admit(lots[0], "north")["north"]
    mandate = entrust(hall)
    held = ticket(hall, row)

    def fail(*_: object) -> None:
        raise Fault("access.denied")

    monkeypatch.setattr("jishi.apps.parties.events._handlers", [*events._handlers, fail])
    with pytest.raises(Fault):
        parties.revoke_agent(hall.system, mandate)
    assert bid(hall, held, START_FEN) == ""


def test_a_ticket_ends_with_the_mandate(hall: Hall, lots: tuple[Offering, Offering]) -> None:
    row = hall.admit(lots[0], "north")["north"]
    now_ms = hall.clock.now_ms()
    entrust(hall, until_ms=now_ms + 60_000)
    assert ticket(hall, row).until_ms == now_ms + 60_000
    entrust(hall, scope=lots[0].id)
    assert ticket(hall, row).until_ms == now_ms + LIFE_MS


def test_a_new_password_or_a_closed_account_ends_tickets(hall: Hall, lots: tuple[Offering, Offering]) -> None:
    rows = [hall.admit(lot, "north", "south") for lot in lots]
    person = User.objects.get(email="member@example.org")
    entrust(hall)
    held = [ticket(hall, row["north"]) for row in rows]
    account.change_password(hall.system, person, "a-fresh-password")
    assert [bid(hall, each, START_FEN) for each in held] == ["live.ticket.revoked"] * 2
    held = [ticket(hall, row["north"]) for row in rows]
    account.close_account(hall.system, person)
    assert [bid(hall, each, START_FEN) for each in held] == ["live.ticket.revoked"] * 2
    assert all(Registration.objects.get(pk=row["south"].id).ticket_series == 0 for row in rows)
