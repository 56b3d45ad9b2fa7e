"""What a changed password and a closed account end: other sessions, tokens, bid tickets; and what is written of it."""

import re
import time
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from jishi.apps.market import actions as market
from jishi.apps.market import api as market_api
from jishi.apps.market.actions import Claim, Command, Sent
from jishi.apps.parties import api as parties
from jishi.kernel.fault import Fault
from jishi.kernel.mechanism.inputs import Bid
from jishi.platform.context import Context
from jishi.platform.models import AccessRecord
from jishi.project import staffing
from tests.web.world import PASSWORD, START_FEN, STEP_FEN, World

NEW = "another-long-word-2026"
NEXT_FEN = START_FEN + 2 * STEP_FEN


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    settings.JISHI_RATE_LIMITS = False
    settings.ACCOUNT_RATE_LIMITS = False


def browser(email: str = "rival@example.org", password: str = PASSWORD) -> Client:
    """Sign in as a person does, so that the session hangs on the password."""
    client = Client(headers={"Accept-Language": "en"})
    client.cookies["django_language"] = "en"
    client.post("/accounts/login/", {"login": email, "password": password})
    return client


def signed_in(client: Client) -> bool:
    return bool(client.get("/me/").status_code == 200)


def program(client: Client) -> Client:
    """Make a token in a browser; return the program that holds it."""
    made = client.post("/api/v1/tokens", {"name": "robot"}, content_type="application/json")
    assert made.status_code == 201, made.content
    return Client(headers={"Authorization": f"Bearer {made.json()['token']}"})


def ticket(world: World, client: Client, party: str = "south") -> str:
    path = f"/api/v1/registrations/{world.registrations['rounds', party]}/ticket"
    answer = client.post(path)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["ticket"])


def bid(text: str) -> str:
    """Bid on the live path's way by a ticket; return the code of the outcome, empty when it was accepted."""
    held = market_api.read_ticket(text, time.time_ns() // 1_000_000)
    claim = Claim(held.registration, held.alias, held.series)
    (outcome,) = market.settle_each(
        Context(), [Sent(held.offering, Command(Bid(held.alias, NEXT_FEN)), claim)]
    )
    return outcome.code


def change(client: Client) -> Any:
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    return client.post("/accounts/password/change/", form, follow=True)


def reset(email: str) -> Any:
    """Reset a password by the letter that is sent, as nobody in particular."""
    client = Client()
    client.cookies["django_language"] = "en"
    client.post("/accounts/password/reset/", {"email": email})
    found = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)
    assert found is not None
    form = client.get(found[1], follow=True)
    assert "API tokens" in form.content.decode()
    return client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW}, follow=True)


@pytest.mark.parametrize("how", ["change", "reset"])
def test_a_new_password_ends_every_way_the_old_one_opened(world: World, how: str) -> None:
    own, other = browser(), browser()
    robot, held, rivals = (
        program(own),
        ticket(world, own),
        ticket(world, browser("bidder@example.org"), "north"),
    )
    assert signed_in(own) and signed_in(other) and robot.get("/api/v1/registrations").status_code == 200
    answer = change(own) if how == "change" else reset("rival@example.org")
    assert "every API token and every bid ticket of yours has ended" in answer.content.decode()
    assert signed_in(own) is (how == "change")
    assert how == "change" or 'role="button" href="/accounts/login/"' in answer.content.decode()
    assert not signed_in(other) and robot.get("/api/v1/registrations").status_code == 401
    assert bid(held) == "live.ticket.revoked"
    assert bid(rivals) != "live.ticket.revoked", "tickets of other parties stand"
    fresh = browser(password=NEW)
    assert signed_in(fresh) and fresh.get("/api/v1/tokens").json() == []
    assert bid(ticket(world, fresh)) == ""
    (line,) = AccessRecord.objects.filter(action="account.change_password")
    assert line.person_id == world.users["rival"].pk and line.allowed


def test_the_page_says_beforehand_what_will_end(world: World) -> None:
    page = browser().get("/accounts/password/change/").content.decode()
    assert "your API tokens and your bid tickets" in page


def test_a_password_that_is_not_taken_ends_nothing(world: World) -> None:
    own, other = browser(), browser()
    robot, held = program(own), ticket(world, own)
    form = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    assert own.post("/accounts/password/change/", form).status_code == 200
    assert signed_in(own) and signed_in(other) and robot.get("/api/v1/tokens").status_code == 401
    assert robot.get("/api/v1/registrations").status_code == 200 and bid(held) == ""


def test_an_agency_of_one_lot_ends_its_tickets_too(world: World) -> None:
    lot, north = world.offerings["rounds"], world.parties["north"]
    parties.add_representative(Context(), north, world.users["member"].pk, role="agent", scope=lot)
    agent = browser("member@example.org")
    held = ticket(world, agent, "north")
    change(agent)
    assert bid(held) == "live.ticket.revoked"


def test_a_closed_account_does_nothing_any_more(world: World) -> None:
    own = browser()
    robot, held = program(own), ticket(world, own)
    staffing.close_account("Rival@example.org")
    assert not signed_in(own) and not signed_in(browser())
    assert robot.get("/api/v1/registrations").status_code == 401
    assert bid(held) == "live.ticket.revoked"
    with pytest.raises(Fault, match="account.state"):
        staffing.close_account("rival@example.org")
    staffing.reopen_account("rival@example.org")
    assert signed_in(browser()) and robot.get("/api/v1/registrations").status_code == 401
    written = AccessRecord.objects.filter(action__startswith="account.").order_by("pk")
    told = f"user/{world.users['rival'].pk}"
    assert [(each.action, each.object_id) for each in written] == [
        ("account.close", told), ("account.reopen", told)
    ]  # fmt: skip


def test_nobody_closes_the_account_of_nobody(world: World) -> None:
    with pytest.raises(Fault, match=r"project.staff.person"):
        staffing.close_account("nobody@example.org")


def test_the_auditor_reads_of_it(world: World) -> None:
    change(browser())
    page = world.client("auditor").get("/desk/accesses/").content.decode()
    assert "account.change_password" in page and "rival@example.org" in page


def test_a_short_password_is_refused_in_chinese(world: World) -> None:
    client = browser()
    client.cookies["django_language"] = "zh-hans"
    form = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    page = client.post("/accounts/password/change/", form).content.decode()
    assert "密码太短，至少需要 10 个字符" in page and "too short" not in page
