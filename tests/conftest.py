"""What every test of the house may rely on; kept small and quick, since every run pays for it."""

import os

import pytest
from hypothesis import settings

from jishi.project.browser import find_browser

# A shared two-core machine makes wall-clock deadlines fail for no reason of ours.
# Each run draws other examples: where many runs follow each other, each may draw fewer.
EXAMPLES = int(os.environ.get("JISHI_EXAMPLES", "100"))
settings.register_profile("house", deadline=None, print_blob=True, max_examples=EXAMPLES)
settings.load_profile("house")

BROWSER_FIXTURES = {"page", "browser", "context", "new_context"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, so that it can be left out by name where there is none."""
    driving = [item for item in items if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ()))]
    for item in driving:
        item.add_marker(pytest.mark.browser)
    if driving and find_browser() is None:
        for item in driving:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))
