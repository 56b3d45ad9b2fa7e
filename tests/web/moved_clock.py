"""A server whose clock a test moves: `python -m tests.web.moved_clock serve --port 8000` runs the portal on it.

The clock is the machine's, moved by the milliseconds written in a file beside the server's own. Only tests have this:
the portal itself knows no way to move its clock.
"""

import os
import time
from pathlib import Path

from jishi.platform.clock import SystemClock

NAME = "moved-by-ms"


class MovedClock:
    """Move the clock of the processes that run on `var`."""

    def __init__(self, var: Path) -> None:
        self.file = var / NAME
        self.offset_ms = 0

    def move_to(self, instant_ms: int) -> None:
        """Let it be `instant_ms` now; from there on the clock runs."""
        self.offset_ms = instant_ms - time.time_ns() // 1_000_000
        fresh = self.file.with_suffix(".fresh")
        fresh.write_text(str(self.offset_ms))
        fresh.replace(self.file)

    def now_ms(self) -> int:
        """Return the instant the processes read."""
        return time.time_ns() // 1_000_000 + self.offset_ms


def install() -> None:
    """Let every clock of this process be the moved one."""
    file = Path(os.environ["JISHI_VAR"]) / NAME

    def now_ms(_: SystemClock) -> int:
        return time.time_ns() // 1_000_000 + int(file.read_text())

    setattr(SystemClock, "now_ms", now_ms)  # noqa: B010 - a type checker rightly refuses the plain assignment


if __name__ == "__main__":
    from jishi.project.cli import app

    install()
    app()
