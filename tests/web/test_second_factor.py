"""A role that asks for a second factor: nothing is done by it before the factor was shown in this session."""

import json
import re
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from jishi.kernel.fault import Fault
from jishi.platform.models import AccessRecord
from jishi.project.preflight import require_real_market
from tests.web.world import PASSWORD, World

ENROL, CONFIRM = "/accounts/2fa/totp/activate/", "/accounts/2fa/reauthenticate/"
SECRET = generate_totp_secret()


@pytest.fixture(autouse=True)
def demanded(settings: Any) -> None:
    settings.JISHI_RATE_LIMITS, settings.ACCOUNT_RATE_LIMITS = False, False
    settings.JISHI_SECOND_FACTOR = frozenset({"treasurer", "reviewer"})
    settings.MFA_TOTP_TOLERANCE = 1


def signed_in(name: str) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.post("/accounts/login/", {"login": f"{name}@example.org", "password": PASSWORD})
    return client


def code(secret: str = SECRET) -> str:
    counter = list(yield_hotp_counters_from_time())[1]
    return f"{hotp_value(secret, counter):06}"


def leads_to(client: Client, path: str, method: str = "get") -> str:
    answer = getattr(client, method)(path)
    return str(answer.headers.get("Location", answer.status_code))


@pytest.mark.parametrize("path", ["/desk/", "/desk/payments/", "/desk/refunds/"])
def test_the_desk_leads_to_where_it_is_set_up(world: World, path: str) -> None:
    client = signed_in("treasurer")
    assert leads_to(client, path) == ENROL and leads_to(client, path, "post") == ENROL


def test_setting_it_up_opens_the_desk_with_the_next_code(world: World) -> None:
    client = signed_in("treasurer")
    asked = client.get("/desk/payments/", follow=True)
    assert "Your role asks for a second factor" in asked.content.decode()
    page = client.post(asked.redirect_chain[-1][0], {"password": PASSWORD}, follow=True).content.decode()
    assert "data:image/svg+xml" in page
    secret = re.search(r'value="([A-Z2-7]{16,})"', page)
    assert secret is not None
    done = client.post(ENROL, {"code": code(secret[1])})
    assert done.status_code == 302, done.content.decode()
    assert leads_to(client, "/desk/payments/").startswith(CONFIRM)


def test_other_roles_and_bidders_are_not_asked(world: World) -> None:
    assert leads_to(signed_in("clerk"), "/desk/") == "200"
    assert leads_to(signed_in("bidder"), "/me/") == "200"
    assert leads_to(Client(), "/desk/").startswith("/accounts/login/")


def test_without_the_setting_nobody_is_asked(world: World, settings: Any) -> None:
    settings.JISHI_SECOND_FACTOR = frozenset()
    assert leads_to(signed_in("treasurer"), "/desk/payments/") == "200"


def test_nothing_is_done_by_a_withheld_role_elsewhere(world: World) -> None:
    path = f"/api/v1/registrations/{world.registrations['free', 'north']}"
    reviewer, clerk = signed_in("reviewer"), signed_in("clerk")
    assert clerk.get(path).status_code == 200 and reviewer.get(path).status_code == 403
    assert not AccessRecord.objects.filter(person=world.users["reviewer"], allowed=True).exists()


def test_the_factor_opens_the_session_that_showed_it_alone(world: World) -> None:
    before = signed_in("treasurer")
    TOTP.activate(world.users["treasurer"], SECRET)
    assert leads_to(before, "/desk/payments/").startswith(CONFIRM)
    after = signed_in("treasurer")
    assert leads_to(after, "/desk/payments/").startswith("/accounts/login/"), (
        "a password alone is half a sign-in"
    )
    done = after.post("/accounts/2fa/authenticate/", {"code": code()})
    assert done.status_code == 302, done.content.decode()
    assert leads_to(after, "/desk/payments/") == "200"
    assert leads_to(before, "/desk/payments/").startswith(CONFIRM)


def test_a_session_of_before_shows_it_and_goes_on(world: World) -> None:
    client = signed_in("treasurer")
    TOTP.activate(world.users["treasurer"], SECRET)
    asked = leads_to(client, "/desk/payments/")
    assert leads_to(client, asked) == "200"
    assert client.post(asked, {"code": "000000"}).status_code == 200
    assert client.post(asked, {"code": code()}).headers["Location"] == "/desk/payments/"
    assert leads_to(client, "/desk/payments/") == "200"


def test_a_token_does_not_carry_the_role(world: World) -> None:
    client = signed_in("reviewer")
    made = client.post(
        "/api/v1/tokens", json.dumps({"name": "robot"}), content_type="application/json"
    ).json()
    TOTP.activate(world.users["reviewer"], SECRET)
    program = Client(headers={"Authorization": f"Bearer {made['token']}"})
    path = f"/api/v1/registrations/{world.registrations['free', 'north']}"
    assert program.get("/api/v1/registrations").status_code == 200
    assert program.get(path).status_code == 403


def test_a_role_nobody_has_is_no_setting(world: World, settings: Any) -> None:
    require_real_market()
    settings.JISHI_SECOND_FACTOR = frozenset({"administrator"})
    with pytest.raises(Fault) as refused:
        require_real_market()
    assert refused.value.code == "access.role_unknown" and "administrator" in str(
        refused.value.params["role"]
    )
