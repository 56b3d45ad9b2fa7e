"""A unit of work stands or falls whole, reads a locked row once, and leaves nothing behind."""

import threading

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.models import StreamHead
from jishi.platform.unit import find_kept, one_unit

pytestmark = pytest.mark.django_db


def write(stream: str, at_ms: int) -> None:
    """Append one entry as an action does, in a transaction of its own where there is none."""
    with transaction.atomic():
        evidence.append(evidence.lock(stream), at_ms, [("Noted", {"at": at_ms}, at_ms)])


def selects_of_heads() -> int:
    """Count how often two actions on one stream read its head."""
    with CaptureQueriesContext(connection) as seen:
        write("offering/a", 1)
        write("offering/a", 2)
    return sum(query["sql"].startswith("SELECT") for query in seen.captured_queries)


def test_a_locked_row_is_read_once_in_a_unit_and_each_time_outside() -> None:
    write("offering/a", 0)
    assert selects_of_heads() == 2
    with one_unit():
        assert selects_of_heads() == 1
    assert [row.seq for row in evidence.read_stream("offering/a")] == [1, 2, 3, 4, 5]


def test_nested_actions_make_no_savepoint_in_a_unit() -> None:
    with one_unit(), CaptureQueriesContext(connection) as seen:
        write("offering/a", 1)
    assert not [query for query in seen.captured_queries if "SAVEPOINT" in query["sql"]]


def test_a_fault_in_a_unit_undoes_all_of_it() -> None:
    write("offering/a", 1)
    with pytest.raises(Fault), one_unit():
        write("offering/a", 2)
        raise Fault("market.text_missing")
    assert [row.seq for row in evidence.read_stream("offering/a")] == [1]


def test_nothing_goes_on_after_a_fault_that_was_swallowed() -> None:
    with pytest.raises(TransactionManagementError), one_unit():
        with pytest.raises(Fault), transaction.atomic():
            write("offering/a", 1)
            raise Fault("market.text_missing")
        write("offering/a", 2)
    assert not evidence.read_stream("offering/a")


def test_a_unit_leaves_nothing_behind() -> None:
    with one_unit():
        write("offering/a", 1)
        assert find_kept(StreamHead, "offering/a") is not None
    assert find_kept(StreamHead, "offering/a") is None
    with CaptureQueriesContext(connection) as seen:
        write("offering/a", 2)
    assert any("SAVEPOINT" in query["sql"] for query in seen.captured_queries)


def test_another_thread_sees_nothing_of_a_unit() -> None:
    found: list[object] = []
    with one_unit():
        write("offering/a", 1)
        other = threading.Thread(target=lambda: found.append(find_kept(StreamHead, "offering/a")))
        other.start()
        other.join()
    assert found == [None]


@pytest.mark.django_db(transaction=True)
def test_a_unit_stands_in_no_other_transaction() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError), one_unit():
        pass
