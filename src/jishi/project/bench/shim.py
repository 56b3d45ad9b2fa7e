"""A slower disk, a full disk and a clock that jumped, for processes that are started with this shim before libc.

Compiled from `fault_shim.c` by the machine's C compiler; Fault `bench.compiler` where there is none. Nothing of it
is in the product: a process knows of it only by `LD_PRELOAD`, which the bench sets.
"""

import mmap
import shutil
import struct
import subprocess
from pathlib import Path

from jishi.kernel.fault import Fault

SOURCE = Path(__file__).with_name("fault_shim.c")
PLACES = ("fsync_ns", "ahead_ms", "full")


def has_compiler() -> bool:
    """Tell whether this machine can make the shim."""
    return shutil.which("cc") is not None


class Shim:
    """The compiled shim and the page by which its processes are told what to suffer."""

    def __init__(self, folder: Path) -> None:
        self.library, self.page = folder / "fault_shim.so", folder / "fault_shim.page"
        compiler = shutil.which("cc")
        if compiler is None:
            raise Fault("bench.compiler")
        command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(self.library), str(SOURCE), "-ldl"]
        subprocess.run(command, check=True, capture_output=True)
        self.page.write_bytes(bytes(8 * len(PLACES)))
        for path in (self.library, self.page):
            path.chmod(0o755)  # the database's server runs under an account of its own
        with self.page.open("r+b") as held:
            self._map = mmap.mmap(held.fileno(), 8 * len(PLACES))

    @property
    def environment(self) -> dict[str, str]:
        """Return what a process must be started with."""
        return {"LD_PRELOAD": str(self.library), "FAULT_SHIM": str(self.page)}

    def slow_fsync(self, extra_ms: float) -> None:
        """Let each flush take so many milliseconds longer."""
        self._set("fsync_ns", round(extra_ms * 1_000_000))

    def jump_clock(self, ahead_ms: int) -> None:
        """Put the wall clock ahead of the machine's, or behind it with a number below zero."""
        self._set("ahead_ms", ahead_ms)

    def fill_disk(self, full: bool) -> None:
        """Let regular files take nothing more, or take again."""
        self._set("full", int(full))

    def _set(self, name: str, value: int) -> None:
        struct.pack_into("=q", self._map, 8 * PLACES.index(name), value)
