"""Guessing a password: the tries at one process count at every other of the deployment."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.web.server import Server
from tests.web.world import PASSWORD, World

RIGHT, WRONG = "the-right-long-word", "a-wrong-long-word"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """Give files and a database that several processes share, with the limits of a real one."""
    var = tmp_path_factory.mktemp("guessed")
    server = Server(var, f"sqlite:///{var}/jishi.sqlite3", {"JISHI_NO_RATE_LIMITS": "0"})
    server.migrate()
    return server


def guess(server: Server, address: str, *tries: tuple[str, str], create: tuple[str, ...] = ()) -> list[str]:
    """Try (email, password) in a process of its own."""
    made = [(email, RIGHT) for email in create]
    given = {"tries": tries, "address": address, "create": made}
    return list(json.loads(server.run("tests.web.guess", given=given)))


def test_tries_at_one_process_count_at_the_next(deployment: Server) -> None:
    one, two = "one@example.org", "two@example.org"
    first = guess(deployment, "10.0.0.1", *[(one, WRONG)] * 3, create=(one, two))
    second = guess(deployment, "10.0.0.2", (one, WRONG), (one, WRONG), (one, RIGHT), (two, RIGHT))
    assert (first, second) == (["refused"] * 3, ["refused", "refused", "slowed", "in"])


def test_an_address_is_slowed_whomever_it_guesses(deployment: Server) -> None:
    names = tuple(f"victim{number}@example.org" for number in range(4))
    first = guess(deployment, "10.0.0.9", *[(each, WRONG) for each in names[:2] * 3], create=names)
    second = guess(deployment, "10.0.0.9", *[(each, WRONG) for each in names[2:] * 3])
    assert (first, second) == (["refused"] * 6, ["refused"] * 4 + ["slowed"] * 2)


def test_letters_to_reset_a_password_are_few(world: World, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}
    asked = [
        Client().post("/accounts/password/reset/", {"email": "rival@example.org"}).status_code
        for _ in range(8)
    ]
    assert len(mail.outbox) == 5, asked


def test_without_limits_there_are_none(world: World, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    client = Client()
    for _ in range(12):
        client.post("/accounts/login/", {"login": "rival@example.org", "password": WRONG})
    answer = client.post("/accounts/login/", {"login": "rival@example.org", "password": PASSWORD})
    assert answer.status_code == 302


def test_settings_take_the_limits_away_when_told(tmp_path: Path) -> None:
    code = "from django.conf import settings; print(settings.ACCOUNT_RATE_LIMITS)"
    said = []
    for given in ("1", "0"):
        server = Server(tmp_path, f"sqlite:///{tmp_path}/none.sqlite3", {"JISHI_NO_RATE_LIMITS": given})
        said.append(server.run("django", "shell", "-v0", "-c", code).strip().splitlines()[-1])
    assert said[0] == "False" and "login_failed" in said[1]
