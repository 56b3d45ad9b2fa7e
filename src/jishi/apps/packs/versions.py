"""Which version of the pack is the law now, and how any version that decided something is loaded again.

The latest release holds, else the installed pack. Without Django, as on a terminal, there are no releases.
"""

import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from threading import Lock

from django.apps import apps

from jishi.apps.packs.archive import lay_out
from jishi.apps.packs.installed import default_archive, default_pack, load_pack_from
from jishi.apps.packs.pack import Pack
from jishi.kernel.fault import Fault

NOTICED_S = 1.0
"""How long a process may not know of a release that another made."""
LOADED = 4
"""How many versions a process holds ready beside the installed one."""


class _Seen:
    """What this process knows: the version that holds, since when it knows, which are loaded, which are kept."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.current: tuple[float, str | None] | None = None
        self.loaded: OrderedDict[str, Pack] = OrderedDict()
        self.kept: set[str] = set()


_seen = _Seen()
_one: ContextVar[list[Pack] | None] = ContextVar("one_law", default=None)


def current_pack() -> Pack:
    """Give the pack whose law is asked: the latest released version, else the installed one."""
    held = _one.get()
    if held:
        return held[0]
    found = _current_hash()
    pack = default_pack() if found is None else pack_of(found)
    if held is not None:
        held.append(pack)
    return pack


@contextmanager
def one_law() -> Iterator[None]:
    """Let everything inside see one version, whatever is released meanwhile."""
    token = _one.set([])
    try:
        yield
    finally:
        _one.reset(token)


def pack_of(digest: str) -> Pack:
    """Load the version with a hash, else Fault `pack.version.unknown`."""
    if digest == default_pack().hash:
        return default_pack()
    with _seen.lock:
        if digest in _seen.loaded:
            _seen.loaded.move_to_end(digest)
            return _seen.loaded[digest]
    pack = load_pack_from(_place_of(digest))
    with _seen.lock:
        _seen.loaded[digest] = pack
        while len(_seen.loaded) > LOADED:
            _seen.loaded.popitem(last=False)
    return pack


def keep_version(digest: str, at_ms: int) -> None:
    """Keep every file of a version that is about to decide something; call it in that transaction."""
    if digest in _seen.kept:
        return
    from django.db import transaction

    from jishi.apps.packs.models import PackVersion

    if not PackVersion.objects.filter(pk=digest).exists():
        rows = [_as_installed(digest, at_ms)]
        PackVersion.objects.bulk_create(rows, ignore_conflicts=True)  # type: ignore[arg-type]
    transaction.on_commit(lambda: _seen.kept.add(digest))


def forget_current() -> None:
    """Read anew which version holds at the next asking; what is loaded stays loaded."""
    _seen.current = None
    _seen.kept.clear()


def _as_installed(digest: str, at_ms: int) -> object:
    from jishi.apps.packs.models import PackVersion

    pack = default_pack()
    if pack.hash != digest:
        raise Fault("pack.version.unknown", hash=digest)
    return PackVersion(
        hash=digest, pack=pack.id, label=pack.version, wheel=digest, files=default_archive(), kept_ms=at_ms
    )


def _current_hash() -> str | None:
    """Give the hash of the latest release as this process knows it, None without any."""
    if not (apps.ready and apps.is_installed("jishi.apps.packs")):
        return None
    known, now = _seen.current, time.monotonic()
    if known is not None and now - known[0] < NOTICED_S:
        return known[1]
    from jishi.apps.packs.models import PackRelease

    rows = PackRelease.objects.filter(pack=default_pack().id).order_by("-number")
    found = rows.values_list("version_id", flat=True).first()
    _seen.current = (now, found)
    return found


def _place_of(digest: str) -> Path:
    """Give the directory a kept version is laid out in, made from what the database holds where it is not there."""
    from django.conf import settings

    from jishi.apps.packs.models import PackVersion

    row = PackVersion.objects.filter(pk=digest).first()
    if row is None:
        raise Fault("pack.version.unknown", hash=digest)
    return lay_out(digest, bytes(row.files), Path(settings.JISHI_VAR) / "packs")
