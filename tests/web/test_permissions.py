"""Who may do what to which object, asked at every address of the portal, also for objects of others.

The table stands in `tests/web/permissions/`, one module a room, each with a list `ROWS` of `Row`: the route as
urls.py spells it, what the object is (own, another's, another division's), and the personas of `world.py` who may. A
new address needs at least one row, else `test_every_address_is_in_the_table` fails; an address that acts on
somebody's object needs a row for an own object and one for another's. What a room of another maker tests itself
stands in `ELSEWHERE` with the reason.
"""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from jishi.web.api_v1.api import api
from tests.web.permissions.row import Row, is_denied
from tests.web.world import PERSONAS, World

FOLDER = Path(__file__).parent / "permissions"
ROOMS = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ("row", "target"))
TABLE: list[Row] = [
    row for room in ROOMS for row in importlib.import_module(f"tests.web.permissions.{room}").ROWS
]
ELSEWHERE = {
    "accounts/": "sign-up, sign-in and TOTP are django-allauth's; each page concerns the signed-in person alone",
}
NO_OBJECT = {"api/v1/"}  # an alias of the API's root, which answers 404


@pytest.fixture(autouse=True)
def no_limits(settings: Any) -> None:
    """Take the request limits away: the table asks often."""
    settings.JISHI_RATE_LIMITS = False


@pytest.fixture(scope="module")
def clients(shared_world: World, django_db_blocker: Any) -> dict[str, Client]:
    """Sign every persona in once."""
    with django_db_blocker.unblock():
        return {persona: shared_world.client(persona) for persona in PERSONAS}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.label)
def test_the_table_holds(clients: dict[str, Client], world: World, row: Row) -> None:
    url = row.url(world)
    passed = {persona for persona, client in clients.items() if not _denied(world, row, client, url)}
    assert passed == set(row.may), f"also let in: {passed - row.may}; kept out: {row.may - passed}"


def test_every_address_is_in_the_table() -> None:
    listed = {row.route for row in TABLE} | NO_OBJECT
    missing = [route for route in _routes(get_resolver()) if route not in listed]
    assert not [route for route in missing if not route.startswith(tuple(ELSEWHERE))]


def test_every_row_is_an_address() -> None:
    assert {row.route for row in TABLE} <= set(_routes(get_resolver()))


def test_every_operation_of_the_api_is_in_the_table() -> None:
    described = api.get_openapi_schema()["paths"]
    asked = {(row.method, "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", row.route)) for row in TABLE}
    wanted = {(method.upper(), path) for path, methods in described.items() for method in methods}
    assert wanted <= asked, sorted(wanted - asked)


def _denied(world: World, row: Row, client: Client, url: str) -> bool:
    with transaction.atomic():
        answer = row.ask(client, world, url)
        transaction.set_rollback(True)
    assert answer.status_code < 500
    return is_denied(answer)


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _routes(entry, route)
