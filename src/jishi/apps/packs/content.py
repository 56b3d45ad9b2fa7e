"""The content hash of a pack: the same files give the same hash on every machine."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

CODE_SUFFIXES = {".py", ".pyc"}


def data_files(root: Path) -> Iterator[Path]:
    """Yield every data file under `root`, sorted by relative path; code and hidden files are not data."""
    files = [path for path in root.rglob("*") if path.is_file() and path.suffix not in CODE_SUFFIXES]
    visible = [
        path for path in files if not any(part.startswith(".") for part in path.relative_to(root).parts)
    ]
    yield from sorted(visible, key=lambda path: path.relative_to(root).as_posix())


def pack_hash(root: Path) -> str:
    """Hash the lines `<sha256 of file>  <relative path>` in path order: SHA-256, lower-case hex."""
    whole = hashlib.sha256()
    for path in data_files(root):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{digest}  {path.relative_to(root).as_posix()}\n".encode())
    return whole.hexdigest()
