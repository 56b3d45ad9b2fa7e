"""The folders of a day: the file it reads, the place it writes to, cleared of an earlier day's results."""

from pathlib import Path
from shutil import rmtree

from jishi.kernel.fault import Fault

FOLDERS = {"bundles": "json", "ocds": "json", "contracts": "pdf"}


def read_file(path: Path) -> bytes:
    """Return what stands in the file of announcements; Fault `day.listings` where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Fault("day.listings", path=str(path), why=error.strerror or "") from None


def clear_folders(out: Path) -> None:
    """Make the folders of results and take an earlier day's out of them; Fault `day.out` where that cannot be done."""
    try:
        for name, suffix in FOLDERS.items():
            folder = out / name
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(f"[0-9]*.{suffix}"):
                left.unlink()
        rmtree(out / "log", ignore_errors=True)
    except OSError as error:
        raise Fault("day.out", path=str(error.filename or out), why=error.strerror or "") from None
