"""Read the database address `JISHI_DATABASE_URL` into Django's settings."""

from typing import Any
from urllib.parse import unquote, urlsplit


def read_database_url(url: str) -> dict[str, Any]:
    """Return Django's setting for `sqlite:///path` or `postgresql://user:password@host:port/name`.

    >>> read_database_url("sqlite:///var/jishi.sqlite3")["NAME"]
    'var/jishi.sqlite3'
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(url.removeprefix("sqlite:///"))
    if parts.scheme in ("postgres", "postgresql"):
        return _postgresql(parts)
    raise ValueError(
        f"JISHI_DATABASE_URL: scheme {parts.scheme!r} is not known; use sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"
    )


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;"
            # a checkpoint writes and syncs what it finds twice: in a busy minute not after every second batch of bids
            " PRAGMA wal_autocheckpoint=8000;",
        },
    }


def _postgresql(parts: Any) -> dict[str, Any]:
    query = dict(item.split("=", 1) for item in parts.query.split("&") if "=" in item)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,  # a line the database has dropped is opened anew, not answered with an error
    }
