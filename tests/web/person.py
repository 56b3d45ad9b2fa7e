"""One person at one browser window of their own, who notices everything that goes wrong in it."""

import os
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, expect

from tests.web.server import Server

PATIENCE_MS = 20_000
WIDTHS = (1440, 360)
LANGUAGES = ("zh-hans", "en")
OVERTAKEN = ("interrupted by another navigation", "net::ERR_ABORTED")
Ready = Literal["load", "domcontentloaded"]
"""When a page counts as opened: with all its pictures and fonts, or once it can be read and pressed."""


class Person:
    """Use the portal of `server` in English; `problems` gathers script errors and policy violations."""

    def __init__(self, browser: Browser, server: Server, name: str, *, scripted: bool = True) -> None:
        self.name, self.server, self.scripted = name, server, scripted
        self.ready: Ready = "load"
        self.problems: list[str] = []
        self._context = browser.new_context(
            base_url=server.url, viewport={"width": 1440, "height": 900}, java_script_enabled=scripted
        )
        self._context.set_default_timeout(PATIENCE_MS)
        self._speak("en")
        self.page: Page = self._context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))

    def go(self, path: str) -> None:
        """Open an address of the portal, which must answer 200."""
        try:
            answer = self.page.goto(path, wait_until=self.ready)
        except Error as error:  # a room that reloads itself at this very moment takes the way of the click
            if not any(said in error.message for said in OVERTAKEN):
                raise
            self.page.wait_for_load_state()
            answer = self.page.goto(path, wait_until=self.ready)
        assert answer is not None
        assert answer.status == 200, f"{self.name}: {path} answered {answer.status}"

    def fill(self, **values: str) -> None:
        """Fill fields of the page's main form by their names."""
        for name, value in values.items():
            self.page.locator(f"main [name={name}]").fill(value)

    def press(self, label: str) -> None:
        """Press the one button or link of the page that is labelled so."""
        self._labelled(label).click()

    def sees(self, text: str, timeout_ms: int = PATIENCE_MS) -> None:
        """Expect a text on the page."""
        expect(self.page.locator("main").get_by_text(text).locator("visible=true").first).to_be_visible(
            timeout=timeout_ms
        )

    def shows(self, name: str, text: str) -> None:
        """Expect what an element of the live room shows."""
        expect(self.page.locator(f'main [data-show="{name}"]').first).to_have_text(text, timeout=PATIENCE_MS)

    def sign_up(self, email: str, password: str) -> None:
        """Make an account."""
        self.go("/accounts/signup/")
        self.fill(email=email, password1=password, password2=password)
        self.press("Sign up")
        self.page.wait_for_url("**/me/")

    def sign_in(self, email: str, password: str) -> None:
        """Sign in with an account."""
        self.go("/accounts/login/?next=/desk/")
        self.fill(login=email, password=password)
        self.press("Sign in")
        self.page.wait_for_url("**/desk/")

    def read(self, path: str) -> bytes:
        """Return the bytes under an address, as this person may read them."""
        answer = self._context.request.get(path)
        assert answer.status == 200, f"{self.name}: {path} answered {answer.status}"
        return answer.body()

    def shoot(self, name: str, path: str) -> None:
        """Take pictures of a page, wide and narrow, in both languages, into the folder `JISHI_SHOTS` names."""
        folder = os.environ.get("JISHI_SHOTS")
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        for language in LANGUAGES:
            self._speak(language)
            for width in WIDTHS:
                self.page.set_viewport_size({"width": width, "height": 900})
                self.go(path)
                self.page.screenshot(path=Path(folder) / f"{name}-{language[:2]}-{width}.png", full_page=True)
        self._speak("en")
        self.page.set_viewport_size({"width": 1440, "height": 900})

    def shot(self, name: str) -> None:
        """Take a picture of the page as it stands, into the folder `JISHI_SHOTS` names."""
        folder = os.environ.get("JISHI_SHOTS")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    def leave(self) -> None:
        """Close the window."""
        self._context.close()

    def _speak(self, language: str) -> None:
        self._context.add_cookies([{"name": "django_language", "value": language, "url": self.server.url}])

    def _labelled(self, label: str) -> Locator:
        main = self.page.locator("main, aside.case")
        found = main.get_by_role("button", name=label, exact=True)
        return found.or_(main.get_by_role("link", name=label, exact=True)).locator("visible=true")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{self.page.url}: {message.text}")


def press(person: Person, button: Locator) -> None:
    """Press what posts a form, and wait for the page that follows."""
    with person.page.expect_navigation(wait_until=person.ready):
        button.click()


def raise_bid(person: Person) -> None:
    """Bid the next valid amount through the box and its confirmation, as a person does."""
    page = person.page
    page.locator("form[data-bid] [data-submit]").click()
    page.locator("#confirm-bid [data-confirm]").click()
    expect(page.locator("form[data-bid] [data-answer]")).to_contain_text("Accepted", timeout=PATIENCE_MS)
