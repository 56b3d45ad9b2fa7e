"""What web tests share: keys and files of their own, and a small market built once a module."""

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from django.db import transaction
from django.test.utils import override_settings

from jishi.project.browser import find_browser
from tests.web.world import World, build_world


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Begin with what waits for browsers and clocks, so that no worker is left alone with it at the end."""
    waits = (item for item in items if item.get_closest_marker("slow") or "browser" in item.fixturenames)
    long = {item.path for item in waits}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session", autouse=True)
def own_var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep keys and files of tests away from those of the machine; they need not outlive a power cut."""
    var = tmp_path_factory.mktemp("var")
    (var / "static").mkdir()
    with override_settings(JISHI_VAR=var, STATIC_ROOT=var / "static", JISHI_DURABLE=False):
        yield var


@pytest.fixture(autouse=True)
def own_log(own_var: Path) -> None:
    """Give each test's database a public log of its own."""
    rmtree(own_var / "log", ignore_errors=True)


@pytest.fixture(scope="module")
def shared_world(django_db_setup: Any, django_db_blocker: Any, own_var: Path) -> Iterator[World]:
    """Build the market once; everything is undone after the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world: World, db: None) -> World:
    """Give the market; what a test changes is rolled back after it."""
    return shared_world


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start a browser for one module: left running, its event loop would keep Django from the database."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("JISHI_BROWSER") or find_browser()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()
