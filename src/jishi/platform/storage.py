"""Files by content, outside the database, under JISHI_VAR. Uploads are checked by their first bytes."""

import hashlib
from pathlib import Path

from django.conf import settings

from jishi.kernel.fault import Fault
from jishi.platform.context import Context
from jishi.platform.durable import write_bytes
from jishi.platform.entropy import new_id
from jishi.platform.models import StoredFile

MAX_UPLOAD = 20 * 1024 * 1024
SIGNATURES = {
    b"%PDF-": "application/pdf",
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"PK\x03\x04": "application/zip",
}


def sniff(content: bytes) -> str:
    """Return the media type told by the first bytes; Fault `file.type` when none is accepted."""
    for magic, media in SIGNATURES.items():
        if content.startswith(magic):
            return media
    raise Fault("file.type", valid="PDF, PNG, JPEG, ZIP")


def check_upload(content: bytes) -> str:
    """Return the media type of an upload; Fault when empty, larger than 20 MiB, or of another kind."""
    if not content:
        raise Fault("file.empty")
    if len(content) > MAX_UPLOAD:
        raise Fault("file.size", size=len(content), most=MAX_UPLOAD)
    return sniff(content)


def _path(sha256: str) -> Path:
    return Path(settings.JISHI_VAR) / "files" / sha256[:2] / sha256


def store_file(
    ctx: Context, content: bytes, name: str, *, owner: str, media_type: str, public: bool
) -> StoredFile:
    """Store `content` once and return its row; `owner` is the object it belongs to."""
    sha256 = hashlib.sha256(content).hexdigest()
    if not _path(sha256).exists():
        write_bytes(_path(sha256), content)
    return StoredFile.objects.create(
        id=new_id(ctx.entropy),
        sha256=sha256,
        size=len(content),
        media_type=media_type,
        name=name,
        owner=owner,
        public=public,
        at_ms=ctx.now_ms(),
    )


def read_file(row: StoredFile) -> bytes:
    """Return the bytes of `row`; Fault `file.missing`, or `file.damaged` when the hash differs."""
    try:
        content = _path(row.sha256).read_bytes()
    except FileNotFoundError:
        raise Fault("file.missing", name=row.name) from None
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise Fault("file.damaged", name=row.name)
    return content


def path_of(row: StoredFile) -> Path:
    """Return where the bytes of `row` stand, to be read only."""
    return _path(row.sha256)


def find_file(file_id: str) -> StoredFile | None:
    """Return the stored file row, or None."""
    return StoredFile.objects.filter(pk=file_id).first()
