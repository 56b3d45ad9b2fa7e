"""The files of a pack as one value: read from a directory, kept as one archive, laid out again, hashed alike."""

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from jishi.apps.packs.content import data_files, pack_hash
from jishi.kernel.fault import Fault

Files = Mapping[str, bytes]
"""What stands in each data file, by relative path."""

EPOCH = (1980, 1, 1, 0, 0, 0)
READ_ONLY = 0o444


def read_files(root: Path) -> dict[str, bytes]:
    """Read every data file of a pack directory."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in data_files(root)}


def files_hash(files: Files) -> str:
    """Hash files as `pack_hash` hashes the directory that holds them."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n".encode())
    return whole.hexdigest()


def write_archive(files: Files) -> bytes:
    """Write files as a ZIP archive: the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()


def read_archive(content: bytes) -> dict[str, bytes]:
    """Read the files of an archive back."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def write_files(files: Files, root: Path) -> None:
    """Write files into a directory."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def lay_out(wanted: str, content: bytes, folder: Path) -> Path:
    """Lay an archive out read-only as `folder`/`wanted`, unless it stands there whole; give the directory.

    Fault `pack.version_damaged` if the archive does not hash to `wanted`.
    """
    place = folder / wanted
    if place.is_dir() and pack_hash(place) == wanted:
        return place
    files = read_archive(content)
    if files_hash(files) != wanted:
        raise Fault("pack.version_damaged", hash=wanted)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = Path(tempfile.mkdtemp(dir=folder, prefix=".part-"))
    write_files(files, part)
    for path in data_files(part):
        path.chmod(READ_ONLY)
    _put(part, place)
    return place


def _put(part: Path, place: Path) -> None:
    """Move a whole directory into place; one that is damaged moves away, one another process put there stays."""
    if place.exists() and pack_hash(place) != place.name:
        place.rename(part.with_name(f"{part.name}-damaged"))
    try:
        part.replace(place)
    except OSError:
        if pack_hash(place) != place.name:
            raise
