"""Every public page of the first run in a real browser: wide and narrow, in both languages, nothing amiss."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.web.server import Server, serving

pytestmark = pytest.mark.slow

SIZES = {"wide": 1440, "narrow": 360}
LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}
PLAIN = ["/", "/land/", "/land/?view=map", "/results/", "/notices/", "/verify/", "/law/", "/log/"]
PLAIN += ["/search/?q=演示", "/complaints/"]
LOAD = "from jishi.apps.simulation.api import load_scenario; load_scenario()"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the demonstration lots, one in every stage."""
    with serving(tmp_path_factory.mktemp("public") / "var", {"JISHI_DEMO": "1"}) as server:
        server.run("django", "shell", "--no-imports", "-c", LOAD)
        yield server.start()


@pytest.fixture
def watched(
    browser: Browser, server: Server, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, list[str]]]:
    """Open a window of (width, language) and note every complaint of the browser."""
    width, lang = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=server.url)
    context.add_cookies([{"name": "django_language", "value": lang, "url": server.url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda sent: sent.url.startswith(server.url) or complaints.append(f"left: {sent.url}"))
    yield page, complaints
    context.close()


@pytest.mark.parametrize(
    "watched",
    [(width, lang) for width in SIZES.values() for lang in LANGUAGES],
    ids=[f"{size}-{lang}" for size in SIZES for lang in LANGUAGES],
    indirect=True,
)
def test_every_public_page_fits_and_says_nothing_wrong(watched: Any) -> None:
    page, complaints = watched
    lang = LANGUAGES[page.context.cookies()[0]["value"]]
    for path in [*PLAIN, *_pages_of_lots(page)]:
        page.goto(path)
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.lang") == lang
        spare = page.evaluate("innerWidth - document.documentElement.scrollWidth")
        assert spare >= 0, f"{path} is {-spare} px too wide"
        assert complaints == [], path


def _pages_of_lots(page: Page) -> list[str]:
    """Return the page and the room of every lot, one notice of each, and the check of its bundle."""
    page.goto("/land/")
    found = page.eval_on_selector_all("article.lot h3 a", "links => links.map(link => link.pathname)")
    lots = sorted({path.split("/")[2] for path in found})
    assert len(lots) > 12
    page.goto("/notices/")
    notices = page.eval_on_selector_all("th[scope=row] a", "links => links.map(link => link.pathname)")
    rooms = [f"/land/{lot}/{part}" for lot in lots for part in ("", "room/")]
    return [*rooms, *(f"/verify/{lot}/" for lot in lots[:3]), *notices[:6]]
