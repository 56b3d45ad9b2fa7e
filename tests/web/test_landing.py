"""After signing in, staff land at the desk and everybody else at their own list."""

import pytest
from django.test import Client

from jishi.platform import access
from jishi.platform.models import User

PASSWORD = "a long enough passphrase"
pytestmark = pytest.mark.django_db


def _sign_in(email: str) -> str:
    answer = Client().post("/accounts/login/", {"login": email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


def test_staff_land_at_the_desk() -> None:
    clerk = User.objects.create_user("clerk@example.org", PASSWORD)
    access.grant(clerk, access.CLERK, "220100")
    assert _sign_in("clerk@example.org") == "/desk/"


def test_everybody_else_lands_at_their_own_list() -> None:
    User.objects.create_user("bidder@example.org", PASSWORD)
    assert _sign_in("bidder@example.org") == "/me/"
