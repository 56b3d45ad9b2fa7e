"""Styles, scripts and fonts: collected once with their compressed forms, else served from the sources.

Refuses to mix the two: a file of the sources beside collected ones would hide that these are old.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.compress import Compressor
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedStaticFilesStorage

VENDOR_MAX_AGE_S = 7 * 24 * 3600  # vendored files change only with a release


class AssetStorage(CompressedStaticFilesStorage):
    """Collect files and put a gzip form beside each that gains by it."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Compress what changed since the last time."""
        changed = {name: place for name, place in paths.items() if not self._is_compressed(name)}
        yield from super().post_process(changed, dry_run, **options)

    def _is_compressed(self, name: str) -> bool:
        file, packed = Path(self.path(name)), Path(self.path(f"{name}.gz"))
        return packed.exists() and packed.stat().st_mtime >= file.stat().st_mtime

    def create_compressor(self, **options: Any) -> Compressor:
        """Return a compressor that makes gzip only: every client reads it, and nothing more need be installed."""
        return Compressor(use_brotli=False, **options)


class AssetMiddleware(WhiteNoiseMiddleware):
    """Serve what was collected; the sources where nothing was."""

    def add_files(self, root: Any, prefix: str | None = None) -> None:
        """Add the collected files, if there are any yet."""
        if Path(root).is_dir():
            super().add_files(root, prefix=prefix)

    def add_files_from_finders(self) -> None:
        """Add the files of the sources unless collected ones stand in for them."""
        if not self.files:
            super().add_files_from_finders()

    def add_cache_headers(self, headers: Any, path: str, url: str) -> None:
        """Let browsers keep a vendored file for a week; ours follow `WHITENOISE_MAX_AGE`."""
        super().add_cache_headers(headers, path, url)
        if "/vendor/" in url:
            headers["Cache-Control"] = f"max-age={VENDOR_MAX_AGE_S}, public"
