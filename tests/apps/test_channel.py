"""The line between processes: what one says the others hear, on PostgreSQL; a torn message breaks nothing."""

import threading
import time

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from jishi.platform.channel import LONGEST, Channel, pack, unpack

NAMES = st.text("abcdef0123456789", min_size=1, max_size=32)


@given(st.dictionaries(NAMES, st.integers(0, 2**53), max_size=600))
def test_what_is_packed_is_unpacked_and_fits(news: dict[str, int]) -> None:
    texts = pack(news)
    assert all(len(text.encode()) <= LONGEST for text in texts)
    assert {key: number for text in texts for key, number in unpack(text).items()} == news


@given(st.text(max_size=60))
def test_any_text_is_read_without_failing(text: str) -> None:
    assert all(isinstance(number, int) for number in unpack(text).values())


@pytest.mark.django_db(transaction=True)
def test_nothing_is_told_where_there_is_one_process() -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL has a line")
    channel = Channel("jishi_test")
    channel.tell("a", 1)
    channel.hear(lambda key, number: None)
    assert channel._threads == []
    channel.close()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_another_process_hears_the_latest() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no line between processes")
    heard: list[tuple[str, int]] = []
    arrived = threading.Event()

    def hear(key: str, number: int) -> None:
        heard.append((key, number))
        if (key, number) == ("lot", 500):
            arrived.set()

    listener, speaker = Channel("jishi_test"), Channel("jishi_test")
    listener.hear(hear)
    time.sleep(0.5)  # until it listens; what is said before is found by looking
    began = time.monotonic()
    for number in range(1, 501):
        speaker.tell("lot", number)
    assert arrived.wait(5)
    assert time.monotonic() - began < 2
    assert len(heard) < 100, "many within 20 ms are one message"
    assert [number for _, number in heard] == sorted(number for _, number in heard)
    speaker.close()
    listener.close()
