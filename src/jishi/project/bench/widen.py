"""Add a column that the running version does not know: `python -m jishi.project.bench.widen`."""

import secrets

import django

if __name__ == "__main__":
    django.setup()

from django.db import connection


def widen() -> None:
    """Add a column that may be null to the offerings, the kind of change an upgrade makes under running servers."""
    name = f"later_{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE market_offering ADD COLUMN {name} integer NULL")


if __name__ == "__main__":
    widen()
