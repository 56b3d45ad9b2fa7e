"""What all processes remember together: one value for all, one winner of many at once, an end, and a bound."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from jishi.platform import cache as module
from jishi.platform.cache import SharedCache
from jishi.platform.models import SharedValue

NAME = "allauth:rl:login_failed:10.0.0.7:someone@example.org"


def cache() -> SharedCache:
    """Return the cache as another process has it."""
    return SharedCache("", {})


def test_it_is_the_cache_of_the_settings() -> None:
    assert settings.CACHES["default"]["BACKEND"] == "jishi.platform.cache.SharedCache"


@pytest.mark.django_db
def test_what_one_stores_every_other_reads() -> None:
    one, other = cache(), cache()
    history = [time.time(), 1_700_000_000.123456]
    one.set(NAME, history, 60)
    assert other.get(NAME) == history, "to the last digit, for it is looked for by its value"
    assert other.get("another", 7) == 7
    other.set(NAME, [], 60)
    assert one.get(NAME) == [] and one.delete(NAME) and not one.delete(NAME)
    assert other.get(NAME) is None


@pytest.mark.django_db
def test_a_value_ends_and_its_place_is_free_again(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = cache(), cache()
    assert one.add(NAME, 1, 60) and not other.add(NAME, 2, 60) and other.get(NAME) == 1
    assert one.touch(NAME, 5)
    later_ms = module._now_ms() + 10_000
    monkeypatch.setattr(module, "_now_ms", lambda: later_ms)
    assert other.get(NAME) is None and not other.touch(NAME, 60)
    assert other.add(NAME, 2, 60) and one.get(NAME) == 2
    one.set("for ever", 3, None)
    assert other.get("for ever") == 3
    other.clear()
    assert one.get("for ever") is None


@pytest.mark.django_db
def test_no_address_and_no_email_stands_in_the_table() -> None:
    cache().set(NAME, 1, 60)
    (row,) = SharedValue.objects.all()
    assert len(row.key) == 64 and "10.0.0.7" not in row.key + row.value


@pytest.mark.django_db
def test_another_deployment_s_key_finds_other_rows(settings: Any) -> None:
    cache().set(NAME, 1, 60)
    settings.SECRET_KEY = "of another deployment"
    assert cache().get(NAME) is None


@pytest.mark.django_db
def test_it_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 10)
    monkeypatch.setattr(module, "CLEAN_EVERY", 5)
    one = cache()
    for number in range(40):
        one.set(f"stranger {number}", 1, 60 + number)
    assert SharedValue.objects.count() <= 10 + 5
    assert one.get("stranger 39") == 1, "those that end last stay"
    later_ms = module._now_ms() + 300_000
    monkeypatch.setattr(module, "_now_ms", lambda: later_ms)
    for _ in range(5):
        one.set("the last", 1, 600)
    assert SharedValue.objects.count() == 1, "what ended is removed"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_adds() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("threads have each a database of their own in memory")

    def add(number: int) -> bool:
        try:
            return cache().add(NAME, number, 60)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        for round_ in range(10):
            assert sum(pool.map(add, range(8))) == 1, round_
            cache().delete(NAME)
