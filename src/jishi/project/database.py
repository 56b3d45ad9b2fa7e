"""Read the database address `JISHI_DATABASE_URL` into Django's settings."""

from typing import Any
from urllib.parse import unquote, urlsplit

CUT_OFF_S = 10
"""So long a process that is cut off in the middle of a transaction keeps its locks, and another its lot waiting.

Actions answer each other within milliseconds; what computes for seconds does so before its transaction, or says so
(`platform.patience.taking_time`). So ten seconds end nothing that lives, and are few enough for a bidder to ask again.
"""
_SESSION = {
    "idle_in_transaction_session_timeout": f"{CUT_OFF_S}s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": f"{CUT_OFF_S}s",
}
"""How the database notices that this process is gone; by a socket of the same machine only the first matters."""
_LINE = {
    "connect_timeout": "5",
    "keepalives": "1",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": str(CUT_OFF_S * 1000),
}
"""How this process notices that the database is gone (libpq)."""


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
    """Return the setting; what the query says, as libpq names it, comes before what is said here."""
    query = {
        name: unquote(value)
        for name, _, value in (item.partition("=") for item in parts.query.split("&"))
        if value
    }
    host = query.pop("host", unquote(parts.hostname or ""))
    session = " ".join(f"-c {name}={value}" for name, value in _SESSION.items())
    options = f"{session} {query.pop('options', '')}".strip()  # of two values of one name the later holds
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,  # a line the database has dropped is opened anew, not answered with an error
        "OPTIONS": {**_LINE, **query, "options": options},
    }
