"""Sign in as one process of several does: `python -m tests.web.guess < {"tries", "address", "create"}`.

Run it in the environment of a server. Prints for each try in turn: in, refused, or slowed.
"""

import json
import sys
from collections.abc import Sequence

import django

if __name__ == "__main__":
    django.setup()

from django.test import Client

from jishi.platform.models import User

SLOWED = "Too many failed login attempts"


def guess(
    tries: Sequence[tuple[str, str]], address: str, create: Sequence[tuple[str, str]] = ()
) -> list[str]:
    """Try (email, password) one after the other from an address; the accounts to `create` are made first."""
    for email, password in create:
        User.objects.create_user(email, password)
    return [_try(email, password, address) for email, password in tries]


def _try(email: str, password: str, address: str) -> str:
    client = Client(REMOTE_ADDR=address)
    client.cookies["django_language"] = "en"
    answer = client.post("/accounts/login/", {"login": email, "password": password})
    if answer.status_code == 302:
        return "in"
    return "slowed" if answer.status_code == 429 or SLOWED in answer.content.decode() else "refused"


if __name__ == "__main__":
    print(json.dumps(guess(**json.load(sys.stdin))))
