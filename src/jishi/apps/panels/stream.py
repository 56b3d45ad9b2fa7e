"""Write what happened to a panel or an expert into its stream of the log; keep the secret of a draw in a file."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from jishi.kernel.fault import Fault
from jishi.platform import evidence
from jishi.platform.context import Context
from jishi.platform.durable import write_bytes

News = Sequence[tuple[str, dict[str, Any]]]


def write(ctx: Context, stream: str, news: News) -> int:
    """Append entries of one instant to a stream inside the running transaction; return the instant (ms)."""
    head = evidence.lock(stream)
    at_ms = max(ctx.now_ms(), head.at_ms)
    evidence.append(head, ctx.now_ms(), [(kind, data, at_ms) for kind, data in news])
    return at_ms


def keep_secret(commitment: str, secret: str, salt: str) -> None:
    """Keep the secret behind a commitment in a file until the draw."""
    write_bytes(_path(commitment), json.dumps({"secret": secret, "salt": salt}).encode())


def read_secret(commitment: str, number: str) -> tuple[str, str]:
    """Return the secret and its salt; Fault `panels.secret.lost`."""
    path = _path(commitment)
    if not path.exists():
        raise Fault("panels.secret.lost", number=number)
    kept = json.loads(path.read_bytes())
    return kept["secret"], kept["salt"]


def _path(commitment: str) -> Path:
    return Path(settings.JISHI_VAR) / "panels" / f"{commitment}.json"
