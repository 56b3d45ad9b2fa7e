"""The address of the database: what it says goes before what the platform says, and both reach the server."""

import pytest
from django.db import connection

from jishi.project.database import read_database_url


def test_the_query_of_the_address_goes_first() -> None:
    url = "postgresql://u:p%40@db:5433/n?sslmode=require&keepalives_idle=9&options=-c%20work_mem%3D8MB"
    read = read_database_url(url)
    assert (read["HOST"], read["PORT"], read["NAME"], read["PASSWORD"]) == ("db", "5433", "n", "p@")
    assert (read["OPTIONS"]["sslmode"], read["OPTIONS"]["keepalives_idle"]) == ("require", "9")
    assert read["OPTIONS"]["options"].endswith(" -c work_mem=8MB")
    assert "idle_in_transaction_session_timeout=10s" in read["OPTIONS"]["options"]


def test_a_socket_named_in_the_query_is_the_host() -> None:
    read = read_database_url("postgresql://postgres@/postgres?host=%2Fvar%2Frun")
    assert read["HOST"] == "/var/run"
    assert "host" not in read["OPTIONS"]


@pytest.mark.postgres
@pytest.mark.django_db
def test_who_is_cut_off_in_a_transaction_is_ended_by_the_server() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("10s",)
