"""Whether this process may be sent requests: named checks, each says nothing when well or a code of what is wrong.

Liveness is less: the process answers at all. What is told outside names no host, address or person.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.db import DatabaseError, connection

from jishi.platform.clock import SystemClock
from jishi.platform.evidence import log_size
from jishi.platform.log import CHECKPOINT, current_checkpoint, log_folder
from jishi.platform.silence import last_beat_ms

Trouble = tuple[str, dict[str, Any]]
"""A code and its parameters; its sentences stand in `platform/words`."""
Check = Callable[[], Trouble | None]
LATE_BEAT_MS = 10_000
LATE_LOG_MS = 30_000
log = logging.getLogger("jishi.readiness")


def on_ready(name: str, check: Check) -> None:
    """Register a check of this process; it takes milliseconds and does not raise."""
    _checks[name] = check


def check_all() -> Mapping[str, Trouble | None]:
    """Run every check; where the database does not answer, those that need it are not asked."""
    found: dict[str, Trouble | None] = {"database": check_database()}
    if found["database"] is None:
        for name, check in _checks.items():
            found[name] = _asked(name, check)
    return found


def check_database() -> Trouble | None:
    """Ask the database for one row."""
    try:
        connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        log.exception("the database does not answer")
        connection.close()
        return "platform.ready.database", {}
    return None


def check_clock() -> Trouble | None:
    """Look when a process last wrote that deadlines run."""
    beat_ms = last_beat_ms()
    if beat_ms is None:
        return "platform.ready.no_clock", {}
    silent_ms = SystemClock().now_ms() - beat_ms
    return None if silent_ms < LATE_BEAT_MS else ("platform.ready.clock", {"seconds": silent_ms // 1000})


def check_log() -> Trouble | None:
    """Look whether the public log follows what is committed."""
    found, size = current_checkpoint(), log_size()
    published = 0 if found is None else found.size
    if published >= size:
        return None
    path = log_folder() / CHECKPOINT
    at_ms = int(path.stat().st_mtime * 1000) if path.exists() else 0
    if SystemClock().now_ms() - at_ms < LATE_LOG_MS:
        return None
    return "platform.ready.log", {"behind": size - published}


def _asked(name: str, check: Check) -> Trouble | None:
    try:
        return check()
    except Exception:
        log.exception("the check %s failed", name)
        return "platform.ready.unknown", {"check": name}


_checks: dict[str, Check] = {"clock": check_clock, "log": check_log}
