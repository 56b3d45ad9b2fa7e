"""Write files that a crash never tears; needs no database."""

import os
from pathlib import Path
from uuid import uuid4

from django.conf import settings


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` so that a crash leaves the old file or the new one, never a torn one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Several processes and threads may write the same content at once.
    part = path.with_name(f"{path.name}.{uuid4().hex}.part")
    with part.open("wb") as out:
        out.write(content)
        out.flush()
        if settings.JISHI_DURABLE:
            os.fsync(out.fileno())
    part.replace(path)
