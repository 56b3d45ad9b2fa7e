"""Find a browser for the tests: the system's Chromium first, then Playwright's own.

The shell without windows is the same engine and takes half the processor time of the whole browser.
"""

import shutil
from pathlib import Path

SYSTEM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def find_browser() -> str | None:
    """Return the path of a Chromium that can be started, or None."""
    return next(filter(None, map(shutil.which, SYSTEM_NAMES)), None) or _of_playwright()


def _of_playwright() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None
