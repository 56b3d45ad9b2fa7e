"""A table sent as the body of a request: checked by size before it is read, by content before it is believed."""

import tempfile
from pathlib import Path
from typing import IO, Any

from django.http import HttpRequest

from jishi.kernel.fault import Fault
from jishi.platform.tables.source import STRANGERS, Form, Source, form_of, open_table

LARGEST_BYTES = 128 << 20
PIECE = 1 << 20
MEDIA: dict[str, tuple[Form, ...]] = {
    "text/csv": ("csv",),
    "text/plain": ("csv",),
    "application/vnd.apache.parquet": ("parquet",),
    "application/vnd.apache.arrow.stream": ("arrow",),
    "application/vnd.apache.arrow.file": ("arrow",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("xlsx",),
    "application/octet-stream": ("csv", "parquet", "arrow", "xlsx"),
}


class Sent:
    """Hold the file that came, of one of some forms; `close` throws it away."""

    def __init__(self, held: IO[bytes], media: str) -> None:
        self.held, self.media = held, media

    def open(self) -> Source:
        """Open the table; Faults `api.media`, `table.*`."""
        return read_table(Path(self.held.name), MEDIA[self.media], self.media)

    def close(self) -> None:
        """Throw the file away."""
        self.held.close()


def receive(request: HttpRequest) -> Sent:
    """Take the body of a request into a file; Faults `api.length`, `api.too_large`, `api.media`."""
    size = request.META.get("CONTENT_LENGTH") or ""
    if not (size.isascii() and size.isdigit()):
        raise Fault("api.length")
    must_fit(int(size))
    media = (request.content_type or "").lower()
    if media not in MEDIA:
        raise Fault("api.media", media=media, valid=list(MEDIA))
    held = tempfile.NamedTemporaryFile(prefix="cases-")  # noqa: SIM115 - the answer closes it
    try:
        while piece := request.read(PIECE):
            held.write(piece)
        held.flush()
    except BaseException:
        held.close()
        raise
    return Sent(held, media)


def must_fit(size: int) -> None:
    """Check the size of a file before it is read; Fault `api.too_large`."""
    if size > LARGEST_BYTES:
        raise Fault("api.too_large", mib=size >> 20, most=LARGEST_BYTES >> 20)


def read_table(path: Path, forms: tuple[Form, ...], media: str) -> Source:
    """Open a stranger's table; Fault `api.media` where it is not of the form it is said to be."""
    form = form_of(path)
    if form not in forms:
        raise Fault("api.media", media=media, valid=_media_of(form))
    return open_table(path, STRANGERS)


def _media_of(form: Form) -> list[Any]:
    return [media for media, forms in MEDIA.items() if form in forms][:2]
