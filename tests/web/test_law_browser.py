"""One what-if run in a real browser: wide and narrow, in both languages, by keyboard and mouse, nothing amiss."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.web.server import Server, serving

pytestmark = [pytest.mark.slow, pytest.mark.browser]

WIDTHS = {"wide": 1440, "narrow": 360}
SAID = {
    "zh-hans": ("搜索", "得出结论", "尚不能确定", "可以申领"),
    "en": ("Search", "See the answer", "Undetermined", "May be issued"),
}
RULE = "/law/labour.residence_permit/"
PAGES = (
    "/law/",
    "/law/clauses/",
    "/law/parameters/",
    "/law/limits/",
    RULE,
    "/law/labour.minimum_wage_month/",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve an empty market: the law stands in the pack."""
    with serving(tmp_path_factory.mktemp("law") / "var") as server:
        yield server.start()


@pytest.fixture
def watched(
    browser: Browser, server: Server, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, list[str], str]]:
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
    yield page, complaints, lang
    context.close()


@pytest.mark.parametrize(
    "watched",
    [(width, lang) for width in WIDTHS.values() for lang in SAID],
    ids=[f"{size}-{lang}" for size in WIDTHS for lang in SAID],
    indirect=True,
)
def test_from_the_list_to_an_answer(watched: Any) -> None:
    page, complaints, lang = watched
    search, ask, undetermined, granted = SAID[lang]
    page.goto("/law/")
    form = page.locator("main form[role=search]")
    form.locator("input[type=search]").fill("labour.residence_permit")
    form.get_by_role("button", name=search).click()
    page.locator("main th a").first.click()
    page.fill("#fact-months_resident", "6")
    page.get_by_role("button", name=ask).click()
    assert page.locator("#answer .big").inner_text() == undetermined
    assert "stable_job=" not in page.url and "as_of=" not in page.url
    page.locator(".needs a").first.click()
    assert page.evaluate("location.hash") == "#fact-stable_job"
    page.locator("#fact-stable_job").check()
    page.get_by_role("button", name=ask).click()
    assert page.locator("#answer .big").inner_text() == granted
    shared = page.url
    page.goto("/law/")
    page.goto(shared)
    assert page.locator("#answer .big").inner_text() == granted
    assert page.locator("tr[aria-current=true]").count() >= 1
    page.locator("#answer .cites a").first.click()
    assert "/law/clauses/" in page.url
    assert complaints == []


@pytest.mark.parametrize(
    "watched", [(width, lang) for width in WIDTHS.values() for lang in SAID], indirect=True
)
def test_every_page_of_the_law_fits(watched: Any) -> None:
    page, complaints, _lang = watched
    for path in PAGES:
        page.goto(path)
        page.wait_for_load_state("load")
        spare = page.evaluate("innerWidth - document.documentElement.scrollWidth")
        assert spare >= 0, f"{path} is {-spare} px too wide"
        assert complaints == [], path
