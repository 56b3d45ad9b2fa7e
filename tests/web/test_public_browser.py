"""Every public page of the first run in a real browser: wide and narrow, in both languages, nothing amiss."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.web.server import Server, serving

pytestmark = pytest.mark.slow

WIDTHS = (1440, 360)
LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}
PLAIN = ["/", "/lots/", "/lots/?view=map", "/results/", "/notices/", "/verify/", "/law/", "/log/"]
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
    """Open a window of (first width, language) and note every complaint of the browser."""
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
    list(zip(WIDTHS, LANGUAGES, strict=True)),
    ids=["wide-first-zh-hans", "narrow-first-en"],
    indirect=True,
)
def test_every_public_page_fits_and_says_nothing_wrong(watched: Any) -> None:
    page, complaints = watched
    lang = LANGUAGES[page.context.cookies()[0]["value"]]
    first = page.viewport_size["width"]
    for path in [*PLAIN, *_pages_of_lots(page)]:
        page.set_viewport_size({"width": first, "height": 900})
        page.goto(path)
        page.wait_for_load_state("load")
        assert page.evaluate("document.documentElement.lang") == lang
        for width in sorted(WIDTHS, key=lambda each: each != first):
            page.set_viewport_size({"width": width, "height": 900})
            assert _overhang(page) <= 0, f"{path} is too wide at {width}"
        assert complaints == [], path


def _overhang(page: Page) -> int:
    """Return by how many pixels a page is too wide, once its charts have had time to follow the window."""
    for _ in range(40):
        over: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over <= 0:
            break
        page.wait_for_timeout(50)
    return over


def _pages_of_lots(page: Page) -> list[str]:
    """Return the page and the room of every lot, one notice of each, and the check of its bundle."""
    page.goto("/lots/")
    found = page.eval_on_selector_all("article.lot h3 a", "links => links.map(link => link.pathname)")
    lots = sorted({path.split("/")[2] for path in found})
    assert len(lots) > 12
    page.goto("/notices/")
    notices = page.eval_on_selector_all("th[scope=row] a", "links => links.map(link => link.pathname)")
    rooms = [f"/lots/{lot}/{part}" for lot in lots for part in ("", "room/")]
    return [*rooms, *(f"/verify/{lot}/" for lot in lots[:3]), *notices[:6]]
